//! What a replay would change: the same fold and the same steps beside the store, and nothing is kept.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use smartpole_api::Selection;
use smartpole_journal::Journal;
use smartpole_model::{DeviceNo, Quarter, RawMessage, RecordRef, Seq};
use smartpole_pipeline::{
    BlockRow, Changes, Effect, Env, Fold, LoadError, QuarantineRow, REPLAY, StoredBlock, StoredBlocks,
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
    let view = store.view()?;
    let (restore, end) = (view.restore()?, view.cursor().next());
    let beside = Beside { view, blocks: RefCell::default(), quarantine: RefCell::default() };
    let messages = Messages::new(journal.clone());
    let kept = Kept { stored: &beside, messages: &messages };
    let env = Env { stored: &kept, inputs: library };
    let fold = Arc::new(RwLock::new(Fold::restore(restore, &env)?));
    let mut picker = Picker::new(selection.clone(), &fold, (store, journal), (Seq(0), end));
    let text = format!("{REPLAY}{}", serde_json::to_string(selection)?);
    let received_at = read(&fold).position().1;
    write(&fold).apply(end, &RecordRef::Command { received_at, text: &text }, false, &env)?;
    let mut at = end;
    for step in 1.. {
        let seqs = picker.pick()?;
        if seqs.is_empty() {
            break;
        }
        at = at.next();
        let mut fold = write(&fold);
        fold.apply(at, &RecordRef::ReplayStep { seqs }, false, &env)?;
        if fold.replay().is_some_and(|replay| replay.effect.messages > MOST) {
            return Err(DryError::TooMany);
        }
        if step % TAKE_STEPS == 0 {
            beside.keep(fold.take_changes());
            fold.committed();
        }
    }
    Ok(read(&fold).replay().map(|replay| replay.effect).unwrap_or_default())
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
    fn keep(&self, changes: Changes) {
        let block = |block: BlockRow| {
            let BlockRow { quarter, device, revision, revised_minute, closed_minute, aggregates, rows } = block;
            ((quarter, device), StoredBlock { revision, revised_minute, closed_minute, aggregates, rows })
        };
        self.blocks.borrow_mut().extend(changes.blocks.into_iter().map(block));
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
