//! Folds records as the service does, into the scratch store.

use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};

use indicatif::ProgressBar;
use smartpole_journal::{Batch, Journal, Reader};
use smartpole_model::{RecordRef, Seq, UtcMillis};
use smartpole_pipeline::{Entry, Env, Fold};
use smartpole_store::Scratch;

use super::{Error, journal};
use crate::{
    inputs::InputLibrary,
    replay::{Kept, Messages, weight},
};

/// Records understood at a time.
pub(super) const STEP_RECORDS: u64 = 2_000;
pub(super) const STEP_BYTES: usize = 4 << 20;
/// Messages a commit, or records that take as long: nobody waits for it, so it may be large; changes are in memory until then.
const COMMIT_MESSAGES: u64 = 50_000;

/// A fold beside the service's.
pub(super) struct Replay<'a> {
    dir: PathBuf,
    journal: Journal,
    messages: Messages,
    reader: Reader,
    scratch: &'a Scratch,
    library: &'a InputLibrary,
    fold: Fold,
    committed: Seq,
    /// Messages folded since, or records that take as long.
    uncommitted: u64,
    begun: Seq,
    /// Messages whose folding panicked.
    broken: HashSet<Seq>,
    first: Option<UtcMillis>,
}

impl<'a> Replay<'a> {
    /// Goes on where `scratch` is.
    pub(super) fn new(
        dir: PathBuf,
        journal: Journal,
        scratch: &'a Scratch,
        library: &'a InputLibrary,
    ) -> Result<Self, Error> {
        let fold = scratch.fold(library)?;
        let begun = fold.position().0;
        let reader = journal.reader(begun.next());
        let (broken, first, uncommitted, messages) = (HashSet::new(), None, 0, Messages::new(journal.clone()));
        let committed = begun;
        Ok(Self {
            dir,
            journal,
            messages,
            reader,
            scratch,
            library,
            fold,
            committed,
            uncommitted,
            begun,
            broken,
            first,
        })
    }

    /// Folds up to a record, that included, and commits.
    pub(super) fn fold_to(&mut self, goal: Seq, bar: &ProgressBar) -> Result<(), Error> {
        if goal > *self.journal.durable().borrow() {
            // what was written since it was opened
            self.journal = journal::open(&self.dir)?;
            self.messages = Messages::new(self.journal.clone());
            self.reader = self.journal.reader(self.fold.position().0.next());
        }
        let durable = *self.journal.durable().borrow();
        if goal > durable {
            return Err(Error::OtherJournal { cursor: goal, durable });
        }
        bar.set_length(goal.since(self.begun));
        while self.fold.position().0 < goal {
            let left = goal.since(self.fold.position().0).min(STEP_RECORDS);
            let batch = self.reader.next_batch(left as usize, STEP_BYTES)?;
            self.fold_all(&batch, goal)?;
            bar.set_position(self.fold.position().0.since(self.begun));
        }
        Ok(())
    }

    fn fold_all(&mut self, batch: &Batch, goal: Seq) -> Result<(), Error> {
        let records = batch.iter().collect::<Result<Vec<_>, _>>()?;
        self.first = self.first.or_else(|| records.first().and_then(|(_, record)| record.received_at()));
        let changes = |(_, record): &&(Seq, RecordRef<'_>)| weight::changes_the_past(record);
        if let Some((seq, _)) = records.iter().find(changes).filter(|_| self.begun > Seq(0)) {
            return Err(Error::PastChanged { seq: *seq });
        }
        let mut rest = &records[..];
        while !rest.is_empty() {
            let (n, weight) = weight::part(rest, STEP_RECORDS);
            let (part, after) = rest.split_at(n);
            if !self.step(part)? {
                break; // what is left is read again
            }
            self.uncommitted += weight;
            if self.uncommitted >= COMMIT_MESSAGES || self.fold.position().0 == goal {
                self.commit()?;
            }
            rest = after;
        }
        Ok(())
    }

    /// Folds records; a message whose folding panics goes to quarantine, as it did in the service. Whether none did.
    fn step(&mut self, records: &[(Seq, RecordRef<'_>)]) -> Result<bool, Error> {
        let folded = catch_unwind(AssertUnwindSafe(|| self.apply(records)));
        let Ok(folded) = folded else {
            self.broken.insert(self.fold.at());
            self.fold = self.scratch.fold(self.library)?;
            (self.committed, self.uncommitted) = (self.fold.position().0, 0);
            self.reader = self.journal.reader(self.committed.next());
            return Ok(false);
        };
        folded.map(|()| true)
    }

    fn apply(&mut self, records: &[(Seq, RecordRef<'_>)]) -> Result<(), Error> {
        let stored = Kept { stored: self.scratch, messages: &self.messages };
        let env = Env { stored: &stored, inputs: self.library };
        self.fold.answer(true); // as the service does: what devices are told is part of their sessions
        self.fold.apply_all(records, |seq| self.broken.contains(&seq), &env, drop)?;
        Ok(())
    }

    fn commit(&mut self) -> Result<(), Error> {
        let changes = self.fold.take_changes();
        self.scratch.commit(&changes)?;
        self.fold.committed();
        (self.committed, self.uncommitted) = (changes.cursor, 0);
        Ok(())
    }

    /// The fold at the record folded last.
    pub(super) fn fold(&self) -> &Fold {
        &self.fold
    }

    /// Messages folded.
    pub(super) fn messages(&self) -> u64 {
        self.fold.ledger().get(Entry::Journalled) // the scratch store counts from its beginning
    }

    /// When the first record folded was received.
    pub(super) fn first(&self) -> Option<UtcMillis> {
        self.first
    }
}
