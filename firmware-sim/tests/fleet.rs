//! The fleet as its users see it.

use std::collections::{BTreeMap, BTreeSet};

use expect_test::expect;
use firmware_sim::{Faults, Fleet, Path, Spec, Transmission, Truth, synthetic};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use smartpole_model::{Inputs, Reason, UtcMillis};

fn inputs(poles: usize) -> Inputs {
    Inputs::parse(&synthetic(poles, 1)).expect("a synthetic registry is valid")
}

fn spec(seed: u64, days: i64, faults: Faults) -> Spec {
    let from: UtcMillis = "2026-10-20T00:00:00Z".parse().expect("a time");
    Spec { faults, ..Spec::new(seed, from, from.plus(days * 86_400_000)) }
}

fn sent(inputs: &Inputs, spec: Spec) -> Vec<Transmission> {
    Fleet::new(inputs, spec).transmissions().collect()
}

fn digest(sent: &[Transmission]) -> String {
    let mut hash = Sha256::new();
    for transmission in sent {
        hash.update(transmission.at.0.to_le_bytes());
        hash.update(transmission.topic.as_bytes());
        hash.update(&transmission.payload);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_does_not() {
    let inputs = inputs(6);
    let digest = |seed, faults| digest(&sent(&inputs, spec(seed, 2, faults)));
    expect!["2ec78ed2b0554e54"].assert_eq(&digest(1, Faults::default()));
    expect!["07baa518f9f853fc"].assert_eq(&digest(1, Faults::typical()));
    assert_ne!(digest(1, Faults::default()), digest(2, Faults::default()));
}

#[test]
fn a_faultless_fleet_sends_one_message_a_step_and_device_and_all_of_them_count() {
    let inputs = inputs(4);
    let sent = sent(&inputs, spec(1, 1, Faults::default()));
    let truth = Truth::of(&inputs, Path::Broker, &sent);
    assert_eq!((sent.len(), truth.messages.uplink), (8 * 144, 8 * 144));
    assert_eq!(truth.readings.accepted, truth.readings.sum());
    assert!(sent.is_sorted_by_key(|transmission| transmission.at));
}

#[test]
fn a_device_sends_the_same_alone_and_among_others() {
    let fleet = Fleet::new(&inputs(3), spec(5, 2, Faults::all(0.05)));
    for device in 0..fleet.devices().len() {
        let alone: Vec<_> = fleet.device(device).collect();
        let among: Vec<_> = fleet.transmissions().filter(|transmission| transmission.device == device).collect();
        assert_eq!(alone, among);
    }
}

#[test]
fn two_runs_in_a_row_send_what_one_long_run_sends() {
    let inputs = inputs(3);
    let (long, middle) = (spec(3, 2, Faults::default()), spec(3, 1, Faults::default()).to);
    let first = Spec { to: middle, ..long.clone() };
    let second = Spec { from: middle, ..long.clone() };
    let mut parts = sent(&inputs, first);
    parts.extend(sent(&inputs, second));
    assert_eq!(digest(&parts), digest(&sent(&inputs, long)));
}

#[test]
fn a_live_message_says_what_the_timetable_would_have_said() {
    let fleet = Fleet::new(&inputs(3), spec(3, 1, Faults::default()));
    for device in 0..fleet.devices().len() {
        let mut live = fleet.live(device);
        for planned in fleet.device(device).take(20) {
            // It was measured at a full second, up to 1.7 s before it was sent.
            let second = (planned.at.0 - 200).div_euclid(1000);
            let said = [second, second - 1].map(|second| live.message(UtcMillis(second * 1000), 600_000).payload);
            assert!(said.contains(&planned.payload), "{planned:?}");
        }
    }
}

#[test]
fn what_a_total_grew_by_is_what_its_windows_sum_up_to() {
    let inputs = inputs(1);
    let sent = sent(&inputs, Spec { json_share: 1.0, ..spec(4, 5, Faults { loss: 0.3, ..Faults::default() }) });
    let totals: Vec<i64> = sent.iter().filter_map(|transmission| total(&transmission.payload)).collect();
    let grown: i64 = totals.windows(2).map(|pair| (pair[1] - pair[0]).rem_euclid(65_536)).sum();
    let truth = Truth::of(&inputs, Path::Broker, &sent);
    let counted: i64 =
        truth.windows.iter().filter(|window| window.property == "people_in").map(|window| window.sum).sum();
    assert!(grown > 10_000 && counted == grown, "{grown} {counted}");
}

fn total(payload: &[u8]) -> Option<i64> {
    let message: serde_json::Value = serde_json::from_slice(payload).ok()?;
    message["values"]["people_in_total"].as_i64()
}

#[test]
fn fine_dust_is_less_than_coarse_dust_always() {
    let inputs = inputs(2);
    let truth = Truth::of(&inputs, Path::Broker, sent(&inputs, spec(9, 30, Faults::default())));
    let mut quarters: BTreeMap<_, BTreeMap<&str, (i64, i64)>> = BTreeMap::new();
    for window in truth.windows.iter().filter(|window| window.property.starts_with("pm")) {
        let quarter = quarters.entry((&window.device, window.start)).or_default();
        quarter.insert(&window.property, (window.min, window.max));
    }
    assert!(quarters.len() > 5000);
    for (key, pm) in quarters {
        assert!(pm["pm1"].0 < pm["pm2_5"].0 && pm["pm2_5"].1 < pm["pm10"].1, "{key:?} {pm:?}");
    }
}

#[test]
fn each_fault_shows_in_the_truth() {
    let inputs = inputs(4);
    let truth = Truth::of(&inputs, Path::Direct, sent(&inputs, spec(1, 10, Faults::all(0.05))));
    let quarantined: BTreeSet<Reason> = truth.messages.quarantined.keys().copied().collect();
    let expected = [
        Reason::UnknownDevice,
        Reason::DecodeFailed,
        Reason::Retained,
        Reason::ConflictingValue,
        Reason::TimeBeforeEpoch,
        Reason::TimeInFuture,
        Reason::NoReadings,
        Reason::UnknownProperty,
    ];
    assert_eq!(quarantined, BTreeSet::from(expected));
    assert!(truth.readings.quarantined.contains_key(&Reason::UnknownProperty));
    assert!(truth.messages.duplicate > 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_message_and_reading_has_one_outcome_whatever_goes_wrong(seed: u64, rate in 0.0..0.3f64, direct: bool) {
        let inputs = inputs(3);
        let sent = sent(&inputs, spec(seed, 2, Faults::all(rate)));
        let truth = Truth::of(&inputs, if direct { Path::Direct } else { Path::Broker }, &sent);
        prop_assert_eq!(truth.messages.sum(), sent.len() as u64);
        prop_assert_eq!(truth.devices.values().map(firmware_sim::Outcomes::sum).sum::<u64>(), sent.len() as u64);
        prop_assert!(sent.is_sorted_by_key(|transmission| transmission.at));
    }

    #[test]
    fn sending_messages_again_changes_no_window(seed: u64, again in prop::collection::vec(any::<prop::sample::Index>(), 1..50)) {
        let inputs = inputs(2);
        let mut sent = sent(&inputs, spec(seed, 1, Faults::all(0.05)));
        let once = Truth::of(&inputs, Path::Broker, &sent);
        let copies: Vec<_> = again.iter().map(|index| index.get(&sent).clone()).collect();
        sent.extend(copies);
        let twice = Truth::of(&inputs, Path::Broker, &sent);
        prop_assert_eq!(twice.messages.uplink, once.messages.uplink);
        prop_assert_eq!(twice.windows, once.windows);
    }
}
