//! Blocks of which the readings are gone and the sums are left.

use std::ops::Range;

use rusqlite::{OptionalExtension, params};
use smartpole_model::{DeviceNo, Quarter};
use smartpole_pipeline::Scope;
use smartpole_window::Aggregates;

use crate::{
    Error, Queries,
    error::{damaged, sqlite},
    queries::Snapshot,
    scope::{members, parts},
    store::block_id,
};

/// A block without readings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Whose.
    pub device: DeviceNo,
    /// When.
    pub quarter: Quarter,
    /// What its readings came to.
    pub aggregates: Aggregates,
}

impl Queries {
    /// The blocks of a scope's devices within some quarters whose readings are gone, by quarter and device.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn sealed(&self, scope: Scope, quarters: Range<Quarter>) -> Result<Vec<Sealed>, Error> {
        let ((members, parts), snapshot) = self.snapshot(|fold| {
            let members = members(fold, scope);
            let devices = members.iter().map(|member| member.device).collect();
            ((members, parts(fold, scope, false)), devices, quarters.start, quarters.end)
        })?;
        let mut found = Vec::new();
        for quarter in (quarters.start.0..quarters.end.0).map(Quarter) {
            for member in members.iter().filter(|member| member.part_at(quarter.start(), &parts).is_some()) {
                if snapshot.recent(quarter, member.device).is_none() {
                    found.extend(snapshot.sealed(quarter, member.device)?);
                }
            }
        }
        self.done(snapshot);
        Ok(found)
    }
}

impl Snapshot {
    /// What the file has of a block without its readings.
    pub(crate) fn sealed(&self, quarter: Quarter, device: DeviceNo) -> Result<Option<Sealed>, Error> {
        let doing = sqlite("read sealed blocks");
        let sql = "SELECT aggregates FROM block WHERE id = ?1 AND length(rows) = 0";
        let mut statement = self.connection.prepare_cached(sql).map_err(&doing)?;
        let unpacked = statement.query_row(params![block_id(quarter, device)], |row| {
            Ok(Sealed::unpack(quarter, device, row.get_ref(0)?.as_blob()?))
        });
        unpacked.optional().map_err(&doing)?.transpose()
    }
}

impl Sealed {
    /// Of sums as the file has them.
    pub(crate) fn unpack(quarter: Quarter, device: DeviceNo, packed: &[u8]) -> Result<Self, Error> {
        let aggregates = Aggregates::unpack(packed).map_err(damaged("block"))?;
        Ok(Self { device, quarter, aggregates })
    }
}
