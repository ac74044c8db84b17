//! What is known of instants: asked before the same is brought once more.

use smartpole_model::{DeviceNo, Quarter, UtcMillis};
use smartpole_window::RowValue;

use crate::{Error, Queries};

impl Queries {
    /// The values of a device at instants, which are in ascending order; of each instant what any message brought. A block is read
    /// once for all of its instants.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn known_values(&self, device: DeviceNo, instants: &[UtcMillis]) -> Result<Vec<(UtcMillis, RowValue)>, Error> {
        let (Some(first), Some(last)) = (instants.first(), instants.last()) else { return Ok(Vec::new()) };
        let (from, to) = (first.quarter(), Quarter(last.quarter().0.saturating_add(1)));
        let ((), snapshot) = self.snapshot(|_| ((), vec![device], from, to))?;
        let mut quarters: Vec<Quarter> = instants.iter().map(|instant| instant.quarter()).collect();
        quarters.dedup();
        let mut known = Vec::new();
        for quarter in quarters {
            let Some(block) = snapshot.block(quarter, device)? else { continue };
            let wanted = block.rows().into_iter().filter(|row| instants.binary_search(&row.event_time).is_ok());
            known.extend(wanted.flat_map(|row| row.values.into_iter().map(move |value| (row.event_time, value))));
        }
        self.done(snapshot);
        Ok(known)
    }
}
