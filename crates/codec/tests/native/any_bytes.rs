//! No bytes panic.

use proptest::prelude::*;
use smartpole_model::registry::Codec;

use crate::{common::sensor, counters::PERIODS, hex, read};

const CODECS: [Codec; 5] = [
    Codec::CayenneLpp,
    Codec::DecentlabDlPm,
    Codec::ImbuildingsPeopleCounter,
    Codec::MilesightVs121,
    Codec::MilesightVs133,
];

proptest! {
    #[test]
    fn no_payload_panics(port in 0u32..100, bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for codec in CODECS {
            if let Err(refusal) = read(&sensor(codec, &[]), port, &bytes) {
                prop_assert!(refusal.detail.chars().count() <= 200);
            }
        }
    }

    #[test]
    fn no_row_of_known_types_panics(
        port in 25u32..30,
        items in prop::collection::vec((prop::sample::select(vec![
            "20CE00F15365", "03D2", "05CC", "0DCC", "04C9", "07D5", "0FE3", "FF08", "0F85", "0167", "0188", "0206", "021b50000f",
        ]), prop::collection::vec(any::<u8>(), 0..16)), 0..12),
    ) {
        let bytes: Vec<u8> = items.into_iter().flat_map(|(head, rest)| [hex(head), rest].concat()).collect();
        for codec in CODECS {
            if let Err(refusal) = read(&sensor(codec, PERIODS), port, &bytes) {
                prop_assert!(refusal.detail.chars().count() <= 200);
            }
        }
    }
}
