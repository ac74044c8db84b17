//! Readings that have passed retention: what lets go of them early, late or never folds to the same.

mod common;

use std::fmt::Write as _;

use common::{Memory, START, fold, fold_on, inputs, library, message, tick};
use expect_test::expect;
use proptest::prelude::*;
use smartpole_model::{DeviceNo, Quarter, Record, Seq, UtcMillis, Verdict};
use smartpole_pipeline::{BESIDE_DAYS, Entry, REPLAY, RESETTLE, Restore};
use smartpole_window::Aggregates;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A device, how long it was silent, how late this is, values.
    Report {
        device: usize,
        after: i64,
        delay: i64,
        pm: i64,
        people: i64,
    },
    Registry(&'static str),
}

/// Delays of hours, and such that end near the cuts: 3 days of persons, 20 of things, 8 more of what lies beside, 40 of quarters.
fn delay() -> impl Strategy<Value = i64> {
    let near = |days: i64| (days * 24 - 9..days * 24 + 9).prop_map(|hours| hours * HOUR / 3 * 3);
    prop_oneof![4 => Just(0), 3 => (0..30i64).prop_map(|hours| hours * HOUR), 3 => near(3), 2 => near(11), 2 => near(20), 1 => near(28), 1 => near(40)]
}

fn step() -> impl Strategy<Value = Step> {
    let registry = prop_oneof![Just("short"), Just("short, later"), Just("short, of things")];
    prop_oneof![
        20 => (0..3usize, 1..40i64, delay(), 0..120_000i64, 0..900i64).prop_map(|(device, after, delay, pm, people)| {
            Step::Report { device, after: after * HOUR / 4, delay, pm, people }
        }),
        1 => registry.prop_map(Step::Registry),
    ]
}

fn journal(steps: &[Step]) -> Vec<Record> {
    let (mut now, mut totals) = (START, [60_000i64; 3]);
    let mut records = vec![inputs("short", now)];
    for step in steps {
        match *step {
            Step::Report { device, after, delay, pm, people } => {
                now += after;
                totals[device] = (totals[device] + people) % 65_536;
                let values = [("pm2_5", pm), ("people_in_total", totals[device])];
                records.push(message(&format!("d{}", device + 1), now - delay, now, &values));
                records.extend((1..4).map(|minute| tick(now + minute * 60_000)));
            }
            Step::Registry(hash) => {
                records.push(inputs(hash, now));
                let settle = || Record::Command { received_at: UtcMillis(now), text: RESETTLE.to_owned() };
                records.extend((0..200).map(|_| settle()));
            }
        }
    }
    records.extend((1..120).map(|minute| tick(now + minute * 60_000)));
    records
}

/// What is left in the end, whenever it was let go of.
fn rest(mut memory: Memory) -> String {
    let fold = memory.restored(&library());
    memory.let_go(|no| fold.sealed_to(no));
    memory.text()
}

fn eager() -> Memory {
    Memory { eager: true, ..Memory::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn it_does_not_matter_when_readings_go_how_batches_are_split_or_when_the_process_is_killed(
        steps in prop::collection::vec(step(), 1..100),
        size in 1..60usize,
        kills in prop::collection::vec(1..60usize, 0..6),
    ) {
        let records = journal(&steps);
        let whole = fold(&records, usize::MAX / 2, |_| false);
        let states = whole.checkpoints.clone();
        let whole = rest(whole);
        let killed = fold_on(eager(), &records, size, |step| kills.contains(&(step % 1_000_000)));
        for (seq, state) in states.iter().rev().take(2) {
            prop_assert_eq!(&Restore::unpack(state).unwrap().pack(), state, "{:?}", seq);
        }
        let killed = rest(killed);
        let differs = whole.lines().zip(killed.lines()).enumerate().find(|(_, (left, right))| left != right);
        if let Some((line, (left, right))) = differs {
            let around: Vec<&str> = whole.lines().skip(line.saturating_sub(30)).take(34).collect();
            return Err(TestCaseError::fail(format!("{left} | {right}, in {around:#?}")));
        }
        prop_assert_eq!(whole.len(), killed.len());
    }
}

/// Ticks on each of these days, so that cuts move.
fn days(from: i64, to: i64) -> impl Iterator<Item = Record> {
    (from..to).map(|day| tick(START + day * DAY))
}

#[test]
fn a_reading_is_taken_for_the_days_of_its_device_and_counts_as_expired_a_moment_later() {
    let mut text = String::new();
    for (what, values) in [("of things", &[("pm2_5", 1)][..]), ("of persons", &[("people_in", 1)])] {
        for days in [3, 20] {
            for later in [0, 1] {
                let at = START + 50 * DAY;
                let records = [inputs("short", START), message("d1", at - days * DAY - later, at, values)];
                let counts = fold(&records, 9, |_| false).counts();
                let (expired, accepted) = (counts.get(Entry::Expired), counts.get(Entry::Reading(Verdict::Accepted)));
                writeln!(text, "{what}, {days} d + {later} ms: accepted {accepted}, expired {expired}").unwrap();
            }
        }
    }
    expect![[r#"
        of things, 3 d + 0 ms: accepted 1, expired 0
        of things, 3 d + 1 ms: accepted 1, expired 0
        of things, 20 d + 0 ms: accepted 1, expired 0
        of things, 20 d + 1 ms: accepted 1, expired 1
        of persons, 3 d + 0 ms: accepted 1, expired 0
        of persons, 3 d + 1 ms: accepted 1, expired 1
        of persons, 20 d + 0 ms: accepted 1, expired 1
        of persons, 20 d + 1 ms: accepted 1, expired 1
    "#]]
    .assert_eq(&text);
}

/// A week of reports each three hours, then ticks up to a day.
fn week(values: &[(&str, i64)], last: i64) -> Vec<Record> {
    let reports = (0..56).map(|n| message("d1", START + n * 3 * HOUR, START + n * 3 * HOUR, values));
    let silence = (1..60).map(|minute| tick(START + 7 * DAY + minute * 60_000));
    [inputs("short", START)].into_iter().chain(reports).chain(silence).chain(days(8, last)).collect()
}

/// Blocks with rows, without, and revisions.
fn kept(memory: &Memory) -> (usize, usize, usize) {
    let with = memory.blocks.values().filter(|block| !block.rows.is_empty()).count();
    (with, memory.blocks.len() - with, memory.revisions.len())
}

#[test]
fn rows_of_persons_go_after_days_those_of_things_later_and_quarters_at_last() {
    let of = |values: &[(&str, i64)], last| kept(&fold_on(eager(), &week(values, last), 9, |_| false));
    let (persons, things) = ([("people_in", 4)], [("pm2_5", 400)]);
    let beside = i64::from(BESIDE_DAYS);
    assert_eq!(of(&persons, 10), (56, 0, 0));
    assert_eq!(of(&persons, 7 + 3 + beside + 2), (0, 56, 0), "all sealed");
    assert_eq!(of(&things, 7 + 3 + beside + 2), (56, 0, 0));
    assert_eq!(of(&things, 7 + 20 + beside + 2), (0, 56, 0));
    assert_eq!(of(&things, 7 + 40 + beside + 2), (0, 0, 0), "hours and days stay");
    let memory = fold_on(eager(), &week(&things, 60), 9, |_| false);
    assert!(memory.rollups.len() > 100);
}

#[test]
fn a_block_that_was_open_until_its_time_had_passed_is_written_with_its_readings_for_the_store_to_let_go_of() {
    let report = message("d1", START, START, &[("people_in", 4), ("pm2_5", 400)]);
    let records: Vec<Record> = [inputs("short", START), report].into_iter().chain(days(30, 33)).collect();
    assert_eq!(kept(&fold(&records, 9, |_| false)), (1, 0, 0));
    assert_eq!(kept(&fold_on(eager(), &records, 9, |_| false)), (0, 1, 0));
}

#[test]
fn what_a_registry_makes_personal_is_sealed_and_no_registry_brings_it_back() {
    let records = |hashes: &[&str]| {
        let first = [inputs("short, of things", START)];
        let reports = (0..56).map(|n| message("d1", START + n * 3 * HOUR, START + n * 3 * HOUR, &[("people_in", 4)]));
        let registries = hashes.iter().map(|hash| inputs(hash, START + 15 * DAY + HOUR));
        first.into_iter().chain(reports).chain(days(8, 16)).chain(registries).chain(days(16, 20)).collect::<Vec<_>>()
    };
    let sealed = |hashes: &[&str]| {
        let memory = fold_on(eager(), &records(hashes), 9, |_| false);
        memory.restored(&library()).sealed_to(DeviceNo(0))
    };
    let day = |day: i64| UtcMillis((START / DAY + day) * DAY - i64::from(BESIDE_DAYS) * DAY).quarter();
    assert_eq!(sealed(&[]), day(19 - 20));
    assert_eq!(sealed(&["short"]), day(19 - 3));
    assert_eq!(sealed(&["short", "short, of things"]), day(15 - 3), "as far as it was while they were personal");
}

#[test]
fn a_sealed_block_takes_no_reading_and_a_registry_that_moves_its_device_moves_it_as_it_is() {
    let settle = || Record::Command { received_at: UtcMillis(START + 21 * DAY), text: RESETTLE.to_owned() };
    let mut records = week(&[("people_in", 4)], 21);
    let before = fold_on(eager(), &records, 9, |_| false);
    records.push(message("d1", START + DAY + 60_000, START + 20 * DAY, &[("people_in", 9)]));
    records.push(inputs("short, later", START + 21 * DAY));
    records.extend((0..200).map(|_| settle()));
    let after = fold_on(eager(), &records, 9, |_| false);
    assert_eq!(kept(&before), (0, 56, 0));
    assert_eq!(after.counts().get(Entry::Expired), 1);
    assert!(before.blocks == after.blocks);
    let hours = |memory: &Memory, number| {
        let of = |(key, sum): (&(_, i64, _), &Aggregates)| {
            let moved = *key == (smartpole_window::Level::Hour, START + DAY, number);
            moved.then(|| sum.0.iter().map(|(_, aggregate)| aggregate.sum).sum::<i64>())
        };
        memory.rollups.iter().find_map(of).unwrap_or(0)
    };
    let pole = |id| smartpole_pipeline::Scope::Pole(smartpole_model::PoleNo(id));
    assert_eq!((hours(&before, pole(0)), hours(&before, pole(2))), (4, 0));
    assert_eq!((hours(&after, pole(0)), hours(&after, pole(2))), (0, 4));
}

#[test]
fn a_replay_of_what_has_passed_retention_changes_nothing_and_counts_nothing_twice() {
    let mut records = week(&[("people_in", 4)], 21);
    let before = fold_on(eager(), &records, 9, |_| false);
    let seqs = (2..58).map(smartpole_model::Seq).collect();
    records.push(Record::Command { received_at: UtcMillis(START + 21 * DAY), text: format!("{REPLAY}all") });
    records.push(Record::ReplayStep { seqs });
    let after = fold_on(eager(), &records, 9, |_| false);
    assert_eq!(before.counts(), after.counts());
    assert!(before.blocks == after.blocks);
    assert!(before.blocks.keys().all(|(quarter, _)| *quarter >= Quarter(0)));
}

#[test]
fn a_replay_leaves_a_message_alone_if_its_readings_would_go_and_those_in_their_place_are_not_taken_any_more() {
    let mut records = vec![inputs("short", START)];
    for hour in 0..96 {
        let at = START + hour * HOUR;
        records.push(common::heard(1, &common::uplink(hour as u32, false, 100 + hour as i16), at, at + 1_000));
    }
    let now = START + 97 * HOUR;
    records.extend((0..60).map(|minute| tick(now + minute * 60_000)));
    let seqs: Vec<Seq> = (2..98).map(Seq).collect();
    // of things counts of persons are made, which are taken for three days only
    records.push(inputs("short, counted", now + HOUR));
    let replay = [
        Record::Command { received_at: UtcMillis(now + HOUR), text: format!("{REPLAY}all") },
        Record::ReplayStep { seqs },
        Record::ReplayStep { seqs: Vec::new() },
    ];
    records.extend(replay.clone());
    records.push(inputs("short", now + 2 * HOUR));
    records.extend(replay);
    let memory = fold(&records, 1_000, |_| false);
    let effects: Vec<_> = memory.replays.values().map(|replay| replay.effect).collect();
    let told = |of: &smartpole_pipeline::Effect| (of.messages, of.readings, of.superseded, of.expired);
    expect![[r#"
        [
            (
                96,
                70,
                70,
                26,
            ),
            (
                96,
                69,
                69,
                1,
            ),
        ]
    "#]]
    .assert_debug_eq(&effects.iter().map(told).collect::<Vec<_>>());
    let values = memory.counts();
    assert_eq!(values.get(Entry::Reading(Verdict::Accepted)), 96 + effects.iter().map(|of| of.readings).sum::<u64>());
}
