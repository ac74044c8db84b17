//! What a message costs and what open blocks hold as the fleet grows: 100, 10,000 and 100,000 devices, a message of 8 values each
//! minute, all rules on.
//!
//! `cargo bench -p smartpole-store --bench devices` (Linux). Each fleet sends as many messages, and for 45 minutes at least, so that
//! each device has as many open blocks as it ever has: two. Memory is what the process holds (RssAnon), registry, caches and the batch
//! under way included; the bars are 300 MB at 100,000 devices, and 1.2 times the cost of 100 devices.

mod common;

use common::{BATCH, Dice, Failure, Library, START, Steps, cpu, inputs_record, message, topic, uplink};
use firmware_sim::synthetic;
use smartpole_model::{Inputs, Seq};
use smartpole_pipeline::{Env, Fold, LoadInputs};
use smartpole_store::Store;

const FLEETS: [usize; 3] = [100, 10_000, 100_000];
const MESSAGES: usize = 4_500_000;

fn main() -> Result<(), Failure> {
    // a process for each, as memory that was let go of stays with one
    if let Some(devices) = std::env::args().find_map(|argument| argument.parse().ok()) {
        return run(devices);
    }
    for devices in FLEETS {
        let status = std::process::Command::new(std::env::current_exe()?).arg(devices.to_string()).status()?;
        if !status.success() {
            return Err(format!("{devices} devices: {status}").into());
        }
    }
    Ok(())
}

fn run(devices: usize) -> Result<(), Failure> {
    let library = Library::of(Inputs::parse(&synthetic(devices / 2, 1)).map_err(|_| "registry")?);
    let (inputs, dir) = (library.load("h")?, tempfile::tempdir()?);
    let topics: Vec<String> = (0..devices).map(|index| topic(&inputs, index)).collect();
    let store = Store::open(dir.path())?;
    let env = Env { stored: &store, inputs: &library };
    let mut fold = Fold::restore(store.restore()?, &env)?;
    fold.apply(Seq(0), &inputs_record(), false, &env)?;
    let (before, mut steps, mut dice) = (resident()?, Steps::default(), Dice(1));
    for first in (0..MESSAGES).step_by(BATCH) {
        let at = |n: usize| START + (n as i64) * 60_000 / devices as i64;
        let payloads: Vec<Vec<u8>> = (first..first + BATCH).map(|n| uplink(at(n) - 300, &mut dice)).collect();
        let start = cpu();
        for (n, payload) in (first..).zip(&payloads) {
            fold.apply(Seq(n as u64 + 1), &message(&topics[n % devices], payload, at(n)), false, &env)?;
        }
        let folded = cpu();
        let changes = fold.take_changes();
        let taken = cpu();
        store.commit(&changes)?;
        fold.committed();
        steps.fold += folded - start;
        steps.take += taken - folded;
        steps.commit += cpu() - taken;
    }
    let micros = |seconds: f64| seconds / MESSAGES as f64 * 1e6;
    println!(
        "{devices:>6} devices: {:.2} µs a message = fold {:.2} + take {:.2} + commit {:.2}; {:.1} MB, of it {:.1} MB since the registry was read",
        micros(steps.all()),
        micros(steps.fold),
        micros(steps.take),
        micros(steps.commit),
        resident()? as f64 / 1e6,
        resident()?.saturating_sub(before) as f64 / 1e6,
    );
    Ok(())
}

/// Bytes of memory that belong to this process alone.
fn resident() -> Result<u64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).ok_or("no RssAnon")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}
