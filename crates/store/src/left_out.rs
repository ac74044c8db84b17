//! What counters say passed, and cannot have.

use smartpole_model::{DeviceNo, Quarter, UtcMillis};
use smartpole_window::LeftOut;

use crate::{Error, Queries};

impl Queries {
    /// Totals of a device with `from <= at < to` that went on by more than can have passed, in event order; of readings that are kept.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn left_out(&self, device: DeviceNo, (from, to): (UtcMillis, UtcMillis)) -> Result<Vec<LeftOut>, Error> {
        let (first, last) = (from.quarter(), Quarter(to.plus(-1).quarter().0.saturating_add(1)));
        let (making, snapshot) = self.snapshot(|fold| (fold.block_making(), vec![device], first, last))?;
        let mut found = Vec::new();
        for quarter in (first.0..last.0).map(Quarter) {
            if let Some(block) = snapshot.block(quarter, device)? {
                found.extend(making.left_out(device, &block));
            }
        }
        self.done(snapshot);
        found.retain(|left_out| from <= left_out.at && left_out.at < to);
        Ok(found)
    }
}
