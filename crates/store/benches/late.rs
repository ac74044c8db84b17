//! From the journal to the commit: the same fleet with 0, 1 and 20 % of its messages 16 to 60 minutes late, protobuf, all rules on.
//!
//! `cargo bench -p smartpole-store --bench late`. The figures are printed as by the bench `fold`; the last lines compare them: the bar
//! is twice the time of 0 % at 20 %. Strewn late messages each go into another block, the worst there is; kept ones are handed over as
//! devices and gateways do after their network was away: twelve minutes of a device in one go.

mod common;

use common::{DEVICES, Dice, Failure, Library, MINUTES, ROUNDS, START, fill, measure, topic, uplink};
use firmware_sim::synthetic;
use smartpole_model::Inputs;
use smartpole_pipeline::LoadInputs;

/// Which messages are late.
#[derive(Clone, Copy)]
enum Late {
    /// So many of a hundred, wherever they fall.
    Strewn(i64),
    /// Twelve of each device's sixty.
    Kept,
}

const LATE: [(&str, Late); 4] = [
    ("0 % late", Late::Strewn(0)),
    ("1 % late, strewn", Late::Strewn(1)),
    ("20 % late, strewn", Late::Strewn(20)),
    ("20 % late, kept", Late::Kept),
];
const KEPT: i64 = 12;

/// How late the messages of a device are that come in its turn of a minute, in milliseconds.
fn delays(late: Late, at: i64, index: usize, which: &mut Dice) -> Vec<i64> {
    match late {
        Late::Strewn(percent) if (which.around(50) + 50) * 100 < percent * 101 => {
            vec![38 * 60_000 + which.around(22 * 60_000)]
        }
        Late::Strewn(_) => vec![300],
        Late::Kept => {
            // from which minute on it keeps them, and how long after the last one it hands them over
            let (first, wait) = (index as i64 * 7 % MINUTES, 16 + index as i64 * 31 % 33);
            match ((at - START) / 60_000 - first).rem_euclid(MINUTES) {
                since if since < KEPT => Vec::new(),
                since if since == KEPT - 1 + wait => {
                    (0..KEPT).rev().map(|before| (wait + before) * 60_000 + 300).chain([300]).collect()
                }
                _ => vec![300],
            }
        }
    }
}

fn main() -> Result<(), Failure> {
    let library = Library::of(Inputs::parse(&synthetic(DEVICES as usize / 2, 1)).map_err(|_| "registry")?);
    let inputs = library.load("h")?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for round in 1..=ROUNDS {
        let mut seconds = [0.0; LATE.len()];
        for ((name, late), seconds) in LATE.into_iter().zip(&mut seconds) {
            let dir = tempfile::tempdir()?;
            let (mut dice, mut which) = (Dice(0x9e37_79b9_7f4a_7c15), Dice(7));
            let messages = |at: i64, index: usize| {
                let delays = delays(late, at, index, &mut which);
                let message = |delay| (topic(&inputs, index), uplink(at - delay - which.around(200), &mut dice));
                delays.into_iter().map(message).collect::<Vec<_>>()
            };
            runtime.block_on(fill(&dir.path().join("journal"), messages))?;
            *seconds = measure(&format!("{round} {name}"), dir.path(), &library)?;
        }
        for ((name, _), time) in LATE.into_iter().zip(seconds).skip(1) {
            println!("{round} {name}: {:.2} times the time of 0 %", time / seconds[0]);
        }
    }
    Ok(())
}
