//! From the journal to the commit, measured by step, on one thread.
#![allow(missing_docs, unreachable_pub, reason = "shared by benches")]

use std::{collections::HashMap, error::Error, path::Path, sync::Arc};

use smartpole_journal::{Journal, Options, OsFs};
use smartpole_model::{Inputs, RawMessage, RecordRef, Seq, UtcMillis};
use smartpole_pipeline::{Env, Fold, LoadError, LoadInputs};
use smartpole_store::Store;

pub type Failure = Box<dyn Error>;

pub const DEVICES: i64 = 10_000;
pub const MINUTES: i64 = 60;
const BATCH: usize = 10_000;
pub const ROUNDS: usize = 2;
/// 2026-11-02T10:00:00Z
pub const START: i64 = 1_793_613_600_000;

/// The inputs, under the hash `h`.
pub struct Library(pub HashMap<String, Arc<Inputs>>);

impl Library {
    pub fn of(inputs: Inputs) -> Self {
        Self([("h".to_owned(), Arc::new(inputs))].into())
    }
}

impl LoadInputs for Library {
    fn load(&self, hash: &str) -> Result<Arc<Inputs>, LoadError> {
        self.0.get(hash).cloned().ok_or_else(|| LoadError(hash.into()))
    }
}

/// CPU seconds of this thread, by step.
#[derive(Default)]
struct Steps {
    read: f64,
    fold: f64,
    take: f64,
    commit: f64,
}

/// Folds what is journalled in `dir`, and prints where the time went.
pub fn measure(name: &str, dir: &Path, library: &Library) -> Result<(), Failure> {
    let (journal, _) = Journal::open(&dir.join("journal"), Options::default(), Arc::new(OsFs))?;
    let store = Store::open(dir)?;
    let env = Env { stored: &store, inputs: library };
    let mut fold = Fold::restore(store.restore()?, &env)?;
    fold.apply(Seq(0), &RecordRef::Inputs { received_at: UtcMillis(START), hash: "h" }, false, &env)?;
    let (mut reader, mut steps, mut messages, mut blocks) = (journal.reader(Seq(1)), Steps::default(), 0usize, 0usize);
    let wall = std::time::Instant::now();
    loop {
        let start = cpu();
        let batch = reader.next_batch(BATCH, 4 << 20)?;
        let read = cpu();
        let records = batch.iter().collect::<Result<Vec<_>, _>>()?;
        fold.apply_all(&records, |_| false, &env, |_| {})?;
        let folded = cpu();
        let changes = fold.take_changes();
        let taken = cpu();
        store.commit(&changes)?;
        fold.committed();
        let committed = cpu();
        steps.read += read - start;
        steps.fold += folded - read;
        steps.take += taken - folded;
        steps.commit += committed - taken;
        messages += batch.len();
        blocks += changes.blocks.len();
        if messages == (DEVICES * MINUTES) as usize {
            break;
        }
    }
    report(name, dir, messages, blocks, &steps, wall.elapsed().as_secs_f64())
}

fn report(name: &str, dir: &Path, messages: usize, blocks: usize, steps: &Steps, wall: f64) -> Result<(), Failure> {
    let n = messages as f64;
    let all = steps.read + steps.fold + steps.take + steps.commit;
    let micros = |seconds: f64| seconds / n * 1e6;
    println!(
        "{name:11} {:>7.0} messages/s of CPU ({:>7.0}/s wall): {:.2} µs = read {:.2} + fold {:.2} + take {:.2} + commit {:.2}",
        n / all,
        n / wall,
        micros(all),
        micros(steps.read),
        micros(steps.fold),
        micros(steps.take),
        micros(steps.commit),
    );
    let file = rusqlite::Connection::open(dir.join("city.db"))?;
    let sql = "SELECT sum(payload), sum(pgsize) FROM dbstat WHERE name = 'block' AND aggregate = FALSE";
    let size: Result<(f64, f64), _> = file.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)));
    let readings = blocks as f64 * 15.0 * 8.0;
    match size {
        Ok((payload, pages)) => {
            println!(
                "            {:.2} stored bytes a reading ({:.2} with free space of pages)",
                payload / readings,
                pages / readings
            );
        }
        Err(error) => println!("            size not known: {error}"),
    }
    Ok(())
}

/// Journals an hour of the fleet; `message` makes the topic and payload of a device at an instant.
pub async fn fill(dir: &Path, mut message: impl FnMut(i64, usize) -> (String, Vec<u8>)) -> Result<(), Failure> {
    let (journal, _) = Journal::open(dir, Options::default(), Arc::new(OsFs))?;
    let (lane, mut receipts) = journal.lane();
    let send = async {
        for minute in 0..MINUTES {
            for index in 0..DEVICES {
                let at = START + minute * 60_000 + index * 60_000 / DEVICES;
                let (topic, payload) = message(at, index as usize);
                let (source, received_at) = ("broker".to_owned(), UtcMillis(at));
                lane.append(0, RawMessage { source, topic, payload, received_at, qos: 1, ..RawMessage::default() })
                    .await?;
            }
        }
        Ok::<_, Failure>(())
    };
    let receive = async {
        let mut durable = 0;
        while durable < DEVICES * MINUTES {
            durable += receipts.recv().await?.len() as i64;
        }
        Ok(())
    };
    tokio::try_join!(send, receive)?;
    journal.close().await?;
    Ok(())
}

/// A noise that is the same in each run.
pub struct Dice(pub u64);

impl Dice {
    /// Evenly in ±`spread`.
    pub fn around(&mut self, spread: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as i64 % (2 * spread + 1) - spread
    }
}

fn cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
