//! Blocks of another time, judged: for a verification that begins in the middle.

use smartpole_model::{DeviceNo, Quarter};
use smartpole_window::Block;

use crate::{Env, Fold, LoadError, device::Device, place::Place};

impl Fold {
    /// A stored block with the remarks that hang on the readings before, as they are by the registry in force and what `env` has
    /// stored; none if it has no such block. Nothing that the fold knows itself is looked at.
    ///
    /// # Errors
    /// If a block cannot be read.
    pub fn judged(&self, device: DeviceNo, quarter: Quarter, env: &Env<'_>) -> Result<Option<Block>, LoadError> {
        // all that could be before is closed
        let mut closed = Device { last_closed: quarter, newest: quarter.end(), ..Device::default() };
        let mut revisions = Vec::new();
        let mut place = Place::new(device, &mut closed, &self.active, env, 0, 0, &mut revisions);
        place.sealed_to = self.sealed_to(device);
        place.judge_history(quarter)?;
        let found = closed.held_at(quarter).ok();
        Ok(found.map(|at| closed.held[at].block.clone()))
    }
}
