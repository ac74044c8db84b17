//! Remarks that hang on other readings are functions of the readings there are: a second, plain implementation over all of them gives
//! the same, whatever order they came in, in whatever batches they were folded and however often the fold was killed.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::collections::BTreeMap;

use common::{MINUTE, Memory, RULES, START, fold, inputs, message, tick};
use proptest::prelude::*;
use smartpole_model::{DeviceNo, Flag, Flags, PropertyNo, Record};
use smartpole_window::Block;

const LOOK_BACK: i64 = 3 * 60 * MINUTE;

/// Values by instant; and when the device was switched on.
type Series = BTreeMap<i64, i64>;

/// The remarks by the rules as the registry's documentation words them, each over the whole series.
fn expected(values: &Series, power_ups: &Series) -> BTreeMap<i64, Flags> {
    let valid: Vec<(i64, i64)> =
        values.iter().filter(|(_, value)| **value <= 100_000).map(|(at, value)| (*at, *value)).collect();
    let flags = values.iter().map(|(at, value)| {
        let mut flags = Flags::NONE;
        if *value > 100_000 {
            flags = flags.with(Flag::OutOfRange);
        } else {
            let before: Vec<i64> = valid
                .iter()
                .filter(|(known, _)| known < at && at - known <= LOOK_BACK)
                .map(|(_, value)| *value)
                .collect();
            let run = before.iter().rev().take_while(|former| *former == value).count() + 1;
            if run >= usize::from(RULES.stuck.unwrap()) {
                flags = flags.with(Flag::Stuck);
            }
            if before.last().is_some_and(|last| (last - value).abs() > RULES.step.unwrap()) {
                flags = flags.with(Flag::Step);
            }
            if before.len() >= 5 {
                let near = &before[before.len() - 5..];
                let middle = median(near.to_vec());
                let mad = median(near.iter().map(|former| (former - middle).abs()).collect());
                let far = (value - middle).abs();
                if far > 20 && far as f64 > 3.0 * 1.4826 * mad as f64 {
                    flags = flags.with(Flag::Spike);
                }
            }
        }
        if power_ups.range(at - 900_000 + 1..=*at).next().is_some() {
            flags = flags.with(Flag::WarmingUp);
        }
        (*at, flags)
    });
    flags.collect()
}

fn median(mut values: Vec<i64>) -> i64 {
    values.sort_unstable();
    values[values.len() / 2]
}

/// Remarks as folded, of the first device.
fn folded(memory: &Memory) -> BTreeMap<i64, Flags> {
    let mut flags = BTreeMap::new();
    for ((quarter, _), stored) in memory.blocks.iter().filter(|((_, device), _)| *device == DeviceNo(0)) {
        for row in Block::unpack(*quarter, &stored.rows).unwrap().rows() {
            for value in row.values.iter().filter(|value| value.series.property == PropertyNo(1)) {
                flags.insert(row.event_time.0, value.flags);
            }
        }
    }
    flags
}

/// A minute, a value and whether it says that the device was switched on.
fn reading() -> impl Strategy<Value = (i64, i64, bool)> {
    let value = prop_oneof![6 => Just(700i64), 6 => 690..720i64, 2 => 600..1_000i64, 1 => Just(200_000)];
    (0..420i64, value, prop::bool::weighted(0.05))
}

/// The journal of readings in this order, each received when the newest of those before was measured.
fn journal(readings: &[(i64, i64, bool)]) -> Vec<Record> {
    let mut records = vec![inputs("ruled", START)];
    let mut now = START;
    for (minute, value, switched_on) in readings {
        let at = START + minute * MINUTE;
        now = now.max(at + 1_000);
        let values = [("pm2_5", *value), ("power_up", 1)];
        records.push(message("d1", at, now, if *switched_on { &values } else { &values[..1] }));
    }
    records.extend((1..40).map(|minute| tick(now + minute * MINUTE)));
    records
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn remarks_are_a_function_of_the_readings(
        readings in prop::collection::vec(reading(), 1..60),
        size in 1..30usize,
        kill in 2..7usize,
    ) {
        let mut once: Vec<(i64, i64, bool)> = Vec::new();
        for reading in readings {
            if once.iter().all(|known| known.0 != reading.0) {
                once.push(reading);
            }
        }
        let at = |minute: i64| START + minute * MINUTE;
        let values: Series = once.iter().map(|(minute, value, _)| (at(*minute), *value)).collect();
        let power_ups: Series = once.iter().filter(|(.., on)| *on).map(|(minute, ..)| (at(*minute), 1)).collect();
        let expected = expected(&values, &power_ups);

        let memory = fold(&journal(&once), 1_000, |_| false);
        prop_assert_eq!(folded(&memory), expected.clone());
        let killed = fold(&journal(&once), size, |step| step % kill == 0);
        prop_assert_eq!(killed.digest(), memory.digest());

        once.sort_unstable();
        let in_order = fold(&journal(&once), 1_000, |_| false);
        prop_assert_eq!(folded(&in_order), expected);
        prop_assert_eq!(common::windows(&in_order), common::windows(&memory));
    }
}
