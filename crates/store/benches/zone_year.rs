//! A year of hours of a zone of 20 poles, read by the week and hour by hour: an air station at each pole reports 8 values each hour.
//!
//! `cargo bench -p smartpole-store --bench zone_year`. Printed are CPU times, and how many times as long it takes without copies of weeks; the bar
//! for a whole answer is 20 ms. Asked are what is known now, and what was known a day and half a year before.

mod common;

use std::{
    path::Path,
    sync::{Arc, RwLock},
};

use common::{BATCH, Dice, Failure, Library, START, cpu, inputs_record, message, topic, uplink};
use firmware_sim::synthetic;
use smartpole_model::{Inputs, Seq, UtcMillis, ZoneNo};
use smartpole_pipeline::{Env, Fold, LoadInputs, NameKind, Scope};
use smartpole_store::{FILE, Queries, Step, Store, Wanted};

const POLES: usize = 20;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const DAYS: i64 = 365;
const ASKED: usize = 20;

fn main() -> Result<(), Failure> {
    let library = Library::of(Inputs::parse(&synthetic(POLES, 1)).map_err(|_| "registry")?);
    let dir = tempfile::tempdir()?;
    let store = Store::open(dir.path())?;
    let start = cpu();
    let fold = year(&store, &library)?;
    println!("{} messages folded and committed in {:.1} CPU s", POLES as i64 * DAYS * 24, cpu() - start);
    let zone = fold.number(NameKind::Zone, &library.load("h")?.registry.zones[0].id).ok_or("no zone")?;
    let property = library.load("h")?.registry.properties.by_id("pm2_5").ok_or("no pm2_5")?.number;
    let queries = Queries::new(&store, Arc::new(RwLock::new(fold)));
    let (from, to) = (UtcMillis(START), UtcMillis(START + DAYS * DAY));
    for (name, ago) in [("now", None), ("as of a day ago", Some(1)), ("as of half a year ago", Some(DAYS / 2))] {
        let as_of = ago.map(|days| to.plus(-days * DAY));
        let scope = Scope::Zone(ZoneNo(zone));
        let wanted = Wanted { scope, property, channel: None, from, to, step: Step::Hour, as_of };
        let with = ask(&queries, wanted)?;
        hide(dir.path(), -1, -2)?;
        let without = ask(&queries, wanted)?;
        hide(dir.path(), -2, -1)?;
        let windows = queries.windows(&wanted)?.len();
        println!(
            "{name:22} {windows:>5} windows: {:>6.2} ms, hour by hour {:>6.1} ms, {:.1} times",
            with * 1e3,
            without * 1e3,
            without / with
        );
    }
    Ok(())
}

/// Makes copies invisible to questions, or visible again.
fn hide(dir: &Path, from: i64, to: i64) -> Result<(), Failure> {
    let file = rusqlite::Connection::open(dir.join(FILE))?;
    file.execute("UPDATE week SET property = ?2 WHERE property = ?1", [from, to])?;
    Ok(())
}

/// CPU seconds of a question: the median of some.
fn ask(queries: &Queries, wanted: Wanted) -> Result<f64, Failure> {
    let mut times = Vec::new();
    for _ in 0..ASKED {
        let start = cpu();
        std::hint::black_box(queries.windows(&wanted)?);
        times.push(cpu() - start);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[ASKED / 2])
}

/// A year, folded and committed but for its last hours.
fn year(store: &Store, library: &Library) -> Result<Fold, Failure> {
    let (inputs, env) = (library.load("h")?, Env { stored: store, inputs: library });
    let mut fold = Fold::restore(store.restore()?, &env)?;
    fold.apply(Seq(0), &inputs_record(), false, &env)?;
    let (mut dice, mut seq) = (Dice(1), Seq(0));
    for at in (START..START + DAYS * DAY).step_by(HOUR as usize) {
        for pole in 0..POLES {
            // the devices of a pole are an air station and a counter
            let (topic, payload) = (topic(&inputs, 2 * pole), uplink(at, &mut dice));
            seq = seq.next();
            fold.apply(seq, &message(&topic, &payload, at + 300), false, &env)?;
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
