//! What late readings cost: the same fleet with 0, 1 and 20 % of its messages 16 to 60 minutes late, protobuf, all rules on.
//!
//! `cargo bench -p smartpole-store --bench late`. The figures are printed as by the bench `fold`; compare the lines of one run: the bar
//! is twice the time of 0 % at 20 %.

mod air;
mod common;

use air::{measured, protobuf};
use common::{DEVICES, Dice, Failure, Library, ROUNDS, fill, measure};
use firmware_sim::synthetic;
use smartpole_model::Inputs;
use smartpole_pipeline::LoadInputs;

fn main() -> Result<(), Failure> {
    let library = Library::of(Inputs::parse(&synthetic(DEVICES as usize / 2, 1)).map_err(|_| "registry")?);
    let inputs = library.load("h")?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for round in 1..=ROUNDS {
        for late_percent in [0, 1, 20] {
            let dir = tempfile::tempdir()?;
            let (mut dice, mut which) = (Dice(0x9e37_79b9_7f4a_7c15), Dice(7));
            let message = |at: i64, index: usize| {
                let device = &inputs.registry.devices[index];
                let pole = &inputs.registry.poles[device.installations[0].pole].id;
                let topic = format!("smartpole/castrop-rauxel/{pole}/{}/up", device.id);
                let is_late = (which.around(50) + 50) * 100 < late_percent * 101;
                let delay = if is_late { 38 * 60_000 + which.around(22 * 60_000) } else { 300 };
                let values = measured(&mut dice);
                (topic, protobuf(at - delay - which.around(200), &values))
            };
            runtime.block_on(fill(&dir.path().join("journal"), message))?;
            measure(&format!("{round} {late_percent} % late"), dir.path(), &library)?;
        }
    }
    Ok(())
}
