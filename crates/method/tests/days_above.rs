//! How often a year lay above a number. Sources: 39. BImSchV, annexes 1 A, 7 A and 11 A; Directive (EU) 2024/2881, annex V.

use proptest::prelude::*;
use smartpole_method::{
    air::{Hour, HourlyMeans, Pollutant, Regime, cet_midnight, cet_year},
    limits::{self, Above, Averaging, Limit, YearMeans},
};

const HOUR_MS: i64 = 3_600_000;
const DAY_HOURS: i64 = 24;

fn limit(regime: Regime, pollutant: Pollutant, averaging: Averaging) -> &'static Limit {
    let known = |limit: &&Limit| (limit.regime, limit.pollutant, limit.averaging) == (regime, pollutant, averaging);
    limits::all().iter().find(known).expect("a number of the file")
}

/// Hours of 2026, numbered from its first in CET, with one reading each.
fn means(hours: impl IntoIterator<Item = (i64, i64)>) -> HourlyMeans {
    let (from, _) = cet_year(2026).expect("a year");
    let window = |(hour, value)| (from.plus(hour * HOUR_MS), Hour { sum: value, count: 1, expected: 1 });
    HourlyMeans::new(0, hours.into_iter().map(window))
}

/// Full days of 2026 with a value each.
fn full_days(days: impl IntoIterator<Item = (i64, i64)>) -> HourlyMeans {
    means(days.into_iter().flat_map(|(day, value)| (0..DAY_HOURS).map(move |hour| (day * DAY_HOURS + hour, value))))
}

fn above(limit: &Limit, means: &HourlyMeans) -> Above {
    limit.above(&YearMeans::new(means, 2026).expect("a year"))
}

#[test]
fn days_above_the_number_are_counted_among_valid_days_of_the_year() {
    let pm10 = limit(Regime::Bimschv39, Pollutant::Pm10, Averaging::Day);
    let value = |day: i64| if day < 10 { 51 } else { 50 };
    let counted = above(pm10, &full_days((-5..370).map(|day| (day, value(day)))));
    assert_eq!(counted, Above { above: 10, valid: 365, of: 365, is_complete: true });
    let hours = |n: i64| above(pm10, &means((0..n).map(|hour| (hour, 51))));
    assert_eq!((hours(18).above, hours(18).valid), (1, 1));
    assert_eq!((hours(17).above, hours(17).valid), (0, 0), "17 hours make no day");
    assert!(YearMeans::new(&full_days([]), i16::MAX).is_none());
}

#[test]
fn a_count_of_days_is_one_of_a_year_from_90_or_85_per_cent_of_them() {
    let complete = |regime, n: i64| {
        let counted = above(limit(regime, Pollutant::Pm10, Averaging::Day), &full_days((0..n).map(|day| (day, 10))));
        (counted.valid, counted.is_complete)
    };
    assert_eq!((complete(Regime::Bimschv39, 329), complete(Regime::Bimschv39, 328)), ((329, true), (328, false)));
    assert_eq!(
        (complete(Regime::Directive2024, 311), complete(Regime::Directive2024, 310)),
        ((311, true), (310, false))
    );
}

#[test]
fn hours_above_the_number_are_counted_among_valid_hours() {
    let no2 = limit(Regime::Bimschv39, Pollutant::No2, Averaging::Hour);
    let counted = |n: i64| above(no2, &means((0..n).map(|hour| (hour, if hour < 3 { 201 } else { 200 }))));
    assert_eq!(counted(7_884), Above { above: 3, valid: 7_884, of: 8_760, is_complete: true });
    assert!(!counted(7_883).is_complete);
}

#[test]
fn a_year_lies_above_the_number_of_a_year_or_does_not() {
    let no2 = limit(Regime::Bimschv39, Pollutant::No2, Averaging::Year);
    let counted = |n: i64, value| above(no2, &means((0..n).map(|hour| (hour, value))));
    assert_eq!(counted(7_884, 41), Above { above: 1, valid: 1, of: 1, is_complete: true });
    assert_eq!(counted(7_884, 40), Above { above: 0, valid: 1, of: 1, is_complete: true });
    assert_eq!(counted(7_883, 41), Above { above: 0, valid: 0, of: 1, is_complete: false });
}

#[test]
fn days_of_8_hours_count_by_their_largest_mean() {
    let ozone = limit(Regime::Bimschv39, Pollutant::O3, Averaging::Max8h);
    let peak = |hours: i64| {
        let value = move |hour: i64| if (36..36 + hours).contains(&hour) { 200 } else { 80 };
        above(ozone, &means((-7..3 * DAY_HOURS).map(|hour| (hour, value(hour)))))
    };
    assert_eq!((peak(3).above, peak(2).above, peak(3).valid), (1, 0, 3), "125 and 110 in the mean of 8 hours");
}

/// Hours of April to September 2026 that `has` has by the number of their month, day of the month and hour, and those of every night before.
fn summer(has: impl Fn(i8, i64, i64) -> bool) -> HourlyMeans {
    let (first, _) = cet_year(2026).expect("a year");
    let hours = (4..=9i8).flat_map(|month| {
        let date = jiff::civil::date(2026, month, 1);
        let start = cet_midnight(date).since(first) / HOUR_MS;
        (0..i64::from(date.days_in_month()) * DAY_HOURS).map(move |hour| (month, hour, start + hour))
    });
    let kept = hours.filter(|(month, hour, _)| has(*month, hour / DAY_HOURS + 1, hour % DAY_HOURS));
    means(kept.map(|(_, _, hour)| (hour, 100)))
}

#[test]
fn a_count_of_ozone_days_is_one_of_a_year_from_five_of_six_summer_months() {
    // 39. BImSchV, annex 7 A.
    let complete =
        |means: &HourlyMeans| above(limit(Regime::Bimschv39, Pollutant::O3, Averaging::Max8h), means).is_complete;
    assert!(complete(&summer(|month, _, _| month != 7)));
    assert!(!complete(&summer(|month, _, _| month != 7 && month != 4)));
    assert!(
        !above(limit(Regime::Directive2024, Pollutant::O3, Averaging::Max8h), &summer(|_, _, _| true)).is_complete,
        "half a year"
    );
}

#[test]
fn a_month_of_ozone_needs_27_days_and_90_per_cent_of_its_hours_by_day() {
    // 39. BImSchV, annex 7 A. July is missing, so that June decides.
    let complete =
        |means: &HourlyMeans| above(limit(Regime::Bimschv39, Pollutant::O3, Averaging::Max8h), means).is_complete;
    let june = |has: fn(i64, i64) -> bool| summer(move |month, day, hour| month != 7 && (month != 6 || has(day, hour)));
    assert!(complete(&june(|day, _| day <= 27)), "27 days, 324 of 360 hours");
    assert!(!complete(&june(|day, hour| day <= 27 && (day, hour) != (9, 8))), "27 days, 323 hours");
    assert!(complete(&june(|day, hour| day <= 27 && (day, hour) != (9, 7))), "an hour before 8 is not by day");
    assert!(!complete(&june(|day, hour| day <= 26 || (8..20).contains(&hour) && day <= 28)), "days of 12 hours");
}

proptest! {
    #[test]
    fn more_air_above_a_number_is_no_fewer_days(mut days in prop::collection::vec(0i64..100, 1..30), at in 0usize..30, more in 0i64..100) {
        let pm10 = limit(Regime::Bimschv39, Pollutant::Pm10, Averaging::Day);
        let counted = |days: &[i64]| above(pm10, &full_days((0i64..).zip(days.iter().copied())));
        let before = counted(&days);
        let at = at % days.len();
        days[at] += more;
        let after = counted(&days);
        prop_assert!(before.above <= after.above && after.above <= after.valid && after.valid <= after.of);
    }
}
