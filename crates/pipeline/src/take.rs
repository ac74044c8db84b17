//! Hands changes over to the store and learns that they are committed.

use std::collections::BTreeMap;

use smartpole_model::DeviceNo;
use smartpole_window::{Aggregates, Level};

use crate::{
    BlockRow, Changes, Fold, RollupDelta, Scope,
    active::Active,
    batch_row::BatchRow,
    device::{Device, Held},
    fold::Pending,
};

/// Gains of hours and days while a batch is put together.
#[derive(Debug, Default)]
struct Rollups(BTreeMap<(Level, i64, Scope), (Aggregates, u32)>);

impl Rollups {
    fn add(&mut self, active: &Active, row: &BlockRow, gain: &Aggregates, revisions: u32) {
        if gain.0.is_empty() && revisions == 0 {
            return;
        }
        let start = row.quarter.start();
        let (air, other): (Vec<_>, Vec<_>) =
            gain.0.iter().copied().partition(|(series, _)| active.is_air(series.property));
        let days = [(Level::CetDay, Aggregates(air)), (Level::Day, Aggregates(other))];
        for scope in active.scopes(row.device, row.quarter) {
            self.merge((Level::Hour, Level::Hour.start(start).0, scope), gain, revisions);
            for (level, part) in days.iter().filter(|(_, part)| !part.0.is_empty()) {
                self.merge((*level, level.start(start).0, scope), part, revisions);
            }
        }
    }

    fn merge(&mut self, key: (Level, i64, Scope), gain: &Aggregates, revisions: u32) {
        let (aggregates, sum) = self.0.entry(key).or_default();
        aggregates.merge(gain);
        *sum += revisions;
    }

    fn rows(self) -> Vec<RollupDelta> {
        let row = |((level, start, scope), (aggregates, revisions))| {
            let start = smartpole_model::UtcMillis(start);
            RollupDelta { level, start, scope, aggregates, revisions }
        };
        self.0.into_iter().map(row).collect()
    }
}

impl Fold {
    /// Everything that changed since it was last taken, as one batch. The store commits it, or the fold is restored; until
    /// [`Fold::committed`], blocks handed over stay in memory for those who ask.
    pub fn take_changes(&mut self) -> Changes {
        self.batch += 1;
        let pending = std::mem::take(&mut self.pending);
        let Pending {
            batch_row: BatchRow { bytes, .. },
            inputs,
            revisions,
            quarantine,
            finished_days,
            ticked,
            checkpoint,
            ..
        } = pending;
        let mut touched = pending.touched;
        touched.sort_unstable();
        let mut changes = Changes {
            batch: self.batch,
            cursor: self.seq,
            received_at: self.received_at,
            batch_row: bytes,
            names: self.names.take_new(),
            inputs,
            revisions,
            ticks: ticked.iter().map(|source| (*source, self.ticks_of(*source))).collect(),
            ledger_sources: self.tally.take(),
            ledger_devices: finished_days,
            quarantine,
            checkpoint,
            ..Changes::default()
        };
        let mut rollups = Rollups::default();
        for no in &touched {
            self.take_device(*no, &mut changes, &mut rollups);
        }
        changes.blocks.sort_unstable_by_key(|block| (block.quarter, block.device));
        changes.ledger_devices.sort_unstable_by_key(|row| (row.day, row.device));
        changes.rollups = rollups.rows();
        changes.replay_from = self.replay_from();
        self.handed_over = touched;
        changes
    }

    fn take_device(&mut self, no: DeviceNo, changes: &mut Changes, rollups: &mut Rollups) {
        let mut held = std::mem::take(&mut self.devices[no.index()].held);
        for block in held.iter_mut().filter(|held| held.changed && !held.open) {
            changes.blocks.push(self.take_block(no, block, rollups));
        }
        let device = &mut self.devices[no.index()];
        device.held = held;
        device.touched = false;
        if std::mem::take(&mut device.counted) {
            changes.ledger_devices.push(device.today.row(no));
        }
        if std::mem::take(&mut device.dirty) {
            changes.devices.push(device.row(no));
        }
    }

    fn take_block(&self, no: DeviceNo, held: &mut Held, rollups: &mut Rollups) -> BlockRow {
        let aggregates = self.aggregates(no, &held.block);
        let (former, revisions) = match &held.stored {
            Some(stored) => (stored.aggregates.clone(), held.revision - stored.revision),
            None => (Aggregates::default(), held.revision),
        };
        let row = BlockRow {
            quarter: held.block.quarter(),
            device: no,
            revision: held.revision,
            revised_minute: held.revised_minute,
            aggregates: aggregates.pack(),
            rows: held.block.pack(),
        };
        rollups.add(&self.active, &row, &aggregates.minus(&former), revisions);
        (held.changed, held.batch) = (false, Some(self.batch));
        row
    }

    /// The oldest batch row that an open block still needs.
    fn replay_from(&self) -> u64 {
        let open = self.devices.iter().flat_map(|device| &device.held).filter(|held| held.open);
        open.map(|held| held.first_batch).min().unwrap_or(self.batch + 1)
    }

    /// Says that the last batch taken is committed: its blocks leave memory.
    pub fn committed(&mut self) {
        for no in std::mem::take(&mut self.handed_over) {
            let Device { held, .. } = &mut self.devices[no.index()];
            held.retain(|held| held.open || held.changed);
        }
    }
}
