//! From the journal to the commit: the same fleet with 0, 1 and 20 % of its messages 16 to 60 minutes late, protobuf, all rules on.
//!
//! `cargo bench -p smartpole-store --bench late`. The figures are printed as by the bench `fold`; the last lines compare them: the bar
//! is twice the time of 0 % at 20 %. Late messages are strewn evenly, so that each goes into another block: nothing is gained by a
//! block that several of a batch go into, as when a gateway hands over what it had kept.

mod common;

use common::{DEVICES, Dice, Failure, Library, ROUNDS, fill, measure, topic, uplink};
use firmware_sim::synthetic;
use smartpole_model::Inputs;
use smartpole_pipeline::LoadInputs;

const LATE_PERCENT: [i64; 3] = [0, 1, 20];

fn main() -> Result<(), Failure> {
    let library = Library::of(Inputs::parse(&synthetic(DEVICES as usize / 2, 1)).map_err(|_| "registry")?);
    let inputs = library.load("h")?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for round in 1..=ROUNDS {
        let mut seconds = [0.0; LATE_PERCENT.len()];
        for (late_percent, seconds) in LATE_PERCENT.into_iter().zip(&mut seconds) {
            let dir = tempfile::tempdir()?;
            let (mut dice, mut which) = (Dice(0x9e37_79b9_7f4a_7c15), Dice(7));
            let message = |at: i64, index: usize| {
                let is_late = (which.around(50) + 50) * 100 < late_percent * 101;
                let delay = if is_late { 38 * 60_000 + which.around(22 * 60_000) } else { 300 };
                (topic(&inputs, index), uplink(at - delay - which.around(200), &mut dice))
            };
            runtime.block_on(fill(&dir.path().join("journal"), message))?;
            *seconds = measure(&format!("{round} {late_percent} % late"), dir.path(), &library)?;
        }
        for (late_percent, time) in LATE_PERCENT.into_iter().zip(seconds).skip(1) {
            println!("{round} {late_percent} % late: {:.2} times the time of 0 %", time / seconds[0]);
        }
    }
    Ok(())
}
