//! A registry that changes the past: once it is settled, all is as if it had been in force from the start; only the revisions tell.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{MINUTE, Memory, START, device_scope, fold, fold_on, inputs, message, tick};
use std::collections::BTreeMap;

use smartpole_model::{DeviceNo, PoleNo, PropertyNo, Record, RecordRef, Series, UtcMillis};
use smartpole_pipeline::{Env, RESETTLE, RevisionReason, Scope, Settling};
use smartpole_window::{Aggregates, Level};

/// Five hours of three devices, under one registry, and then under another, settled by as many steps as are needed.
fn history(first: &str, then: Option<&str>) -> Vec<Record> {
    let mut records = vec![inputs(first, START)];
    for minute in (0..300).step_by(5) {
        let at = START + minute * MINUTE;
        for (n, device) in ["d1", "d2", "d3"].into_iter().enumerate() {
            let stuck = if n == 1 && (60..120).contains(&minute) { 0 } else { minute };
            let values = [("pm2_5", 700 + stuck + n as i64), ("people_in_total", 40 + 3 * minute)];
            records.push(message(device, at, at + 2_000, &values));
        }
    }
    records.extend((301..340).map(|minute| tick(START + minute * MINUTE)));
    let later = START + 400 * MINUTE;
    if let Some(then) = then {
        records.push(inputs(then, later));
        for n in 0..4 {
            records.push(Record::Command { received_at: UtcMillis(later + n), text: RESETTLE.to_owned() });
            records.push(message("d3", later + n * MINUTE, later + n * MINUTE + 1_000, &[("pm2_5", 4)]));
        }
    }
    records
}

/// What blocks, hours and days say that nothing came to later.
fn windows(memory: &Memory) -> impl PartialEq + std::fmt::Debug + use<> {
    let before = |start: i64| start < START + 390 * MINUTE;
    let (mut blocks, mut rollups) = common::windows(memory);
    blocks.retain(|((quarter, _), _)| before(quarter.start().0));
    rollups.retain(|((_, start, _), _)| before(*start));
    (blocks, rollups)
}

#[track_caller]
fn check(first: &str, then: &str) -> Memory {
    let settled = fold(&history(first, Some(then)), 1_000, |_| false);
    let from_the_start = fold(&history(then, None), 1_000, |_| false);
    assert!(settled.restore.resettling.is_empty(), "something is left to settle");
    assert_eq!(windows(&settled), windows(&from_the_start));
    settled
}

#[test]
fn a_move_a_reversed_line_a_device_on_the_shelf_and_a_calibration_hold_from_their_dates() {
    let memory = check("first", "moved");
    let reasons: Vec<_> = memory.revisions.iter().map(|row| (row.device.0, row.reason)).collect();
    assert!(reasons.iter().all(|(_, reason)| *reason == RevisionReason::Registry), "{reasons:?}");
    // d1 counts the other way round, d2 is calibrated, d3 counts as before and for nobody but itself
    let of = |device: u32| reasons.iter().filter(|(known, _)| *known == device).count();
    // (11 blocks from the one in which the calibration begins to the one in which it ends)
    assert_eq!((of(0), of(1), of(2)), (16, 11, 0));
    check("moved", "first");
}

/// Puts a block of d1 and its hours and days into the store as a program with other rules had summed it up: a count less.
fn summed_otherwise(memory: &mut Memory) -> Vec<u8> {
    let quarter = UtcMillis(START + 60 * MINUTE).quarter();
    let block = memory.blocks.get_mut(&(quarter, DeviceNo(0))).unwrap();
    let was = Aggregates::unpack(&block.aggregates).unwrap();
    let mut other = was.clone();
    other.0.last_mut().unwrap().1.sum -= 1;
    block.aggregates = other.pack();
    for ((level, start, scope), all) in &mut memory.rollups {
        if *scope == device_scope(0) && level.start(quarter.start()).0 == *start {
            let mut less = all.minus(&was);
            less.merge(&other);
            *all = less;
        }
    }
    other.pack()
}

#[test]
fn what_a_program_with_other_rules_summed_up_is_worked_out_anew_with_a_revision_that_says_so() {
    let mut memory = fold(&history("first, former", None), 1_000, |_| false);
    let was = summed_otherwise(&mut memory);
    let mut records = history("first, former", None);
    let later = START + 400 * MINUTE;
    records.push(inputs("first", later));
    records.extend((0..4).map(|n| Record::Command { received_at: UtcMillis(later + n), text: RESETTLE.to_owned() }));
    for kill in [false, true] {
        let upgraded = fold_on(memory.clone(), &records, 1, |step| kill && step % 3 == 0);
        assert!(upgraded.restore.resettling.is_empty(), "something is left to settle");
        assert_eq!(windows(&upgraded), windows(&fold(&history("first", None), 1_000, |_| false)));
        let revisions: Vec<_> = upgraded.revisions.iter().map(|row| (row.reason, row.former.clone())).collect();
        assert_eq!(revisions, [(RevisionReason::Rules, was.clone())]);
    }
}

#[test]
fn what_is_to_be_settled_is_told_before_it_is() {
    let (memory, after) = (fold(&history("first", None), 1_000, |_| false), check("first", "moved"));
    let library = common::library();
    let mut fold = memory.restored(&library);
    assert_eq!(fold.settling(), Settling::default());
    let env = Env { stored: &memory, inputs: &library };
    let (received_at, next) = (UtcMillis(START + 400 * MINUTE), fold.position().0.next());
    fold.apply(next, &RecordRef::Inputs { received_at, hash: "moved" }, false, &env).unwrap();
    let Settling { devices, quarters, first } = fold.settling();
    // d1 whole, d2 as long as it is calibrated, d3 whole as it moved to the shelf
    assert_eq!(devices, 3);
    assert!(first.is_some_and(|first| first.start().0 >= START - 15 * MINUTE), "{first:?}");
    let revised = after.revisions.iter().filter(|row| row.reason == RevisionReason::Registry).count() as u64;
    assert!((revised..=revised + 60).contains(&quarters), "{quarters} announced, {revised} revised");
}

#[test]
fn rules_that_change_are_held_against_what_was_measured() {
    let memory = check("first", "ruled");
    assert!(memory.revisions.iter().any(|row| row.reason == RevisionReason::Registry && row.device.0 == 1));
    check("ruled", "first");
}

#[test]
fn remarks_in_blocks_that_are_open_when_rules_change_are_settled_too() {
    let history = |first: &str, then: Option<&str>| {
        let mut records = vec![inputs(first, START)];
        records.extend((0..12).map(|n| message("d1", START + n * MINUTE, START + n * MINUTE + 1_000, &[("pm2_5", 7)])));
        let later = START + 12 * MINUTE;
        if let Some(then) = then {
            records.push(inputs(then, later));
            records.push(Record::Command { received_at: UtcMillis(later), text: RESETTLE.to_owned() });
        }
        records.extend((0..60).map(|minute| tick(later + minute * MINUTE)));
        records
    };
    let from_the_start = fold(&history("ruled", None), 1_000, |_| false);
    for (size, kill) in [(1_000, 0), (1, 0), (1, 3), (5, 2)] {
        let settled = fold(&history("first", Some("ruled")), size, |step| kill > 0 && step % kill == 0);
        assert_eq!(windows(&settled), windows(&from_the_start), "{size} at a time, killed each {kill}th");
    }
}

#[test]
fn an_unchanged_past_is_not_touched() {
    let memory = fold(&history("first", Some("first")), 1_000, |_| false);
    assert!(memory.revisions.is_empty());
}

#[test]
fn settling_is_the_same_in_any_batches_and_after_any_kill() {
    let mut records = history("first", Some("moved"));
    records.extend((0..40).map(|minute| tick(START + (500 + minute) * MINUTE)));
    let whole = fold(&records, 1_000, |_| false).digest();
    for (size, kill) in [(1, 3), (2, 2), (7, 3)] {
        assert_eq!(fold(&records, size, |step| step % kill == 0).digest(), whole, "{size} at a time");
    }
}

/// How often hours were revised by registries that come into force so many milliseconds after the first move, by scope.
fn moves(registries: &[(&str, i64, usize)], size: usize, kill: usize) -> BTreeMap<(i64, Scope), i32> {
    let mut records = history("first", None);
    let later = START + 400 * MINUTE;
    for (hash, after, steps) in registries {
        records.push(inputs(hash, later + after));
        let settle = |n| Record::Command { received_at: UtcMillis(later + after + n), text: RESETTLE.to_owned() };
        records.extend((0..*steps as i64).map(settle));
    }
    let memory = fold(&records, size, |step| step % kill == 0);
    assert!(memory.restore.resettling.is_empty(), "something is left to settle");
    let pm = Series { property: PropertyNo(1), channel: 0 };
    let hours = memory.rollups.iter().filter(|((level, ..), _)| *level == Level::Hour);
    let revised = hours.filter_map(|((_, start, scope), hour)| Some(((*start, *scope), hour.get(pm)?.revisions)));
    revised.filter(|(_, revisions)| *revisions != 0).collect()
}

#[test]
fn a_device_that_registries_move_twice_in_a_minute_moved_from_where_it_was_before_to_where_it_is_after() {
    let once = moves(&[("moved", 0, 4)], 1_000, 5_000);
    assert!(!once.is_empty());
    let there_and_back = moves(&[("moved", 0, 4), ("first", 20_000, 4)], 1_000, 5_000);
    let of = |revised: &BTreeMap<(i64, Scope), i32>, pole: u32| -> Vec<i32> {
        revised.iter().filter(|((_, scope), _)| *scope == Scope::Pole(PoleNo(pole))).map(|(_, n)| *n).collect()
    };
    // d1 leaves P1 for P3 at 22:00, where d3 counts no more; back at once, all is as it was a minute before
    assert_eq!((of(&once, 0), of(&once, 2)), (vec![4, 4, 4, 4], vec![4, 8, 8, 8, 8]));
    assert_eq!((of(&there_and_back, 0), of(&there_and_back, 2)), (vec![], vec![]));
    for (size, kill) in [(1, 3), (2, 2), (7, 3)] {
        assert_eq!(moves(&[("moved", 0, 4), ("first", 20_000, 4)], size, kill), there_and_back);
    }
}

#[test]
fn a_registry_that_comes_before_the_last_one_is_settled_moves_blocks_from_where_they_count() {
    let of_first = moves(&[("moved", 0, 4)], 1_000, 5_000);
    // nothing, or its first hours, is settled when the registry is there once more, after another in between
    for steps in [0, 1] {
        let again = moves(&[("moved", 0, steps), ("first, former", 60_000, 0), ("moved", 120_000, 6)], 1_000, 5_000);
        assert_eq!(again, of_first, "{steps}");
    }
}
