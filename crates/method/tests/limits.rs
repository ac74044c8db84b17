//! Numbers that air is measured against, by the tables of law and guidelines.

use std::fmt::Write;

use expect_test::expect;
use smartpole_method::{
    air::{Mean, Pollutant, Regime},
    limits::{self, Averaging, Kind, Limit},
};

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

#[test]
fn a_mean_is_above_a_number_when_it_is_above_it_rounded_to_its_digits() {
    let day = limits::all()
        .iter()
        .find(|limit| (limit.pollutant, limit.averaging) == (Pollutant::Pm10, Averaging::Day))
        .unwrap();
    assert_eq!([50_000_000, 50_499_999, 50_500_000].map(|mean| day.is_below(Mean(mean))), [false, false, true]);
    let interim = limits::all().iter().find(|limit| limit.value.to_string() == "37.5").unwrap();
    assert_eq!([37_549_999, 37_550_000].map(|mean| interim.is_below(Mean(mean))), [false, true]);
}
