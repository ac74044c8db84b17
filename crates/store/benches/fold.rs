//! From the journal to the commit: 10,000 devices, a message of 8 values each minute, protobuf and JSON.
//!
//! `cargo bench -p smartpole-store`. Everything is done by one thread, whose CPU time is printed in all and by step: reading
//! the journal with its checksums, folding (decode, validate, blocks, ledger), taking the changes (aggregates, roll-ups), and
//! committing them (SQLite, zstd, fdatasync). `TMPDIR` chooses the disk. The peer is the same run without anything but reading
//! the journal.

use std::{collections::HashMap, error::Error, path::Path, sync::Arc};

use firmware_sim::synthetic;
use prost::Message as _;
use smartpole_codec::v1;
use smartpole_journal::{Journal, Options, OsFs};
use smartpole_model::{Decimal, Inputs, RawMessage, RecordRef, Seq, UtcMillis};
use smartpole_pipeline::{Env, Fold, LoadError, LoadInputs};
use smartpole_store::Store;

type Failure = Box<dyn Error>;

const DEVICES: i64 = 10_000;
const MINUTES: i64 = 60;
const BATCH: usize = 10_000;
const ROUNDS: usize = 3;
/// 2026-11-02T10:00:00Z
const START: i64 = 1_793_613_600_000;

/// Property, decimals, level.
const VALUES: [(&str, u8, i64); 8] = [
    ("pm1", 1, 52),
    ("pm2_5", 1, 73),
    ("pm4", 1, 95),
    ("pm10", 1, 121),
    ("no2", 1, 184),
    ("temperature", 2, 2_130),
    ("relative_humidity", 1, 612),
    ("pressure", 1, 10_132),
];

struct Library(HashMap<String, Arc<Inputs>>);

impl LoadInputs for Library {
    fn load(&self, hash: &str) -> Result<Arc<Inputs>, LoadError> {
        self.0.get(hash).cloned().ok_or_else(|| LoadError(hash.into()))
    }
}

fn main() -> Result<(), Failure> {
    let inputs = Inputs::parse(&synthetic(DEVICES as usize / 2, 1)).map_err(|_| "registry")?;
    let library = Library([("h".to_owned(), Arc::new(inputs))].into());
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for (name, encode) in [("protobuf", protobuf as fn(i64, &[i64]) -> Vec<u8>), ("json", json)] {
        for round in 1..=ROUNDS {
            let dir = tempfile::tempdir()?;
            runtime.block_on(fill(&dir.path().join("journal"), &library, encode))?;
            measure(&format!("{round} {name}"), dir.path(), &library)?;
        }
    }
    Ok(())
}

/// CPU seconds of this thread, by step.
#[derive(Default)]
struct Steps {
    read: f64,
    fold: f64,
    take: f64,
    commit: f64,
}

fn measure(name: &str, dir: &Path, library: &Library) -> Result<(), Failure> {
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
        for record in batch.iter() {
            let (seq, record) = record?;
            fold.apply(seq, &record, false, &env)?;
        }
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

/// Journals an hour of the fleet.
async fn fill(dir: &Path, library: &Library, encode: fn(i64, &[i64]) -> Vec<u8>) -> Result<(), Failure> {
    let (journal, _) = Journal::open(dir, Options::default(), Arc::new(OsFs))?;
    let (lane, mut receipts) = journal.lane();
    let inputs = library.load("h")?;
    let send = async {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        for minute in 0..MINUTES {
            for (index, device) in inputs.registry.devices.iter().enumerate() {
                let at = START + minute * 60_000 + index as i64 * 60_000 / DEVICES;
                let pole = &inputs.registry.poles[device.assignments[0].pole].id;
                let topic = format!("smartpole/castrop-rauxel/{pole}/{}/up", device.id);
                // 2 % of noise around each level, and a clock that wanders a little
                let values: Vec<i64> =
                    VALUES.iter().map(|(_, _, level)| level + dice.around((level / 50).max(1))).collect();
                let payload = encode(at - 300 - dice.around(200), &values);
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

struct Dice(u64);

impl Dice {
    fn around(&mut self, spread: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as i64 % (2 * spread + 1) - spread
    }
}

fn protobuf(at: i64, values: &[i64]) -> Vec<u8> {
    let value = |((property, decimals, _), value): (&(&str, u8, i64), &i64)| v1::Value {
        property: (*property).to_owned(),
        channel: 0,
        mantissa: *value,
        decimals: u32::from(*decimals),
    };
    let values = VALUES.iter().zip(values).map(value).collect();
    v1::Uplink { samples: vec![v1::Sample { time_ms: Some(at), values }] }.encode_to_vec()
}

fn json(at: i64, values: &[i64]) -> Vec<u8> {
    let pairs = VALUES.iter().zip(values);
    let values = pairs.map(|((id, decimals, _), mantissa)| {
        format!("\"{id}\":{}", Decimal { mantissa: *mantissa, decimals: *decimals })
    });
    let values: Vec<String> = values.collect();
    format!("{{\"time\":\"{}\",\"values\":{{{}}}}}", UtcMillis(at), values.join(",")).into_bytes()
}

fn cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
