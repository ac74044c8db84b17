//! What was kept, as the fold asks for it: blocks and quarantine from a store, messages from the journal.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use smartpole_journal::{Batch, Error, Journal, Reader};
use smartpole_model::{DeviceNo, Quarter, RawMessage, RecordRef, Seq};
use smartpole_pipeline::{LoadError, MovedRow, QuarantineRow, StoredBlock, StoredBlocks};

/// Records that are read over to the next wanted one; one further on is looked up anew.
const READ_OVER: u64 = 1_000;
/// Records and bytes read at once.
const RUN_RECORDS: u64 = 1_000;
const RUN_BYTES: usize = 1 << 20;

/// Messages of a journal, read in runs: those of a replay follow each other.
#[derive(Debug)]
pub(crate) struct Messages {
    journal: Journal,
    reader: Mutex<Reader>,
}

impl Messages {
    pub(crate) fn new(journal: Journal) -> Self {
        let reader = Mutex::new(journal.reader(Seq(1)));
        Self { journal, reader }
    }

    /// Records from `next` on, as [`Reader::next_batch`] reads them.
    pub(crate) fn run(&self, next: Seq, records: usize, bytes: usize) -> Result<Batch, Error> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        if reader.next_seq() != next {
            *reader = self.journal.reader(next);
        }
        reader.next_batch(records, bytes)
    }

    /// The messages of `seqs`, in their order; none for what is no message, not durable or trimmed.
    pub(crate) fn read(&self, seqs: &[Seq]) -> Result<Vec<Option<RawMessage>>, Error> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut found, last) = (Vec::with_capacity(seqs.len()), seqs.last().copied().unwrap_or_default());
        while let Some(&wanted) = seqs.get(found.len()) {
            if wanted == Seq(0) {
                found.push(None); // the first record is 1
                continue;
            }
            if wanted < reader.next_seq() || wanted.since(reader.next_seq()) > READ_OVER {
                *reader = self.journal.reader(wanted);
            }
            let records = last.next().since(reader.next_seq()).clamp(1, RUN_RECORDS);
            let batch = match reader.next_batch(records as usize, RUN_BYTES) {
                Err(Error::Gone { .. }) => {
                    found.push(None);
                    continue;
                }
                batch => batch?,
            };
            if batch.is_empty() {
                found.push(None);
            }
            for record in batch.iter() {
                let (seq, record) = record?;
                if seqs.get(found.len()) == Some(&seq) {
                    found.push(match record {
                        RecordRef::Message(message) => Some(message.to_message()),
                        _ => None,
                    });
                }
            }
        }
        Ok(found)
    }
}

/// A store, and the messages that go with it.
pub(crate) struct Kept<'a> {
    pub(crate) stored: &'a dyn StoredBlocks,
    pub(crate) messages: &'a Messages,
}

impl StoredBlocks for Kept<'_> {
    fn load(&self, device: DeviceNo, quarter: Quarter) -> Result<Option<StoredBlock>, LoadError> {
        self.stored.load(device, quarter)
    }

    /// From the journal; those it no longer has as far as the store copied them.
    fn messages(&self, seqs: &[Seq]) -> Result<Vec<Option<RawMessage>>, LoadError> {
        let mut found = self.messages.read(seqs).map_err(|error| LoadError(Box::new(error)))?;
        let gone: Vec<Seq> =
            seqs.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(seq, _)| *seq).collect();
        if !gone.is_empty() {
            let copies = self.stored.messages(&gone)?;
            let empty = found.iter_mut().filter(|found| found.is_none());
            empty.zip(copies).for_each(|(place, copy)| *place = copy);
        }
        Ok(found)
    }

    fn first_quarter(&self, from: Quarter) -> Result<Option<Quarter>, LoadError> {
        self.stored.first_quarter(from)
    }

    fn moved(&self, device: DeviceNo, quarter: Quarter, minute: i64) -> Result<Option<MovedRow>, LoadError> {
        self.stored.moved(device, quarter, minute)
    }

    fn quarantined(&self, seqs: &[Seq]) -> Result<BTreeMap<Seq, QuarantineRow>, LoadError> {
        self.stored.quarantined(seqs)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use smartpole_journal::{Options, OsFs};
    use smartpole_model::{Record, UtcMillis};

    use super::*;

    #[tokio::test]
    async fn there_is_no_record_before_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let messages = Messages::new(journal(dir.path(), 2).await);
        let found = messages.read(&[Seq(0), Seq(1), Seq(2), Seq(3)]).unwrap();
        assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true, true, false]);
    }

    /// Each third record is a tick, the others are messages that say their number.
    async fn journal(dir: &std::path::Path, records: u64) -> Journal {
        let options = Options { min_free_bytes: 0, ..Options::default() };
        let (journal, _) = Journal::open(dir, options, Arc::new(OsFs)).unwrap();
        for seq in 1..=records {
            let received_at = UtcMillis(seq as i64);
            let message = RawMessage { payload: seq.to_string().into_bytes(), received_at, ..RawMessage::default() };
            let tick = Record::Tick { received_at, connected: Vec::new() };
            let record = if seq % 3 == 0 { tick } else { Record::Message(message) };
            journal.append_durable(record).await.unwrap();
        }
        journal
    }

    #[tokio::test]
    async fn messages_come_in_the_order_asked_for_and_what_is_none_is_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let messages = Messages::new(journal(dir.path(), 40).await);
        let asked = [1, 2, 3, 4, 31, 7, 40, 41, 5].map(Seq);
        let found = messages.read(&asked).unwrap();
        let payloads: Vec<_> = found.iter().map(|found| found.as_ref().map(|found| found.payload.as_slice())).collect();
        let expected = [Some("1"), Some("2"), None, Some("4"), Some("31"), Some("7"), Some("40"), None, Some("5")];
        assert_eq!(payloads, expected.map(|text| text.map(str::as_bytes)));
    }
}
