//! What a replay would change: the same fold and the same steps beside the store, and nothing is kept.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use smartpole_api::{Selection, Tried};
use smartpole_journal::Journal;
use smartpole_model::{DeviceNo, Inputs, Quarter, RawMessage, RecordRef, Seq};
use smartpole_pipeline::{
    BlockRow, Changes, Effect, Env, FOLD_VERSION, Fold, LoadError, LoadInputs, MovedRow, QuarantineRow, REPLAY,
    Settling, StoredBlock, StoredBlocks,
};
use smartpole_store::{Store, View};

use super::{
    Kept, Messages,
    pick::{PickError, Picker},
};
use crate::inputs::InputLibrary;

/// Messages of a dry run at most: some ten seconds, and the blocks they change are in memory.
pub(crate) const MOST: u64 = 1_000_000;
/// Steps after which what changed is taken out of the fold.
const TAKE_STEPS: usize = 20;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DryError {
    #[error(
        "more than {MOST} messages are concerned, and that many are not tried out: select fewer, by --device, --source, --from and --to"
    )]
    TooMany,
    #[error(transparent)]
    Store(#[from] smartpole_store::Error),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error("cannot pick messages")]
    Pick(#[from] PickError),
    #[error("cannot write the order down")]
    Order(#[from] serde_json::Error),
}

/// Decodes again what `selection` means of the messages committed.
pub(crate) fn dry_run(
    store: &Store,
    journal: &Journal,
    library: &InputLibrary,
    selection: &Selection,
) -> Result<Effect, DryError> {
    let beside = Beside::new(store.view()?);
    let dry = Dry::begin(&beside, (store, journal), library)?;
    dry.replay(selection, MOST)
}

/// Takes another registry into force, and decodes again what is in quarantine if that are no more than `most` messages.
pub(crate) fn dry_registry(
    store: &Store,
    journal: &Journal,
    library: &InputLibrary,
    next: Arc<Inputs>,
    most: u64,
) -> Result<Tried, DryError> {
    let beside = Beside::new(store.view()?);
    let candidate = Candidate { next, library };
    let mut dry = Dry::begin(&beside, (store, journal), &candidate)?;
    let settling = dry.take_inputs()?;
    match dry.replay(&Selection::default(), most) {
        Ok(effect) => Ok(Tried { settling, replay: Some(effect) }),
        Err(DryError::TooMany) => Ok(Tried { settling, replay: None }),
        Err(error) => Err(error),
    }
}

/// The name of a registry that is nowhere kept.
const CANDIDATE: &str = "candidate";

/// What is kept, and a registry that is not.
struct Candidate<'a> {
    next: Arc<Inputs>,
    library: &'a InputLibrary,
}

impl LoadInputs for Candidate<'_> {
    fn load(&self, hash: &str) -> Result<Arc<Inputs>, LoadError> {
        if hash == CANDIDATE { Ok(Arc::clone(&self.next)) } else { self.library.load(hash) }
    }

    fn fold_version(&self, hash: &str) -> Result<Option<u32>, LoadError> {
        if hash == CANDIDATE { Ok(Some(FOLD_VERSION)) } else { self.library.fold_version(hash) }
    }
}

/// A fold beside the service's, as of one commit.
struct Dry<'a> {
    beside: &'a Beside,
    store: &'a Store,
    journal: &'a Journal,
    inputs: &'a dyn LoadInputs,
    fold: Arc<RwLock<Fold>>,
    messages: Messages,
    /// The record before which messages are sought.
    end: Seq,
    at: Seq,
}

impl<'a> Dry<'a> {
    fn begin(
        beside: &'a Beside,
        (store, journal): (&'a Store, &'a Journal),
        inputs: &'a dyn LoadInputs,
    ) -> Result<Self, DryError> {
        let (restore, end) = (beside.view.restore()?, beside.view.cursor().next());
        let messages = Messages::new(journal.clone());
        let fold = Fold::restore(restore, &Env { stored: &Kept { stored: beside, messages: &messages }, inputs })?;
        Ok(Self { beside, store, journal, inputs, fold: Arc::new(RwLock::new(fold)), messages, end, at: end })
    }

    fn apply(&self, record: &RecordRef<'_>) -> Result<(), LoadError> {
        let kept = Kept { stored: self.beside, messages: &self.messages };
        write(&self.fold).apply(self.at, record, false, &Env { stored: &kept, inputs: self.inputs })
    }

    /// Takes the candidate into force; what that settles anew beside what waits for it anyway.
    fn take_inputs(&mut self) -> Result<Settling, DryError> {
        let (waiting, received_at) = (read(&self.fold).settling(), read(&self.fold).position().1);
        self.apply(&RecordRef::Inputs { received_at, hash: CANDIDATE })?;
        self.at = self.at.next();
        let all = read(&self.fold).settling();
        Ok(Settling { quarters: all.quarters.saturating_sub(waiting.quarters), ..all })
    }

    fn replay(mut self, selection: &Selection, most: u64) -> Result<Effect, DryError> {
        let range = (Seq(0), self.end);
        let mut picker = Picker::new(selection.clone(), &self.fold, (self.store, self.journal), range);
        let text = format!("{REPLAY}{}", serde_json::to_string(selection)?);
        let received_at = read(&self.fold).position().1;
        self.apply(&RecordRef::Command { received_at, text: &text })?;
        for step in 1.. {
            let seqs = picker.pick()?;
            if seqs.is_empty() {
                break;
            }
            self.at = self.at.next();
            self.apply(&RecordRef::ReplayStep { seqs })?;
            let mut fold = write(&self.fold);
            if fold.replay().is_some_and(|replay| replay.effect.messages > most) {
                return Err(DryError::TooMany);
            }
            if step % TAKE_STEPS == 0 {
                self.beside.keep(fold.take_changes());
                fold.committed();
            }
        }
        Ok(read(&self.fold).replay().map(|replay| replay.effect).unwrap_or_default())
    }
}

fn read(fold: &RwLock<Fold>) -> std::sync::RwLockReadGuard<'_, Fold> {
    fold.read().unwrap_or_else(PoisonError::into_inner)
}

fn write(fold: &RwLock<Fold>) -> std::sync::RwLockWriteGuard<'_, Fold> {
    fold.write().unwrap_or_else(PoisonError::into_inner)
}

/// A store as of one commit, and what would be in it.
struct Beside {
    view: View,
    blocks: RefCell<BTreeMap<(Quarter, DeviceNo), StoredBlock>>,
    /// None of those that left.
    quarantine: RefCell<BTreeMap<Seq, Option<QuarantineRow>>>,
}

impl Beside {
    fn new(view: View) -> Self {
        Self { view, blocks: RefCell::default(), quarantine: RefCell::default() }
    }

    fn keep(&self, changes: Changes) {
        let formers = changes.revisions.into_iter().map(|row| ((row.quarter, row.device), row.former));
        let mut formers: BTreeMap<_, _> = formers.collect(); // of several of a block the newest
        let mut blocks = self.blocks.borrow_mut();
        for block in changes.blocks {
            let BlockRow { quarter, device, revision, revised_minute, closed_minute, aggregates, rows } = block;
            let key = (quarter, device);
            let former = formers.remove(&key).or_else(|| blocks.remove(&key).and_then(|known| known.former));
            blocks.insert(key, StoredBlock { revision, revised_minute, closed_minute, aggregates, former, rows });
        }
        let mut quarantine = self.quarantine.borrow_mut();
        quarantine.extend(changes.released.into_iter().map(|seq| (seq, None)));
        quarantine.extend(changes.quarantine.into_iter().map(|row| (row.seq, Some(row))));
    }
}

impl StoredBlocks for Beside {
    fn load(&self, device: DeviceNo, quarter: Quarter) -> Result<Option<StoredBlock>, LoadError> {
        match self.blocks.borrow().get(&(quarter, device)) {
            Some(block) => Ok(Some(block.clone())),
            None => self.view.load(device, quarter),
        }
    }

    fn messages(&self, seqs: &[Seq]) -> Result<Vec<Option<RawMessage>>, LoadError> {
        self.view.messages(seqs)
    }

    fn first_quarter(&self, from: Quarter) -> Result<Option<Quarter>, LoadError> {
        self.view.first_quarter(from)
    }

    fn moved(&self, device: DeviceNo, quarter: Quarter, minute: i64) -> Result<Option<MovedRow>, LoadError> {
        self.view.moved(device, quarter, minute)
    }

    fn quarantined(&self, seqs: &[Seq]) -> Result<BTreeMap<Seq, QuarantineRow>, LoadError> {
        let mut found = self.view.quarantined(seqs)?;
        let quarantine = self.quarantine.borrow();
        for seq in seqs {
            match quarantine.get(seq) {
                Some(Some(row)) => drop(found.insert(*seq, row.clone())),
                Some(None) => drop(found.remove(seq)),
                None => {}
            }
        }
        Ok(found)
    }
}
