//! What hours and days gain by the blocks of a batch.

use std::collections::BTreeMap;

use smartpole_window::{Aggregates, Level};

use crate::{BlockRow, RollupDelta, Scope, active::Active};

/// Gains of hours and days while a batch is put together.
#[derive(Debug, Default)]
pub(crate) struct Rollups(BTreeMap<(Level, i64, Scope), (Aggregates, u32)>);

impl Rollups {
    pub(crate) fn add(&mut self, active: &Active, row: &BlockRow, gain: &Aggregates, revisions: u32) {
        if gain.0.is_empty() && revisions == 0 {
            return;
        }
        let start = row.quarter.start();
        let (air, other): (Vec<_>, Vec<_>) =
            gain.0.iter().copied().partition(|(series, _)| active.is_air(series.property));
        let days = [(Level::CetDay, Aggregates(air)), (Level::Day, Aggregates(other))];
        for scope in active.scopes(row.device, row.quarter) {
            self.merge((Level::Hour, Level::Hour.start(start).0, scope), gain, revisions);
            // a block's revisions are its days' revisions, both days', whichever values they changed
            for (level, part) in days.iter().filter(|(_, part)| !part.0.is_empty() || revisions > 0) {
                self.merge((*level, level.start(start).0, scope), part, revisions);
            }
        }
    }

    fn merge(&mut self, key: (Level, i64, Scope), gain: &Aggregates, revisions: u32) {
        let (aggregates, sum) = self.0.entry(key).or_default();
        aggregates.merge(gain);
        *sum += revisions;
    }

    pub(crate) fn rows(self) -> Vec<RollupDelta> {
        let row = |((level, start, scope), (aggregates, revisions))| {
            let start = smartpole_model::UtcMillis(start);
            RollupDelta { level, start, scope, aggregates, revisions }
        };
        self.0.into_iter().map(row).collect()
    }
}
