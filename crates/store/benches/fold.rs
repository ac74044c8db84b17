//! From the journal to the commit: 10,000 devices, a message of 8 values each minute, protobuf and JSON.
//!
//! `cargo bench -p smartpole-store --bench fold`. Everything is done by one thread, whose CPU time is printed in all and by step:
//! reading the journal with its checksums, folding (decode, validate, blocks, ledger), taking the changes (aggregates, roll-ups),
//! and committing them (SQLite, zstd, fdatasync). `TMPDIR` chooses the disk. The peer is the same run without anything but
//! reading the journal.

mod common;

use common::{DEVICES, Dice, Failure, Library, ROUNDS, fill, measure};
use firmware_sim::synthetic;
use prost::Message as _;
use smartpole_codec::v1;
use smartpole_model::{Decimal, Inputs, UtcMillis};
use smartpole_pipeline::LoadInputs;

/// Property, decimals, level.
const VALUES: [(&str, u8, i64); 8] = [
    ("pm1", 1, 52),
    ("pm2_5", 1, 73),
    ("pm4", 1, 95),
    ("pm10", 1, 121),
    ("no2", 1, 184),
    ("temperature", 2, 2_130),
    ("relative_humidity", 1, 612),
    ("pressure", 1, 10_132),
];

fn main() -> Result<(), Failure> {
    let library = Library::of(Inputs::parse(&synthetic(DEVICES as usize / 2, 1)).map_err(|_| "registry")?);
    let inputs = library.load("h")?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for (name, encode) in [("protobuf", protobuf as fn(i64, &[i64]) -> Vec<u8>), ("json", json)] {
        for round in 1..=ROUNDS {
            let dir = tempfile::tempdir()?;
            let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
            let message = |at: i64, index: usize| {
                let device = &inputs.registry.devices[index];
                let pole = &inputs.registry.poles[device.installations[0].pole].id;
                let topic = format!("smartpole/castrop-rauxel/{pole}/{}/up", device.id);
                // 2 % of noise around each level, and a clock that wanders a little
                let values: Vec<i64> = VALUES.iter().map(|(_, _, level)| level + dice.around(noise(*level))).collect();
                (topic, encode(at - 300 - dice.around(200), &values))
            };
            runtime.block_on(fill(&dir.path().join("journal"), message))?;
            measure(&format!("{round} {name}"), dir.path(), &library)?;
        }
    }
    Ok(())
}

fn protobuf(at: i64, values: &[i64]) -> Vec<u8> {
    let value = |((property, decimals, _), value): (&(&str, u8, i64), &i64)| v1::Value {
        property: (*property).to_owned(),
        channel: 0,
        mantissa: *value,
        decimals: u32::from(*decimals),
    };
    let values = VALUES.iter().zip(values).map(value).collect();
    v1::Uplink { samples: vec![v1::Sample { time_ms: Some(at), values }] }.encode_to_vec()
}

fn json(at: i64, values: &[i64]) -> Vec<u8> {
    let pairs = VALUES.iter().zip(values);
    let values = pairs.map(|((id, decimals, _), mantissa)| {
        format!("\"{id}\":{}", Decimal { mantissa: *mantissa, decimals: *decimals })
    });
    let values: Vec<String> = values.collect();
    format!("{{\"time\":\"{}\",\"values\":{{{}}}}}", UtcMillis(at), values.join(",")).into_bytes()
}

/// How far values are from their level: 2 %, and pressure as little as it is.
fn noise(level: i64) -> i64 {
    if level > 10_000 { 3 } else { (level / 50).max(1) }
}
