//! Questions about poles whose devices move, over the night in which the clocks change, from memory and file together.

mod common;

use std::{collections::BTreeMap, ops::Range};

use common::{DEVICES, HOUR, MEASURED, MINUTE, MOVED, Readings, START, Square, number, two_days};
use smartpole_model::{Outcome, Reason, UtcMillis, Verdict};
use smartpole_pipeline::{Entry, RevisionReason, Scope};
use smartpole_store::{LedgerRows, State, Step};
use smartpole_window::{Aggregates, Level};

const QUARTER: i64 = 15 * MINUTE;

#[test]
fn a_pole_waits_for_a_device_only_while_it_hangs_there() {
    let mut square = Square::new();
    for device in ["d1", "d3"] {
        square.run(device, MOVED - HOUR, MOVED + HOUR, &[("pm2_5", 10)]);
    }
    square.run("d2", MOVED + HOUR, MOVED + 3 * HOUR, &[("pm2_5", 10)]);
    let seen = |pole: &str, start: i64| {
        let window = square.window(square.pole(pole), "pm2_5", Step::Hour, start)?;
        Some((window.aggregate.count, window.expected))
    };
    assert_eq!(seen("P1", MOVED - HOUR), Some((24, 24)));
    assert_eq!(seen("P1", MOVED), Some((12, 12)));
    assert_eq!(seen("P3", MOVED - HOUR), None);
    assert_eq!(seen("P3", MOVED), Some((12, 12)));
    let day = square.window(square.pole("P1"), "pm2_5", Step::Day, Level::CetDay.start(UtcMillis(MOVED)).0).unwrap();
    let (to_move, until_now) = (MOVED - day.start.0, MOVED + 3 * HOUR - 5 * MINUTE - day.start.0);
    assert_eq!(day.expected, (to_move + until_now) / (5 * MINUTE));
}

#[test]
fn a_silent_quarter_is_missing_and_one_without_people_is_zero() {
    let mut square = Square::new();
    square.run("d1", START, START + QUARTER, &[("people_in", 0)]);
    square.run("d1", START + 2 * QUARTER, START + 3 * QUARTER, &[("people_in", 4)]);
    let check = |square: &Square| {
        let windows = square.windows(square.pole("P1"), "people_in", Step::Quarter, START, START + 4 * QUARTER);
        let said: Vec<_> = windows.iter().map(|window| (window.start.0 - START, window.aggregate.sum)).collect();
        assert_eq!(said, [(0, 0), (2 * QUARTER, 12)]);
    };
    check(&square);
    square.commit();
    check(&square);
}

#[test]
fn what_a_counter_cannot_have_counted_is_told_with_its_instant() {
    let mut square = Square::new();
    for (minute, total) in [(0, 10), (1, 12), (2, 900), (3, 902)] {
        let at = START + minute * MINUTE;
        square.report("d1", at, at, &[("people_in_total", total)]);
    }
    let scope = square.device("d1");
    let Scope::Device(device) = scope else { unreachable!("it is one") };
    let told = |square: &Square, from| {
        let found = square.queries.left_out(device, (UtcMillis(from), UtcMillis(START + HOUR))).unwrap();
        found.iter().map(|left_out| (left_out.at.0 - START, left_out.crossings)).collect::<Vec<_>>()
    };
    for _ in 0..2 {
        assert_eq!(told(&square, START), [(2 * MINUTE, 888)]);
        assert_eq!(told(&square, START + 3 * MINUTE), []);
        square.commit();
    }
    assert_eq!(square.window(scope, "people_in", Step::Quarter, START).unwrap().aggregate.sum, 4);
}

#[test]
fn a_correction_is_told_alike_before_and_after_its_commit() {
    let mut square = Square::new();
    square.run("d1", START, START + 3 * HOUR, &[("pm2_5", 10), ("temperature", 5)]);
    square.commit();
    let hour = |square: &Square, property| {
        let window = square.window(square.pole("P1"), property, Step::Hour, START).unwrap();
        (window.aggregate.count, window.state, window.revision)
    };
    assert_eq!(hour(&square, "pm2_5"), (12, State::Provisional, 0));
    square.report("d1", START + MINUTE, START + 3 * HOUR, &[("pm2_5", 30)]);
    let seen = |square: &Square| (hour(square, "pm2_5"), hour(square, "temperature"));
    // two blocks: it breaks a run of equal values, so those of the next quarter are stuck later
    let corrected = ((13, State::Corrected, 2), (12, State::Provisional, 0));
    assert_eq!(seen(&square), corrected, "in memory");
    let changes = square.take();
    assert_eq!(seen(&square), corrected, "handed over");
    square.store.commit(&changes).unwrap();
    assert_eq!(seen(&square), corrected, "in the file, and the fold does not know yet");
    square.fold.write().unwrap().committed();
    assert_eq!(seen(&square), corrected, "in the file");
}

#[test]
fn a_window_is_open_until_its_last_block_is_closed_and_none_is_awaited_and_final_a_day_after_its_end() {
    let mut square = Square::new();
    let state =
        |square: &Square| square.window(square.device("d1"), "pm2_5", Step::Quarter, START).map(|window| window.state);
    assert_eq!(state(&square), None);
    square.run("d1", START, START + QUARTER, &[("pm2_5", 10)]);
    assert_eq!(state(&square), Some(State::Open), "it has not ended");
    square.report("d1", START + 2 * QUARTER - MINUTE, START + 2 * QUARTER - MINUTE, &[("pm2_5", 10)]);
    assert_eq!(state(&square), Some(State::Open), "ended, within the lateness bound");
    square.report("d1", START + 2 * QUARTER, START + 2 * QUARTER, &[("pm2_5", 10)]);
    assert_eq!(state(&square), Some(State::Open), "closed, within its interval beside");
    let later = START + 2 * QUARTER + 5 * MINUTE;
    square.report("d1", later, later, &[("pm2_5", 10)]);
    assert_eq!(state(&square), Some(State::Provisional), "closed, not yet committed");
    square.commit();
    square.report("d1", START + 25 * HOUR, START + 25 * HOUR, &[("pm2_5", 10)]);
    assert_eq!(state(&square), Some(State::Final));
}

#[test]
fn readings_belong_to_the_pole_that_their_block_does() {
    let mut square = Square::new();
    square.run("d1", MOVED - 10 * MINUTE, MOVED + 10 * MINUTE, &[("pm2_5", 16)]);
    square.run("d3", MOVED, MOVED + 10 * MINUTE, &[("pm2_5", 4)]);
    let times = |scope: Scope, limit: usize| -> Vec<(i64, i64)> {
        let span = (UtcMillis(START), UtcMillis(MOVED + HOUR));
        let readings = square.queries.readings(scope, number("pm2_5"), None, span, None, limit).unwrap();
        readings.iter().map(|reading| ((reading.event_time.0 - MOVED) / MINUTE, reading.value)).collect()
    };
    for _ in 0..2 {
        assert_eq!(times(square.device("d1"), 9), [(-10, 16), (-5, 16), (0, 16), (5, 16)]);
        assert_eq!(times(square.pole("P1"), 9), [(-10, 16), (-5, 16), (0, 4), (5, 4)]);
        assert_eq!(times(square.pole("P3"), 9), [(0, 16), (5, 16)]);
        assert_eq!(times(square.zone("stadt"), 3).len(), 4, "all of the last instant");
        square.commit();
    }
}

fn rows(span: Range<i32>) -> LedgerRows {
    LedgerRows { span, of: None, after: None, limit: 1_000 }
}

#[test]
fn the_ledger_tells_of_hours_and_days_and_the_former_states_of_windows() {
    let mut square = Square::new();
    square.run("d1", START, START + 2 * HOUR, &[("pm2_5", 10)]);
    square.report("d1", START + MINUTE, START + 2 * HOUR, &[("pm2_5", 30)]);
    square.report("d9", START, START + 2 * HOUR, &[("pm2_5", 30)]);
    square.commit();
    let (first, day) = (UtcMillis(START).utc_hour(), UtcMillis(START).utc_day());
    let uplinks = |hours| {
        let rows = square.queries.ledger_by_source(&rows(hours)).unwrap();
        rows.iter().map(|row| row.counts.get(Entry::Message(Outcome::Uplink))).collect::<Vec<_>>()
    };
    assert_eq!((uplinks(first..first + 1), uplinks(first..first + 3)), (vec![12], vec![12, 12, 1]));
    let days = square.queries.ledger_by_device(&rows(day..day + 1)).unwrap();
    assert_eq!(days.iter().map(|row| row.counts.get(Entry::Reading(Verdict::Accepted))).collect::<Vec<_>>(), [25]);
    assert_eq!(square.queries.quarantine_counts().unwrap(), BTreeMap::from([(Reason::UnknownDevice, 1)]));
    let Scope::Device(device) = square.device("d1") else { unreachable!() };
    let revisions = square.queries.revisions(device, UtcMillis(START).quarter()).unwrap();
    let former = Aggregates::unpack(&revisions[0].former).unwrap().0[0].1;
    assert_eq!((revisions.len(), revisions[0].reason, former.count), (1, RevisionReason::Late, 3));
}

#[test]
fn a_restart_finds_the_state_that_was_committed() {
    let mut square = Square::new();
    square.run("d1", START, START + 2 * HOUR, &[("pm2_5", 10), ("people_in", 3)]);
    square.commit();
    square.run("d2", START, START + 2 * HOUR, &[("temperature", -4)]);
    square.report("d1", START + MINUTE, START + 2 * HOUR, &[("pm2_5", 30)]);
    square.commit();
    assert_eq!(square.restored().snapshot().pack(), square.fold.read().unwrap().snapshot().pack());
}

fn pole_of(device: usize, measured: i64) -> &'static str {
    match device {
        0 if measured >= MOVED => "P3",
        1 => "P2",
        _ => "P1",
    }
}

fn start_of(step: Step, property: &str, measured: i64) -> i64 {
    let air = property == "pm2_5";
    let level = match step {
        Step::Quarter => return measured.div_euclid(QUARTER) * QUARTER,
        Step::Hour => Level::Hour,
        // both weeks begin in winter, when the clock shows CET, and in summer an hour before it
        Step::Week if measured < START + 25 * HOUR + i64::from(air) * HOUR => return START - (5 * 24 + 22) * HOUR,
        Step::Week => return START + 25 * HOUR + i64::from(air) * HOUR,
        _ if air => Level::CetDay,
        _ => Level::Day,
    };
    level.start(UtcMillis(measured)).0
}

/// Count, sum, smallest and largest of each window, from the readings alone.
fn recomputed(
    readings: &Readings,
    property: &str,
    step: Step,
    belongs: impl Fn(usize, &str) -> bool,
) -> BTreeMap<i64, (i64, i64, i64, i64)> {
    let mut windows: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for ((device, known, measured), value) in readings {
        if *known == property && belongs(*device, pole_of(*device, *measured)) {
            windows.entry(start_of(step, property, *measured)).or_default().push(*value);
        }
    }
    let whole = |(start, values): (i64, Vec<i64>)| {
        let extreme = |found: Option<&i64>| found.copied().filter(|_| property != "people_in").unwrap_or(0);
        let (min, max) = (extreme(values.iter().min()), extreme(values.iter().max()));
        (start, (values.len() as i64, values.iter().sum(), min, max))
    };
    windows.into_iter().map(whole).collect()
}

#[test]
fn windows_equal_a_recomputation_over_the_readings() {
    for seed in 0..6 {
        let (square, readings) = two_days(seed);
        for (scope, belongs) in scopes(&square) {
            for property in MEASURED {
                for step in [Step::Quarter, Step::Hour, Step::Day, Step::Week] {
                    let windows = square.windows(scope, property, step, START - 192 * HOUR, START + 96 * HOUR);
                    let said: BTreeMap<_, _> = windows
                        .iter()
                        .map(|window| (window.start.0, window.aggregate))
                        .map(|(start, all)| (start, (all.count, all.sum, all.min, all.max)))
                        .collect();
                    let expected = recomputed(&readings, property, step, &belongs);
                    assert_eq!(said, expected, "seed {seed}, {scope:?}, {property}, {step:?}");
                }
            }
        }
    }
}

#[test]
fn a_zone_weighs_its_poles_alike() {
    let (square, readings) = two_days(7);
    for window in square.windows(square.zone("stadt"), "temperature", Step::Hour, START, START + 48 * HOUR) {
        let mean = |pole: &str| {
            let hours = recomputed(&readings, "temperature", Step::Hour, |_, at| at == pole);
            hours.get(&window.start.0).map(|(count, sum, ..)| *sum as f64 / *count as f64)
        };
        let means: Vec<f64> = ["P1", "P2", "P3"].into_iter().filter_map(mean).collect();
        let expected = means.iter().sum::<f64>() / means.len() as f64;
        assert!((window.mean.unwrap() - expected).abs() < 1e-9, "{window:?}");
    }
}

type Belongs = Box<dyn Fn(usize, &str) -> bool>;

/// Every scope, and who belongs to it.
fn scopes(square: &Square) -> Vec<(Scope, Belongs)> {
    let mut scopes: Vec<(Scope, Belongs)> =
        vec![(square.zone("markt"), Box::new(|_, pole| pole != "P3")), (square.zone("stadt"), Box::new(|_, _| true))];
    for (index, id) in DEVICES.into_iter().enumerate() {
        scopes.push((square.device(id), Box::new(move |device, _| device == index)));
    }
    for id in ["P1", "P2", "P3"] {
        scopes.push((square.pole(id), Box::new(move |_, pole| pole == id)));
    }
    scopes
}

#[test]
fn whoever_counts_beside_a_counter_expects_it_for_all_of_that_time() {
    let mut square = Square::new();
    square.run("d1", MOVED - HOUR, MOVED + HOUR, &[("people_in", 10)]);
    let at = |pole: &str, from: i64, to: i64| {
        let counters = square.queries.counters(square.pole(pole), (&[number("people_in")], None), None).unwrap();
        let stretch = (UtcMillis(from), UtcMillis(to));
        (counters.expected(&[stretch]), counters.expected_throughout(stretch))
    };
    assert_eq!(at("P3", MOVED, MOVED + HOUR), (12, 12));
    assert_eq!(at("P3", MOVED - HOUR, MOVED + HOUR), (12, 24), "it hung there for half of it");
    assert_eq!(at("P3", MOVED - HOUR, MOVED), (0, 0));
}
