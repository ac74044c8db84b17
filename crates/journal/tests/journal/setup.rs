//! What the tests share.

use std::{future::Future, path::Path, sync::Arc};

use smartpole_journal::{Error, Fs, Journal, Options, Recovery, Status};
use smartpole_model::{RawMessage, Record, Seq, UtcMillis};

pub(crate) const DIR: &str = "/journal";

/// Small enough that every border is met.
pub(crate) fn small() -> Options {
    Options { segment_bytes: 4_096, min_free_bytes: 0, group_records: 8, waiting_bytes: 64 << 10, full_poll_ms: 0 }
}

pub(crate) fn open(fs: &(impl Fs + Clone + 'static)) -> Result<(Journal, Recovery), Error> {
    Journal::open(Path::new(DIR), small(), Arc::new(fs.clone()))
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

pub(crate) fn message(received_at: i64, payload: &[u8]) -> RawMessage {
    RawMessage {
        source: "broker".to_owned(),
        topic: "smartpole/city/pole/device/up".to_owned(),
        payload: payload.to_vec(),
        received_at: UtcMillis(received_at),
        qos: 1,
        ..RawMessage::default()
    }
}

pub(crate) fn record(received_at: i64, payload: &[u8]) -> Record {
    Record::Message(message(received_at, payload))
}

/// Everything from `from` on.
pub(crate) fn read_all(journal: &Journal, from: Seq) -> Result<Vec<(Seq, Record)>, Error> {
    let mut reader = journal.reader(from);
    let mut records = Vec::new();
    loop {
        let batch = reader.next_batch(7, 1_000)?;
        if batch.is_empty() {
            return Ok(records);
        }
        for item in batch.iter() {
            let (seq, record) = item?;
            records.push((seq, record.to_record()));
        }
    }
}

pub(crate) async fn until(journal: &Journal, condition: impl FnMut(&Status) -> bool) -> Status {
    *journal.status().wait_for(condition).await.unwrap()
}

/// Fills the disk, appends `waiting`, and makes room: all but the first are then one write.
pub(crate) async fn append_as_one_write(journal: &Journal, fs: &crate::sim_fs::SimFs, waiting: &[RawMessage]) {
    let (lane, mut receipts) = journal.lane();
    fs.set_free(0);
    for (token, message) in waiting.iter().enumerate() {
        lane.append(token as u64, message.clone()).await.unwrap();
        if token == 0 {
            until(journal, |status| status.state == smartpole_journal::State::Full).await;
        }
    }
    fs.set_free(u64::MAX);
    assert_eq!(receipts.recv().await.unwrap(), [0]);
    let rest: Vec<_> = (1..waiting.len() as u64).collect();
    assert_eq!(receipts.recv().await.unwrap(), rest);
}
