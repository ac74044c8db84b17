//! Blocks judged and summed up again by the registry in force.

use smartpole_model::{Quarter, Series};

use super::{Place, unpack};
use crate::LoadError;

/// A block that was settled anew.
pub(crate) enum Settled {
    /// There is no such block.
    Absent,
    /// It is still open, and summed up when it is closed.
    Open,
    /// It comes to what it came to, or not; `series` are those that it says something of.
    Closed { changed: bool, series: Vec<Series> },
}

impl Place<'_> {
    /// Judges and sums up a block by the registry in force; one without rows stays as it is.
    pub(crate) fn settle_anew(&mut self, quarter: Quarter) -> Result<Settled, LoadError> {
        if quarter < self.sealed_to {
            return self.sealed(quarter);
        }
        self.judge_block(quarter)?;
        let Ok(at) = self.find(quarter) else { return self.error.take().map_or(Ok(Settled::Absent), Err) };
        if self.device.held[at].open {
            return Ok(Settled::Open);
        }
        let mut now = self.aggregates(&self.device.held[at].block);
        let former = self.device.held[at].stored.as_ref().map(|stored| stored.aggregates.clone());
        let mut changed = true;
        if let Some(former) = former {
            now.count_revision(&former);
            changed = former != now;
            if changed {
                self.note_revision(at, Some(former));
            }
        }
        Ok(Settled::Closed { changed, series: now.series().collect() })
    }

    /// A block that was sealed, or is about to be: it stays as it is.
    fn sealed(&self, quarter: Quarter) -> Result<Settled, LoadError> {
        let aggregates = match self.device.held_at(quarter) {
            Ok(at) => self.aggregates(&self.device.held[at].block),
            Err(_) => match self.stored.load(self.no, quarter)? {
                Some(stored) => unpack(&stored.aggregates)?,
                None => return Ok(Settled::Absent),
            },
        };
        Ok(Settled::Closed { changed: false, series: aggregates.series().collect() })
    }
}
