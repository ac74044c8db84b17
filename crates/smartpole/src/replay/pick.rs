//! Which messages a selection means, some at a time.

use std::sync::{Arc, PoisonError, RwLock};

use smartpole_api::{Of, Selection};
use smartpole_journal::Journal;
use smartpole_model::{DeviceNo, RawMessageRef, RecordRef, Seq};
use smartpole_pipeline::{Fold, LoadError, NameKind, StoredBlocks};
use smartpole_store::{Queries, Store};

use super::{Kept, Messages};

/// Messages of a step: it is folded under one lock, and a question waits for no more than these.
pub(super) const STEP: usize = 500;
/// Bytes of the journal that are looked through at once.
const LOOK_BYTES: usize = 1 << 20;

/// Why messages cannot be picked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PickError {
    #[error("cannot read the journal")]
    Journal(#[from] smartpole_journal::Error),
    #[error(transparent)]
    Store(#[from] smartpole_store::Error),
    #[error(transparent)]
    Load(#[from] LoadError),
}

/// Looks for messages from `next` on and before `end`.
pub(super) struct Picker {
    selection: Selection,
    device: Option<DeviceNo>,
    fold: Arc<RwLock<Fold>>,
    store: Store,
    queries: Queries,
    journal: Journal,
    messages: Messages,
    next: Seq,
    end: Seq,
}

impl Picker {
    pub(super) fn new(
        selection: Selection,
        fold: &Arc<RwLock<Fold>>,
        (store, journal): (&Store, &Journal),
        (next, end): (Seq, Seq),
    ) -> Self {
        let number = |id: &String| fold.read().unwrap_or_else(PoisonError::into_inner).number(NameKind::Device, id);
        // one that the registry does not know has no messages
        let device = selection.device.as_ref().map(|id| number(id).map_or(DeviceNo(u32::MAX), DeviceNo));
        let (fold, queries, messages) =
            (Arc::clone(fold), Queries::new(store, Arc::clone(fold)), Messages::new(journal.clone()));
        Self { selection, device, fold, store: store.clone(), queries, journal: journal.clone(), messages, next, end }
    }

    /// The next messages, ascending; none if none are left.
    pub(super) fn pick(&mut self) -> Result<Vec<Seq>, PickError> {
        let mut picked = Vec::with_capacity(STEP);
        while picked.len() < STEP && self.next < self.end {
            let oldest = self.journal.status().borrow().oldest;
            let room = STEP - picked.len();
            match self.selection.of {
                // what the journal no longer has is copied if it is in quarantine
                Of::All if self.next >= oldest => self.look_through(room, &mut picked)?,
                Of::All => self.look_in_quarantine(self.end.min(oldest), room, &mut picked)?,
                Of::Quarantined => self.look_in_quarantine(self.end, room, &mut picked)?,
            }
        }
        Ok(picked)
    }

    fn look_in_quarantine(&mut self, end: Seq, room: usize, picked: &mut Vec<Seq>) -> Result<(), PickError> {
        let mut seqs = self.queries.quarantined_seqs((self.next, end), self.selection.reason, None, room)?;
        self.next = if seqs.len() < room { end } else { seqs.last().map_or(end, |last| last.next()) };
        if self.asks_the_message() {
            let kept = Kept { stored: &self.store, messages: &self.messages };
            let messages = kept.messages(&seqs)?;
            let fold = self.fold.read().unwrap_or_else(PoisonError::into_inner);
            let mut wanted = messages
                .iter()
                .map(|message| message.as_ref().is_some_and(|message| self.wants(&message.as_ref(), &fold)));
            seqs.retain(|_| wanted.next().unwrap_or(false));
        }
        picked.append(&mut seqs);
        Ok(())
    }

    fn look_through(&mut self, room: usize, picked: &mut Vec<Seq>) -> Result<(), PickError> {
        let records = self.end.since(self.next).min(room as u64) as usize;
        let batch = self.messages.run(self.next, records, LOOK_BYTES)?;
        if batch.is_empty() {
            self.next = self.end; // not durable: it cannot have been ordered
            return Ok(());
        }
        let fold = self.fold.read().unwrap_or_else(PoisonError::into_inner);
        for record in batch.iter() {
            if let (seq, RecordRef::Message(message)) = record?
                && self.wants(&message, &fold)
            {
                picked.push(seq);
            }
        }
        drop(fold);
        self.next = batch.last().next();
        Ok(())
    }

    /// Whether the message says if it is meant.
    fn asks_the_message(&self) -> bool {
        let Selection { of: _, reason: _, device, source, from, to } = &self.selection;
        device.is_some() || source.is_some() || from.is_some() || to.is_some()
    }

    fn wants(&self, message: &RawMessageRef<'_>, fold: &Fold) -> bool {
        let Selection { of: _, reason: _, device: _, source, from, to } = &self.selection;
        source.as_ref().is_none_or(|source| source == message.source)
            && from.is_none_or(|from| from <= message.received_at)
            && to.is_none_or(|to| message.received_at < to)
            && self.device.is_none_or(|device| fold.whose(message) == Some(device))
    }
}
