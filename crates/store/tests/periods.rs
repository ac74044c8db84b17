//! Weeks, months and years are what their days are, whatever the calendar does.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{HOUR, MINUTE, Square};
use smartpole_model::UtcMillis;
use smartpole_store::{State, Step, Wanted, Window};

fn at(text: &str) -> i64 {
    text.parse::<UtcMillis>().unwrap().0
}

/// One report at the beginning of each `step`.
fn each(square: &mut Square, device: &str, (from, to): (&str, &str), step: i64, values: &[(&str, i64)]) {
    for time in (at(from)..at(to)).step_by(step as usize) {
        square.report(device, time, time, values);
    }
}

fn said(windows: &[Window]) -> Vec<String> {
    windows.iter().map(|window| format!("{} {} {}", window.start, window.end, window.aggregate.sum)).collect()
}

#[test]
fn week_53_and_the_week_of_the_short_day_hold_their_hours() {
    let mut square = Square::new();
    each(&mut square, "d3", ("2026-03-21T00:00:00Z", "2026-03-31T00:00:00Z"), HOUR, &[("people_in", 1)]);
    square.commit();
    each(&mut square, "d2", ("2026-12-26T00:00:00Z", "2027-01-05T00:00:00Z"), HOUR, &[("people_in", 1)]);
    let weeks = |from, to| said(&square.windows(square.zone("markt"), "people_in", Step::Week, at(from), at(to)));
    // summer time begins on 29 March 2026 (IANA time-zone database): 167 hours
    assert_eq!(
        weeks("2026-03-22T23:00:00Z", "2026-03-22T23:00:01Z"),
        ["2026-03-22T23:00:00Z 2026-03-29T22:00:00Z 167"]
    );
    // ISO 8601: week 53 of 2026 is 28 December to 3 January
    assert_eq!(
        weeks("2026-12-20T23:00:01Z", "2027-01-03T23:00:00Z"),
        ["2026-12-27T23:00:00Z 2027-01-03T23:00:00Z 168"]
    );
    assert_eq!(weeks("2026-12-29T00:00:00Z", "2026-12-30T00:00:00Z").len(), 0, "none begins there");
}

#[test]
fn a_leap_year_has_its_day_in_february() {
    let mut square = Square::new();
    each(&mut square, "d1", ("2027-12-30T12:00:00Z", "2029-01-03T12:00:00Z"), 24 * HOUR, &[("people_in", 1)]);
    square.commit();
    let span = (at("2027-12-31T23:00:00Z"), at("2028-12-31T23:00:00Z"));
    let ask = |step| square.windows(square.pole("P3"), "people_in", step, span.0, span.1);
    assert_eq!(said(&ask(Step::Year)), ["2027-12-31T23:00:00Z 2028-12-31T23:00:00Z 366"]);
    let months = ask(Step::Month);
    let days: Vec<i64> = months.iter().map(|month| month.aggregate.sum).collect();
    assert_eq!(days, [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
    assert!(months.windows(2).all(|two| two[0].end == two[1].start));
    assert!(months.iter().all(|month| month.state == State::Final));
}

#[test]
fn weeks_of_air_end_with_cet_days_and_all_others_with_those_of_the_town() {
    let mut square = Square::new();
    // Sunday, 29 March 2026, 23:30 in CET, and Monday 00:30 on the clock
    let time = at("2026-03-29T22:30:00Z");
    square.report("d2", time, time, &[("pm2_5", 4), ("people_in", 4)]);
    let start = |property| {
        let weeks = square.windows(square.zone("markt"), property, Step::Week, time - 14 * 24 * HOUR, time + HOUR);
        weeks.iter().map(|week| week.start.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(start("pm2_5"), ["2026-03-22T23:00:00Z"]);
    assert_eq!(start("people_in"), ["2026-03-29T22:00:00Z"]);
}

#[test]
fn over_a_week_poles_weigh_alike_and_sound_by_its_energy() {
    let mut square = Square::new();
    let span = ("2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z");
    each(&mut square, "d3", span, 10 * MINUTE, &[("temperature", 10), ("noise", 60)]);
    let span = ("2026-11-28T12:00:00Z", "2026-11-28T18:00:00Z");
    each(&mut square, "d2", span, HOUR, &[("temperature", 20), ("noise", 70)]);
    square.commit();
    let mean = |property| {
        let weeks = square.windows(square.zone("markt"), property, Step::Week, at("2026-11-22T23:00:00Z"), at(span.1));
        (weeks.len(), weeks[0].mean.unwrap(), weeks[0].aggregate.count)
    };
    assert_eq!(mean("temperature"), (1, 15.0, 150));
    let (_, level, _) = mean("noise");
    assert!((level - 67.4).abs() < 1e-9, "10 lg ((10^6 + 10^7) / 2) = 67.4, not {level}");
}

#[test]
fn a_week_is_corrected_by_a_late_reading_and_as_of_before_it_is_as_it_was() {
    let mut square = Square::new();
    each(&mut square, "d1", ("2026-11-22T23:00:00Z", "2026-11-26T11:00:00Z"), HOUR, &[("people_in", 2)]);
    square.commit();
    let (monday, now) = (at("2026-11-22T23:00:00Z"), at("2026-11-26T11:00:00Z"));
    let week = |square: &Square, as_of: Option<i64>| {
        let pole = square.pole("P3");
        let found = match as_of {
            None => square.windows(pole, "people_in", Step::Week, monday, monday + 1),
            Some(as_of) => square.windows_as_of(as_of, pole, "people_in", Step::Week, monday, monday + 1),
        };
        found.first().map(|week| (week.aggregate.sum, week.revision, week.state))
    };
    assert_eq!(week(&square, None), Some((168, 0, State::Open)));
    square.report("d1", monday + 90 * MINUTE, now, &[("people_in", 5)]);
    assert_eq!(week(&square, None), Some((173, 1, State::Open)), "in memory");
    square.report("d1", now + 5 * 24 * HOUR, now + 5 * 24 * HOUR, &[("people_in", 1)]);
    square.commit();
    assert_eq!(week(&square, None), Some((173, 1, State::Corrected)), "the week is over");
    assert_eq!(week(&square, Some(now)), Some((168, 0, State::Open)));
    assert_eq!(week(&square, Some(now + MINUTE)), Some((173, 1, State::Open)));
    assert_eq!(week(&square, Some(monday - MINUTE)), None);
}

#[test]
fn every_window_of_a_span_is_told_also_those_of_which_nothing_is_known() {
    let mut square = Square::new();
    let hour = |n: i64| at("2026-11-22T23:00:00Z") + n * HOUR;
    for n in [1, 4] {
        square.report("d3", hour(n), hour(n), &[("pm2_5", 10)]);
    }
    let (scope, property) = (square.pole("P1"), common::number("pm2_5"));
    let (from, to) = (UtcMillis(hour(0) + 1), UtcMillis(hour(5)));
    let wanted = Wanted { scope, property, channel: None, from, to, step: Step::Hour, as_of: None };
    let every = square.queries.every_window(&wanted).unwrap();
    let told: Vec<_> = every.iter().map(|window| (window.start.0, window.aggregate.count, window.mean)).collect();
    let one = |n| (hour(n), 1, Some(10.0));
    let none = |n| (hour(n), 0, None);
    assert_eq!(told, [one(1), none(2), none(3), one(4)]);
    let states: Vec<_> = every.iter().map(|window| window.state).collect();
    let waits = "of the pole's hour that has just ended readings may still come";
    assert_eq!(states[1..], [State::Provisional, State::Open, State::Open], "{waits}");
    let known: Vec<_> = every.iter().filter(|window| window.aggregate.count > 0).copied().collect();
    assert_eq!(known, square.queries.windows(&wanted).unwrap());
}
