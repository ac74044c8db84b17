//! What passes a counter is a function of its totals and of what is known of its resets: a second, plain implementation over all of
//! them gives the same, whatever order they came in, in whatever batches they were folded and however often the fold was killed.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{MINUTE, Memory, START, fold, inputs, message, tick};
use proptest::prelude::*;
use smartpole_model::{DeviceNo, PropertyNo, Reason, Record, Seq, Series};
use smartpole_window::Aggregates;

const PEOPLE: Series = Series { property: PropertyNo(2), channel: 0 };
/// 2026-03-29T01:00 in Castrop-Rauxel, the only one within the test's hours: the clocks change an hour later.
const ONE_AT_NIGHT: i64 = 1_774_742_400_000;

/// Sum and remark of each quarter, by the rules as the registry's documentation words them.
fn expected(totals: &BTreeMap<i64, i64>, power_ups: &BTreeSet<i64>) -> BTreeMap<i32, (i64, bool)> {
    let totals: Vec<(i64, i64)> = totals.iter().map(|(at, total)| (*at, *total)).collect();
    let mut quarters = BTreeMap::<i32, (i64, bool)>::new();
    for pair in totals.windows(2) {
        let ((from, a), (to, b)) = (pair[0], pair[1]);
        let most = 500 * ((to - from + MINUTE - 1) / MINUTE);
        let lower_bound = |passed: i64| if passed <= most { (passed, true) } else { (0, true) };
        let (passed, reset) = if power_ups.iter().any(|at| from < *at && *at <= to) {
            lower_bound(b)
        } else if from < ONE_AT_NIGHT && ONE_AT_NIGHT <= to {
            lower_bound(if b < a { b } else { b - a })
        } else if b >= a {
            if b - a <= most { (b - a, false) } else { (0, true) }
        } else if most < 65_536 && b + 65_536 - a <= most {
            (b + 65_536 - a, false)
        } else {
            lower_bound(b)
        };
        let first = (from / 900_000) as i32;
        for quarter in first..=((to - 1) / 900_000) as i32 {
            let by = |at: i64| passed * (at.clamp(from, to) - from) / (to - from);
            let start = i64::from(quarter) * 900_000;
            let sums = quarters.entry(quarter).or_default();
            sums.0 += by(start + 900_000) - by(start);
            sums.1 |= reset;
        }
    }
    quarters.retain(|_, sums| *sums != (0, false));
    quarters
}

/// As folded, of the first device.
fn folded(memory: &Memory) -> BTreeMap<i32, (i64, bool)> {
    let blocks = memory.blocks.iter().filter(|((_, device), _)| *device == DeviceNo(0));
    let quarters = blocks.filter_map(|((quarter, _), stored)| {
        let all = Aggregates::unpack(&stored.aggregates).unwrap();
        let people = all.get(PEOPLE)?;
        Some((quarter.0, (people.sum, people.resets > 0)))
    });
    quarters.filter(|(_, sums)| *sums != (0, false)).collect()
}

/// What a device says of a minute: its total, that it was switched on, or both.
#[derive(Clone, Copy, Debug)]
struct Said {
    minute: i64,
    total: Option<i64>,
    switched_on: bool,
}

fn said() -> impl Strategy<Value = Said> {
    let total = prop_oneof![4 => 0..400i64, 2 => 65_000..65_536i64, 1 => 0..65_536i64];
    let said = (0..420i64, prop::option::weighted(0.9, total), prop::bool::weighted(0.15));
    said.prop_map(|(minute, total, switched_on)| Said { minute, total, switched_on: switched_on || total.is_none() })
}

/// The journal of what was said in this order, each received when the newest of those before was.
fn journal(all: &[Said]) -> Vec<Record> {
    let mut records = vec![inputs("clearing", START)];
    let mut now = START;
    for said in all {
        let at = START + said.minute * MINUTE;
        now = now.max(at + 1_000);
        let mut values = Vec::new();
        values.extend(said.total.map(|total| ("people_in_total", total)));
        values.extend(said.switched_on.then_some(("power_up", 1)));
        records.push(message("d1", at, now, &values));
    }
    records.extend((1..40).map(|minute| tick(now + minute * MINUTE)));
    records
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counts_are_a_function_of_the_totals_and_of_the_resets_that_are_known(
        readings in prop::collection::vec(said(), 1..50),
        size in 1..30usize,
        kill in 2..7usize,
    ) {
        let mut once: Vec<Said> = Vec::new();
        for said in readings {
            if once.iter().all(|known| known.minute != said.minute) {
                once.push(said);
            }
        }
        let at = |said: &Said| START + said.minute * MINUTE;
        let totals: BTreeMap<i64, i64> = once.iter().filter_map(|said| Some((at(said), said.total?))).collect();
        let power_ups: BTreeSet<i64> = once.iter().filter(|said| said.switched_on).map(at).collect();
        let expected = expected(&totals, &power_ups);

        let memory = fold(&journal(&once), 1_000, |_| false);
        prop_assert_eq!(folded(&memory), expected.clone());
        let killed = fold(&journal(&once), size, |step| step % kill == 0);
        prop_assert_eq!(killed.digest(), memory.digest());

        once.sort_unstable_by_key(|said| said.minute);
        prop_assert_eq!(folded(&fold(&journal(&once), 1_000, |_| false)), expected);
    }
}

/// The sum of a day of totals, and whether a reset is remarked, in the order in which the messages come.
fn day(hash: &str, messages: &[(i64, &[(&str, i64)])]) -> (i64, bool) {
    let mut records = vec![inputs(hash, START)];
    records.extend(
        messages
            .iter()
            .map(|(minute, values)| message("d1", START + minute * MINUTE, START + 30 * MINUTE + 1_000, values)),
    );
    records.extend((31..120).map(|minute| tick(START + minute * MINUTE)));
    let quarters = folded(&fold(&records, 10, |_| false));
    (quarters.values().map(|(sum, _)| sum).sum(), quarters.values().any(|(_, reset)| *reset))
}

#[test]
fn a_power_up_that_comes_late_takes_a_wrap_back_where_the_firmware_clears_its_totals() {
    let totals: [(i64, &[(&str, i64)]); 2] = [(0, &[("people_in_total", 65_530)]), (10, &[("people_in_total", 20)])];
    let power_up: (i64, &[(&str, i64)]) = (10, &[("power_up", 1)]);
    assert_eq!(day("clearing", &totals), (26, false));
    assert_eq!(day("clearing", &[totals[0], totals[1], power_up]), (20, true));
    assert_eq!(day("first", &[totals[0], totals[1], power_up]), (26, false), "a firmware that keeps its totals");
}

#[test]
fn a_total_that_jumps_counts_nobody_and_is_remarked() {
    let jump = |by: i64| day("first", &[(0, &[("people_in_total", 100)]), (10, &[("people_in_total", 100 + by)])]);
    assert_eq!(jump(5_000), (5_000, false), "as many as can pass in ten minutes");
    assert_eq!(jump(5_001), (0, true));
    assert_eq!(jump(1 << 31), (0, true));
}

#[test]
fn of_two_totals_of_one_instant_the_first_counts_and_the_other_is_refused_in_words() {
    let totals = |total| message("d1", START + MINUTE, START + 2 * MINUTE, &[("people_in_total", total)]);
    let before = message("d1", START, START + 2 * MINUTE, &[("people_in_total", 100)]);
    let mut records = vec![inputs("first", START), before, totals(107), totals(190)];
    records.extend((3..60).map(|minute| tick(START + minute * MINUTE)));
    let memory = fold(&records, 10, |_| false);
    assert_eq!(folded(&memory).values().map(|(sum, _)| sum).sum::<i64>(), 7);
    let refused: Vec<_> = memory.quarantine.values().map(|row| (row.seq, row.reason, row.detail.as_str())).collect();
    let detail = "people_in_total/0 is known with another value than 190";
    assert_eq!(refused, [(Seq(4), Reason::ConflictingValue, detail)]);
    assert_eq!(Reason::ConflictingValue.remedy(), "Find the second sender.");
}

#[test]
fn a_power_up_behind_the_watermark_is_known_to_open_blocks_after_a_kill() {
    let said = |minute, total, switched_on| Said { minute, total, switched_on };
    let journal = journal(&[said(0, Some(0), false), said(240, Some(0), false), said(1, None, true)]);
    let killed = fold(&journal, 1, |step| step % 2 == 0);
    assert_eq!(killed.digest(), fold(&journal, 1_000, |_| false).digest());
}

/// Count, sum and whether it was spread, of each quarter from the first on of which the first device's totals say something.
fn quarters(totals: &[(i64, i64)]) -> Vec<(i32, i64, i64, i32)> {
    let said = |(minute, total): &(i64, i64)| {
        let at = START + minute * MINUTE;
        message("d1", at, at + 1_000, &[("people_in_total", *total)])
    };
    let mut records = vec![inputs("first", START)];
    records.extend(totals.iter().map(said));
    let end = START + totals.last().unwrap().0 * MINUTE;
    records.extend((1..60).map(|minute| tick(end + minute * MINUTE)));
    let memory = fold(&records, 1_000, |_| false);
    let first = (START / 900_000) as i32;
    let of =
        |stored: &smartpole_pipeline::StoredBlock| Aggregates::unpack(&stored.aggregates).unwrap().get(PEOPLE).copied();
    let all = memory.blocks.iter().filter_map(|((quarter, _), stored)| Some((quarter.0 - first, of(stored)?)));
    all.map(|(quarter, of)| (quarter, of.count, of.sum, of.interpolated)).collect()
}

#[test]
fn only_quarters_that_a_difference_reaches_into_are_remarked_as_spread() {
    // 30 minutes from the first quarter's end to the fourth's beginning, then each quarter
    let told = quarters(&[(0, 10), (15, 20), (45, 50), (60, 60), (75, 70)]);
    let expected = [(0, 1, 10, 0), (1, 1, 15, 1), (2, 0, 15, 1), (3, 1, 10, 0), (4, 1, 10, 0), (5, 0, 0, 0)];
    assert_eq!(told, expected);
}

#[test]
fn of_a_total_with_none_near_it_nothing_is_known_which_is_not_zero() {
    let week = 8 * 24 * 60;
    let told = quarters(&[(0, 10), (15, 20), (week, 900), (week + 15, 910)]);
    let after = (week / 15) as i32;
    assert_eq!(told, [(0, 1, 10, 0), (1, 0, 0, 0), (after, 1, 10, 0), (after + 1, 0, 0, 0)]);
}
