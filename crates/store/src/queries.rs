//! Questions: a snapshot of the file, and what the fold has in memory beyond it.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use rusqlite::{Connection, OptionalExtension, params};
use smartpole_model::{DeviceNo, Quarter};
use smartpole_pipeline::{Fold, HeardRow, NameKind, RecentBlock, SettlingRange};
use smartpole_window::Block;

use crate::{
    Error, Store,
    error::{damaged, sqlite},
    in_force::InForce,
    store::block_id,
    windows::Summed,
};

/// Answers questions; clones are the same one.
#[derive(Clone, Debug)]
pub struct Queries {
    store: Store,
    pub(crate) fold: Arc<RwLock<Fold>>,
    /// Connections at rest.
    idle: Arc<Mutex<Vec<Connection>>>,
    pub(crate) summed: Arc<Summed>,
    pub(crate) registries: Option<Arc<dyn InForce>>,
}

/// Most connections kept at rest; more are opened when asked for and closed after.
const IDLE: usize = 8;

/// What one question sees: everything as of one instant.
pub(crate) struct Snapshot {
    pub(crate) connection: Connection,
    /// Blocks that the file does not have, or not as they are now; by quarter and device.
    pub(crate) recent: Vec<RecentBlock>,
    /// What blocks count for still that a registry in force moves, and that are not known to the file as moved, by device.
    pub(crate) unsettled: BTreeMap<DeviceNo, Vec<SettlingRange>>,
    /// What devices are heard of since minutes that the file may not know of.
    pub(crate) heard: Vec<HeardRow>,
    /// Blocks before this quarter have passed retention: some may still be in the file, and no sum takes those alone.
    pub(crate) kept_from: Quarter,
}

impl Snapshot {
    /// The block of a device as it is in memory.
    pub(crate) fn recent(&self, quarter: Quarter, device: DeviceNo) -> Option<&RecentBlock> {
        let at = self.recent.binary_search_by_key(&(quarter, device), |block| (block.quarter, block.device)).ok()?;
        Some(&self.recent[at])
    }

    /// The block of a device, wherever it is; none if its readings have passed retention.
    pub(crate) fn block(&self, quarter: Quarter, device: DeviceNo) -> Result<Option<Cow<'_, Block>>, Error> {
        if let Some(recent) = self.recent(quarter, device) {
            return Ok(Some(Cow::Borrowed(&recent.block)));
        }
        let doing = sqlite("read blocks");
        let sql = "SELECT rows FROM block WHERE id = ?1 AND length(rows) > 0";
        let mut statement = self.connection.prepare_cached(sql).map_err(&doing)?;
        let unpacked = statement.query_row(params![block_id(quarter, device)], |row| {
            Ok(Block::unpack(quarter, row.get_ref(0)?.as_blob()?))
        });
        let unpacked = unpacked.optional().map_err(&doing)?;
        unpacked.transpose().map(|block| block.map(Cow::Owned)).map_err(damaged("block"))
    }
}

impl Queries {
    /// Questions to a store and the fold that writes to it.
    pub fn new(store: &Store, fold: Arc<RwLock<Fold>>) -> Self {
        Self { store: store.clone(), fold, idle: Arc::default(), summed: Arc::default(), registries: None }
    }

    /// The same, which knows the registries that were in force; without them all is answered by that of now.
    #[must_use]
    pub fn with_former(self, registries: Arc<dyn InForce>) -> Self {
        Self { registries: Some(registries), ..self }
    }

    /// The fold that is asked beside the file.
    pub fn fold(&self) -> &Arc<RwLock<Fold>> {
        &self.fold
    }

    /// Takes a snapshot while `look` sees the fold as it is at that instant, blocks of `devices` within the quarters included.
    pub(crate) fn snapshot<T>(
        &self,
        look: impl FnOnce(&Fold) -> (T, Vec<DeviceNo>, Quarter, Quarter),
    ) -> Result<(T, Snapshot), Error> {
        self.snapshot_with(|fold| {
            let (seen, mut devices, from, to) = look(fold);
            devices.sort_unstable();
            devices.dedup();
            (seen, devices.iter().flat_map(|device| fold.recent(*device, from, to)).collect())
        })
    }

    /// The same with blocks in memory that `look` chooses.
    ///
    /// The fold cannot move on while the read lock is held, so at most the batch under way is in the file or is not: blocks
    /// that say they go with a batch the file has are left out.
    pub(crate) fn snapshot_with<T>(
        &self,
        look: impl FnOnce(&Fold) -> (T, Vec<RecentBlock>),
    ) -> Result<(T, Snapshot), Error> {
        let connection = self.connection()?;
        let fold = self.fold.read().unwrap_or_else(PoisonError::into_inner);
        let (seen, mut recent) = look(&fold);
        let doing = sqlite("begin a question");
        connection.execute_batch("BEGIN").map_err(&doing)?;
        let batch = connection.query_row("SELECT coalesce(max(batch), 0) FROM cursor", [], |row| row.get::<_, i64>(0));
        let batch = batch.map_err(&doing)?.unsigned_abs();
        let (kept_from, heard) = (fold.cuts().quarters, fold.heard_lately());
        let mut unsettled: BTreeMap<_, Vec<_>> = BTreeMap::new();
        fold.unsettled().for_each(|range| unsettled.entry(range.device).or_default().push(range.clone()));
        drop(fold);
        recent.retain(|block| block.batch.is_none_or(|carried_by| carried_by > batch));
        recent.sort_unstable_by_key(|block| (block.quarter, block.device));
        Ok((seen, Snapshot { connection, recent, unsettled, heard, kept_from }))
    }

    /// Ends a question; its connection rests until the next.
    pub(crate) fn done(&self, snapshot: Snapshot) {
        let Snapshot { connection, .. } = snapshot;
        if connection.execute_batch("COMMIT").is_ok() {
            self.rest(connection);
        }
    }

    /// Asks the file alone, as of the last commit.
    pub(crate) fn file<T>(&self, question: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let connection = self.connection()?;
        let answer = question(&connection);
        self.rest(connection);
        answer
    }

    /// The number of an id.
    pub fn number(&self, kind: NameKind, id: &str) -> Option<u32> {
        self.fold.read().unwrap_or_else(PoisonError::into_inner).number(kind, id)
    }

    fn rest(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE {
            idle.push(connection);
        }
    }

    pub(crate) fn connection(&self) -> Result<Connection, Error> {
        let rested = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        rested.map_or_else(|| self.store.reader(), Ok)
    }
}
