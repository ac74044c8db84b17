//! What a year of a city takes on disk, and how fast it is found: a message of 8 values a minute from each device.
//!
//! `cargo bench -p smartpole-store --bench year -- 500 365` for so many devices and days (that takes half an hour and 8 GB of
//! `TMPDIR`); without numbers, 20 devices for 30 days. Printed are the size of `city.db`, what of it blocks take, and questions with
//! their median and 99th percentile of 100, of which each is asked of another place or time.

mod common;

use std::{
    path::Path,
    sync::{Arc, RwLock},
    time::Instant,
};

use common::{BATCH, Dice, Failure, Library, START, inputs_record, message, topic, uplink};
use firmware_sim::synthetic;
use smartpole_model::{Inputs, PoleNo, Seq, UtcMillis, ZoneNo};
use smartpole_pipeline::{Env, Fold, LoadInputs, NameKind, Scope};
use smartpole_store::{Queries, Step, Store, Wanted};

const DAY: i64 = 86_400_000;
const ASKED: i64 = 100;

/// Its name, days, step, and where.
type Question<'a> = (&'a str, i64, Step, &'a dyn Fn(i64) -> Scope);

fn main() -> Result<(), Failure> {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse::<i64>().ok());
    let (devices, days) = (numbers.next().unwrap_or(20), numbers.next().unwrap_or(30));
    let library = Library::of(Inputs::parse(&synthetic(devices as usize / 2, 1)).map_err(|_| "registry")?);
    let dir = tempfile::tempdir()?;
    let store = Store::open(dir.path())?;
    let started = Instant::now();
    let fold = fill(&store, &library, devices as usize, days)?;
    let readings = devices * days * 24 * 60 * 8;
    println!("{devices} devices, {days} days: {readings} readings folded in {:.0} s", started.elapsed().as_secs_f64());
    size(dir.path(), readings)?;
    let registry = &library.load("h")?.registry;
    let no = |kind, id: &str| fold.number(kind, id).ok_or_else(|| Failure::from(format!("no {id}")));
    let pole = |n: i64| no(NameKind::Pole, &registry.poles[n as usize % registry.poles.len()].id).map(PoleNo);
    let zone = ZoneNo(no(NameKind::Zone, &registry.zones[0].id)?);
    let poles: Vec<PoleNo> = (0..ASKED).map(pole).collect::<Result<_, _>>()?;
    let property = registry.properties.by_id("pm2_5").ok_or("no pm2_5")?.number;
    let queries = Queries::new(&store, Arc::new(RwLock::new(fold)));
    let pole = |n: i64| Scope::Pole(poles[n as usize % poles.len()]);
    // the first day of the n-th of so many spans of days
    let day = |n: i64, span: i64| n * (days - span).max(0) / ASKED;
    let questions: [Question<'_>; 4] = [
        ("a pole's year of days", days, Step::Day, &pole),
        ("a pole's month of hours", 30, Step::Hour, &pole),
        ("a pole's day of quarters", 1, Step::Quarter, &pole),
        ("the city's year of hours", days, Step::Hour, &|_| Scope::Zone(zone)),
    ];
    for (name, span, step, scope) in questions {
        ask(&queries, name, |n| {
            let from = START + day(n, span) * DAY;
            let (from, to) = (UtcMillis(from), UtcMillis(from + span.min(days) * DAY));
            Wanted { scope: scope(n), property, channel: None, from, to, step, as_of: None }
        })?;
    }
    Ok(())
}

/// Folds all of it, without a journal.
fn fill(store: &Store, library: &Library, devices: usize, days: i64) -> Result<Fold, Failure> {
    let inputs = library.load("h")?;
    let env = Env { stored: store, inputs: library };
    let mut fold = Fold::restore(store.restore()?, &env)?;
    fold.apply(Seq(0), &inputs_record(), false, &env)?;
    let topics: Vec<String> = (0..devices).map(|index| topic(&inputs, index)).collect();
    let (mut dice, mut seq) = (Dice(7), 0);
    for minute in 0..days * 24 * 60 {
        let at = |index: usize| START + minute * 60_000 + index as i64 * 60_000 / devices as i64;
        let payloads: Vec<_> =
            (0..devices).map(|index| uplink(at(index) - 300 - dice.around(200), &mut dice)).collect();
        let record = |index: usize| (Seq(seq + index as u64 + 1), message(&topics[index], &payloads[index], at(index)));
        let records: Vec<_> = (0..devices).map(record).collect();
        fold.apply_all(&records, |_| false, &env, |_| {})?;
        seq += devices as u64;
        if (seq as usize).is_multiple_of(BATCH.max(devices) / devices * devices) {
            store.commit(&fold.take_changes())?;
            fold.committed();
        }
    }
    store.commit(&fold.take_changes())?;
    fold.committed();
    Ok(fold)
}

fn size(dir: &Path, readings: i64) -> Result<(), Failure> {
    let file = rusqlite::Connection::open(dir.join("city.db"))?;
    let pages = |name: &str| -> Result<f64, Failure> {
        let sql = "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name = ?1 AND aggregate = TRUE";
        Ok(file.query_row(sql, [name], |row| row.get(0))?)
    };
    let (blocks, rollups) = (pages("block")?, pages("rollup")?);
    let room = Store::room(dir)?;
    println!(
        "city.db {:.2} GB: {:.2} GB blocks, {:.2} GB hours and days; {:.2} bytes a reading",
        room.all as f64 / 1e9,
        blocks / 1e9,
        rollups / 1e9,
        room.all as f64 / readings as f64
    );
    Ok(())
}

fn ask(queries: &Queries, name: &str, wanted: impl Fn(i64) -> Wanted) -> Result<(), Failure> {
    let mut times = Vec::new();
    let mut windows = 0;
    for n in 0..ASKED {
        let start = Instant::now();
        windows = queries.windows(&wanted(n))?.len();
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{name:26} {windows:>6} windows: median {:.2} ms, p99 {:.2} ms",
        times[times.len() / 2],
        times[times.len() - 2]
    );
    Ok(())
}
