//! Public counts are those of an hour after their step, whatever came later.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{DEVICES, HOUR, MINUTE, START, Square, number};
use smartpole_method::public::known_at;
use smartpole_model::{Quarter, UtcMillis};
use smartpole_pipeline::Scope;
use smartpole_store::{Frozen, Step, WantedFrozen};

/// `d1` was at P3 already.
const MOVED_EARLIER: &str = "id,pole,profile,from,line,direction\nd1,P1,station,,,\nd1,P3,station,2026-03-29T01:00:00Z,,\n\
                             d2,P2,station,,,\nd3,P1,station,,,\n";
/// `d1` was never here.
const MOVED_AWAY: &str = "id,pole,profile\nd1,P3,station\nd2,P2,station\nd3,P1,station\n";
const HOURS: i64 = 20;

/// Zone `markt`, by its poles in the registry's order.
fn frozen(square: &Square) -> Frozen {
    let property = number("people_in");
    let (from, to) = (UtcMillis(START).quarter(), UtcMillis(START + HOURS * HOUR).quarter());
    let wanted = WantedFrozen { poles: &[0, 1], properties: [property, property], from, to };
    square.queries.frozen(&wanted).unwrap()
}

fn counts(frozen: &Frozen) -> Vec<(Quarter, Option<i64>)> {
    let known = frozen.quarters.iter().filter(|found| known_at(found.quarter) <= frozen.known);
    known.map(|found| (found.quarter, found.counts[0])).collect()
}

/// What the zone's window said when it was first shown.
fn as_of_then(square: &Square, zone: Scope, quarter: Quarter) -> Option<i64> {
    let (from, to) = (quarter.start().0, quarter.end().0);
    let windows = square.windows_as_of(known_at(quarter).0, zone, "people_in", Step::Quarter, from, to);
    let window = windows.first()?.aggregate;
    (window.count > 0 || window.sum != 0 || window.interpolated > 0).then_some(window.sum)
}

#[test]
fn counts_stay_what_they_were_as_late_readings_and_another_registry_come() {
    let (mut square, mut dice) = (Square::new(), 7u64);
    let mut throw = move |sides: i64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) as i64 % sides
    };
    let mut shown = Vec::new();
    for now in (START..START + HOURS * HOUR).step_by(3 * MINUTE as usize) {
        let delay = if throw(4) == 0 { throw(5 * 60) * MINUTE } else { 0 };
        square.report(DEVICES[throw(3) as usize], (now - delay).max(START), now, &[("people_in", throw(4))]);
        if throw(20) == 0 {
            square.commit();
            shown.push(counts(&frozen(&square)));
        }
    }
    let zone = square.zone("markt");
    square.commit();
    let last = counts(&frozen(&square));
    for (quarter, count) in &last {
        assert_eq!(*count, as_of_then(&square, zone, *quarter), "{quarter:?}");
    }
    shown.push(last);
    for devices in [MOVED_EARLIER, MOVED_AWAY] {
        square.register(devices, START + HOURS * HOUR);
        square.commit();
        shown.push(counts(&frozen(&square)));
    }
    assert!(shown.len() > 10);
    for pair in shown.windows(2) {
        assert_eq!(pair[0], pair[1][..pair[0].len()]);
    }
}

#[test]
fn a_quarter_is_known_an_hour_after_its_step_is_over_and_committed() {
    let mut square = Square::new();
    square.report("d1", START, START, &[("people_in", 3)]);
    square.commit();
    let hour_of_night = 2 * HOUR; // 22:00 to 23:00 in Castrop-Rauxel, and an hour
    square.report("d2", START + hour_of_night - MINUTE, START + hour_of_night - MINUTE, &[("people_in", 1)]);
    square.commit();
    assert_eq!(counts(&frozen(&square)), []);
    square.report("d2", START + hour_of_night, START + hour_of_night, &[("people_in", 1)]);
    assert_eq!(counts(&frozen(&square)), [], "not committed");
    square.commit();
    let quarters = UtcMillis(START).quarter().0..;
    let expected: Vec<_> = quarters.map(Quarter).zip([Some(3), None, None, None]).collect();
    assert_eq!(counts(&frozen(&square)), expected);
}

#[test]
fn coverage_is_of_counters_that_have_counted_and_stand_there() {
    let mut square = Square::new();
    square.report("d1", START, START, &[("people_in", 3)]);
    square.report("d2", START + MINUTE, START + MINUTE, &[("people_in", 3)]);
    square.report("d3", START + MINUTE, START + MINUTE, &[("temperature", 3)]);
    square.report("d2", START + HOURS * HOUR, START + HOURS * HOUR, &[("people_in", 1)]);
    square.commit();
    let found = frozen(&square).quarters;
    let of = |quarter: usize| (found[quarter].counters, found[quarter].measuring, found[quarter].counts[0]);
    assert_eq!((of(0), of(1), of(9 * 4)), ((2, 2, Some(6)), (2, 0, None), (1, 0, None)), "d1 moves after nine hours");
}
