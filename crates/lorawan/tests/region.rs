//! EU863-870.
#![allow(clippy::unwrap_used)]

use std::fmt::Write;

use expect_test::expect;
use smartpole_lorawan::{
    DataRate,
    region::{SUB_BANDS, SubBand, time_on_air},
};

#[test]
fn data_rates_have_their_numbers_and_longest_frames() {
    let mut table = String::new();
    for index in 0..=8 {
        let rate = DataRate::of_index(index);
        assert_eq!(rate.and_then(DataRate::index), rate.map(|_| index));
        writeln!(table, "{index} {rate:?} {:?}", rate.and_then(DataRate::max_phy_payload)).unwrap();
    }
    expect![[r#"
        0 Some(Lora { spreading_factor: 12, bandwidth: 125 }) Some(64)
        1 Some(Lora { spreading_factor: 11, bandwidth: 125 }) Some(64)
        2 Some(Lora { spreading_factor: 10, bandwidth: 125 }) Some(64)
        3 Some(Lora { spreading_factor: 9, bandwidth: 125 }) Some(128)
        4 Some(Lora { spreading_factor: 8, bandwidth: 125 }) Some(255)
        5 Some(Lora { spreading_factor: 7, bandwidth: 125 }) Some(255)
        6 Some(Lora { spreading_factor: 7, bandwidth: 250 }) Some(255)
        7 Some(Fsk) Some(255)
        8 None None
    "#]]
    .assert_eq(&table);
    assert_eq!(DataRate::lora(7, 500).unwrap().index(), None);
    assert_eq!((DataRate::lora(4, 125), DataRate::lora(13, 125), DataRate::lora(7, 0)), (None, None, None));
}

#[test]
fn sub_bands_have_their_airtime_and_power() {
    let mut table = String::new();
    for band in SUB_BANDS {
        writeln!(table, "{} to {}: {} ms an hour, {} dBm", band.from, band.to, band.airtime_ms, band.power).unwrap();
        assert_eq!((SubBand::of(band.from), SubBand::of(band.to - 1)), (Some(&band), Some(&band)));
    }
    expect![[r#"
        863000000 to 865000000: 3600 ms an hour, 16 dBm
        865000000 to 868000000: 36000 ms an hour, 16 dBm
        868000000 to 868600000: 36000 ms an hour, 16 dBm
        868700000 to 869200000: 3600 ms an hour, 16 dBm
        869400000 to 869650000: 360000 ms an hour, 27 dBm
        869700000 to 870000000: 36000 ms an hour, 16 dBm
    "#]]
    .assert_eq(&table);
    for unused in [0, 862_999_999, 868_600_000, 868_699_999, 869_200_000, 869_650_000, 870_000_000, u32::MAX] {
        assert_eq!(SubBand::of(unused), None, "{unused}");
    }
}

#[test]
fn downlinks_are_shorter_by_the_checksum_and_fsk_has_one_always() {
    let sf7 = DataRate::lora(7, 125).unwrap();
    let rates = [sf7, DataRate::lora(7, 250).unwrap(), DataRate::lora(12, 250).unwrap(), DataRate::Fsk];
    let times = |crc| rates.map(|rate| time_on_air(rate, 20, crc));
    expect![[r#"
        [56576, 28288, 659456, 4960]
        [51456, 25728, 659456, 4960]
    "#]]
    .assert_eq(&format!("{:?}\n{:?}\n", times(true), times(false)));
    assert_eq!(time_on_air(sf7, 0, false), 20_736);
}
