//! What who has all public figures can find out of counts of 1 and 2: nothing.
//!
//! The attacker knows the rule and every figure there is. He is played twice: on small cities by trying every city there can be, on
//! large ones by naming for each small count another city that looks the same.

#[path = "attacker/city.rs"]
mod city;
#[path = "attacker/known.rs"]
mod known;

use std::collections::BTreeMap;

use proptest::prelude::*;
use smartpole_method::{
    calendar::{self, Span},
    public::{self, Figure, ROUNDED_TO, Step},
};
use smartpole_model::{Quarter, UtcMillis};

use crate::{
    city::Count::{self, One, Sum},
    known::{Known, know},
};

/// The largest count that looks like none.
const LARGEST_HIDDEN: i64 = 2;

/// The values for which the attacker finds a city that looks the same. Each is built and published to see that it does.
fn possible(known: &Known, target: &Known, values: std::ops::RangeInclusive<i64>, figures: &[i64]) -> Vec<i64> {
    let looks_the_same = |value: &i64| {
        let Some((low, high)) = known.if_fixed(target, *value) else { return false };
        [low, high].into_iter().for_each(|sum| assert_eq!(known.city(sum, target, *value).shown(), figures));
        true
    };
    values.filter(looks_the_same).collect()
}

/// A sum of two counts of 0–2 at most is shown as 0 up to 4.
const LARGEST_SHOWN_AS_ZERO: i64 = 4;

fn attack(city: &Count) -> Result<(), TestCaseError> {
    let figures = city.shown();
    let known = know(city, &mut figures.iter().copied());
    let (mut nodes, mut exact) = (Vec::new(), Vec::new());
    known.nodes(&mut nodes);
    city.all(&mut exact);
    for (target, exact) in nodes.into_iter().zip(exact).filter(|(_, exact)| *exact <= LARGEST_HIDDEN) {
        let values = possible(&known, target, 0..=LARGEST_SHOWN_AS_ZERO.min(target.high), &figures);
        prop_assert!(values.contains(&exact));
        if target.high == LARGEST_HIDDEN {
            prop_assert_eq!(values, [0, 1, 2], "of {:?}", figures);
        } else {
            prop_assert!(values.len() >= 3, "{:?} of {:?}", values, figures);
        }
    }
    Ok(())
}

/// Few at most places and times, as where it matters.
fn a_step() -> impl Strategy<Value = Count> {
    prop_oneof![4 => 0..=2i64, 2 => 0..=9i64, 1 => Just(2), 1 => 0..=400i64].prop_map(One)
}

/// As many as their figures allow, nearly everywhere, so that sums are at the end of what their parts allow.
fn a_step_high() -> impl Strategy<Value = Count> {
    prop_oneof![20 => Just(2), 1 => 0..=2i64, 1 => Just(7)].prop_map(One)
}

/// As few as their figures allow, nearly everywhere.
fn a_step_low() -> impl Strategy<Value = Count> {
    prop_oneof![10 => Just(3), 10 => Just(0), 1 => 0..=2i64, 1 => Just(8)].prop_map(One)
}

/// Sums of one to eight parts, up to six levels of them, as uneven as can be.
fn a_city_of(step: impl Strategy<Value = Count> + 'static) -> impl Strategy<Value = Count> {
    step.prop_recursive(6, 200, 8, |part| prop::collection::vec(part, 1..=8).prop_map(Sum))
}

fn any_city() -> impl Strategy<Value = Count> {
    prop_oneof![2 => a_city_of(a_step()), 1 => a_city_of(a_step_high()), 1 => a_city_of(a_step_low())]
}

fn sums(
    part: impl Strategy<Value = Count>,
    parts: impl Into<prop::collection::SizeRange>,
) -> impl Strategy<Value = Count> {
    prop::collection::vec(part, parts).prop_map(Sum)
}

/// The tree of the module's documentation: directions, poles and a zone by steps; its hours, days; those of the zone around; weeks.
fn a_real_city() -> impl Strategy<Value = Count> {
    let zone = || sums(sums(a_step(), 2), 1..=3);
    let hour = prop_oneof![2 => sums(zone(), 4), 1 => sums(zone(), 1)];
    let day = sums(hour, 1..=4);
    let around = sums(day, 1..=3);
    sums(around, 1..=2)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_count_of_one_or_two_is_determined_in_any_tree(city in any_city()) {
        attack(&city)?;
    }

    #[test]
    fn figures_are_multiples_of_five_near_their_own_exact_sums(city in any_city()) {
        let mut exact = Vec::new();
        city.all(&mut exact);
        for (figure, exact) in city.shown().into_iter().zip(exact) {
            prop_assert_eq!(figure % ROUNDED_TO, 0);
            prop_assert!((figure - exact).abs() < ROUNDED_TO, "{} for {}", figure, exact);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_count_of_one_or_two_is_determined_in_a_city_of_zones_and_weeks(city in a_real_city()) {
        attack(&city)?;
    }
}

/// The steps of a city.
fn steps_of(count: &mut Count) -> Vec<&mut i64> {
    match count {
        One(count) => vec![count],
        Sum(parts) => parts.iter_mut().flat_map(steps_of).collect(),
    }
}

/// Every city of this shape with steps of `0..=most`, by what is shown of it: its exact counts. With `most` 2 or 7 no step lacks
/// a value that its figure can stand for.
fn every_city(shape: &Count, most: i64, shown: impl Fn(&Count) -> Vec<i64>) -> BTreeMap<Vec<i64>, Vec<Vec<i64>>> {
    let mut city = shape.clone();
    let mut alike = BTreeMap::<_, Vec<_>>::new();
    loop {
        let mut exact = Vec::new();
        city.all(&mut exact);
        alike.entry(shown(&city)).or_default().push(exact);
        let steps = steps_of(&mut city);
        let Some(place) = steps.iter().position(|count| **count < most) else { return alike };
        for (n, count) in steps.into_iter().enumerate().take(place + 1) {
            *count = if n == place { *count + 1 } else { 0 };
        }
    }
}

/// For each figure of each outcome: the values that it can stand for, if a count of 1 or 2 is among them.
fn hidden(alike: &BTreeMap<Vec<i64>, Vec<Vec<i64>>>) -> impl Iterator<Item = Vec<i64>> {
    let values = |cities: &Vec<Vec<i64>>, n: usize| {
        let mut values: Vec<_> = cities.iter().map(|exact| exact[n]).collect();
        values.sort_unstable();
        values.dedup();
        values
    };
    let all = alike.iter().flat_map(move |(figures, cities)| (0..figures.len()).map(move |n| values(cities, n)));
    all.filter(|values| values.iter().any(|value| (1..=LARGEST_HIDDEN).contains(value)))
}

fn steps(n: usize) -> Vec<Count> {
    vec![One(0); n]
}

#[test]
fn in_every_small_city_three_values_remain_for_each_count_of_one_or_two() {
    let shapes = [
        (Sum(steps(4)), 7),
        (Sum(vec![Sum(steps(2)), Sum(steps(3))]), 7),
        (Sum(vec![Sum(steps(3)), One(0), One(0)]), 7),
        (Sum(vec![Sum(vec![Sum(steps(2)), One(0)]), Sum(steps(2))]), 7),
    ];
    for (shape, most) in shapes {
        let alike = every_city(&shape, most, Count::shown);
        assert!(hidden(&alike).all(|values| values.len() >= 3), "{shape:?}");
    }
    // every step is shown as 0 here, and the sums do what they can
    let shape = Sum(vec![Sum(steps(5)), Sum(steps(4)), Sum(steps(2))]);
    let alike = every_city(&shape, LARGEST_HIDDEN, Count::shown);
    assert!(hidden(&alike).all(|values| values.len() >= 3));
    assert!(alike.len() > 5, "sums tell something");
}

#[test]
fn naive_rounding_determines_cells() {
    let naive = |city: &Count| {
        let mut exact = Vec::new();
        city.all(&mut exact);
        exact.into_iter().map(|exact| Figure::of(exact).shown()).collect()
    };
    let alike = every_city(&Sum(steps(4)), 8, naive);
    assert_eq!(alike[&vec![0, 0, 0, 0, 10]], [[2, 2, 2, 2, 8]], "the one hour shown like this");
    assert_eq!(Sum(vec![One(2), One(2), One(2), One(2)]).shown(), [0, 0, 0, 0, 5]);
}

#[test]
fn leaving_out_what_would_tell_tells_as_well() {
    let left_out = |city: &Count| {
        let quarters = [0, 0, 0, 0];
        let figures = city.shown();
        if figures[..4] == quarters && city.exact() == 8 { quarters.to_vec() } else { figures }
    };
    let alike = every_city(&Sum(steps(4)), 3, left_out);
    assert_eq!(alike[&vec![0, 0, 0, 0]], [[2, 2, 2, 2, 8]]);
}

/// Why figures are a tree. Six poles by three steps; shown are each count, each pole's sum over time and each step's sum over poles.
#[test]
fn sums_over_time_and_over_places_together_determine_cells() {
    let counts = [[2, 0, 0], [0, 2, 0], [0, 0, 2], [2, 2, 2], [2, 2, 2], [2, 2, 2]];
    let sum = |counts: Vec<i64>| Sum(counts.into_iter().map(One).collect()).shown().pop().expect("a sum");
    let poles: Vec<_> = counts.iter().map(|steps| sum(steps.to_vec())).collect();
    let times: Vec<_> = (0..3).map(|step| sum(counts.iter().map(|steps| steps[step]).collect())).collect();
    assert_eq!((&poles[..], &times[..]), (&[0, 0, 0, 5, 5, 5][..], &[10, 10, 10][..]));
    // three poles had at most 2 each; three had at most 3 × 2 each, as each count is shown as 0; the steps had at least 8 each
    let (most, least) = (3 * 2 + 3 * (3 * 2), 3 * 8);
    assert_eq!(most, least, "so every 2 of the last three poles is known");
}

/// 10 November 2026, a Tuesday: its quarters with a count each, and all that is shown of them at `now`.
fn shown_at(counts: &[Option<i64>], now: UtcMillis) -> Vec<Step> {
    let date = "2026-11-10".parse().expect("a date");
    let quarters: Vec<_> = (calendar::day(date).from.quarter().0..).map(Quarter).zip(counts.iter().copied()).collect();
    let steps = public::steps(&quarters, now);
    let hours = (0..24).map(|hour| calendar::local_hour(date, hour));
    let hours = hours.map(|from| Span { from, to: from.plus(4 * Quarter::MILLIS) });
    let hour = |span: Span| {
        let parts: Vec<_> = steps.iter().filter(|step| span.holds(step.span.from)).cloned().collect();
        public::period(span, &parts)
    };
    let hours: Vec<_> = hours.filter_map(hour).collect();
    let day = public::period(calendar::day(date), &hours);
    [steps, hours, day.into_iter().collect()].concat()
}

fn a_count() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![6 => (0..=4i64).prop_map(Some), 1 => Just(None), 1 => (0..=400i64).prop_map(Some)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_was_shown_stays_as_more_is_shown(counts in prop::collection::vec(a_count(), 96), minute in 0..1_600i64) {
        let start = calendar::day("2026-11-10".parse().expect("a date")).from;
        let earlier = shown_at(&counts, start.plus(minute * 60_000));
        let later = shown_at(&counts, start.plus((minute + 7) * 60_000));
        let end = shown_at(&counts, start.plus(1_600 * 60_000));
        prop_assert!(earlier.iter().all(|step| later.contains(step) && end.contains(step)));
        prop_assert_eq!(end.len(), 72 + 24 + 1);
        let begun = |step: &Step| step.known_at() > start.plus(minute * 60_000);
        prop_assert!(!earlier.iter().any(begun));
    }
}
