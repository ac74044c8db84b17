//! What each quarter of an hour must say.
//!
//! What a reading counts as, or why it stays out, says [`super::quality`]. Of what remains a quarter has count, sum, minimum and
//! maximum; of counts only count and sum; of sound levels the sum is that of their energies. Totals feed the count named by the
//! catalogue: for two consecutive ones, a at ta and b at tb, the difference is b if the firmware begins at 0 when it is switched
//! on and a reading in `(ta, tb]` says that it was; else, if the time of day at which it begins at 0 came in `(ta, tb]`, the lesser of b
//! and, unless that is negative, b − a; else b − a or, if that is negative, b + 2^width − a; if so many cannot have passed at the profile's
//! `max_per_minute` in the minutes between (rounded up), or 2^width can, b of a counter that fell, as it was reset or nobody can tell, else nobody. It is spread evenly over `[ta, tb)`: `[x, y)` gets floor(d·(y−ta)/(tb−ta)) − floor(d·(x−ta)/(tb−ta)). Over a gap of more than 7 days nothing is.
//! A quarter counts its totals if a part of it lies between two of them: of the quarter that begins with the last total nothing is known.

use std::collections::BTreeMap;

use serde::Serialize;
use smartpole_model::{Kind, Mean, ObservedProperty, Quarter, Registry, Series, UtcMillis, registry::Counter};

use super::{Accepted, quality::Told};
use crate::calendar::date_from;

/// One series of one device in one quarter of an hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    /// The device's id.
    pub device: String,
    /// Start of the quarter.
    pub start: UtcMillis,
    /// The property's id.
    pub property: String,
    /// The channel.
    pub channel: u8,
    /// Readings that count (for totals: totals in the quarter).
    pub count: i64,
    /// Their sum at the property's resolution; for totals what passed.
    pub sum: i64,
    /// The smallest, 0 for counts.
    pub min: i64,
    /// The largest, 0 for counts.
    pub max: i64,
}

#[derive(Clone, Copy, Default)]
struct Sums {
    count: i64,
    sum: i64,
    min: i64,
    max: i64,
}

type Quarters = BTreeMap<(usize, Quarter, Series), Sums>;

/// All windows that hold a reading or a share.
pub(super) fn of(registry: &Registry, accepted: &Accepted) -> Vec<Window> {
    let mut series: BTreeMap<(usize, Series), Vec<(UtcMillis, i64)>> = BTreeMap::new();
    for ((device, of, time), value) in accepted {
        series.entry((*device, *of)).or_default().push((*time, *value));
    }
    let mut quarters = Quarters::new();
    for ((device, of), mut readings) in series {
        let Some(property) = registry.properties.get(of.property) else { continue };
        let told = Told { registry, accepted, device, property };
        let counted: Vec<_> = readings.iter().map(|(time, value)| told.counted(&readings, *time, *value)).collect();
        let mut counted = counted.into_iter();
        readings.retain_mut(|(_, value)| match counted.next().flatten() {
            Some(counts_as) => {
                *value = counts_as;
                true
            }
            None => false,
        });
        match property.counts {
            None => readings.iter().for_each(|(time, value)| {
                add(&mut quarters, (device, time.quarter(), of), property, *value);
            }),
            Some(fed) => {
                let fed = Series { property: fed, ..of };
                let resets = Resets { counter: counter_of(registry, device, &readings), power_ups: &told.power_ups() };
                spread(&mut quarters, device, fed, &resets, &readings);
            }
        }
    }
    let holds_something = |sums: &Sums| sums.count != 0 || sums.sum != 0;
    let kept = quarters.into_iter().filter(|(_, sums)| holds_something(sums));
    kept.filter_map(|((device, quarter, series), sums)| window(registry, device, quarter, series, sums)).collect()
}

fn window(registry: &Registry, device: usize, quarter: Quarter, series: Series, sums: Sums) -> Option<Window> {
    Some(Window {
        device: registry.devices[device].id.clone(),
        start: quarter.start(),
        property: registry.properties.get(series.property)?.id.clone(),
        channel: series.channel,
        count: sums.count,
        sum: sums.sum,
        min: sums.min,
        max: sums.max,
    })
}

fn add(quarters: &mut Quarters, key: (usize, Quarter, Series), property: &ObservedProperty, value: i64) {
    let kind = property.kind;
    let sums = quarters.entry(key).or_insert(match kind {
        Kind::IntervalCount => Sums::default(),
        _ => Sums { min: i64::MAX, max: i64::MIN, ..Sums::default() },
    });
    sums.count += 1;
    sums.sum += if property.mean == Mean::Energy { energy(value) } else { value };
    if kind != Kind::IntervalCount {
        sums.min = sums.min.min(value);
        sums.max = sums.max.max(value);
    }
}

/// 10^(L/10) of a level in tenths of a decibel: the part of a decade in millionths, times its power of ten, rounded half up.
fn energy(tenths: i64) -> i64 {
    let tenths = tenths.clamp(0, 1_400);
    let part = (10f64.powf((tenths % 100) as f64 / 100.0) * 1e6).round() as i128;
    ((part * 10i128.pow((tenths / 100) as u32) + 500_000) / 1_000_000) as i64
}

/// How the totals of a device behave. The fleet's devices stay with one profile.
fn counter_of(registry: &Registry, device: usize, readings: &[(UtcMillis, i64)]) -> Counter {
    let first = readings.first().map_or(UtcMillis(0), |(time, _)| *time);
    registry.profiles[&registry.devices[device].at(first).profile].counter
}

/// A counter, and what is known of when it began at 0.
struct Resets<'a> {
    counter: Counter,
    /// When its device says it was switched on.
    power_ups: &'a [UtcMillis],
}

fn spread(quarters: &mut Quarters, device: usize, fed: Series, resets: &Resets<'_>, totals: &[(UtcMillis, i64)]) {
    for pair in totals.windows(2) {
        let ((from, a), (to, b)) = (pair[0], pair[1]);
        for (quarter, share) in shares(from, to, resets.difference(from, a, to, b)) {
            quarters.entry((device, quarter, fed)).or_default().sum += share;
        }
    }
    for (time, _) in totals {
        if let Some(sums) = quarters.get_mut(&(device, time.quarter(), fed)) {
            sums.count += 1;
        }
    }
}

impl Resets<'_> {
    fn difference(&self, from: UtcMillis, a: i64, to: UtcMillis, b: i64) -> i64 {
        let minutes = ((to.since(from) + 59_999) / 60_000).max(1);
        let around = 1i64 << self.counter.width_bits;
        let can_have_passed = 0..=i64::from(self.counter.max_per_minute) * minutes;
        let passed = if self.was_switched_on(from, to) {
            vec![b]
        } else if self.clock_passed(from, to) {
            vec![if b < a { b } else { b - a }]
        } else if b >= a {
            vec![b - a]
        } else if can_have_passed.contains(&around) {
            vec![b]
        } else {
            vec![b + around - a, b]
        };
        passed.into_iter().find(|passed| can_have_passed.contains(passed)).unwrap_or(0)
    }

    fn was_switched_on(&self, from: UtcMillis, to: UtcMillis) -> bool {
        self.counter.resets_at_power_up && self.power_ups.iter().any(|at| from < *at && *at <= to)
    }

    /// Not for a time of day in the hour that is left out or comes twice a year.
    fn clock_passed(&self, from: UtcMillis, to: UtcMillis) -> bool {
        self.counter.resets_at.is_some_and(|minute| date_from(minute, from) < date_from(minute, to))
    }
}

/// The shares of a difference in each quarter that `[from, to)` touches.
fn shares(from: UtcMillis, to: UtcMillis, difference: i64) -> Vec<(Quarter, i64)> {
    const SEVEN_DAYS_MS: i64 = 7 * 86_400_000;
    if to.since(from) > SEVEN_DAYS_MS {
        return Vec::new();
    }
    let passed_by =
        |time: UtcMillis| i128::from(difference) * i128::from(time.since(from)) / i128::from(to.since(from));
    let share = |quarter: i32| {
        let (start, end) = (Quarter(quarter).start().max(from), Quarter(quarter).end().min(to));
        (Quarter(quarter), (passed_by(end) - passed_by(start)) as i64)
    };
    (from.quarter().0..=to.plus(-1).quarter().0).map(share).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    /// 1970-01-01T00:00Z was 01:00 in Castrop-Rauxel.
    const COUNTER: Counter = Counter { resets_at_power_up: true, resets_at: Some(2 * 60), ..Counter::new(16, 500) };

    fn at(minute: i64) -> UtcMillis {
        UtcMillis(minute * 60_000)
    }

    #[track_caller]
    fn check(totals: &[(i64, i64)], expected: &Expect) {
        let totals: Vec<_> = totals.iter().map(|(minute, total)| (at(*minute), *total)).collect();
        let mut quarters = Quarters::new();
        let fed = Series { property: smartpole_model::PropertyNo(101), channel: 0 };
        spread(&mut quarters, 0, fed, &Resets { counter: COUNTER, power_ups: &[at(32)] }, &totals);
        let rows = quarters
            .iter()
            .map(|((_, quarter, _), sums)| format!("{}: {} of {}", quarter.0 * 15, sums.sum, sums.count));
        expected.assert_eq(&rows.collect::<Vec<_>>().join(", "));
    }

    #[test]
    fn a_difference_is_spread_by_time() {
        check(&[(0, 100), (10, 130), (20, 160)], &expect!["0: 45 of 2, 15: 15 of 1"]);
        check(&[(5, 0), (45, 100)], &expect!["0: 25 of 1, 15: 37 of 0, 30: 38 of 0"]);
    }

    #[test]
    fn a_total_that_wrapped_goes_on() {
        check(&[(0, 65_530), (10, 20)], &expect!["0: 26 of 2"]);
    }

    #[test]
    fn a_total_that_was_reset_is_a_lower_bound() {
        check(&[(0, 40_000), (10, 7), (14, 9)], &expect!["0: 9 of 3"]);
    }

    #[test]
    fn a_total_after_a_power_up_or_after_the_hour_counts_from_zero() {
        check(&[(30, 65_530), (32, 20)], &expect!["30: 20 of 2"]);
        check(&[(32, 65_530), (34, 20)], &expect!["30: 26 of 2"]);
        check(&[(58, 65_530), (60, 20)], &expect!["45: 20 of 1"]);
        check(&[(58, 65_530), (60, 65_533)], &expect!["45: 3 of 1"]);
        check(&[(60, 65_530), (62, 20)], &expect!["60: 26 of 2"]);
    }

    #[test]
    fn neither_a_jump_nor_a_gap_of_more_than_seven_days_counts() {
        check(&[(0, 0), (1, 500)], &expect!["0: 500 of 2"]);
        check(&[(0, 0), (1, 60_000)], &expect!["0: 0 of 2"]);
        check(&[(0, 0), (7 * 1440 + 1, 500)], &expect![""]);
    }

    proptest! {
        #[test]
        fn shares_add_up_to_the_difference(from in 0i64..10_000_000, length in 1i64..604_800_000, difference in 0i64..100_000) {
            let sum: i64 = shares(UtcMillis(from), UtcMillis(from + length), difference).iter().map(|(_, share)| share).sum();
            prop_assert_eq!(sum, difference);
        }
    }
}
