//! The journal by time of receipt.
//!
//! It has no index by device, but receipt times grow with its numbers: an instant is found by halves.

use smartpole_journal::{Batch, Journal, Reader};
use smartpole_model::{Seq, UtcMillis};

use crate::problem::Problem;

/// Most records that are looked through for one question.
const MOST_RECORDS: u64 = 50_000;
/// Records and bytes that are read at once.
const AT_ONCE: (usize, usize) = (1_000, 1 << 20);

/// Records up to an instant of receipt, a bounded number.
pub(super) struct Records {
    reader: Reader,
    left: u64,
    until: UtcMillis,
    done: bool,
}

impl Records {
    pub(super) fn new(journal: &Journal, first: Seq, until: UtcMillis) -> Self {
        Self { reader: journal.reader(first), left: MOST_RECORDS, until, done: false }
    }

    pub(super) fn next(&mut self) -> Result<Option<Batch>, Problem> {
        if self.done || self.left == 0 {
            return Ok(None);
        }
        let (records, bytes) = AT_ONCE;
        let batch = self.reader.next_batch(records, bytes).map_err(|error| Problem::internal(&error))?;
        self.left = self.left.saturating_sub(batch.len() as u64);
        let last = batch.iter().filter_map(|item| item.ok()?.1.received_at()).last();
        self.done = batch.is_empty() || last.is_some_and(|last| last > self.until);
        Ok((!batch.is_empty()).then_some(batch))
    }
}

/// The first record received at an instant or later; none if the oldest one kept is younger.
pub(super) fn first_record(journal: &Journal, at: UtcMillis) -> Result<Option<Seq>, Problem> {
    let status = *journal.status().borrow();
    let (mut low, mut high) = (status.oldest, status.durable.next());
    if dated(journal, low, high)?.is_none_or(|(_, oldest)| oldest > at) {
        return Ok(None);
    }
    while low < high {
        let middle = Seq(low.0 + high.since(low) / 2);
        match dated(journal, middle, high)? {
            Some((seq, received_at)) if received_at < at => low = seq.next(),
            _ => high = middle,
        }
    }
    Ok(Some(low))
}

/// The first record of a range that has a receipt time.
fn dated(journal: &Journal, from: Seq, to: Seq) -> Result<Option<(Seq, UtcMillis)>, Problem> {
    let mut seq = from;
    while seq < to {
        let record = journal.read_one(seq).map_err(|error| Problem::internal(&error))?;
        if let Some(at) = record.and_then(|record| record.received_at()) {
            return Ok(Some((seq, at)));
        }
        seq = seq.next();
    }
    Ok(None)
}
