//! Appends 1,000,000 messages of 200 bytes, as fast as the disk takes them, and reads them back with their checksums.
//!
//! `cargo bench -p smartpole-journal`. The folder is a temporary one: `TMPDIR` chooses the disk.

use std::{path::Path, sync::Arc, time::Instant};

use smartpole_journal::{Journal, Options, OsFs};
use smartpole_model::{RawMessage, Seq, UtcMillis};

type Failure = Box<dyn std::error::Error>;

const MESSAGES: u64 = 1_000_000;
const PAYLOAD: usize = 200;
const ROUNDS: usize = 3;

fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    println!("{MESSAGES} messages of {PAYLOAD} bytes; CPU is that of the whole process");
    for round in 1..=ROUNDS {
        let dir = tempfile::tempdir()?;
        runtime.block_on(measure(round, dir.path()))?;
    }
    Ok(())
}

async fn measure(round: usize, dir: &Path) -> Result<(), Failure> {
    let (journal, _) = Journal::open(dir, Options::default(), Arc::new(OsFs))?;
    let timer = Timer::start();
    let groups = append(&journal).await?;
    timer.report(&format!("{round} append"), &format!("{} messages/group", MESSAGES / groups));
    let bytes = journal.status().borrow().bytes;

    let timer = Timer::start();
    read(&journal)?;
    timer.report(&format!("{round} read"), &format!("{} bytes/message", bytes / MESSAGES));
    journal.close().await?;

    let timer = Instant::now();
    Journal::open(dir, Options::default(), Arc::new(OsFs))?;
    println!("{round} open     {:>6.1} ms", timer.elapsed().as_secs_f64() * 1e3);
    Ok(())
}

async fn append(journal: &Journal) -> Result<u64, Failure> {
    let (lane, mut receipts) = journal.lane();
    let send = async {
        for token in 0..MESSAGES {
            lane.append(token, message(token)).await?;
        }
        Ok::<_, Failure>(())
    };
    let receive = async {
        let (mut durable, mut groups) = (0, 0);
        while durable < MESSAGES {
            durable += receipts.recv().await?.len() as u64;
            groups += 1;
        }
        Ok(groups)
    };
    tokio::try_join!(send, receive).map(|((), groups)| groups)
}

fn message(token: u64) -> RawMessage {
    let mut payload = vec![b'x'; PAYLOAD];
    payload[..8].copy_from_slice(&token.to_le_bytes());
    RawMessage {
        source: "broker".to_owned(),
        topic: "smartpole/castrop-rauxel/p0001/d00001/up".to_owned(),
        payload,
        received_at: UtcMillis(1_763_979_000_000 + token as i64),
        qos: 1,
        ..RawMessage::default()
    }
}

fn read(journal: &Journal) -> Result<(), Failure> {
    let mut reader = journal.reader(Seq(1));
    let mut count = 0;
    while count < MESSAGES {
        for item in reader.next_batch(10_000, 4 << 20)?.iter() {
            let (seq, record) = item?;
            std::hint::black_box((seq, record));
            count += 1;
        }
    }
    Ok(())
}

/// Wall time and the process's CPU time.
struct Timer {
    wall: Instant,
    cpu: f64,
}

impl Timer {
    fn start() -> Self {
        Self { wall: Instant::now(), cpu: cpu_seconds() }
    }

    fn report(&self, what: &str, more: &str) {
        let messages = MESSAGES as f64;
        let rate = messages / self.wall.elapsed().as_secs_f64();
        let cpu = (cpu_seconds() - self.cpu) / messages * 1e6;
        println!("{what:<10} {rate:>9.0} messages/s  {cpu:.2} µs CPU/message  {more}");
    }
}

fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
