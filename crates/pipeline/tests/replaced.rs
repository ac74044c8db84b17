//! Values that replays put in the place of others: windows and remarks come to what they had come to if the mapping had been right from the
//! start, and a restart at any point goes on with the same state.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{MINUTE, Memory, START, fold, fold_with, heard, inputs, library, message, tick, uplink};
use proptest::prelude::*;
use smartpole_model::{Flag, PropertyNo, Quarter, Record, Seq, Series, UtcMillis};
use smartpole_pipeline::{REPLAY, RESETTLE, Restore, accepted_rows};
use smartpole_window::{Aggregates, Block};

const PEOPLE: Series = Series { property: PropertyNo(2), channel: 0 };

/// What happens, one after the other.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// The sensor says so many hundredths of a minute.
    Said { minute: i64, value: i16 },
    /// The mapping is mended, or spoilt again.
    Mapped { right: bool },
    /// A part of what was said is decoded again.
    Replayed { from: u64, most: u64 },
    /// Some hours are settled by the registry in force.
    Settled,
}

fn event() -> impl Strategy<Value = Event> {
    let value = prop_oneof![4 => 0..400i16, 2 => Just(150i16), 1 => -150..32_000i16];
    prop_oneof![
        8 => (0..300i64, value).prop_map(|(minute, value)| Event::Said { minute, value }),
        1 => any::<bool>().prop_map(|right| Event::Mapped { right }),
        2 => (0..60u64, 1..60u64).prop_map(|(from, most)| Event::Replayed { from, most }),
        1 => Just(Event::Settled),
    ]
}

/// The journal, by radio or as JSON and by registries of which the first maps wrongly; in the end the other is in force and everything is decoded again.
fn journal(events: &[Event], by_radio: bool, [wrong, right]: [&str; 2]) -> Vec<Record> {
    let mut records = vec![inputs(wrong, START)];
    let (mut now, mut f_cnt, mut said) = (START, 0, Vec::new());
    let order = |now: i64| Record::Command { received_at: UtcMillis(now), text: format!("{REPLAY}some") };
    let step = |seqs: &[Seq]| Record::ReplayStep { seqs: seqs.to_vec() };
    let settle = |now: i64| Record::Command { received_at: UtcMillis(now), text: RESETTLE.to_owned() };
    for event in events {
        now += MINUTE / 2 + 7; // no receipt is at an instant that a message tells
        match *event {
            Event::Said { minute, value } => {
                let at = START + minute * MINUTE;
                now = now.max(at + 1_000);
                let frame = || heard(1, &uplink(f_cnt, false, value), at, now);
                let values = [("pm2_5", value.into()), ("people_in_total", value.max(0).into())];
                records.push(if by_radio { frame() } else { message("d1", at, now, &values) });
                f_cnt += 1;
                said.push(Seq(records.len() as u64));
            }
            _ if wrong == right => {} // nothing to mend
            Event::Mapped { right: is_right } => records.push(inputs(if is_right { right } else { wrong }, now)),
            Event::Replayed { from, most } => {
                let seqs: Vec<Seq> = said.iter().copied().skip(from as usize).take(most as usize).collect();
                records.extend([order(now), step(&seqs), step(&[])]);
            }
            Event::Settled => records.push(settle(now)),
        }
    }
    records.extend([inputs(right, now + MINUTE), order(now + MINUTE), step(&said), step(&[])]);
    records.extend(vec![settle(now + MINUTE); 4]);
    records.extend((1..40).map(|minute| tick(now + (1 + minute) * MINUTE)));
    records
}

/// Events of distinct minutes, as two values of one instant are a conflict.
fn distinct(events: Vec<Event>) -> Vec<Event> {
    let mut minutes = BTreeSet::new();
    events
        .into_iter()
        .filter(|event| !matches!(event, Event::Said { minute, .. } if !minutes.insert(*minute)))
        .collect()
}

/// What windows and readings come to, whether a replay brought them or not, and took others out.
fn figures(memory: &Memory) -> BTreeMap<(Quarter, u32), (Aggregates, Vec<String>)> {
    let is_told = |flag: &Flag| *flag != Flag::Replayed;
    let known = |flags: smartpole_model::Flags| flags.iter().filter(is_told).collect::<Vec<_>>();
    let figures = memory.blocks.iter().map(|((quarter, device), stored)| {
        let mut all = Aggregates::unpack(&stored.aggregates).unwrap();
        for (_, of) in &mut all.0 {
            let told = of.flags.iter().filter(|flag| *flag != Flag::Superseded).filter(is_told);
            (of.flags, of.excluded) = (told.fold(smartpole_model::Flags::NONE, smartpole_model::Flags::with), 0);
            of.revisions = 0;
        }
        all.0.retain(|(_, of)| *of != Default::default());
        let rows = Block::unpack(*quarter, &stored.rows).unwrap().rows();
        let texts = rows.iter().flat_map(|row| {
            row.values
                .iter()
                .filter(|value| !value.is_superseded())
                .map(|value| format!("{} {:?} {} {:?}", row.event_time, value.series, value.value, known(value.flags)))
        });
        ((*quarter, device.0), (all, texts.collect::<Vec<_>>()))
    });
    figures.filter(|(_, (all, rows))| !all.0.is_empty() || !rows.is_empty()).collect()
}

/// What a restart goes on with, as `ledger verify` compares it.
fn state(restore: Restore) -> impl PartialEq + std::fmt::Debug {
    let rows: Vec<_> = restore.batch_rows.iter().flat_map(|(_, bytes)| accepted_rows(bytes).unwrap()).collect();
    (restore.devices, rows)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn replaced_values_count_as_if_they_had_been_right_from_the_start_and_a_kill_changes_nothing(
        events in prop::collection::vec(event(), 1..60),
        hashes in prop_oneof![
            Just(["counted", "counted, mended"]),
            Just(["ruled", "ruled, mended"]),
            // of the same value another property is made
            Just(["ruled", "counted"]),
            Just(["counted", "ruled"]),
            // of the same message another time is taken
            Just(["untimed", "first"]),
            Just(["first", "untimed"]),
        ],
        size in 1..30usize,
        kill in 2..7usize,
    ) {
        let events = distinct(events);
        let by_radio = !hashes.contains(&"untimed");
        let records = journal(&events, by_radio, hashes);
        let library = library();
        let whole = fold_with(Memory::default(), &records, 7, |_| false, |fold, memory| {
            assert_eq!(state(memory.restored(&library).snapshot()), state(fold.snapshot()));
        });
        let killed = fold(&records, size, |step| step % kill == 0);
        prop_assert_eq!(killed.text(), whole.text());
        let killed = fold(&records, size, |step| step > 1_000_000 && step % kill == 0);
        prop_assert_eq!(killed.text(), whole.text());

        let right = fold(&journal(&events, by_radio, [hashes[1], hashes[1]]), 1_000, |_| false);
        prop_assert_eq!(figures(&whole), figures(&right));
    }
}

#[test]
fn a_total_after_a_replay_and_a_restart_counts_from_the_mended_one() {
    let said: Vec<Event> = (0..12).map(|n| Event::Said { minute: 10 * n, value: 15 + 10 * n as i16 }).collect();
    let mut records = journal(&said, true, ["counted", "counted, mended"]);
    records.truncate(records.len() - 39);
    let kill = records.len();
    let at = START + 120 * MINUTE;
    records.push(heard(1, &uplink(12, false, 150), at, at + 1_000));
    records.extend((1..40).map(|minute| tick(at + minute * MINUTE)));
    let sums = |memory: &Memory| -> Vec<i64> {
        let all = memory.blocks.values().map(|stored| Aggregates::unpack(&stored.aggregates).unwrap());
        all.filter_map(|all| all.get(PEOPLE).map(|people| people.sum)).collect()
    };
    let killed = fold(&records, 1, |step| step == 1_000_000 + kill);
    assert_eq!(sums(&killed), [15, 15, 15, 15, 15, 15, 15, 30, 0]);
    assert_eq!(killed.text(), fold(&records, 1, |_| false).text());
}

#[test]
fn remarks_that_a_replay_judged_by_other_rules_are_judged_again_when_the_former_rules_are_back() {
    let before = [0, 6, 7, 8, 9, 10, 11, 1, 12].map(|minute| Event::Said { minute, value: 0 });
    let ruled = [(75, 0), (251, 261), (76, 0), (77, 0), (255, 0), (78, 0), (79, 0)];
    let ruled = ruled.map(|(minute, value)| Event::Said { minute, value });
    let spoilt = [Event::Mapped { right: false }, Event::Replayed { from: 0, most: 10 }];
    let events = [&before[..], &[Event::Mapped { right: true }], &ruled, &spoilt].concat();
    let folded = |hashes| fold(&journal(&events, true, hashes), 7, |_| false);
    assert_eq!(figures(&folded(["counted", "ruled"])), figures(&folded(["ruled", "ruled"])));
}
