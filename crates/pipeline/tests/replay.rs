//! Messages decoded again: what is known stays, what is new is added once, what was wrong is replaced, and the ledger moves along.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{MINUTE, Memory, START, fold, inputs, message, tick};
use prost::Message as _;
use smartpole_codec::v1;
use smartpole_model::{Flag, Outcome, PropertyNo, Quarter, Reason, Record, Seq, Series, UtcMillis, Verdict};
use smartpole_pipeline::{Entry, REPLAY, Replay, RevisionReason};
use smartpole_window::{Aggregates, Block};

fn order(at: i64) -> Record {
    Record::Command { received_at: UtcMillis(at), text: format!("{REPLAY}all") }
}

fn step(seqs: impl IntoIterator<Item = u64>) -> Record {
    Record::ReplayStep { seqs: seqs.into_iter().map(Seq).collect() }
}

/// Two hours of two devices of the registry and one that is registered later; at minute 200 that happens.
fn history() -> Vec<Record> {
    let mut records = vec![inputs("first", START)];
    for minute in (0..120).step_by(5) {
        let at = START + minute * MINUTE;
        for (n, device) in ["d1", "d2", "d4"].into_iter().enumerate() {
            let values = [("pm2_5", 700 + minute + n as i64), ("people_in_total", 40 + minute)];
            records.push(message(device, at, at + 2_000, &values));
        }
    }
    records.push(tick(START + 199 * MINUTE));
    records.push(inputs("later", START + 200 * MINUTE));
    records
}

fn an_hour_by_radio() -> Vec<Record> {
    let mut records = vec![inputs("first", START)];
    for minute in (0..60).step_by(5) {
        let at = START + minute * MINUTE;
        records.push(common::heard(1, &common::uplink(minute as u32, false, 100 + minute as i16), at, at + 1_000));
    }
    records
}

fn replayed(seqs: impl IntoIterator<Item = u64>) -> (Memory, Replay) {
    let mut records = history();
    records.extend([order(START + 201 * MINUTE), step(seqs), step([])]);
    let memory = fold(&records, 1_000, |_| false);
    let replay = memory.replays.values().next().unwrap().clone();
    (memory, replay)
}

/// What the fold knows beside its position.
fn knowledge(memory: &Memory) -> impl PartialEq + std::fmt::Debug + use<> {
    let blocks = memory.blocks.clone();
    (blocks, memory.revisions.clone(), memory.ledger.clone(), memory.ledger_devices.clone(), memory.quarantine.clone())
}

#[test]
fn replaying_what_is_known_changes_nothing() {
    let known: Vec<u64> = (2..74).filter(|seq| (seq - 2) % 3 != 2).collect();
    let (memory, replay) = replayed(known.clone());
    let mut without = history();
    without.push(tick(START + 201 * MINUTE));
    let without = fold(&without, 1_000, |_| false);
    assert_eq!(replay.effect.numbers(), [known.len() as u64, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert!(replay.done && replay.next == Seq(*known.last().unwrap() + 1));
    assert_eq!(knowledge(&memory), knowledge(&without));
}

#[test]
fn messages_of_a_device_registered_since_leave_the_quarantine() {
    let unknown: Vec<u64> = (2..74).filter(|seq| (seq - 2) % 3 == 2).collect();
    let before = fold(&history(), 1_000, |_| false);
    assert_eq!(before.counts().get(Entry::Message(Outcome::Quarantined(Reason::UnknownDevice))), 24);
    let (memory, replay) = replayed(unknown);
    let counts = memory.counts();
    assert_eq!(counts.get(Entry::Message(Outcome::Quarantined(Reason::UnknownDevice))), 0);
    assert_eq!(counts.get(Entry::Message(Outcome::Uplink)), 72);
    assert_eq!((counts.get(Entry::Decoded), counts.get(Entry::Reading(Verdict::Accepted))), (144, 144));
    assert!(memory.quarantine.is_empty());
    assert_eq!(replay.effect.recovered, 24);
    assert_eq!(replay.effect.readings, 48);
    // the same windows as those of a device that was registered from the start
    let d1 = windows(&memory, 0);
    let d4 = windows(&memory, device(&memory, "d4"));
    assert_eq!(d1.keys().collect::<Vec<_>>(), d4.keys().collect::<Vec<_>>());
    for (quarter, all) in &d4 {
        let sum = |all: &Aggregates| all.get(pm()).map(|pm| (pm.count, pm.sum));
        let (count, sum_1) = sum(&d1[quarter]).unwrap();
        assert_eq!(sum(all), Some((count, sum_1 + 2 * count)));
        assert!(all.get(pm()).unwrap().flags.contains(Flag::Replayed));
    }
}

#[test]
fn what_a_replay_counts_of_a_device_on_its_first_day_stays_when_it_speaks_itself() {
    let report = |minute: i64| {
        let at = START + minute * MINUTE;
        message("d4", at, at + 2_000, &[("pm2_5", 700 + minute)])
    };
    let mut records = vec![inputs("first", START)];
    records.extend((0..10).map(|n| report(5 * n)));
    records.extend([inputs("later", START + 60 * MINUTE), order(START + 61 * MINUTE), step(2..12), step([])]);
    records.push(report(65));
    let memory = fold(&records, 1_000, |_| false);
    let of_d4 = |((_, no), row): (&(i32, smartpole_model::DeviceNo), &Vec<u8>)| {
        (no.0 == device(&memory, "d4")).then(|| smartpole_pipeline::Counts::unpack(row).unwrap())
    };
    let counts: Vec<_> = memory.ledger_devices.iter().filter_map(of_d4).collect();
    let counted = |entry| counts.iter().map(|counts| counts.get(entry)).collect::<Vec<_>>();
    assert_eq!(counted(Entry::Message(Outcome::Uplink)), [11]);
    assert_eq!(counted(Entry::Reading(Verdict::Accepted)), [11]);
    for (size, kill) in [(1, 2), (1, 1_000), (3, 2)] {
        assert_eq!(fold(&records, size, |step| step % kill == 0).digest(), memory.digest(), "{size} {kill}");
    }
}

#[test]
fn a_mended_mapping_replaces_values_and_keeps_the_former() {
    let mut records = an_hour_by_radio();
    records.extend([tick(START + 90 * MINUTE), inputs("mended", START + 100 * MINUTE)]);
    let before = fold(&records, 1_000, |_| false);
    let last = records.len() as u64 - 2;
    records.extend([order(START + 101 * MINUTE), step(2..=last), step([]), tick(START + 140 * MINUTE)]);
    let memory = fold(&records, 1_000, |_| false);
    let no = device(&memory, "00000000000000a1");
    let replay = memory.replays.values().next().unwrap();
    assert_eq!((replay.effect.messages, replay.effect.replaced, replay.effect.readings), (12, 12, 0));
    assert_eq!(memory.counts().get(Entry::Replaced), 12);
    let (was, is) = (windows(&before, no), windows(&memory, no));
    for (quarter, all) in &was {
        let (former, now) = (all.get(pm()).unwrap(), is[quarter].get(pm()).unwrap());
        assert_eq!(
            (now.count, now.sum, now.min, now.max),
            (former.count, former.sum * 10, former.min * 10, former.max * 10)
        );
    }
    let of_replay = memory.revisions.iter().filter(|row| row.reason == RevisionReason::Replay);
    let closed = memory.blocks.iter().filter(|((_, of), _)| of.0 == no).collect::<Vec<_>>();
    assert_eq!(of_replay.count(), closed.len());
    for ((quarter, _), stored) in closed {
        let block = Block::unpack(*quarter, &stored.rows).unwrap();
        assert_eq!(block.superseded().len(), block.row_count() as usize);
    }
    // hours and days have the new extremes, not both
    for (_, aggregates) in memory.rollups.iter().filter(|((.., scope), _)| *scope == common::device_scope(no)) {
        if let Some(pm) = aggregates.get(pm()) {
            assert!(pm.min >= 1_000, "{pm:?}");
        }
    }
}

#[test]
fn readings_that_messages_give_no_longer_stay_and_count_no_more() {
    let mut records = an_hour_by_radio();
    records.push(inputs("counted, mended", START + 100 * MINUTE)); // of the same value another property is made
    records.extend([order(START + 101 * MINUTE), step(2..14), step([])]);
    records.extend([order(START + 102 * MINUTE), step(2..14), step([])]);
    records.extend((0..60).map(|minute| tick(START + (103 + minute) * MINUTE)));
    let memory = fold(&records, 1_000, |_| false);
    let effects: Vec<_> = memory.replays.values().map(|replay| replay.effect.numbers()).collect();
    assert_eq!(effects[0], [12, 0, 0, 12, 0, 0, 2, 12, 0]);
    assert_eq!(effects[1], [12, 0, 0, 0, 0, 0, 0, 0, 0], "once is enough");
    let counts = memory.counts();
    assert_eq!((counts.get(Entry::Superseded), counts.get(Entry::Reading(Verdict::Accepted))), (12, 24));
    let no = device(&memory, "00000000000000a1");
    let told = windows(&memory, no).into_values().filter_map(|all| all.get(pm()).copied());
    let told: Vec<_> = told.map(|of| (of.count, of.sum, of.excluded, of.flags.contains(Flag::Superseded))).collect();
    assert!(told.iter().all(|(count, sum, _, remarked)| (*count, *sum, *remarked) == (0, 0, true)), "{told:?}");
    assert_eq!(
        told.iter().map(|(_, _, excluded, _)| excluded).sum::<i32>(),
        12,
        "its windows say that they were corrected"
    );
    let heard = memory.heard.iter().filter(|((of, ..), _)| of.0 == no);
    let heard: Vec<_> = heard.map(|((_, of, minute), is)| (*of == pm(), minute - START / MINUTE, *is)).collect();
    let newly = |(is_pm, minute, is_heard): &(bool, i64, bool)| !is_pm && *minute == 101 && *is_heard;
    assert_eq!(heard.iter().filter(|of| of.0).collect::<Vec<_>>(), [&(true, 0, true), &(true, 101, false)]);
    assert!(heard.iter().any(newly), "{heard:?}");
    let stay = blocks(&memory, no).flat_map(|block| block.rows()).flat_map(|row| row.values);
    assert_eq!(stay.filter(|value| value.series == pm() && value.is_superseded()).count(), 12);
    assert_eq!(fold(&records, 1, |step| step % 3 == 0).digest(), memory.digest());
}

#[test]
fn readings_of_another_message_of_the_same_millisecond_are_not_taken_for_former_ones() {
    let mut records = vec![inputs("first", START)];
    records.extend([0, 1].map(|minute| message("d1", START + minute * MINUTE, START + 5 * MINUTE, &[("pm2_5", 700)])));
    records.extend([order(START + 6 * MINUTE), step([2, 3]), step([])]);
    let memory = fold(&records, 1_000, |_| false);
    assert_eq!(memory.replays.values().next().unwrap().effect.numbers(), [2, 0, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn of_two_messages_of_one_instant_one_that_is_read_again_alone_leaves_the_others_readings() {
    let mut records = vec![inputs("untimed", START)];
    let at = START + 5 * MINUTE;
    records.push(message("d1", START, at, &[("pm2_5", 700), ("fog", 1)]));
    records.push(message("d1", START, at, &[("people_in_total", 40)]));
    for seqs in [vec![2], vec![3], vec![2, 3]] {
        records.extend([order(at + MINUTE), step(seqs), step([])]);
    }
    let memory = fold(&records, 1_000, |_| false);
    for replay in memory.replays.values() {
        assert_eq!(replay.effect.numbers()[2..], [0; 7], "{replay:?}");
    }
}

#[test]
fn of_samples_of_one_message_that_fall_together_the_first_counts_however_often_they_are_read() {
    let sample = |second: i64| v1::Sample {
        time_ms: Some(START + second * 1_000),
        values: vec![v1::Value { property: "pm2_5".to_owned(), channel: 0, mantissa: 100 * second, decimals: 2 }],
    };
    let payload = v1::Uplink { samples: (1..4).map(sample).collect() }.encode_to_vec();
    let at = START + 5 * MINUTE;
    let mut records = vec![inputs("first", START), common::bytes("d1", at, payload.clone())];
    records.push(inputs("untimed", at + MINUTE));
    for _ in 0..2 {
        records.extend([order(at + 2 * MINUTE), step([2]), step([])]);
    }
    records.extend((0..60).map(|minute| tick(at + (3 + minute) * MINUTE)));
    let memory = fold(&records, 1_000, |_| false);
    let effects: Vec<_> = memory.replays.values().map(|replay| replay.effect).collect();
    assert_eq!((effects[0].readings, effects[0].superseded, effects[0].conflicts), (1, 3, 2));
    assert_eq!(effects[1].numbers()[2..], [0; 7], "once is enough");
    let live = fold(
        &[vec![inputs("untimed", START), common::bytes("d1", at, payload)], records[records.len() - 60..].to_vec()]
            .concat(),
        1_000,
        |_| false,
    );
    let sum =
        |memory: &Memory| windows(memory, 0).values().filter_map(|all| all.get(pm()).map(|pm| pm.sum)).sum::<i64>();
    assert_eq!((sum(&memory), sum(&live)), (100, 100));
}

#[test]
fn a_replay_stopped_half_way_and_gone_on_with_is_the_same_as_one_in_one_go() {
    let mut records = history();
    records.push(order(START + 201 * MINUTE));
    for first in (2..74).step_by(7) {
        records.push(step(first..(first + 7).min(74)));
        records.push(message(
            "d1",
            START + (202 + first as i64) * MINUTE,
            START + (202 + first as i64) * MINUTE,
            &[("pm2_5", 5)],
        ));
    }
    records.push(step([]));
    // until all is closed, as device rows are written then
    records.extend((0..30).map(|minute| tick(START + (300 + minute) * MINUTE)));
    let whole = fold(&records, 1_000, |_| false).digest();
    for (size, kill) in [(1, 3), (2, 2), (7, 2), (16, 5)] {
        assert_eq!(
            fold(&records, size, |step| step % kill == 0).digest(),
            whole,
            "{size} at a time, killed each {kill}th"
        );
        assert_eq!(fold(&records, size, |step| step > 1_000_000 && step % kill == 0).digest(), whole);
    }
}

#[test]
fn two_messages_that_contradict_each_other_stay_a_conflict() {
    let mut records = vec![inputs("first", START)];
    records.push(message("d1", START, START + 1_000, &[("pm2_5", 700)]));
    records.push(message("d1", START, START + 2_000, &[("pm2_5", 900)]));
    let before = fold(&records, 1_000, |_| false);
    records.extend([order(START + 3_000), step([2, 3]), step([])]);
    let memory = fold(&records, 1_000, |_| false);
    assert_eq!(memory.quarantine, before.quarantine);
    assert_eq!(memory.ledger, before.ledger);
    assert_eq!(memory.replays.values().next().unwrap().effect.numbers(), [2, 0, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn of_messages_that_nobody_understood_one_that_came_twice_is_a_duplicate_and_one_that_contradicts_replaces_nothing() {
    let mut records = vec![inputs("first", START)];
    for (second, value) in [(1, 700), (2, 700), (3, 900)] {
        records.push(message("d4", START, START + second * 1_000, &[("pm2_5", value), ("people_in_total", 40)]));
    }
    records.extend([inputs("later", START + 200 * MINUTE), order(START + 201 * MINUTE), step(2..5), step([])]);
    let memory = fold(&records, 1_000, |_| false);
    let counts = memory.counts();
    let conflict = Entry::Reading(Verdict::Quarantined(Reason::ConflictingValue));
    assert_eq!((counts.get(Entry::Decoded), counts.get(Entry::Reading(Verdict::Accepted))), (6, 2));
    assert_eq!((counts.get(Entry::Reading(Verdict::Duplicate)), counts.get(conflict)), (3, 1));
    let effect = memory.replays.values().next().unwrap().effect;
    assert_eq!((effect.messages, effect.readings, effect.replaced, effect.conflicts), (3, 2, 0, 1));
    // once more, it is known
    let once = knowledge(&memory);
    records.extend([order(START + 202 * MINUTE), step(2..5), step([])]);
    let twice = fold(&records, 1_000, |_| false);
    assert_eq!(knowledge(&twice), once);
}

fn pm() -> Series {
    Series { property: PropertyNo(1), channel: 0 }
}

fn blocks(memory: &Memory, device: u32) -> impl Iterator<Item = Block> {
    let own = memory.blocks.iter().filter(move |((_, of), _)| of.0 == device);
    own.map(|((quarter, _), stored)| Block::unpack(*quarter, &stored.rows).unwrap())
}

fn device(memory: &Memory, id: &str) -> u32 {
    memory.restore.names.iter().find(|name| name.id == id).unwrap().number
}

fn windows(memory: &Memory, device: u32) -> std::collections::BTreeMap<Quarter, Aggregates> {
    let own = memory.blocks.iter().filter(|((_, of), _)| of.0 == device);
    own.map(|((quarter, _), block)| (*quarter, Aggregates::unpack(&block.aggregates).unwrap())).collect()
}
