//! What an air station measures, with a noise that is the same in each run.
#![allow(missing_docs, unreachable_pub, reason = "shared by benches")]

use prost::Message as _;
use smartpole_codec::v1;

use crate::common::Dice;

/// Property, decimals, level.
pub const VALUES: [(&str, u8, i64); 8] = [
    ("pm1", 1, 52),
    ("pm2_5", 1, 73),
    ("pm4", 1, 95),
    ("pm10", 1, 121),
    ("no2", 1, 184),
    ("temperature", 2, 2_130),
    ("relative_humidity", 1, 612),
    ("pressure", 1, 10_132),
];

/// Values within 2 % around their levels; pressure as near as it is.
pub fn measured(dice: &mut Dice) -> Vec<i64> {
    let noise = |level: i64| if level > 10_000 { 3 } else { (level / 50).max(1) };
    VALUES.iter().map(|(_, _, level)| level + dice.around(noise(*level))).collect()
}

/// A message of them, measured at an instant.
pub fn protobuf(at: i64, values: &[i64]) -> Vec<u8> {
    let value = |((property, decimals, _), value): (&(&str, u8, i64), &i64)| v1::Value {
        property: (*property).to_owned(),
        channel: 0,
        mantissa: *value,
        decimals: u32::from(*decimals),
    };
    let values = VALUES.iter().zip(values).map(value).collect();
    v1::Uplink { samples: vec![v1::Sample { time_ms: Some(at), values }] }.encode_to_vec()
}
