//! Same journal, any split into batches, any kill: the same bytes, revisions included.

mod common;

use common::{MINUTE, START, bytes, fold, fold_on, gateway, heard, inputs, join, library, message, tick, uplink};
use proptest::prelude::*;
use smartpole_model::{Outcome, Record, UtcMillis, Verdict};
use smartpole_pipeline::{Entry, RESETTLE, Restore};

/// What a device does in one step.
#[derive(Clone, Copy, Debug)]
enum Step {
    Report { device: usize, delay: i64, pm: i64, people: i64 },
    Again { device: usize },
    Garbage { device: usize },
    Unknown { device: usize },
    Silence { minutes: i64 },
    Frame { gateways: u64, ahead: i64, confirmed: bool },
    Join { gateways: u64, nonce: u16 },
    Noise { gateway: u64, forged: bool },
    Move,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => (0..3usize, prop_oneof![6 => Just(0i64), 2 => 0..90i64, 1 => 0..900i64], 0..120_000i64, 0..400i64)
            .prop_map(|(device, delay, pm, people)| Step::Report { device, delay, pm, people }),
        2 => (0..3usize).prop_map(|device| Step::Again { device }),
        1 => (0..3usize).prop_map(|device| Step::Garbage { device }),
        1 => (0..3usize).prop_map(|device| Step::Unknown { device }),
        2 => (1..60i64).prop_map(|minutes| Step::Silence { minutes }),
        8 => (1..4u64, prop_oneof![8 => Just(1), 2 => -3..20i64, 1 => 0..70_000i64], any::<bool>())
            .prop_map(|(gateways, ahead, confirmed)| Step::Frame { gateways, ahead, confirmed }),
        2 => (1..4u64, 0..6u16).prop_map(|(gateways, nonce)| Step::Join { gateways, nonce }),
        1 => (1..4u64, any::<bool>()).prop_map(|(gateway, forged)| Step::Noise { gateway, forged }),
        1 => Just(Step::Move),
    ]
}

/// A journal of those steps: reports every other minute, ticks each minute.
fn journal(steps: &[Step]) -> Vec<Record> {
    let mut now = START;
    let mut records = vec![inputs("first", now)];
    let mut totals = [65_000i64; 3];
    let mut sent: [Option<Record>; 3] = [None, None, None];
    let mut f_cnt = 0i64;
    for step in steps {
        now += 2 * MINUTE + 17;
        match *step {
            Step::Report { device, delay, pm, people } => {
                totals[device] = (totals[device] + people) % 65_536;
                let values = [("pm2_5", pm), ("people_in_total", totals[device])];
                let record = message(&format!("d{}", device + 1), now - delay * MINUTE, now, &values);
                sent[device] = Some(record.clone());
                records.push(record);
            }
            Step::Again { device } => {
                if let Some(Record::Message(mut message)) = sent[device].clone() {
                    message.received_at = smartpole_model::UtcMillis(now);
                    records.push(Record::Message(message));
                }
            }
            Step::Unknown { device } => records.push(message(&format!("d{}", device + 1), now, now, &[("fog", 1)])),
            Step::Garbage { device } => records.push(bytes(&format!("d{}", device + 1), now, vec![0xff; 9])),
            Step::Silence { minutes } => {
                records.extend((1..=minutes).map(|minute| tick(now + minute * MINUTE)));
                now += minutes * MINUTE;
            }
            Step::Frame { gateways, ahead, confirmed } => {
                f_cnt = (f_cnt + ahead).max(0);
                let frame = uplink(f_cnt as u32, confirmed, (f_cnt % 30_000) as i16);
                records.extend((1..=gateways).map(|by| heard(by, &frame, now - 300, now)));
            }
            Step::Join { gateways, nonce } => {
                records.extend((1..=gateways).map(|by| heard(by, &join(nonce), now - 300, now)));
            }
            Step::Noise { gateway: by, forged: true } => {
                let mut frame = uplink(f_cnt as u32 + 1, false, 1);
                frame[9] ^= 1;
                records.push(heard(by, &frame, now, now));
            }
            Step::Noise { gateway: by, forged: false } => records.push(gateway(by, "stat", now, "{\"rxnb\":2}")),
            Step::Move => {
                records.push(inputs("later", now));
                // as the service does: until then hours and days are half of the one registry, half of the other
                let settle = || Record::Command { received_at: UtcMillis(now), text: RESETTLE.to_owned() };
                records.extend((0..8).map(|_| settle()));
            }
        }
    }
    records.extend((1..200).map(|minute| tick(now + minute * MINUTE)));
    records
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_split_and_any_kill_give_the_same_bytes(
        steps in prop::collection::vec(step(), 1..120),
        size in 1..40usize,
        kills in prop::collection::vec(1..60usize, 0..6),
    ) {
        let records = journal(&steps);
        let whole = fold(&records, usize::MAX / 2, |_| false);
        let single = fold(&records, 1, |_| false);
        same(&whole, &single)?;
        let killed = fold(&records, size, |step| kills.contains(&(step % 1_000_000)));
        same(&whole, &killed)?;
        for (entry, sum) in sums(&whole.counts()) {
            prop_assert_eq!(whole.counts().get(entry), sum, "{:?}", entry);
        }
        for (seq, state) in &whole.checkpoints {
            let restore = Restore::unpack(state).unwrap();
            prop_assert_eq!(&restore.pack(), state);
            let mut memory = fold(&records[..seq.0 as usize], 7, |_| false);
            memory.restore = Restore { devices: restore.devices.clone(), ..restore };
            let resumed = fold_on(memory, &records, 11, |_| false);
            same(&whole, &resumed)?;
        }
    }

    #[test]
    fn any_order_of_arrival_gives_the_same_windows(
        readings in prop::collection::btree_map(0..600i64, (0..120_000i64, 0..60_000i64), 1..60),
        seed in any::<u64>(),
    ) {
        let last = START + 700 * MINUTE;
        let mut order: Vec<i64> = readings.keys().copied().collect();
        let feed = |order: &[i64]| {
            let mut records = vec![inputs("first", last)];
            records.extend(order.iter().map(|minute| {
                let (pm, total) = readings[minute];
                message("d1", START + minute * MINUTE, last, &[("pm2_5", pm), ("people_in_total", total)])
            }));
            records.extend((1..200).map(|minute| tick(last + minute * MINUTE)));
            fold(&records, 13, |_| false)
        };
        let ordered = feed(&order);
        shuffle(&mut order, seed);
        let shuffled = feed(&order);
        prop_assert_eq!(common::windows(&ordered), common::windows(&shuffled));
    }
}

/// Names the first line that differs.
fn same(left: &common::Memory, right: &common::Memory) -> Result<(), TestCaseError> {
    let (left, right) = (left.text(), right.text());
    let differs = left.lines().zip(right.lines()).enumerate().find(|(_, (left, right))| left != right);
    if let Some((line, (first, second))) = differs {
        let around: Vec<&str> = left.lines().skip(line.saturating_sub(30)).take(34).collect();
        return Err(TestCaseError::fail(format!("{first} | {second}, in {around:#?}")));
    }
    prop_assert_eq!(left.len(), right.len());
    Ok(())
}

/// The right sides of the ledger's equations.
fn sums(counts: &smartpole_pipeline::Counts) -> [(Entry, u64); 4] {
    let messages = counts.sum(|entry| matches!(entry, Entry::Message(_)));
    let readings = counts.sum(|entry| matches!(entry, Entry::Reading(_)));
    let windows = counts.sum(|entry| matches!(entry, Entry::OnTime | Entry::Late | Entry::Expired));
    let accepted = counts.sum(|entry| matches!(entry, Entry::Aggregatable | Entry::Excluded(_)));
    [
        (Entry::Journalled, messages),
        (Entry::Decoded, readings),
        (Entry::Aggregatable, windows),
        (Entry::Reading(Verdict::Accepted), accepted),
    ]
}

fn shuffle(items: &mut [i64], mut seed: u64) {
    for at in (1..items.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        items.swap(at, (seed >> 33) as usize % (at + 1));
    }
}

#[test]
fn a_redelivered_message_is_one_duplicate() {
    let report = message("d1", START, START, &[("pm2_5", 730)]);
    let memory = fold(&[inputs("first", START), report.clone(), report], 1, |_| false);
    assert_eq!(memory.counts().get(Entry::Message(Outcome::Uplink)), 1);
    assert_eq!(memory.counts().get(Entry::Message(Outcome::Duplicate)), 1);
    drop(library());
}

#[test]
fn a_device_that_fell_silent_has_its_quarters_closed_by_the_same_tick_however_often_the_service_is_killed() {
    // the lateness bound is 15 minutes, and two reports of five minutes each may be missing
    let last = START + 7 * MINUTE;
    let mut records = vec![inputs("first", START), message("d1", last, last, &[("pm2_5", 730)])];
    records.extend((1..=30).map(|minute| tick(last + minute * MINUTE)));
    let closed_after = |kill: &dyn Fn(usize) -> bool| {
        let mut closed = None;
        common::fold_with(common::Memory::default(), &records, 1, kill, |fold, memory| {
            let waited = fold.position().1.since(UtcMillis(last)) / MINUTE;
            closed = closed.or((!memory.blocks.is_empty()).then_some(waited));
        });
        closed
    };
    assert_eq!(closed_after(&|_| false), Some(25));
    let after_each_commit = |step| step > 1_000_000;
    assert_eq!(closed_after(&after_each_commit), Some(25));
    let before_every_second_commit = |step| step < 1_000_000 && step % 2 == 0;
    assert_eq!(closed_after(&before_every_second_commit), Some(25));
}
