//! Blocks of which the readings are gone and the sums are left.

use std::ops::Range;

use rusqlite::{OptionalExtension, params};
use smartpole_model::{DeviceNo, Quarter};
use smartpole_pipeline::Scope;
use smartpole_window::Aggregates;

use crate::{
    Error, Queries,
    error::{damaged, sqlite},
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
        let doing = sqlite("read sealed blocks");
        let sql = "SELECT aggregates FROM block WHERE id = ?1 AND length(rows) = 0";
        let mut found = Vec::new();
        {
            let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
            for quarter in (quarters.start.0..quarters.end.0).map(Quarter) {
                for member in members.iter().filter(|member| member.part_at(quarter.start(), &parts).is_some()) {
                    let device = member.device;
                    let id = params![block_id(quarter, device)];
                    let stored = statement.query_row(id, |row| row.get::<_, Vec<u8>>(0)).optional().map_err(&doing)?;
                    if let Some(stored) = stored.filter(|_| snapshot.recent(quarter, device).is_none()) {
                        let aggregates = Aggregates::unpack(&stored).map_err(damaged("block"))?;
                        found.push(Sealed { device, quarter, aggregates });
                    }
                }
            }
        }
        self.done(snapshot);
        Ok(found)
    }
}
