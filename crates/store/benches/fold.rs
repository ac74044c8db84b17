//! From the journal to the commit: 10,000 devices, a message of 8 values each minute, protobuf and JSON.
//!
//! `cargo bench -p smartpole-store --bench fold`. Everything is done by one thread, whose CPU time is printed in all and by step:
//! reading the journal with its checksums, folding (decode, validate, blocks, ledger), taking the changes (aggregates, roll-ups),
//! and committing them (SQLite, zstd, fdatasync). `TMPDIR` chooses the disk. The peer is the same run without anything but
//! reading the journal.

mod air;
mod common;

use air::{VALUES, measured, protobuf};
use common::{DEVICES, Dice, Failure, Library, ROUNDS, fill, measure};
use firmware_sim::synthetic;
use smartpole_model::{Decimal, Inputs, UtcMillis};
use smartpole_pipeline::LoadInputs;

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
                let values = measured(&mut dice);
                // a clock that wanders a little
                (topic, encode(at - 300 - dice.around(200), &values))
            };
            runtime.block_on(fill(&dir.path().join("journal"), message))?;
            measure(&format!("{round} {name}"), dir.path(), &library)?;
        }
    }
    Ok(())
}

fn json(at: i64, values: &[i64]) -> Vec<u8> {
    let pairs = VALUES.iter().zip(values);
    let values = pairs.map(|((id, decimals, _), mantissa)| {
        format!("\"{id}\":{}", Decimal { mantissa: *mantissa, decimals: *decimals })
    });
    let values: Vec<String> = values.collect();
    format!("{{\"time\":\"{}\",\"values\":{{{}}}}}", UtcMillis(at), values.join(",")).into_bytes()
}
