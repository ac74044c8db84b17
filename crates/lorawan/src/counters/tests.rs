use std::collections::BTreeSet;

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

/// `12` is an uplink, `12*` one with the same counter and other content. Each is judged and received; a reset begins a new run
/// if that is allowed.
fn check(accept: bool, uplinks: &str, expect: &Expect) {
    let mut counters = Counters::default();
    let mut said = Vec::new();
    for uplink in uplinks.split_whitespace() {
        let f_cnt: u32 = uplink.trim_end_matches('*').parse().unwrap();
        let fingerprint = f_cnt.wrapping_mul(8) + uplink.matches('*').count() as u32;
        let judgement = counters.judge(f_cnt, fingerprint);
        match judgement {
            Judgement::New => counters.take(f_cnt, fingerprint),
            Judgement::Copy => counters.copy(),
            Judgement::Reset if accept => counters.begin(f_cnt, fingerprint),
            Judgement::Reset => counters.refuse_reset(),
            Judgement::TooOld => {}
        }
        said.push(format!("{uplink}:{judgement:?}"));
    }
    let (received, lost, copies) = (counters.received(), counters.lost(), counters.copies());
    expect.assert_eq(&format!("{} | received {received} lost {lost} copies {copies}", said.join(" ")));
}

#[test]
fn every_counter_counts_once_in_any_order() {
    check(false, "0 1 2 2 1 0", &expect!["0:New 1:New 2:New 2:Copy 1:Copy 0:Copy | received 3 lost 0 copies 3"]);
    check(false, "5 6 9 7 7 8 4", &expect!["5:New 6:New 9:New 7:New 7:Copy 8:New 4:New | received 6 lost 0 copies 1"]);
    check(false, "1 65000 300000", &expect!["1:New 65000:New 300000:New | received 3 lost 299997 copies 0"]);
}

#[test]
fn a_late_one_is_new_within_the_window_and_too_old_below() {
    check(
        false,
        "100 8000 8291 101 100",
        &expect!["100:New 8000:New 8291:New 101:New 100:Copy | received 4 lost 8188 copies 1"],
    );
    check(
        false,
        "100 8292 101 100 99 4294967295",
        &expect!["100:New 8292:New 101:New 100:Copy 99:TooOld 4294967295:New | received 4 lost 4294967192 copies 1"],
    );
}

#[test]
fn a_counter_that_begins_again_is_refused_until_it_exceeds_the_highest() {
    check(
        false,
        "0 1 20 0* 1* 5* 20* 21 20** 1**",
        &expect![
            "0:New 1:New 20:New 0*:Reset 1*:Reset 5*:New 20*:Reset 21:New 20**:Copy 1**:Reset | received 5 lost 17 copies 1"
        ],
    );
    check(false, "0 1 20 1 0", &expect!["0:New 1:New 20:New 1:Copy 0:Copy | received 3 lost 18 copies 2"]);
}

#[test]
fn a_counter_that_begins_again_begins_a_run_where_that_is_allowed() {
    check(
        true,
        "0 1 2 20 0* 1* 0* 20 2 3",
        &expect!["0:New 1:New 2:New 20:New 0*:Reset 1*:New 0*:Copy 20:Copy 2:Copy 3:New | received 3 lost 1 copies 3"],
    );
}

#[test]
fn a_device_heard_late_in_its_life_that_begins_again_is_no_late_one() {
    check(
        false,
        "50000 50001 0 1 17",
        &expect!["50000:New 50001:New 0:Reset 1:Reset 17:Reset | received 2 lost 0 copies 0"],
    );
    check(
        true,
        "50000 50001 0 1 17",
        &expect!["50000:New 50001:New 0:Reset 1:New 17:New | received 3 lost 15 copies 0"],
    );
}

fn packed(counters: &Counters) -> Vec<u8> {
    let mut out = Vec::new();
    counters.pack(&mut out);
    out
}

#[test]
fn a_year_without_loss_takes_little_room_and_the_worst_has_a_bound() {
    let run = |step: u32| {
        let mut counters = Counters::default();
        (0..52_560).step_by(step as usize).for_each(|f_cnt| counters.take(f_cnt, f_cnt));
        packed(&counters).len()
    };
    expect!["114 1104"].assert_eq(&format!("{} {}", run(1), run(2)));
}

proptest! {
    #[test]
    fn counters_are_a_set_as_far_as_they_remember(
        start in prop_oneof![Just(0u32), 16u32..100_000, Just(u32::MAX - 9_000)],
        steps in proptest::collection::vec(prop_oneof![4 => -3i64..6, 2 => -200i64..400, 1 => -9_000i64..9_000], 1..200),
    ) {
        let (mut counters, mut seen, mut at) = (Counters::default(), BTreeSet::new(), i64::from(start));
        for step in steps {
            at = (at + step).clamp(0, u32::MAX.into());
            let (f_cnt, below) = (at as u32, seen.last().map_or(0, |highest: &u32| highest.saturating_sub(at as u32)));
            let expected = match seen.contains(&f_cnt) {
                true if below < 8192 || f_cnt < FIRST || counters.is_latest(f_cnt) => Judgement::Copy,
                false if below < 8192 => Judgement::New,
                false if f_cnt < FIRST => Judgement::Reset,
                _ => Judgement::TooOld,
            };
            let judgement = counters.judge(f_cnt, f_cnt);
            prop_assert_eq!(judgement, expected);
            if judgement == Judgement::New {
                counters.take(f_cnt, f_cnt);
                seen.insert(f_cnt);
            }
            let mut refusing = counters.clone();
            refusing.refuse_reset();
            for counters in [&counters, &refusing] {
                let again = Counters::unpack(&mut Reader::new(&packed(counters))).unwrap();
                prop_assert_eq!(packed(&again), packed(counters));
                prop_assert_eq!(again.judge(f_cnt, !f_cnt), counters.judge(f_cnt, !f_cnt));
            }
        }
        let (lowest, highest) = (*seen.first().unwrap(), *seen.last().unwrap());
        prop_assert_eq!(counters.received(), seen.len() as u64);
        prop_assert_eq!(counters.lost(), u64::from(highest - lowest) + 1 - seen.len() as u64);
    }

    #[test]
    fn any_bytes_unpack_or_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(counters) = Counters::unpack(&mut Reader::new(&bytes)) {
            counters.judge(7, 7);
            packed(&counters);
        }
    }
}
