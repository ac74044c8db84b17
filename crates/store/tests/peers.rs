//! A pole beside the poles around it, asked of the store.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{
    HOUR, MINUTE,
    street::{DAY, Street},
};
use smartpole_method::air::Mean;
use smartpole_model::{PoleNo, UtcMillis};
use smartpole_store::{PeerHour, Peers};

/// The devices within 1,500 m of P1, on P2 and P4 to P7.
const AROUND: [&str; 5] = ["s3", "n4", "n5", "n6", "n7"];
/// What they say: their median is 20, their MAD 2.
const CALM: [&str; 5] = ["17", "18", "20", "22", "23"];

/// An hour of P1 and of the poles around it.
fn hour(street: &mut Street, start: i64, value: &str, around: &[&str]) {
    for (device, value) in std::iter::once(("s1", value)).chain(AROUND.into_iter().zip(around.iter().copied())) {
        street.run(device, start, start + HOUR, 10 * MINUTE, &[("no2", value)]);
    }
}

fn asked(street: &Street) -> Peers {
    street.peers("P1", "no2", DAY, DAY + HOUR, None).unwrap()
}

fn only(peers: &Peers) -> PeerHour {
    assert_eq!(peers.hours.len(), 1);
    peers.hours[0]
}

fn is_marked(value: &str, around: &[&str]) -> bool {
    let mut street = Street::new();
    hour(&mut street, DAY, value, around);
    only(&asked(&street)).is_marked
}

#[test]
fn an_hour_stands_beside_the_median_of_the_poles_around() {
    let mut street = Street::new();
    hour(&mut street, DAY, "61", &CALM);
    street.run("n8", DAY, DAY + HOUR, 10 * MINUTE, &[("no2", "900")]);
    for _ in 0..2 {
        let peers = asked(&street);
        let (said, compared) = (only(&peers), only(&peers).compared.unwrap());
        assert_eq!((said.start, said.value, said.poles), (UtcMillis(DAY), Some(Mean(61_000_000)), 5));
        assert_eq!((compared.median(), compared.mad()), (Mean(20_000_000), Mean(2_000_000)));
        assert_eq!(compared.deviation_tenths(), Some(138), "41 / (1.4826 × 2) = 13.83");
        assert!(said.is_marked);
        street.commit();
    }
}

#[test]
fn the_poles_around_are_those_within_the_radius_that_measure_it_nearest_first() {
    let mut street = Street::new();
    hour(&mut street, DAY, "20", &CALM);
    street.run("n8", DAY, DAY + HOUR, 10 * MINUTE, &[("no2", "20")]);
    street.run("raw", DAY, DAY + HOUR, 10 * MINUTE, &[("pm10", "20")]);
    let around = asked(&street).around;
    let poles: Vec<PoleNo> = around.iter().map(|(pole, _)| *pole).collect();
    assert_eq!(poles, ["P2", "P4", "P5", "P6", "P7"].map(|id| street.pole(id)), "P3 has no NO2, P8 is too far");
    // 0.003 degrees of latitude of 111.195 km; P2: 0.001 of latitude and of longitude, cos 51.55° = 0.622
    assert_eq!(around.iter().map(|(_, metres)| *metres).collect::<Vec<_>>(), [131, 334, 445, 556, 667]);
}

#[test]
fn a_rule_marks_beyond_its_bounds_only() {
    // default rule of NO2: five scaled deviations, at least 40 µg/m³, four poles
    assert!(is_marked("60.1", &CALM) && !is_marked("60", &CALM));
    // median 20, MAD 6: 5 × 1.4826 × 6 = 44.478
    let wide = ["8", "14", "20", "26", "40"];
    assert!(is_marked("64.5", &wide) && !is_marked("64.4", &wide));
}

#[test]
fn three_poles_judge_nothing_and_an_hour_that_is_not_valid_is_none() {
    assert!(is_marked("100", &CALM[..4]) && !is_marked("100", &CALM[..3]));
    let mut street = Street::new();
    hour(&mut street, DAY, "100", &CALM[..3]);
    street.run("n6", DAY, DAY + 40 * MINUTE, 10 * MINUTE, &[("no2", "20")]);
    let said = only(&asked(&street));
    assert_eq!((said.poles, said.is_marked), (3, false), "4 readings of 6");
    street.run("n6", DAY + 40 * MINUTE, DAY + 50 * MINUTE, 10 * MINUTE, &[("no2", "20")]);
    let said = only(&asked(&street));
    assert_eq!((said.poles, said.is_marked), (4, true));
}

#[test]
fn late_readings_lead_to_the_same_marks_and_former_ones_are_remembered() {
    let (mut in_order, mut late) = (Street::new(), Street::new());
    for start in [DAY, DAY + HOUR] {
        hour(&mut in_order, start, "100", &CALM);
    }
    hour(&mut late, DAY, "100", &CALM[..3]);
    hour(&mut late, DAY + HOUR, "100", &CALM);
    late.commit();
    let before = late.peers("P1", "no2", DAY, DAY + 2 * HOUR, None);
    for (device, value) in AROUND.into_iter().zip(CALM).skip(3) {
        for at in (0..6).rev().map(|n| DAY + n * 10 * MINUTE) {
            late.report(device, at, DAY + 5 * HOUR, &[("no2", value)]);
        }
    }
    for _ in 0..2 {
        let now = late.peers("P1", "no2", DAY, DAY + 2 * HOUR, None);
        assert_eq!(now, in_order.peers("P1", "no2", DAY, DAY + 2 * HOUR, None));
        assert!(now.unwrap().hours.iter().all(|hour| hour.is_marked));
        let then = late.peers("P1", "no2", DAY, DAY + 2 * HOUR, Some(DAY + 3 * HOUR));
        assert_eq!(then.as_ref().map(|then| &then.hours), before.as_ref().map(|before| &before.hours));
        assert_eq!(then.unwrap().hours.iter().map(|hour| hour.is_marked).collect::<Vec<_>>(), [false, true]);
        late.commit();
    }
}

#[test]
fn what_no_rule_compares_has_no_peers() {
    let mut street = Street::new();
    hour(&mut street, DAY, "20", &CALM);
    assert_eq!(street.peers("P1", "noise_laeq", DAY, DAY + HOUR, None), None);
}
