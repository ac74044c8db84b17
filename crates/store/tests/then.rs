//! As of an instant before the registry changed everything is answered as it was then: figures, coverage, states, who counted.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{HOUR, INSTALLED, MINUTE, POLES, START, Square, TEXTS, Texts, ZONES};
use smartpole_model::{Flags, Series, UtcMillis};
use smartpole_pipeline::Scope;
use smartpole_store::{Step, Stretch, WantedHours};
use smartpole_window::RowValue;

/// All that is asked of the square, as text, but revisions under way.
fn answers(square: &Square, as_of: Option<i64>) -> String {
    let mut said = String::new();
    let (from, to) = (START - 2 * HOUR, START + 4 * HOUR);
    let scopes = ["d1", "d2", "d3"].map(|id| square.device(id)).into_iter();
    let scopes = scopes.chain([square.pole("P1"), square.pole("P2"), square.zone("markt"), square.zone("stadt")]);
    for scope in scopes {
        for (property, step) in [("temperature", Step::Quarter), ("people_in", Step::Hour), ("temperature", Step::Day)]
        {
            let windows = match as_of {
                None => square.windows(scope, property, step, from, to),
                Some(as_of) => square.windows_as_of(as_of, scope, property, step, from, to),
            };
            said += &format!("{scope:?} {property} {windows:#?}\n");
        }
        let people = [common::number("people_in")];
        let counters = square.queries.counters(scope, (&people, None), as_of.map(UtcMillis)).unwrap();
        let span: [Stretch; 1] = [(UtcMillis(from), UtcMillis(to))];
        said += &format!("{:?} {}\n", counters.in_service(&span), counters.expected(&span));
        if let Scope::Device(device) = scope {
            let series = Series { property: common::number("temperature"), channel: 0 };
            let value = RowValue { series, value: 40, flags: Flags::NONE };
            let making = square.queries.making(as_of.map(UtcMillis)).unwrap();
            said += &format!(
                "{:?}\n",
                making.of(device, UtcMillis(START).quarter()).counted(UtcMillis(START), &[value], value)
            );
        }
    }
    let (poles, properties) = (["P1", "P2"].map(|id| square.pole_no(id)), ["temperature", "pm2_5"].map(common::number));
    let (from, to, as_of) = (UtcMillis(from), UtcMillis(to), as_of.map(UtcMillis));
    let wanted = WantedHours { poles: &poles, properties: &properties, from, to, as_of };
    said + &format!("{:#?}", square.queries.pole_hours(&wanted, |pole, hours| (pole, hours)).unwrap())
}

/// Two hours of three devices: `d2` is silent in the second of them, and the last quarter of `d3` is open.
fn square() -> (Square, i64) {
    let (mut square, known) = (Square::new(), START + 2 * HOUR + 7 * MINUTE);
    square.run("d2", START, START + HOUR, &[("temperature", 20), ("people_in", 2)]);
    square.run("d1", START, START + 2 * HOUR, &[("temperature", 10), ("people_in", 1)]);
    square.run("d3", START, known, &[("temperature", 40), ("pm2_5", 7)]);
    square.commit();
    (square, known.div_euclid(MINUTE) * MINUTE)
}

/// After a registry that differs by these files, and after more was measured, the answers as of before are what they were.
#[track_caller]
fn check(files: Texts<'_>) {
    let (mut square, known) = square();
    // the minute asked about is over, and nothing else came in it
    square.report("d3", known, known, &[("pm2_5", 7)]);
    square.tick(known + MINUTE);
    let before = answers(&square, None);
    assert_eq!(answers(&square, Some(known + MINUTE)), before, "before anything changed");
    square.redraw(files, known + HOUR);
    square.commit();
    assert_eq!(answers(&square, Some(known + MINUTE)), before);
    square.run("d1", known + HOUR, known + 2 * HOUR, &[("temperature", 30), ("pm2_5", 3), ("people_in", 4)]);
    square.commit();
    assert_eq!(answers(&square, Some(known + MINUTE)), before, "and after more came");
    assert_ne!(answers(&square, None), before);
}

#[test]
fn a_device_that_left_the_registry_counts_as_it_did_also_in_hours_of_silence() {
    check(Texts { devices: "id,pole,profile\nd1,P1,station\nd3,P1,station\n", ..TEXTS });
}

#[test]
fn a_device_that_is_said_to_have_hung_elsewhere_is_expected_where_it_hung() {
    check(Texts { devices: "id,pole,profile\nd1,P2,station\nd2,P1,station\nd3,P2,station\n", ..TEXTS });
}

#[test]
fn a_device_that_is_said_to_report_less_often_is_expected_as_often_as_before() {
    check(Texts { devices: &INSTALLED.replace("d2,P2,station", "d2,P2,slow"), ..TEXTS });
}

#[test]
fn poles_of_a_zone_are_those_of_then() {
    check(Texts { zones: &ZONES.replace(r#"["P1","P2"]"#, r#"["P1","P3"]"#), ..TEXTS });
}

#[test]
fn a_pole_that_was_put_up_later_is_not_among_those_of_before_and_one_that_left_is() {
    let poles = POLES.replace("P2,P2,Markt,51.551,7.311", "P9,P9,Markt,51.551,7.311");
    let zones = ZONES.replace("\"P2\"", "\"P9\"");
    let devices = "id,pole,profile\nd1,P1,station\nd2,P9,station\nd3,P1,station\n";
    check(Texts { poles: &poles, devices, zones: &zones, ..TEXTS });
}

#[test]
fn a_calibration_of_the_past_is_in_nothing_of_before_it_was_known_closed_or_open() {
    let calibrations = format!("{}d3,temperature,0,,,1.5,2\n", TEXTS.calibrations);
    check(Texts { calibrations: &calibrations, ..TEXTS });
}
