//! Whether anybody can find out from all that the public gets that one or two persons passed.
//!
//! Random cities are counted, partly late, and asked for every public figure of every zone at several times. Then an attacker who knows
//! the rule goes to work: for each count of 0, 1 or 2 he has to name another city that looks the same for each of these values.

#[path = "../../../method/tests/attacker/city.rs"]
mod city;
#[path = "../../../method/tests/attacker/known.rs"]
mod known;
mod redrawn;
mod story;

use std::collections::BTreeMap;

use proptest::prelude::*;
use smartpole_model::UtcMillis;

use self::{
    city::Count::{self, One, Sum},
    known::{Known, know},
    story::{DAY, HOUR, HOURS, LEAVES, MONDAY, Story, ZONES, at, build},
};
use crate::fixture::{City, text};

/// Zone, step and first minute since Monday of a figure; in, out, both.
type Answers = BTreeMap<(String, String, i64), [Option<i64>; 3]>;

/// All that the public gets now.
async fn answers(city: &City) -> Answers {
    city.commit();
    let mut answers = Answers::new();
    for (zone, ..) in ZONES {
        for step in ["15m", "1h", "1d", "1w"] {
            let uri =
                format!("/api/v1/footfall?zone={zone}&step={step}&from={}&to={}", at(MONDAY), at(MONDAY + 14 * DAY));
            let answer = text(city.ask_publicly("GET", &uri).await).await;
            let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
            for item in answer["items"].as_array().unwrap() {
                let start: UtcMillis = item["start"].as_str().unwrap().parse().unwrap();
                let minute = start.since(at(MONDAY)) / 60_000;
                let counts = ["in", "out", "crossings"].map(|name| item[name].as_i64());
                answers.insert((zone.to_owned(), step.to_owned(), minute), counts);
            }
        }
    }
    answers
}

/// A sum of what was measured, if anything was.
fn sum(parts: impl IntoIterator<Item = Option<Count>>) -> Option<Count> {
    let parts: Vec<Count> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then_some(Sum(parts))
}

/// Adds the place of each figure of a count, parts first, as [`Count::shown`] orders them.
type Places = Vec<(usize, &'static str, i64)>;

/// The tree of one line of the district, and which leaf's (3: the district's) step, hour, day or week each of its figures is.
fn tree(story: &Story, line: &[usize]) -> (Option<Count>, Places) {
    let mut places = Places::new();
    let step = |leaf: usize, quarters: std::ops::Range<usize>| {
        let counters = LEAVES[leaf].iter().flat_map(|counter| quarters.clone().map(move |quarter| (*counter, quarter)));
        let known =
            counters.flat_map(|(counter, quarter)| line.iter().map(move |way| story.known(counter, quarter)[*way]));
        known.flatten().reduce(|a, b| a + b).map(One)
    };
    let mut days = Vec::new();
    for day in 0..2 {
        let mut parts = Vec::new();
        for leaf in 0..3 {
            let mut hours = Vec::new();
            for (n, hour) in HOURS.iter().enumerate().filter(|(_, hour)| *hour / 24 == day) {
                let is_night = !(6..22).contains(&(hour % 24));
                let length = if is_night { 4 } else { 1 };
                let mut steps = Vec::new();
                for first in (0..4).step_by(length) {
                    let found = step(leaf, 4 * n + first..4 * n + first + length);
                    if found.is_some() {
                        places.push((leaf, "15m", hour * HOUR + 15 * first as i64));
                    }
                    steps.push(found);
                }
                let found = sum(steps);
                if found.is_some() {
                    places.push((leaf, "1h", hour * HOUR));
                }
                hours.push(found);
            }
            let found = sum(hours);
            if found.is_some() {
                places.push((leaf, "1d", day * DAY));
            }
            parts.push(found);
        }
        let found = sum(parts);
        if found.is_some() {
            places.push((3, "1d", day * DAY));
        }
        days.push(found);
    }
    let week = sum(days);
    if week.is_some() {
        places.push((3, "1w", 0));
    }
    (week, places)
}

/// What the answers say of a figure of the tree, if it is among them.
fn told(answers: &Answers, (leaf, step, minute): (usize, &str, i64), way: usize) -> Option<i64> {
    let of = |zone: &str| answers.get(&(zone.to_owned(), step.to_owned(), minute)).and_then(|counts| counts[way]);
    match leaf {
        0 => of("a"),
        1 => of("b"),
        // what the district has beside its places: the attacker subtracts
        2 if way == 2 && step != "1d" => Some(of("d")? - of("a").unwrap_or(0) - of("b").unwrap_or(0)),
        3 => of("d"),
        _ => None,
    }
}

/// The values for which the attacker finds a city that looks the same. Each is built and published to see that it does.
fn possible(known: &Known, target: &Known, figures: &[i64]) -> Vec<i64> {
    let looks_the_same = |value: &i64| {
        let Some((low, high)) = known.if_fixed(target, *value) else { return false };
        [low, high].into_iter().all(|sum| known.city(sum, target, *value).shown() == figures)
    };
    (0..=4).filter(looks_the_same).collect()
}

/// Attacks one line: figures are those of the answers, of what these do not have those of the rule.
fn attack(tree: &Count, places: &Places, answers: &Answers, way: usize) -> Result<(), TestCaseError> {
    let by_rule = tree.shown();
    prop_assert_eq!(by_rule.len(), places.len());
    let told_of = |(leaf, step, _): &&(usize, &str, i64)| match (way, *leaf) {
        (2, 2) => *step != "1d",
        (way, leaf) => way == 2 || leaf == 0,
    };
    let untold = places.iter().filter(told_of).find(|place| told(answers, **place, way).is_none());
    prop_assert_eq!(untold, None, "every figure of the tree is shown");
    let found = places.iter().zip(&by_rule).map(|(place, shown)| told(answers, *place, way).unwrap_or(*shown));
    let figures: Vec<i64> = found.collect();
    prop_assert_eq!(&figures, &by_rule, "what is shown is what the rule says, at {:?}", places);
    let known = know(tree, &mut figures.iter().copied());
    let (mut nodes, mut exact) = (Vec::new(), Vec::new());
    known.nodes(&mut nodes);
    tree.all(&mut exact);
    for ((target, exact), place) in nodes.into_iter().zip(exact).zip(places).filter(|((_, exact), _)| *exact <= 2) {
        let values = possible(&known, target, &figures);
        prop_assert!(values.contains(&exact) && values.len() >= 3, "{} at {:?} is one of {:?}", exact, place, values);
    }
    Ok(())
}

/// Whatever was answered is answered again.
fn stays(earlier: &Answers, later: &Answers) -> Result<(), TestCaseError> {
    for (place, counts) in earlier {
        prop_assert_eq!(later.get(place), Some(counts), "{:?}", place);
    }
    Ok(())
}

async fn play(story: &Story) -> Vec<Answers> {
    let city = build(story.cordon).await;
    let mut all = Vec::new();
    for (n, (minute, counter, payload)) in story.messages().into_iter().enumerate() {
        city.message(&format!("c{counter}"), minute, &payload).await;
        if n % 7 == 3 {
            all.push(answers(&city).await);
        }
    }
    for minute in [2 * DAY, 7 * DAY + HOUR + 1] {
        city.message("nobody", MONDAY + minute, "{}").await;
        all.push(answers(&city).await);
    }
    all
}

fn check(story: &Story) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let all = runtime.block_on(play(story));
    for pair in all.windows(2) {
        stays(&pair[0], &pair[1])?;
    }
    let Some(last) = all.last() else { return Ok(()) };
    let lines: &[(&[usize], usize)] = if story.cordon { &[(&[0], 0), (&[1], 1)] } else { &[(&[0, 1], 2)] };
    for (line, way) in lines {
        if let (Some(tree), places) = tree(story, line) {
            attack(&tree, &places, last, *way)?;
        }
    }
    if story.cordon {
        added_up(story, last)?;
    }
    Ok(())
}

/// Where a place counts who comes in, the others show what in and out show together, and nothing else.
fn added_up(story: &Story, answers: &Answers) -> Result<(), TestCaseError> {
    let mut shown = BTreeMap::<_, i64>::new();
    for line in [[0], [1]] {
        let (Some(tree), places) = tree(story, &line) else { continue };
        for (place, figure) in places.into_iter().zip(tree.shown()) {
            *shown.entry(place).or_default() += figure;
        }
    }
    for ((leaf, step, minute), both) in shown.into_iter().filter(|((leaf, ..), _)| [1, 3].contains(leaf)) {
        let zone = if leaf == 1 { "b" } else { "d" };
        let told = answers.get(&(zone.to_owned(), step.to_owned(), minute));
        prop_assert_eq!(told, Some(&[None, None, Some(both)]), "{} {} {}", zone, step, minute);
    }
    Ok(())
}

/// Few at most places and times, as where it matters.
fn a_count() -> impl Strategy<Value = [Option<i64>; 2]> {
    let few = || prop_oneof![6 => 0..=2i64, 2 => 0..=9i64, 1 => 0..=400i64];
    prop_oneof![9 => (few(), few()).prop_map(|(r#in, out)| [Some(r#in), Some(out)]), 1 => Just([None; 2])]
}

fn a_story() -> impl Strategy<Value = Story> {
    let counts = prop::collection::vec(prop::collection::vec(a_count(), 4 * HOURS.len()), 4);
    let late = prop::collection::vec(prop::collection::vec(prop::bool::weighted(0.2), HOURS.len()), 4);
    (counts, late, any::<bool>()).prop_map(|(counts, late, cordon)| Story { counts, late, cordon })
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 40, ..ProptestConfig::with_cases(6) })]

    #[test]
    fn no_count_of_one_or_two_is_determined_by_all_public_answers(story in a_story()) {
        check(&story)?;
    }
}

/// Two everywhere: each sum is at the end of what its parts allow, where plain rounding tells all.
#[test]
fn two_everywhere_stay_hidden() {
    for cordon in [false, true] {
        let counts = vec![vec![[Some(2), Some(0)]; 4 * HOURS.len()]; 4];
        let story = Story { counts, late: vec![vec![false; HOURS.len()]; 4], cordon };
        check(&story).unwrap();
    }
}
