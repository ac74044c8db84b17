//! Numbers that air is measured against, and how often it lay above them.

use std::fmt::Write;

use expect_test::expect;
use proptest::prelude::*;
use smartpole_method::{
    air::{Hour, HourlyMeans, Mean, Pollutant, Regime, cet_midnight, cet_year},
    limits::{self, Above, Averaging, Kind, Limit},
};

const HOUR_MS: i64 = 3_600_000;
const DAY_HOURS: i64 = 24;

/// A line for each pollutant and averaging: the number, `×` how often a year may be above it, `/` averaged over years, `±` per cent.
fn table(regime: Regime, kind: Kind, date: &str) -> String {
    let on = limits::on(date.parse().expect("a date"));
    on.filter(|limit| (limit.regime, limit.kind) == (regime, kind)).fold(String::new(), |mut text, limit| {
        let Limit { value, allowed, years, uncertainty_percent, .. } = limit;
        let (pollutant, averaging) = (limit.pollutant.id(), limit.averaging.id());
        writeln!(text, "{pollutant} {averaging} {value} ×{allowed}/{years} ±{uncertainty_percent} %").expect("memory");
        text
    })
}

#[test]
fn numbers_of_german_law() {
    // 39. BImSchV, version of 19 June 2020, §§ 2 to 5 and 8; indicative measurements by annex 1 A: 25 % gases, 50 % particles.
    expect![[r#"
        so2 hour 350 ×24/1 ±25 %
        so2 day 125 ×3/1 ±25 %
        no2 hour 200 ×18/1 ±25 %
        no2 year 40 ×0/1 ±25 %
        pm10 day 50 ×35/1 ±50 %
        pm10 year 40 ×0/1 ±50 %
        co max_8h 10 ×0/1 ±25 %
        pm2_5 year 25 ×0/1 ±50 %
    "#]]
    .assert_eq(&table(Regime::Bimschv39, Kind::Limit, "2026-11-29"));
    // § 9 (1) and (3); annex 1 A: 30 % ozone.
    expect![[r#"
        o3 max_8h 120 ×25/3 ±30 %
    "#]]
    .assert_eq(&table(Regime::Bimschv39, Kind::Target, "2026-11-29"));
    expect![[r#"
        o3 max_8h 120 ×0/1 ±30 %
    "#]]
    .assert_eq(&table(Regime::Bimschv39, Kind::LongTerm, "2026-11-29"));
}

#[test]
fn numbers_of_the_directive() {
    // Directive (EU) 2024/2881, annex I, section 1, table 2 (by 11 December 2026) and 1 (by 1 January 2030); annex V.
    expect![[r#"
        pm2_5 year 25 ×0/1 ±40 %
        pm10 day 50 ×35/1 ±50 %
        pm10 year 40 ×0/1 ±30 %
        no2 hour 200 ×18/1 ±25 %
        no2 year 40 ×0/1 ±40 %
        so2 hour 350 ×24/1 ±25 %
        so2 day 125 ×3/1 ±25 %
        co max_8h 10 ×0/1 ±20 %
    "#]]
    .assert_eq(&table(Regime::Directive2024, Kind::Limit, "2026-12-11"));
    expect![[r#"
        pm2_5 day 25 ×18/1 ±35 %
        pm2_5 year 10 ×0/1 ±40 %
        pm10 day 45 ×18/1 ±50 %
        pm10 year 20 ×0/1 ±30 %
        no2 hour 200 ×3/1 ±25 %
        no2 day 50 ×18/1 ±25 %
        no2 year 20 ×0/1 ±40 %
        so2 hour 350 ×3/1 ±25 %
        so2 day 50 ×18/1 ±25 %
        so2 year 20 ×0/1 ±40 %
        co day 4 ×18/1 ±25 %
        co max_8h 10 ×0/1 ±20 %
    "#]]
    .assert_eq(&table(Regime::Directive2024, Kind::Limit, "2030-01-01"));
    // Annex I, section 2 B and C.
    expect![[r#"
        o3 max_8h 120 ×25/3 ±25 %
    "#]]
    .assert_eq(&table(Regime::Directive2024, Kind::Target, "2026-12-11"));
    expect![[r#"
        o3 max_8h 120 ×18/3 ±25 %
    "#]]
    .assert_eq(&table(Regime::Directive2024, Kind::Target, "2030-01-01"));
    expect![[r#"
        o3 max_8h 100 ×3/1 ±25 %
    "#]]
    .assert_eq(&table(Regime::Directive2024, Kind::LongTerm, "2050-01-01"));
}

#[test]
fn numbers_of_the_world_health_organization() {
    // WHO global air quality guidelines, 2021, tables 0.1 and 0.2; days: 99th percentile, 3 to 4 a year.
    expect![[r#"
        pm2_5 year 5 ×0/1 ±50 %
        pm2_5 day 15 ×3/1 ±50 %
        pm10 year 15 ×0/1 ±50 %
        pm10 day 45 ×3/1 ±50 %
        o3 max_8h 100 ×3/1 ±30 %
        no2 year 10 ×0/1 ±25 %
        no2 day 25 ×3/1 ±25 %
        so2 day 40 ×3/1 ±25 %
        co day 4 ×3/1 ±25 %
        no2 hour 200 ×0/1 ±25 %
        co hour 35 ×0/1 ±25 %
        co max_8h 10 ×0/1 ±25 %
    "#]]
    .assert_eq(&table(Regime::Who2021, Kind::Guideline, "2026-11-29"));
    expect![[r#"
        pm2_5 year 35 ×0/1 ±50 %
        pm2_5 day 75 ×3/1 ±50 %
        pm10 year 70 ×0/1 ±50 %
        pm10 day 150 ×3/1 ±50 %
        o3 max_8h 160 ×3/1 ±30 %
        no2 year 40 ×0/1 ±25 %
        no2 day 120 ×3/1 ±25 %
        so2 day 125 ×3/1 ±25 %
        co day 7 ×3/1 ±25 %
    "#]]
    .assert_eq(&table(Regime::Who2021, Kind::Interim1, "2026-11-29"));
    expect![[r#"
        pm2_5 year 25 ×0/1 ±50 %
        pm2_5 day 50 ×3/1 ±50 %
        pm10 year 50 ×0/1 ±50 %
        pm10 day 100 ×3/1 ±50 %
        o3 max_8h 120 ×3/1 ±30 %
        no2 year 30 ×0/1 ±25 %
        no2 day 50 ×3/1 ±25 %
        so2 day 50 ×3/1 ±25 %
    "#]]
    .assert_eq(&table(Regime::Who2021, Kind::Interim2, "2026-11-29"));
    expect![[r#"
        pm2_5 year 15 ×0/1 ±50 %
        pm2_5 day 37.5 ×3/1 ±50 %
        pm10 year 30 ×0/1 ±50 %
        pm10 day 75 ×3/1 ±50 %
        no2 year 20 ×0/1 ±25 %
    "#]]
    .assert_eq(&table(Regime::Who2021, Kind::Interim3, "2026-11-29"));
    expect![[r#"
        pm2_5 year 10 ×0/1 ±50 %
        pm2_5 day 25 ×3/1 ±50 %
        pm10 year 20 ×0/1 ±50 %
        pm10 day 50 ×3/1 ±50 %
    "#]]
    .assert_eq(&table(Regime::Who2021, Kind::Interim4, "2026-11-29"));
}

#[test]
fn a_number_applies_from_its_first_day_to_its_last() {
    let directive = |date: &str| {
        let on = limits::on(date.parse().unwrap()).filter(|limit| limit.regime == Regime::Directive2024);
        on.filter(|limit| (limit.pollutant, limit.averaging) == (Pollutant::Pm10, Averaging::Year))
            .map(|limit| limit.value.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(directive("2026-12-10"), Vec::<String>::new());
    assert_eq!(directive("2026-12-11"), ["40"]);
    assert_eq!(directive("2029-12-31"), ["40"]);
    assert_eq!(directive("2030-01-01"), ["20"]);
}

#[test]
fn every_number_is_alone_in_its_time_and_says_where_it_stands() {
    for (index, limit) in limits::all().iter().enumerate() {
        let key = |limit: &Limit| (limit.regime, limit.kind, limit.pollutant, limit.averaging);
        let same = limits::all()[..index].iter().filter(|other| key(other) == key(limit));
        assert!(same.clone().all(|other| other.to.is_some_and(|to| to < limit.from)), "{limit:?}");
        assert!(!limit.source.is_empty() && limit.value.mantissa > 0 && limit.to.is_none_or(|to| limit.from < to));
    }
}

#[test]
fn words_of_the_file_are_those_of_the_interface() {
    let file = include_str!("../src/limits/limits.toml");
    for limit in limits::all() {
        assert!(file.contains(&format!("regime = \"{}\"", limit.regime.id())));
        assert!(file.contains(&format!("kind = \"{}\"", limit.kind.id())));
        assert!(file.contains(&format!(
            "pollutant = \"{}\", averaging = \"{}\"",
            limit.pollutant.id(),
            limit.averaging.id()
        )));
    }
}

fn limit(regime: Regime, pollutant: Pollutant, averaging: Averaging) -> &'static Limit {
    let known = |limit: &&Limit| (limit.regime, limit.pollutant, limit.averaging) == (regime, pollutant, averaging);
    limits::all().iter().find(known).expect("a number of the file")
}

#[test]
fn a_mean_is_above_a_number_when_it_is_above_it_rounded_to_its_digits() {
    let day = limit(Regime::Bimschv39, Pollutant::Pm10, Averaging::Day);
    assert_eq!([50_000_000, 50_499_999, 50_500_000].map(|mean| day.is_below(Mean(mean))), [false, false, true]);
    let interim = limits::all().iter().find(|limit| limit.value.to_string() == "37.5").unwrap();
    assert_eq!([37_549_999, 37_550_000].map(|mean| interim.is_below(Mean(mean))), [false, true]);
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
    limit.above(means, 2026).expect("a year")
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
    assert_eq!(pm10.above(&full_days([]), i16::MAX), None);
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
