//! From the journal to the commit: 10,000 devices, a message of 8 values each minute, protobuf and JSON.
//!
//! `cargo bench -p smartpole-store --bench fold`. Everything is done by one thread, whose CPU time is printed in all and by step:
//! reading the journal with its checksums, folding (decode, validate, blocks, ledger), taking the changes (aggregates, roll-ups),
//! and committing them (SQLite, zstd, fdatasync). `TMPDIR` chooses the disk. The peer is the same run without anything but
//! reading the journal.

mod common;

use common::{DEVICES, Dice, Failure, Library, ROUNDS, VALUES, fill, measure, noise, topic, uplink};
use firmware_sim::synthetic;
use smartpole_model::{Decimal, Inputs, UtcMillis};
use smartpole_pipeline::LoadInputs;

fn main() -> Result<(), Failure> {
    let library = Library::of(Inputs::parse(&synthetic(DEVICES as usize / 2, 1)).map_err(|_| "registry")?);
    let inputs = library.load("h")?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for (name, encode) in [("protobuf", uplink as fn(i64, &mut Dice) -> Vec<u8>), ("json", json)] {
        for round in 1..=ROUNDS {
            let dir = tempfile::tempdir()?;
            let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
            let messages = |at: i64, index: usize| {
                // a clock that wanders a little
                let time = at - 300 - dice.around(200);
                [(topic(&inputs, index), encode(time, &mut dice))]
            };
            runtime.block_on(fill(&dir.path().join("journal"), messages))?;
            measure(&format!("{round} {name}"), dir.path(), &library)?;
        }
    }
    Ok(())
}

fn json(time: i64, dice: &mut Dice) -> Vec<u8> {
    let value = |(id, decimals, level): &(&str, u32, i64)| {
        let value = Decimal { mantissa: level + dice.around(noise(*level)), decimals: *decimals as u8 };
        format!("\"{id}\":{value}")
    };
    let values: Vec<String> = VALUES.iter().map(value).collect();
    format!("{{\"time\":\"{}\",\"values\":{{{}}}}}", UtcMillis(time), values.join(",")).into_bytes()
}
