//! Blocks of some devices in the order of time, for those who want readings one after the other until they have enough.

use std::{fmt, ops::ControlFlow};

use rusqlite::{Connection, OptionalExtension, params};
use smartpole_model::{DeviceNo, Quarter, UtcMillis};

use crate::{Error, Queries, Visited, error::sqlite, queries::Snapshot, store::block_id};

/// Which blocks are wanted.
pub struct WantedBlocks<'a> {
    /// Of these devices.
    pub devices: &'a [DeviceNo],
    /// Whether a device's block of a quarter is wanted.
    pub is_wanted: &'a dyn Fn(DeviceNo, Quarter) -> bool,
    /// First instant.
    pub from: UtcMillis,
    /// First instant after.
    pub to: UtcMillis,
    /// Whether the newest come first.
    pub newest_first: bool,
    /// Whether blocks of which the readings are gone are visited as well.
    pub sealed: bool,
    /// Most blocks to look for; those of one quarter are looked for together.
    pub most: usize,
}

/// How far a walk went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Blocks that were looked for, found or not.
    pub looked_for: usize,
    /// Whether it ended as they were too many.
    pub cut: bool,
}

impl Queries {
    /// Visits quarters in which there are blocks, each with its blocks in the order of `devices`, until the visitor breaks off.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn walk(
        &self,
        wanted: &WantedBlocks<'_>,
        mut visit: impl FnMut(Quarter, &[(DeviceNo, Visited<'_>)]) -> ControlFlow<()>,
    ) -> Result<Walk, Error> {
        let end = Quarter(wanted.to.plus(-1).quarter().0.saturating_add(1));
        let ((), snapshot) = self.snapshot(|_| ((), wanted.devices.to_vec(), wanted.from.quarter(), end))?;
        let mut walk = Walk { looked_for: 0, cut: false };
        let mut next = wanted.first(&snapshot)?;
        while let Some(quarter) = next {
            if walk.looked_for >= wanted.most {
                walk.cut = true;
                break;
            }
            let blocks = wanted.blocks(quarter, &snapshot, &mut walk)?;
            if !blocks.is_empty() && visit(quarter, &blocks).is_break() {
                break;
            }
            let beside = wanted.beside(quarter).filter(|beside| wanted.spans(*beside));
            next = match beside {
                Some(beside) if blocks.is_empty() => wanted.existing(beside, &snapshot)?,
                beside => beside,
            };
        }
        self.done(snapshot);
        Ok(walk)
    }
}

impl WantedBlocks<'_> {
    fn spans(&self, quarter: Quarter) -> bool {
        quarter.start() < self.to && self.from < quarter.end()
    }

    /// The quarter that comes after one.
    fn beside(&self, quarter: Quarter) -> Option<Quarter> {
        let beside = if self.newest_first { quarter.0.checked_sub(1) } else { quarter.0.checked_add(1) };
        beside.map(Quarter)
    }

    fn first(&self, snapshot: &Snapshot) -> Result<Option<Quarter>, Error> {
        if self.from >= self.to || self.devices.is_empty() {
            return Ok(None);
        }
        let first = if self.newest_first { self.to.plus(-1) } else { self.from };
        self.existing(first.quarter(), snapshot)
    }

    /// The first quarter from one on, itself included, in which any device has a block.
    fn existing(&self, from: Quarter, snapshot: &Snapshot) -> Result<Option<Quarter>, Error> {
        let recent = snapshot.recent.iter().map(|block| block.quarter);
        let (stored, recent) = if self.newest_first {
            let last = block_id(from, DeviceNo(u32::MAX));
            (stored(&snapshot.connection, LAST, last)?, recent.filter(|recent| *recent <= from).max())
        } else {
            let first = block_id(from, DeviceNo(0));
            (stored(&snapshot.connection, FIRST, first)?, recent.filter(|recent| *recent >= from).min())
        };
        let both = stored.into_iter().chain(recent);
        let found = if self.newest_first { both.max() } else { both.min() };
        Ok(found.filter(|found| self.spans(*found)))
    }

    fn blocks<'s>(
        &self,
        quarter: Quarter,
        snapshot: &'s Snapshot,
        walk: &mut Walk,
    ) -> Result<Vec<(DeviceNo, Visited<'s>)>, Error> {
        // a quarter counts even if nobody's block of it is wanted, so that every walk ends
        walk.looked_for += 1;
        let mut blocks = Vec::new();
        for device in self.devices.iter().filter(|device| (self.is_wanted)(**device, quarter)) {
            walk.looked_for += 1;
            let block = snapshot.visited(quarter, *device, self.sealed)?;
            blocks.extend(block.map(|block| (*device, block)));
        }
        Ok(blocks)
    }
}

pub(crate) const FIRST: &str = "SELECT quarter FROM block WHERE id >= ?1 ORDER BY id LIMIT 1";
const LAST: &str = "SELECT quarter FROM block WHERE id <= ?1 ORDER BY id DESC LIMIT 1";

/// The quarter of the block that a question finds by a block's id.
pub(crate) fn stored(connection: &Connection, sql: &str, id: i64) -> Result<Option<Quarter>, Error> {
    let doing = sqlite("read blocks");
    let mut statement = connection.prepare_cached(sql).map_err(&doing)?;
    let found = statement.query_row(params![id], |row| row.get(0)).optional();
    Ok(found.map_err(&doing)?.map(Quarter))
}

impl fmt::Debug for WantedBlocks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WantedBlocks").field("devices", &self.devices).finish_non_exhaustive()
    }
}
