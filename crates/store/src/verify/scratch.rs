//! The store that a verification folds into.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, HashMap},
    path::Path,
};

use smartpole_model::{DeviceNo, Quarter, RawMessage, Record, Seq, UtcMillis};
use smartpole_pipeline::{
    Changes, CheckpointRow, Counts, Env, Fold, LedgerDeviceRow, LoadError, LoadInputs, MovedRow, QuarantineRow,
    Restore, StoredBlock, StoredBlocks,
};

use super::as_of::AsOf;
use crate::{Error, Store, error::sqlite};

/// A store for the time of a verification: nothing of it survives a crash, and nobody needs it to.
#[derive(Debug)]
pub struct Scratch {
    pub(super) store: Store,
    /// Where copies of messages are that the journal no longer has.
    original: Store,
    pub(super) since: Option<Since>,
    as_of: OnceCell<AsOf>,
}

/// What a checkpoint says of what it does not hold.
#[derive(Debug)]
pub(super) struct Since {
    pub(super) seq: Seq,
    pub(super) received_at: UtcMillis,
    /// As in [`Restore::began`].
    began: Option<i32>,
    pub(super) last_closed: HashMap<u32, i32>,
    /// Every block from this quarter on was closed after the checkpoint.
    pub(super) whole_from: Quarter,
    /// Sums of the ledger at the checkpoint.
    pub(super) ledger: Counts,
}

impl Since {
    fn of(start: &Restore) -> Self {
        let last_closed: HashMap<_, _> = start.devices.iter().map(|row| (row.device.0, row.last_closed.0)).collect();
        let whole_from = Quarter(last_closed.values().max().map_or(i32::MIN, |last| last.saturating_add(1)));
        let (seq, received_at, began, ledger) = (start.cursor, start.received_at, start.began, start.ledger.clone());
        Self { seq, received_at, began, last_closed, whole_from, ledger }
    }

    pub(super) fn minute(&self) -> i64 {
        self.received_at.0.div_euclid(60_000)
    }

    /// Whether a block was closed, or could have been, when the checkpoint was made.
    pub(super) fn was_closed(&self, quarter: i64, device: i64) -> bool {
        let last = u32::try_from(device).ok().and_then(|device| self.last_closed.get(&device));
        last.is_some_and(|last| quarter <= i64::from(*last))
    }
}

impl Scratch {
    /// A store in `dir` at the state from which to fold: [`Restore::default`] for the journal's first record, else that of a
    /// checkpoint of `original`, with the `record` that made it if the journal still has it.
    ///
    /// # Errors
    /// If one of the files cannot be used; [`Error::Damaged`] if the checkpoint cannot be understood.
    pub fn begin(
        dir: &Path,
        original: &Store,
        start: &Restore,
        record: Option<&Record>,
        inputs: &dyn LoadInputs,
    ) -> Result<Self, Begin> {
        let store = Store::open(dir)?;
        store.writer().execute_batch("PRAGMA synchronous = OFF").map_err(sqlite("set up a store"))?;
        let scratch = Self { store, original: original.clone(), since: None, as_of: OnceCell::new() };
        if start.cursor == Seq(0) {
            return Ok(scratch);
        }
        scratch.store.commit(&seed(start))?;
        let as_of = AsOf::new(original, start, record, inputs)?;
        Ok(Self { since: Some(Since::of(start)), as_of: OnceCell::from(as_of), ..scratch })
    }

    /// The fold at what was committed last.
    ///
    /// # Errors
    /// If what was committed cannot be read back.
    pub fn fold(&self, inputs: &dyn LoadInputs) -> Result<Fold, Begin> {
        let mut restore = self.store.restore()?;
        if let Some(since) = &self.since {
            restore.began = since.began.or(restore.began); // the rows of the ledger here are those since the checkpoint
        }
        Ok(Fold::restore(restore, &Env { stored: self, inputs })?)
    }

    /// Commits a batch.
    ///
    /// # Errors
    /// As [`Store::commit`].
    pub fn commit(&self, changes: &Changes) -> Result<(), Error> {
        self.store.commit(changes)
    }
}

/// Why a fold cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum Begin {
    /// A store cannot be used.
    #[error(transparent)]
    Store(#[from] Error),
    /// State or inputs cannot be read.
    #[error(transparent)]
    Load(#[from] LoadError),
}

impl StoredBlocks for Scratch {
    fn load(&self, device: DeviceNo, quarter: Quarter) -> Result<Option<StoredBlock>, LoadError> {
        match (self.store.load(device, quarter)?, self.as_of.get()) {
            (None, Some(as_of)) => as_of.load(device, quarter),
            (found, _) => Ok(found),
        }
    }

    fn messages(&self, seqs: &[Seq]) -> Result<Vec<Option<RawMessage>>, LoadError> {
        self.original.messages(seqs)
    }

    fn first_quarter(&self, from: Quarter) -> Result<Option<Quarter>, LoadError> {
        if self.since.is_some() { self.original.first_quarter(from) } else { self.store.first_quarter(from) }
    }

    fn moved(&self, device: DeviceNo, quarter: Quarter, minute: i64) -> Result<Option<MovedRow>, LoadError> {
        self.store.moved(device, quarter, minute)
    }

    fn quarantined(&self, seqs: &[Seq]) -> Result<BTreeMap<Seq, QuarantineRow>, LoadError> {
        self.store.quarantined(seqs)
    }
}

/// A checkpoint as the changes of one batch.
fn seed(start: &Restore) -> Changes {
    let counted = |row: &&LedgerDeviceRow| !Counts::unpack(&row.counts).map_or(true, |counts| counts.0.is_empty());
    let day = start.checkpoint_day.unwrap_or_else(|| start.received_at.utc_day());
    // of the devices that measure persons the scratch store need not know: it seals nothing that could be asked for
    let (cuts, persons) = (start.cuts, Vec::new());
    Changes {
        batch: start.batch,
        cursor: start.cursor,
        received_at: start.received_at,
        batch_row: start.batch_rows.iter().flat_map(|(_, bytes)| bytes.clone()).collect(),
        replay_from: start.batch,
        names: start.names.clone(),
        inputs: start.inputs.clone(),
        devices: start.devices.clone(),
        lorawan: start.lorawan.clone(),
        gateways: start.gateways.clone(),
        replays: start.replay.iter().cloned().collect(),
        resettling: (!start.resettling.is_empty()).then(|| start.resettling.clone()),
        ticks: start.ticks.iter().copied().filter(|(_, n)| *n > 0).collect(),
        ledger_devices: start.ledger_devices.iter().filter(counted).cloned().collect(),
        checkpoint: Some(CheckpointRow { day, seq: start.cursor, cuts, persons, state: Vec::new() }),
        ..Changes::default()
    }
}
