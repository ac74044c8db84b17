//! From the journal to the commit, measured by step, on one thread.
#![allow(missing_docs, unreachable_pub, dead_code, reason = "shared by benches, each of which uses a part")]

use std::{collections::HashMap, error::Error, path::Path, sync::Arc};

use prost::Message as _;
use smartpole_codec::v1;
use smartpole_journal::{Journal, Options, OsFs};
use smartpole_model::{Inputs, RawMessage, RawMessageRef, RecordRef, Seq, UtcMillis};
use smartpole_pipeline::{Env, Fold, LoadError, LoadInputs};
use smartpole_store::Store;

/// As the service has it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

pub type Failure = Box<dyn Error>;

pub const DEVICES: i64 = 10_000;
pub const MINUTES: i64 = 60;
/// Messages a commit, as the service has it.
pub const BATCH: usize = 10_000;
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
pub struct Steps {
    pub read: f64,
    pub fold: f64,
    pub take: f64,
    pub commit: f64,
}

impl Steps {
    pub fn all(&self) -> f64 {
        self.read + self.fold + self.take + self.commit
    }
}

/// Folds what is journalled in `dir`, and prints where the time went. CPU seconds in all.
pub fn measure(name: &str, dir: &Path, library: &Library) -> Result<f64, Failure> {
    let store = Store::open(dir)?;
    let wall = std::time::Instant::now();
    let (_, steps, blocks) = fold_all(&journal(dir)?, &store, library)?;
    report(name, dir, (DEVICES * MINUTES) as usize, blocks, &steps, wall.elapsed().as_secs_f64())?;
    Ok(steps.all())
}

pub fn journal(dir: &Path) -> Result<Journal, Failure> {
    Ok(Journal::open(&dir.join("journal"), Options::default(), Arc::new(OsFs))?.0)
}

/// Folds what is journalled into a store; the fold, CPU time and how many blocks were written.
pub fn fold_all(journal: &Journal, store: &Store, library: &Library) -> Result<(Fold, Steps, usize), Failure> {
    let env = Env { stored: store, inputs: library };
    let mut fold = Fold::restore(store.restore()?, &env)?;
    fold.apply(Seq(0), &inputs_record(), false, &env)?;
    let (mut reader, mut steps, mut messages, mut blocks) = (journal.reader(Seq(1)), Steps::default(), 0usize, 0usize);
    while messages < (DEVICES * MINUTES) as usize {
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
    }
    Ok((fold, steps, blocks))
}

/// The record that puts the library's inputs into force.
pub fn inputs_record<'a>() -> RecordRef<'a> {
    RecordRef::Inputs { received_at: UtcMillis(START), hash: "h" }
}

fn report(name: &str, dir: &Path, messages: usize, blocks: usize, steps: &Steps, wall: f64) -> Result<(), Failure> {
    let n = messages as f64;
    let all = steps.all();
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

/// Journals an hour of the fleet; `messages` makes the topics and payloads that a device brings in its turn of a minute, as many in all
/// as there are minutes.
pub async fn fill<M: IntoIterator<Item = (String, Vec<u8>)>>(
    dir: &Path,
    mut messages: impl FnMut(i64, usize) -> M,
) -> Result<(), Failure> {
    let (journal, _) = Journal::open(dir, Options::default(), Arc::new(OsFs))?;
    let (lane, mut receipts) = journal.lane();
    let send = async {
        for minute in 0..MINUTES {
            for index in 0..DEVICES {
                let at = START + minute * 60_000 + index * 60_000 / DEVICES;
                for (topic, payload) in messages(at, index as usize) {
                    let (source, received_at) = ("broker".to_owned(), UtcMillis(at));
                    lane.append(0, RawMessage { source, topic, payload, received_at, qos: 1, ..RawMessage::default() })
                        .await?;
                }
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

/// What a message says: property, decimals, level.
pub const VALUES: [(&str, u32, i64); 8] = [
    ("pm1", 1, 52),
    ("pm2_5", 1, 73),
    ("pm4", 1, 95),
    ("pm10", 1, 121),
    ("no2", 1, 184),
    ("temperature", 2, 2_130),
    ("relative_humidity", 1, 612),
    ("pressure", 1, 10_132),
];

/// How far values are from their level: 2 %, and pressure as little as it is.
pub fn noise(level: i64) -> i64 {
    if level > 10_000 { 3 } else { (level / 50).max(1) }
}

/// Where a device of the registry publishes.
pub fn topic(inputs: &Inputs, index: usize) -> String {
    let device = &inputs.registry.devices[index];
    let pole = &inputs.registry.poles[device.installations[0].pole].id;
    format!("smartpole/castrop-rauxel/{pole}/{}/up", device.id)
}

/// A message as the journal holds it.
pub fn message<'a>(topic: &'a str, payload: &'a [u8], received_at: i64) -> RecordRef<'a> {
    let (source, received_at, principal, peer) = ("broker", UtcMillis(received_at), "", "");
    RecordRef::Message(RawMessageRef { source, topic, payload, received_at, principal, peer, qos: 1, retained: false })
}

/// A protobuf message of values around their levels.
pub fn uplink(time_ms: i64, dice: &mut Dice) -> Vec<u8> {
    let value = |(property, decimals, level): &(&str, u32, i64)| v1::Value {
        property: (*property).to_owned(),
        channel: 0,
        mantissa: level + dice.around(noise(*level)),
        decimals: *decimals,
    };
    let values = VALUES.iter().map(value).collect();
    v1::Uplink { samples: vec![v1::Sample { time_ms: Some(time_ms), values }] }.encode_to_vec()
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

/// CPU seconds of this thread.
pub fn cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
