//! Quarters of which nothing was told before others had closed without them: they are revisions, with nothing before.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::collections::BTreeMap;

use common::{MINUTE, Memory, START, fold, inputs, message, tick};
use smartpole_model::{PropertyNo, Quarter, Record, Series, UtcMillis};
use smartpole_pipeline::{REPLAY, RevisionReason, Scope};
use smartpole_window::Level;

/// The lateness bound and the profile's interval.
const BOUND: i64 = 20 * MINUTE;

fn quarter(minute: i64) -> Quarter {
    UtcMillis(START + minute * MINUTE).quarter()
}

/// d2 reports all the while, so that windows close; `others` is what comes beside. Records come in order of receipt.
fn journal(hash: &str, to: i64, others: Vec<Record>) -> Vec<Record> {
    let mut records = others;
    records.extend((0..to).step_by(5).map(|minute| {
        let at = START + minute * MINUTE;
        message("d2", at, at + 2_000, &[("pm2_5", 700)])
    }));
    records.extend((to..to + 60).map(|minute| tick(START + minute * MINUTE)));
    records.sort_by_key(Record::received_at);
    records.insert(0, inputs(hash, START));
    records
}

/// Pm2_5 of d1 of each of some minutes, received at another.
fn told(minutes: impl IntoIterator<Item = i64>, received_at: impl Fn(i64) -> i64) -> Vec<Record> {
    let at = |minute| START + minute * MINUTE;
    // no value hangs
    let value = |minute: i64| [("pm2_5", 800 + minute.rem_euclid(35))];
    minutes.into_iter().map(|minute| message("d1", at(minute), received_at(minute), &value(minute))).collect()
}

/// Revisions: quarter and reason; all of them of blocks that were not there.
fn revisions(memory: &Memory) -> BTreeMap<Quarter, RevisionReason> {
    let new = |row: &smartpole_pipeline::RevisionRow| row.former.is_empty() && row.revision == 1;
    assert!(memory.revisions.iter().all(new), "{:?}", memory.revisions);
    memory.revisions.iter().map(|row| (row.quarter, row.reason)).collect()
}

/// How often a zone's hour of pm2_5 was revised.
fn of_hour(memory: &Memory, minute: i64) -> Vec<i32> {
    let start = Level::Hour.start(UtcMillis(START + minute * MINUTE)).0;
    let pm = Series { property: PropertyNo(1), channel: 0 };
    let zones = memory
        .rollups
        .iter()
        .filter(|((level, at, scope), _)| *level == Level::Hour && *at == start && matches!(scope, Scope::Zone(_)));
    zones.map(|(_, hour)| hour.get(pm).unwrap().revisions).collect()
}

#[test]
fn what_a_silent_device_hands_over_in_order_is_a_revision_of_all_that_closed_without_it() {
    let mut others = told((0..60).step_by(5), |minute| START + minute * MINUTE + 2_000);
    let handed_over = (60..360).step_by(5);
    others.extend(told(handed_over, |minute| START + 360 * MINUTE + minute * 100));
    let records = journal("first", 400, others);
    let memory = fold(&records, 1_000, |_| false);
    let late: BTreeMap<_, _> = (60..330).step_by(15).map(|minute| (quarter(minute), RevisionReason::Late)).collect();
    assert_eq!(revisions(&memory), late);
    assert_eq!([0, 60, 240, 300].map(|minute| of_hour(&memory, minute)), [[0, 0], [4, 4], [4, 4], [2, 2]]);
    for (size, kill) in [(1, 0), (7, 3), (40, 2)] {
        let killed = fold(&records, size, |step| kill > 0 && step % kill == 0);
        assert_eq!(killed.digest(), memory.digest());
    }
    let in_time = told((0..360).step_by(5), |minute| START + minute * MINUTE + 2_000);
    let in_time = fold(&journal("first", 400, in_time), 1_000, |_| false);
    assert!(in_time.revisions.is_empty());
    assert!(common::windows(&memory) == common::windows(&in_time), "late or not, the numbers are the same");
}

#[test]
fn a_quarter_is_late_if_its_first_reading_came_more_than_lateness_and_interval_after_its_end() {
    let end = quarter(60).end().0;
    let told_at = |first: i64| {
        let mut others = told([60], |_| first);
        others.extend(told([65, 70, 75, 100], |_| first + 1_000));
        revisions(&fold(&journal("first", 200, others), 1_000, |_| false))
    };
    assert_eq!(told_at(end + BOUND), BTreeMap::new());
    assert_eq!(told_at(end + BOUND + 1), BTreeMap::from([(quarter(60), RevisionReason::Late)]));
}

#[test]
fn a_quarter_that_waits_for_long_is_not_late_as_its_first_reading_was_in_time() {
    // its source is gone meanwhile, so that no ticks close it
    let mut others = told([60], |minute| START + minute * MINUTE + 2_000);
    others.extend(told([65, 180], |_| START + 180 * MINUTE + 2_000));
    let mut records = journal("first", 200, others);
    records.retain(|record| !matches!(record, Record::Tick { .. }));
    assert_eq!(revisions(&fold(&records, 1_000, |_| false)), BTreeMap::new());
}

#[test]
fn a_history_from_before_the_first_message_corrects_nothing_that_its_device_had_not_closed() {
    // START is on the hour, which is the first one; all of it comes in one minute, of a device that has not spoken yet and of one that has
    let begin = START + 200 * MINUTE;
    let orders: [fn(i64) -> i64; 3] = [|minute| minute + 600, |minute| 120 - minute, |minute| (minute + 600) * 7 % 721];
    let [in_order, reversed, strewn] = orders;
    // strewn, one that has not spoken closes its quarters by readings of later ones
    for (order, spoke) in [(in_order, false), (in_order, true), (reversed, false), (reversed, true), (strewn, true)] {
        let mut others = told((-600..120).step_by(5), |minute| begin + order(minute) * 50);
        others.extend(told((120..200).step_by(5).filter(|_| spoke), |minute| START + minute * MINUTE + 2_000));
        let records = journal("first", 300, others);
        let memory = fold(&records, 1_000, |_| false);
        let late: Vec<_> = revisions(&memory).into_keys().collect();
        assert_eq!(late, (60..120).step_by(15).map(quarter).collect::<Vec<_>>(), "{spoke}");
        for (size, kill) in [(1, 3), (7, 2)] {
            assert_eq!(fold(&records, size, |step| step % kill == 0).digest(), memory.digest());
        }
    }
}

#[test]
fn a_foreign_series_corrects_nothing_as_it_comes_when_its_provider_delivers_it() {
    let delivered = told((60..300).step_by(5), |minute| START + 300 * MINUTE + minute * 100);
    let memory = fold(&journal("foreign", 400, delivered.clone()), 1_000, |_| false);
    assert_eq!(revisions(&memory), BTreeMap::new());
    assert!(!revisions(&fold(&journal("first", 400, delivered), 1_000, |_| false)).is_empty(), "one of ours does");
}

#[test]
fn counts_between_totals_correct_what_was_closed_before_the_total_that_told_of_them() {
    let total = |minute: i64, total| {
        let at = START + minute * MINUTE;
        message("d1", at, at + 2_000, &[("people_in_total", total)])
    };
    let memory = fold(&journal("first", 400, vec![total(0, 100), total(5, 110), total(300, 700)]), 1_000, |_| false);
    let revised = revisions(&memory);
    // that of the quarter that was under way was told in time: it is revised as any other
    let late: BTreeMap<_, _> = (60..270).step_by(15).map(|minute| (quarter(minute), RevisionReason::Total)).collect();
    assert_eq!(revised, late);
}

#[test]
fn what_a_replay_brings_of_a_device_that_nobody_knew_corrects_by_the_replay() {
    let unknown = (0..120).step_by(5).map(|minute| {
        let at = START + minute * MINUTE;
        message("d4", at, at + 2_000, &[("pm2_5", 800)])
    });
    let mut records = journal("first", 200, unknown.collect());
    let of_d4 =
        |(_, record): &(u64, &Record)| matches!(record, Record::Message(message) if message.topic.contains("d4"));
    let seqs = (1..).zip(&records).filter(of_d4).map(|(seq, _)| smartpole_model::Seq(seq)).collect();
    let later = START + 300 * MINUTE;
    records.push(inputs("later", later));
    records.push(Record::Command { received_at: UtcMillis(later), text: format!("{REPLAY}all") });
    records.push(Record::ReplayStep { seqs });
    records.push(Record::ReplayStep { seqs: Vec::new() });
    records.extend((1..60).map(|minute| tick(later + minute * MINUTE)));
    let revised = revisions(&fold(&records, 1_000, |_| false));
    let all: BTreeMap<_, _> = (60..120).step_by(15).map(|minute| (quarter(minute), RevisionReason::Replay)).collect();
    assert_eq!(revised, all);
}
