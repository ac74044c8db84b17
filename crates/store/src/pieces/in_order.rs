//! Blocks of a quarter, from memory and file together, asked for device by device in their order.

use std::borrow::Cow;

use rusqlite::{CachedStatement, Rows, fallible_streaming_iterator::FallibleStreamingIterator, params};
use smartpole_model::{DeviceNo, Quarter};
use smartpole_pipeline::RecentBlock;
use smartpole_window::Block;

use crate::{
    Error, Sealed, Visited,
    error::{damaged, sqlite},
    queries::Snapshot,
    scope::Member,
    store::block_id,
};

/// So many rows of others are passed over in the time in which a row is looked for by its key.
const PASSED_OVER: usize = 8;

/// Blocks of a quarter.
pub(super) struct InOrder<'s> {
    snapshot: &'s Snapshot,
    quarter: Quarter,
    /// In memory, from the device asked for last on.
    recent: &'s [RecentBlock],
    /// In the file; none where few of them are wanted, which are looked for one by one.
    stored: Option<Stored<'s>>,
    /// Whether blocks are wanted of which the readings are gone.
    sealed: bool,
}

/// Rows in the order of their keys.
struct Stored<'s> {
    rows: Rows<'s>,
    /// The key of the row at hand; none at the end.
    id: Option<i64>,
}

impl<'s> InOrder<'s> {
    /// What [`InOrder::new`] reads by.
    pub(super) fn prepare(snapshot: &Snapshot) -> Result<CachedStatement<'_>, Error> {
        let sql = "SELECT id, rows, CASE length(rows) WHEN 0 THEN aggregates END FROM block WHERE id BETWEEN ?1 AND ?2 \
            ORDER BY id";
        snapshot.connection.prepare_cached(sql).map_err(sqlite("read blocks"))
    }

    /// Blocks of these devices, which are asked for in this order.
    pub(super) fn new(
        snapshot: &'s Snapshot,
        statement: &'s mut CachedStatement<'_>,
        quarter: Quarter,
        members: &[Member],
        sealed: bool,
    ) -> Result<Self, Error> {
        let first = snapshot.recent.partition_point(|block| block.quarter < quarter);
        let (recent, mut stored) = (&snapshot.recent[first..], None);
        if let ([first, ..], [.., last]) = (members, members) {
            let numbers = (last.device.0 - first.device.0) as usize;
            if numbers / PASSED_OVER < members.len() {
                let ends = [first, last].map(|member| block_id(quarter, member.device));
                stored = Some(Stored::new(statement, ends)?);
            }
        }
        Ok(Self { snapshot, quarter, recent, stored, sealed })
    }

    /// The block of a device.
    pub(super) fn find(&mut self, device: DeviceNo) -> Result<Option<Visited<'s>>, Error> {
        let key = (self.quarter, device);
        let passed = self.recent.iter().take_while(|block| (block.quarter, block.device) < key).count();
        self.recent = &self.recent[passed..];
        if let Some(recent) = self.recent.first().filter(|block| (block.quarter, block.device) == key) {
            return Ok(Some(Visited::Kept(Cow::Borrowed(&recent.block))));
        }
        match &mut self.stored {
            Some(stored) => stored.find(self.quarter, device, self.sealed),
            None => self.snapshot.visited(self.quarter, device, self.sealed),
        }
    }
}

impl<'s> Stored<'s> {
    fn new(statement: &'s mut CachedStatement<'_>, [first, last]: [i64; 2]) -> Result<Self, Error> {
        let rows = statement.query(params![first, last]).map_err(sqlite("read blocks"))?;
        let mut stored = Self { rows, id: None };
        stored.step()?;
        Ok(stored)
    }

    fn step(&mut self) -> Result<(), Error> {
        let doing = sqlite("read blocks");
        self.rows.advance().map_err(&doing)?;
        self.id = self.rows.get().map(|row| row.get(0)).transpose().map_err(&doing)?;
        Ok(())
    }

    fn find(&mut self, quarter: Quarter, device: DeviceNo, sealed: bool) -> Result<Option<Visited<'s>>, Error> {
        let id = block_id(quarter, device);
        while self.id.is_some_and(|at| at < id) {
            self.step()?;
        }
        let Some(row) = self.rows.get().filter(|_| self.id == Some(id)) else { return Ok(None) };
        let doing = sqlite("read blocks");
        let blob = |column| row.get_ref(column).map_err(&doing)?.as_blob().map_err(|error| doing(error.into()));
        let packed = blob(1)?;
        if packed.is_empty() {
            return sealed.then(|| Sealed::unpack(quarter, device, blob(2)?).map(Visited::Sealed)).transpose();
        }
        let block = Block::unpack(quarter, packed).map_err(damaged("block"))?;
        Ok(Some(Visited::Kept(Cow::Owned(block))))
    }
}
