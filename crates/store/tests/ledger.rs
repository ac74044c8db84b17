//! The ledger's rows, page by page, and held against themselves; a device's clock and what lies next to an instant.
#![allow(clippy::unwrap_used, clippy::unreachable, reason = "helpers of tests")]

mod common;

use common::{HOUR, MINUTE, START, Square};
use expect_test::{Expect, expect};
use smartpole_model::{DeviceNo, TimeSource, UtcMillis};
use smartpole_pipeline::Scope;
use smartpole_store::{Clock, FILE, LedgerRow, LedgerRows};
use smartpole_window::Row;

/// Two devices over two hours and a day later, a conflict, a copy, a stranger.
fn story() -> Square {
    let mut square = Square::new();
    square.run("d1", START, START + 2 * HOUR, &[("pm2_5", 10), ("people_in", 3)]);
    square.report("d1", START, START + 2 * HOUR, &[("pm2_5", 11)]);
    square.report("d1", START, START + 2 * HOUR, &[("pm2_5", 10)]);
    square.report("d9", START, START + 2 * HOUR, &[("pm2_5", 30)]);
    square.run("d2", START + 24 * HOUR, START + 25 * HOUR, &[("temperature", 500_000)]);
    square.commit();
    square
}

fn device(square: &Square, id: &str) -> DeviceNo {
    let Scope::Device(device) = square.device(id) else { unreachable!() };
    device
}

fn wanted(first: i32, length: i32, limit: usize) -> LedgerRows {
    LedgerRows { span: first..first + length, of: None, after: None, limit }
}

fn keys(rows: &[LedgerRow]) -> Vec<(i32, u32)> {
    rows.iter().map(|row| (row.at, row.of)).collect()
}

#[test]
fn pages_of_rows_follow_each_other_and_one_device_or_source_can_be_had_alone() {
    let square = story();
    let (hour, day) = (UtcMillis(START).utc_hour(), UtcMillis(START).utc_day());
    let by_source = |wanted: &LedgerRows| square.queries.ledger_by_source(wanted).unwrap();
    let whole = by_source(&wanted(hour, 48, 100));
    assert_eq!(keys(&whole), [(hour, 0), (hour + 1, 0), (hour + 2, 0), (hour + 24, 0)]);
    let mut paged = by_source(&wanted(hour, 48, 3));
    paged.extend(by_source(&LedgerRows { after: Some((hour + 2, 0)), ..wanted(hour, 48, 3) }));
    assert_eq!(paged, whole);
    assert_eq!(by_source(&LedgerRows { of: Some(1), ..wanted(hour, 48, 100) }), []);
    assert_eq!(by_source(&LedgerRows { of: Some(0), ..wanted(hour, 48, 100) }), whole);

    let (d1, d2) = (device(&square, "d1").0, device(&square, "d2").0);
    let by_device = |wanted: &LedgerRows| square.queries.ledger_by_device(wanted).unwrap();
    let whole = by_device(&wanted(day, 2, 100));
    assert_eq!(keys(&whole), [(day, d1), (day + 1, d2)]);
    assert_eq!(by_device(&LedgerRows { after: Some((day, d1)), ..wanted(day, 2, 1) }), whole[1..]);
    assert_eq!(by_device(&LedgerRows { of: Some(d2), ..wanted(day, 2, 100) }), whole[1..]);
    assert_eq!(by_device(&LedgerRows { of: Some(d1), after: Some((day, d1)), ..wanted(day, 2, 100) }), []);
    assert_eq!(by_device(&wanted(day, 2, 1)), whole[..1]);
}

/// What a check finds after `sql` was done to the file behind the program's back.
fn tampered(sql: &str, expect: &Expect) {
    let square = story();
    assert_eq!(square.queries.check_ledger().unwrap(), Some(Vec::new()));
    let file = rusqlite::Connection::open(square.dir().join(FILE)).unwrap();
    assert!(file.execute(sql, []).unwrap() > 0, "nothing was changed");
    let faults = square.queries.check_ledger().unwrap().unwrap();
    expect.assert_eq(&faults.iter().map(|fault| fault.to_string() + "\n").collect::<String>());
}

#[test]
fn a_row_with_one_more_or_less_is_found_with_its_hour_and_source() {
    tampered(
        "UPDATE ledger_source SET n = n + 1 WHERE entry = 1 AND hour = (SELECT min(hour) FROM ledger_source)",
        &expect![[r#"
            source "broker", hour of 2026-03-28T21:00:00Z: 12 journalled, but 13 with an outcome
            messages uplink: the rows sum up to 37, 36 were counted
            day of 2026-03-28T00:00:00Z: messages uplink: devices sum up to 24, sources to 25
        "#]],
    );
    tampered(
        "UPDATE ledger_source SET n = -n WHERE entry = 65 AND hour = (SELECT max(hour) FROM ledger_source)",
        &expect![[r#"
            source "broker", hour of 2026-03-29T21:00:00Z: 12 decoded, but 0 with an outcome
            readings accepted: the rows sum up to 36, 60 were counted
            day of 2026-03-29T00:00:00Z: readings accepted: devices sum up to 12, sources to 0
        "#]],
    );
}

#[test]
fn a_row_that_is_gone_or_changed_on_both_sides_is_missing_from_the_sums() {
    tampered(
        "DELETE FROM ledger_source WHERE hour = (SELECT min(hour) FROM ledger_source)",
        &expect![[r#"
        messages journalled: the rows sum up to 27, 39 were counted
        messages uplink: the rows sum up to 24, 36 were counted
        readings decoded: the rows sum up to 38, 62 were counted
        readings accepted: the rows sum up to 36, 60 were counted
        windows aggregatable: the rows sum up to 24, 48 were counted
        windows on_time: the rows sum up to 24, 48 were counted
        day of 2026-03-28T00:00:00Z: messages uplink: devices sum up to 24, sources to 12
        day of 2026-03-28T00:00:00Z: readings accepted: devices sum up to 48, sources to 24
    "#]],
    );
    tampered(
        "UPDATE ledger_source SET n = n + 1 WHERE entry IN (0, 1) AND hour = (SELECT min(hour) FROM ledger_source)",
        &expect![[r#"
            messages journalled: the rows sum up to 40, 39 were counted
            messages uplink: the rows sum up to 37, 36 were counted
            day of 2026-03-28T00:00:00Z: messages uplink: devices sum up to 24, sources to 25
        "#]],
    );
    tampered(
        "UPDATE ledger_source SET entry = 40 WHERE entry = 17",
        &expect![[r#"
        source "broker", hour of 2026-03-28T23:00:00Z: 3 journalled, but 2 with an outcome
        messages quarantined: unknown_device: the rows sum up to 0, 1 were counted
        entry 40: the rows sum up to 1, 0 were counted
    "#]],
    );
}

#[test]
fn a_device_whose_day_is_gone_or_another_s_is_found() {
    tampered(
        "DELETE FROM ledger_device WHERE device = 1",
        &expect![[r#"
        day of 2026-03-29T00:00:00Z: messages uplink: devices sum up to 0, sources to 12
        day of 2026-03-29T00:00:00Z: readings accepted: devices sum up to 0, sources to 12
    "#]],
    );
    tampered(
        "UPDATE ledger_device SET id = id + (1 << 32) WHERE device = 0",
        &expect![[r#"
        day of 2026-03-28T00:00:00Z: messages uplink: devices sum up to 0, sources to 24
        day of 2026-03-28T00:00:00Z: messages duplicate: devices sum up to 0, sources to 1
        day of 2026-03-28T00:00:00Z: readings accepted: devices sum up to 0, sources to 48
        day of 2026-03-28T00:00:00Z: readings duplicate: devices sum up to 0, sources to 1
        day of 2026-03-28T00:00:00Z: readings quarantined: conflicting_value: devices sum up to 0, sources to 1
        day of 2026-03-29T00:00:00Z: messages uplink: devices sum up to 36, sources to 12
        day of 2026-03-29T00:00:00Z: messages duplicate: devices sum up to 1, sources to 0
        day of 2026-03-29T00:00:00Z: readings accepted: devices sum up to 60, sources to 12
        day of 2026-03-29T00:00:00Z: readings duplicate: devices sum up to 1, sources to 0
        day of 2026-03-29T00:00:00Z: readings quarantined: conflicting_value: devices sum up to 1, sources to 0
    "#]],
    );
}

#[test]
fn a_check_waits_for_the_batch_under_way_and_counts_nothing_that_is_not_handed_over() {
    let mut square = story();
    square.run("d1", START + 26 * HOUR, START + 27 * HOUR, &[("pm2_5", 10)]);
    assert_eq!(square.queries.check_ledger().unwrap(), Some(Vec::new()), "folded, and not handed over");
    let changes = square.take();
    assert_eq!(square.queries.check_ledger().unwrap(), None, "handed over, and not committed");
    square.store.commit(&changes).unwrap();
    assert_eq!(square.queries.check_ledger().unwrap(), Some(Vec::new()));
}

#[test]
fn an_empty_store_has_nothing_to_find() {
    assert_eq!(Square::new().queries.check_ledger().unwrap(), Some(Vec::new()));
}

#[test]
fn a_clock_s_offset_is_the_median_delay_and_one_message_that_waited_changes_nothing() {
    let mut square = Square::new();
    let clock = |square: &Square| square.queries.clock(device(square, "d1")).unwrap();
    assert_eq!(clock(&square), None);
    for minute in 0..40 {
        let measured = START + minute * 10 * MINUTE;
        let waited = if minute == 35 { 5 * HOUR } else { 0 };
        square.report("d1", measured, measured + 90_000 + waited, &[("pm2_5", 10)]);
    }
    let expected = Some(Clock { source: TimeSource::Payload, offset_ms: Some(90_000), n: 31 });
    assert_eq!(clock(&square), expected);
    square.commit();
    assert_eq!(clock(&square), expected, "from the file");
}

#[test]
fn a_clock_ahead_of_ours_has_a_negative_offset_and_a_device_without_one_has_none() {
    let mut square = Square::new();
    square.report("d1", START + MINUTE, START, &[("pm2_5", 10)]);
    square.report("d1", START + 2 * MINUTE, START + MINUTE, &[("pm2_5", 10)]);
    square.report_untimed("d2", START, &[("pm2_5", 10)]);
    let clock = |id| square.queries.clock(device(&square, id)).unwrap();
    assert_eq!(clock("d1"), Some(Clock { source: TimeSource::Payload, offset_ms: Some(-MINUTE), n: 2 }));
    assert_eq!(clock("d2"), Some(Clock { source: TimeSource::Receipt, offset_ms: None, n: 0 }));
}

#[test]
fn neighbours_are_the_last_row_up_to_an_instant_and_the_first_after_it_within_two_days() {
    let mut square = Square::new();
    square.report("d1", START, START, &[("pm2_5", 1)]);
    square.report("d1", START + 2 * HOUR, START + 2 * HOUR, &[("pm2_5", 2)]);
    square.report("d1", START + 2 * HOUR, START + 2 * HOUR, &[("temperature", 3)]);
    square.commit();
    square.report("d1", START + 60 * HOUR, START + 60 * HOUR, &[("pm2_5", 4)]);
    let at = |millis: i64| {
        let neighbours = square.queries.neighbours(device(&square, "d1"), UtcMillis(millis)).unwrap();
        let values = |row: Option<Row>| row.map(|row| row.values.iter().map(|value| value.value).collect::<Vec<_>>());
        (values(neighbours.before), values(neighbours.after))
    };
    assert_eq!(at(START - 1), (None, Some(vec![1])));
    assert_eq!(at(START), (Some(vec![1]), Some(vec![2, 3])));
    assert_eq!(at(START + 2 * HOUR), (Some(vec![2, 3]), None), "the next comes more than two days later");
    assert_eq!(at(START + 13 * HOUR), (Some(vec![2, 3]), Some(vec![4])));
    assert_eq!(at(START + 60 * HOUR), (Some(vec![4]), None));
    let exactly = |millis| {
        let row = square.queries.row_at(device(&square, "d1"), UtcMillis(millis)).unwrap();
        row.map(|row| row.values.iter().map(|value| value.value).collect::<Vec<_>>())
    };
    assert_eq!((exactly(START + 2 * HOUR), exactly(START + 1)), (Some(vec![2, 3]), None));
}
