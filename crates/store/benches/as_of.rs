//! Questions as of an earlier minute beside the plain ones: 20 poles with two sensors each, 30 days, 8 values each quarter of an hour,
//! one in twenty up to a day late.
//!
//! `cargo bench -p smartpole-store --bench as_of`. Printed are the CPU time of a question and how many times the plain one's it is; the bar
//! is twice. Each question is asked as of the last hour, of a day ago, and of the middle of what it asks about.

mod common;

use std::sync::{Arc, RwLock};

use common::{BATCH, Dice, Failure, Library, START, cpu, inputs_record, message, topic, uplink};
use firmware_sim::synthetic;
use smartpole_model::{Inputs, Seq, UtcMillis};
use smartpole_pipeline::{Env, Fold, LoadInputs, NameKind, Scope};
use smartpole_store::{Queries, Step, Store, Wanted};

const POLES: usize = 20;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const DAYS: i64 = 30;
const END: i64 = START + DAYS * DAY;
const ASKED: u32 = 40;

fn main() -> Result<(), Failure> {
    let library = Library::of(Inputs::parse(&synthetic(POLES, 1)).map_err(|_| "registry")?);
    let dir = tempfile::tempdir()?;
    let store = Store::open(dir.path())?;
    let fold = month(&store, &library)?;
    let number = |kind, id: &str| fold.number(kind, id).ok_or_else(|| Failure::from(format!("no {id}")));
    let inputs = library.load("h")?;
    let registry = &inputs.registry;
    let device = Scope::Device(fold.device_no(&registry.devices[0].id).ok_or("no device")?);
    let pole = Scope::Pole(smartpole_model::PoleNo(number(NameKind::Pole, &registry.poles[0].id)?));
    let zone = Scope::Zone(smartpole_model::ZoneNo(number(NameKind::Zone, &registry.zones[0].id)?));
    let queries = Queries::new(&store, Arc::new(RwLock::new(fold)));
    let property = registry.properties.by_id("temperature").ok_or("no temperature")?.number;
    for (name, scope, step, days) in [
        ("device, a week of quarters", device, Step::Quarter, 7),
        ("pole, a month of hours", pole, Step::Hour, DAYS),
        ("zone, a day of quarters", zone, Step::Quarter, 1),
        ("zone, a month of hours", zone, Step::Hour, DAYS),
        ("zone, a month of days", zone, Step::Day, DAYS),
    ] {
        let (from, to) = (END - days * DAY, END);
        let wanted =
            Wanted { scope, property, channel: None, from: UtcMillis(from), to: UtcMillis(to), step, as_of: None };
        let plain = ask(&queries, wanted)?;
        let mut line = format!("{name:28} {:>8.0} µs", plain * 1e6);
        for (when, as_of) in [("an hour ago", END - HOUR), ("a day ago", END - DAY), ("the middle", (from + to) / 2)] {
            let then = ask(&queries, Wanted { as_of: Some(UtcMillis(as_of)), ..wanted })?;
            line += &format!("; as of {when} {:.2} times", then / plain);
        }
        println!("{line}");
    }
    Ok(())
}

/// CPU seconds of a question: the least of many.
fn ask(queries: &Queries, wanted: Wanted) -> Result<f64, Failure> {
    let mut least = f64::MAX;
    for _ in 0..ASKED {
        let start = cpu();
        std::hint::black_box(queries.windows(&wanted)?);
        least = least.min(cpu() - start);
    }
    Ok(least)
}

/// A month, folded and committed but for its last quarters.
fn month(store: &Store, library: &Library) -> Result<Fold, Failure> {
    let (inputs, env) = (library.load("h")?, Env { stored: store, inputs: library });
    let mut fold = Fold::restore(store.restore()?, &env)?;
    fold.apply(Seq(0), &inputs_record(), false, &env)?;
    let (mut dice, mut seq) = (Dice(1), Seq(0));
    for at in (START..END).step_by(15 * MINUTE as usize) {
        for index in 0..2 * POLES {
            let delay = if dice.around(50) > 47 { 12 * HOUR + dice.around(12 * HOUR) } else { 300 };
            let (topic, payload) = (topic(&inputs, index), uplink(at - delay, &mut dice));
            seq = seq.next();
            fold.apply(seq, &message(&topic, &payload, at), false, &env)?;
            if seq.0.is_multiple_of(BATCH as u64) {
                store.commit(&fold.take_changes())?;
                fold.committed();
            }
        }
    }
    store.commit(&fold.take_changes())?;
    fold.committed();
    Ok(fold)
}
