//! Everything that is kept, in order: readings for those who copy or compare them, windows as the file has them.

mod windows;

use std::ops::Range;

use rusqlite::params;
use smartpole_model::{DeviceNo, Quarter};
use smartpole_pipeline::{Fold, NameKind};
use smartpole_window::{Block, Row};

pub use self::windows::{Grain, KeptValue, KeptWindow, KeptWindows, WindowKey};
use crate::{
    Error, Queries,
    error::{damaged, sqlite},
    store::block_id,
};

impl Queries {
    /// First and last quarter with readings; none if there are none.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn quarters(&self) -> Result<Option<(Quarter, Quarter)>, Error> {
        let ((), snapshot) = self.snapshot(|fold| ((), devices(fold), Quarter(i32::MIN), Quarter(i32::MAX)))?;
        let sql = "SELECT min(id) >> 32, max(id) >> 32 FROM block";
        let stored = snapshot.connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)));
        let (first, last): (Option<i32>, Option<i32>) = stored.map_err(sqlite("read blocks"))?;
        let recent = snapshot.recent.iter().map(|block| block.quarter.0);
        let all = || recent.clone().chain(first).chain(last);
        let found = all().min().zip(all().max()).map(|(first, last)| (Quarter(first), Quarter(last)));
        self.done(snapshot);
        Ok(found)
    }

    /// All readings of these quarters, a row each sample, by quarter and device.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn each_row(&self, quarters: Range<Quarter>, mut each: impl FnMut(DeviceNo, Row)) -> Result<(), Error> {
        for quarter in (quarters.start.0..quarters.end.0).map(Quarter) {
            let next = Quarter(quarter.0.saturating_add(1));
            let ((), snapshot) = self.snapshot(|fold| ((), devices(fold), quarter, next))?;
            let doing = sqlite("read blocks");
            let sql = "SELECT device, rows FROM block WHERE id >= ?1 AND id < ?2 AND length(rows) > 0";
            {
                let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
                let range = params![block_id(quarter, DeviceNo(0)), block_id(next, DeviceNo(0))];
                let mut rows = statement.query(range).map_err(&doing)?;
                while let Some(row) = rows.next().map_err(&doing)? {
                    let device = DeviceNo(row.get(0).map_err(&doing)?);
                    if snapshot.recent(quarter, device).is_none() {
                        let blob = row.get_ref(1).map_err(&doing)?.as_blob().map_err(|error| doing(error.into()))?;
                        let block = Block::unpack(quarter, blob).map_err(damaged("block"))?;
                        block.rows().into_iter().for_each(|row| each(device, row));
                    }
                }
            }
            for recent in &snapshot.recent {
                recent.block.rows().into_iter().for_each(|row| each(recent.device, row));
            }
            self.done(snapshot);
        }
        Ok(())
    }

    /// Reads kept windows.
    ///
    /// # Errors
    /// [`Error::Open`].
    pub fn kept_windows(&self) -> Result<KeptWindows, Error> {
        KeptWindows::new(self)
    }
}

/// Every device there ever was.
fn devices(fold: &Fold) -> Vec<DeviceNo> {
    (0..fold.count(NameKind::Device)).map(DeviceNo).collect()
}
