//! The attacker: holds all answers, knows all rules, and goes through every city that would have given them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use proptest::prelude::*;
use smartpole_model::Quarter;

use super::{
    Part, PublicDay, QuarterCount, publish_day, published_sum,
    rounding::{Possible, rounded},
};
use crate::calendar::local_hour;

/// Where a count of a small city is: scope, date, hour, quarter of the hour.
type Place = (u8, &'static str, i8, i32);

const FRIDAY: &str = "2026-07-10";
const SATURDAY: &str = "2026-07-11";

/// Everything that is published of a city, and more: safe sums as they are.
type Answers = Vec<Option<i64>>;

fn days(places: &[Place], counts: &[i64]) -> BTreeMap<(u8, &'static str), PublicDay> {
    let mut by_day: BTreeMap<_, BTreeMap<Quarter, i64>> = BTreeMap::new();
    for ((scope, date, hour, quarter), count) in places.iter().zip(counts) {
        let first = local_hour(date.parse().unwrap(), *hour).quarter();
        by_day.entry((*scope, *date)).or_default().insert(Quarter(first.0 + quarter), *count);
    }
    let publish = |date: &str, counts: &BTreeMap<Quarter, i64>| {
        let date: Date = date.parse().unwrap();
        publish_day(date, |quarter| counts.get(&quarter).map_or(QuarterCount::Missing, |n| QuarterCount::Counted(*n)))
    };
    by_day.into_iter().map(|(key, counts)| (key, publish(key.1, &counts))).collect()
}

fn all_answers(days: &BTreeMap<(u8, &'static str), PublicDay>) -> Answers {
    let mut answers = Vec::new();
    for day in days.values() {
        answers.extend(day.steps.iter().chain(&day.hours).map(|figure| figure.count));
        answers.extend(day.parts.iter().map(|part| part.safe_sum));
        answers.push(day.count());
    }
    let parts = |wanted: &dyn Fn(&Part) -> bool| {
        published_sum(days.values().flat_map(|day| day.parts.iter().copied()).filter(|part| wanted(part)))
    };
    answers.extend([parts(&|_| true), parts(&|part| part.is_10_to_20)]);
    answers
}

/// Each sum rounded by itself: quarters, hours, days, all.
fn naive_answers(places: &[Place], counts: &[i64]) -> Answers {
    let mut answers: Answers = counts.iter().map(|count| Some(rounded(*count))).collect();
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for ((scope, date, hour, _), count) in places.iter().zip(counts) {
        for key in [format!("{scope} {date} {hour}"), format!("{scope} {date}"), String::new()] {
            *sums.entry(key).or_default() += count;
        }
    }
    answers.extend(sums.values().map(|sum| Some(rounded(*sum))));
    answers
}

/// Every city of these places with counts from 0 to 7: figures 0 and 5, whole.
fn cities(places: usize) -> impl Iterator<Item = Vec<i64>> {
    (0..8usize.pow(places as u32)).map(move |number| (0..places).map(|n| (number >> (3 * n) & 7) as i64).collect())
}

/// How many cities give away a step of 0, 1 or 2: not each of the three is possible with the same answers.
fn leaks(places: &[Place], answers: impl Fn(&[i64]) -> Answers) -> usize {
    let mut possible: HashMap<Answers, (usize, Vec<BTreeSet<i64>>)> = HashMap::new();
    for counts in cities(places.len()) {
        let (cities, values) =
            possible.entry(answers(&counts)).or_insert_with(|| (0, vec![BTreeSet::new(); places.len()]));
        *cities += 1;
        for (values, count) in values.iter_mut().zip(counts) {
            values.insert(count);
        }
    }
    let small = BTreeSet::from([0, 1, 2]);
    let leaky = |values: &BTreeSet<i64>| values.iter().any(|value| *value < 3) && *values != small;
    possible.values().filter(|(_, values)| values.iter().any(leaky)).map(|(cities, _)| cities).sum()
}

/// Small cities: a full hour; two hours; both parts of a day; two days; two scopes; the night.
const LAYOUTS: [&[Place]; 6] = [
    &[(0, FRIDAY, 12, 0), (0, FRIDAY, 12, 1), (0, FRIDAY, 12, 2), (0, FRIDAY, 12, 3)],
    &[(0, FRIDAY, 12, 0), (0, FRIDAY, 12, 1), (0, FRIDAY, 13, 0), (0, FRIDAY, 13, 1)],
    &[(0, FRIDAY, 12, 0), (0, FRIDAY, 12, 1), (0, FRIDAY, 21, 2), (0, FRIDAY, 23, 0)],
    &[(0, FRIDAY, 12, 0), (0, FRIDAY, 13, 1), (0, SATURDAY, 12, 0), (0, SATURDAY, 12, 1)],
    &[(0, FRIDAY, 12, 0), (0, FRIDAY, 12, 1), (1, FRIDAY, 12, 0), (1, FRIDAY, 12, 1)],
    &[(0, FRIDAY, 22, 0), (0, FRIDAY, 23, 0), (0, FRIDAY, 0, 0), (0, FRIDAY, 1, 0)],
];

#[test]
fn no_small_city_gives_a_count_of_0_1_or_2_away() {
    for places in LAYOUTS {
        assert_eq!(leaks(places, |counts| all_answers(&days(places, counts))), 0, "{places:?}");
    }
}

#[test]
fn the_attacker_finds_what_rounding_each_sum_by_itself_gives_away() {
    for places in LAYOUTS {
        assert!(leaks(places, |counts| naive_answers(places, counts)) > 0, "{places:?}");
    }
}

/// The attacker keeps the figures before a correction and knows that readings are only ever added.
#[test]
fn no_correction_gives_a_present_count_of_0_1_or_2_away() {
    let small = BTreeSet::from([0, 1, 2]);
    for places in LAYOUTS.map(|places| &places[..3]) {
        let known: Vec<(Vec<i64>, Answers)> =
            cities(places.len()).map(|counts| (counts.clone(), all_answers(&days(places, &counts)))).collect();
        let mut present: HashMap<(&Answers, &Answers), Vec<BTreeSet<i64>>> = HashMap::new();
        for (former, before) in &known {
            let grown = |now: &Vec<i64>| former.iter().zip(now).all(|(before, now)| before <= now);
            for (now, after) in known.iter().filter(|(now, _)| grown(now)) {
                let values = present.entry((before, after)).or_insert_with(|| vec![BTreeSet::new(); places.len()]);
                values.iter_mut().zip(now).for_each(|(values, count)| {
                    values.insert(*count);
                });
            }
        }
        let is_safe = |values: &BTreeSet<i64>| values.iter().all(|value| *value > 2) || *values == small;
        assert!(present.values().flatten().all(is_safe), "{places:?}");
    }
}

/// Sums of the cells of one hour that its figures allow, where the first of them may have fixed a value.
fn hour_sums(steps: &[i64], exact: &[i64], fixed: Option<i64>) -> BTreeSet<i64> {
    let allowed = |figure: i64| (figure - 2).max(0)..=figure + 2;
    let mut sums = BTreeSet::from([0]);
    for (n, figure) in steps.iter().enumerate() {
        let values: Vec<i64> = fixed.filter(|_| n == 0).map_or_else(|| allowed(*figure).collect(), |value| vec![value]);
        sums = sums.iter().flat_map(|sum| values.iter().map(move |value| sum + value)).collect();
    }
    if steps.len() > 1 {
        let possible = Possible::of_sum(steps.iter().map(|figure| Possible::of_step(*figure)));
        let truth = possible.figure(exact.iter().sum()).0;
        sums.retain(|sum| possible.figure(*sum).0 == truth);
    }
    sums
}

/// Sums of the hours that figures allow.
fn part_sums(hours: &[BTreeSet<i64>]) -> BTreeSet<i64> {
    hours.iter().fold(BTreeSet::from([0]), |sums, hour| {
        sums.iter().flat_map(|sum| hour.iter().map(move |more| sum + more)).collect()
    })
}

/// Hours of a part of a day: mostly empty, so that sums lie at their ends.
fn part() -> impl Strategy<Value = Vec<Vec<i64>>> {
    let count = prop_oneof![4 => Just(2i64), 3 => 0i64..3, 2 => 3i64..8, 1 => 8i64..60];
    prop::collection::vec(prop::collection::vec(count, 1..=4), 1..=6)
}

proptest! {
    /// Longer figures are functions of safe sums, so a part whose safe sum is told as it is, is the most that can be known of it.
    #[test]
    fn no_part_of_a_day_gives_a_count_of_0_1_or_2_away(hours in part()) {
        let figures: Vec<Vec<i64>> = hours.iter().map(|hour| hour.iter().map(|n| rounded(*n)).collect()).collect();
        let free: Vec<_> = figures.iter().zip(&hours).map(|(steps, exact)| hour_sums(steps, exact, None)).collect();
        let ends = |sums: &BTreeSet<i64>| Possible { low: *sums.first().unwrap(), high: *sums.last().unwrap() };
        for ((steps, exact), sums) in figures.iter().zip(&hours).zip(&free).filter(|((steps, _), _)| steps.len() > 1) {
            let told = Possible::of_sum(steps.iter().map(|figure| Possible::of_step(*figure))).figure(exact.iter().sum());
            prop_assert_eq!(told.1, ends(sums), "what an hour tells");
        }
        let possible = Possible::of_sum(free.iter().map(ends));
        let safe = possible.safe(hours.iter().flatten().sum());
        for (at, (steps, exact)) in figures.iter().zip(&hours).enumerate() {
            for cell in (0..steps.len()).filter(|cell| steps[*cell] == 0) {
                let (mut steps, mut exact) = (steps.clone(), exact.clone());
                steps.swap(0, cell);
                exact.swap(0, cell);
                for value in 0..=2 {
                    let mut sums = free.clone();
                    sums[at] = hour_sums(&steps, &exact, Some(value));
                    prop_assert!(part_sums(&sums).iter().any(|sum| possible.safe(*sum) == safe), "{value} at {at}.{cell}");
                }
            }
        }
    }
}
