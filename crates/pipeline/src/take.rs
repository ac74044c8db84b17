//! Hands changes over to the store and learns that they are committed.

use smartpole_model::DeviceNo;
use smartpole_window::Aggregates;

use crate::{
    BlockRow, Changes, Fold, LorawanRow,
    device::{Device, Held, Stored},
    rollups::{Rollups, Settled},
};

impl Device {
    fn take(&mut self, no: DeviceNo, changes: &mut Changes) {
        self.touched = false;
        if std::mem::take(&mut self.counted) {
            changes.ledger_devices.push(self.today.row(no));
        }
        if std::mem::take(&mut self.dirty) {
            changes.devices.push(self.row(no));
        }
    }
}

pub(crate) fn lorawan_rows(states: Vec<(DeviceNo, Vec<u8>)>) -> Vec<LorawanRow> {
    states.into_iter().map(|(device, state)| LorawanRow { device, state }).collect()
}

impl Fold {
    /// Everything that changed since it was last taken, as one batch. The store commits it, or the fold is restored; until
    /// [`Fold::committed`], blocks handed over stay in memory for those who ask.
    pub fn take_changes(&mut self) -> Changes {
        self.settle_blocks();
        self.batch += 1;
        let mut pending = std::mem::take(&mut self.pending);
        pending.touched.sort_unstable();
        let mut changes = Changes {
            batch: self.batch,
            cursor: self.seq,
            received_at: self.received_at,
            batch_row: pending.batch_row.bytes,
            replay_from: self.replay_from(),
            names: self.names.take_new(),
            inputs: pending.inputs,
            blocks: pending.blocks.into_values().collect(),
            rollups: pending.rollups.rows(&self.active),
            revisions: pending.revisions,
            moved: pending.moved.into_values().collect(),
            devices: Vec::new(),
            heard: self.heard.take(),
            lorawan: lorawan_rows(self.radio.network.take_changed()),
            gateways: self.radio.gateways.take_changed(),
            ticks: pending.ticked.iter().map(|source| (*source, self.ticks_of(*source))).collect(),
            ledger_sources: self.tally.take(),
            ledger_devices: pending.finished_days,
            ledger_moves: pending.ledger_moves,
            quarantine: pending.quarantine.into_values().collect(),
            released: pending.released.into_iter().collect(),
            replays: pending.replays.into_values().collect(),
            resettling: pending.resettled.then(|| self.resettling.pack()),
            began_anew: pending.began_anew,
            checkpoint: pending.checkpoint,
        };
        for no in &pending.touched {
            self.devices[no.index()].take(*no, &mut changes);
        }
        changes.ledger_devices.sort_unstable_by_key(|row| (row.day, row.device));
        self.handed_over = pending.touched;
        changes
    }

    /// Puts closed blocks that changed among the rows to commit, by the registry in force: before another comes into force, and
    /// before a batch is taken.
    pub(crate) fn settle_blocks(&mut self) {
        let mut pending = std::mem::take(&mut self.pending);
        for no in &pending.touched {
            if !self.devices[no.index()].closed {
                continue;
            }
            let mut held = std::mem::take(&mut self.devices[no.index()].held);
            for block in held.iter_mut().filter(|held| held.changed && !held.open) {
                let row = self.take_block(*no, block, &mut pending.rollups);
                let gain = block.stored.iter().flat_map(|stored| &stored.gain.0);
                let began = gain.filter(|(_, gain)| gain.resets > 0).map(|(series, _)| (*no, row.quarter, *series));
                pending.began_anew.extend(began);
                pending.blocks.insert((row.quarter, *no), row);
            }
            self.devices[no.index()].held = held;
        }
        self.pending = pending;
    }

    fn take_block(&self, no: DeviceNo, held: &mut Held, rollups: &mut Rollups) -> BlockRow {
        let aggregates = held.with_revisions(self.aggregates(no, &held.block));
        let (former, known) = match held.stored.take() {
            Some(stored) => (stored.aggregates, stored.revision),
            None => (Aggregates::default(), 0),
        };
        let row = BlockRow {
            quarter: held.block.quarter(),
            device: no,
            revision: held.revision,
            revised_minute: held.revised_minute,
            closed_minute: held.closed_minute,
            aggregates: aggregates.pack(),
            rows: held.block.pack(),
        };
        let gain = aggregates.minus(&former);
        let (lost, kept_from) = (aggregates.lost(&former), self.cuts.quarters);
        rollups.add(&self.active, &Settled { row: &row, gain: &gain, revised: held.revision > known, lost, kept_from });
        held.stored = Some(Box::new(Stored { revision: held.revision, aggregates, gain }));
        (held.changed, held.batch) = (false, Some(self.batch + 1));
        row
    }

    /// The oldest batch row that an open block still needs.
    fn replay_from(&self) -> u64 {
        let open = self.devices.iter().flat_map(|device| &device.held).filter(|held| held.open);
        open.map(|held| held.first_batch).min().unwrap_or(self.batch + 1)
    }

    /// Says that the last batch taken is committed: its blocks leave memory.
    pub fn committed(&mut self) {
        self.settled.clear();
        self.heard.committed();
        for no in std::mem::take(&mut self.handed_over) {
            let Device { held, closed, .. } = &mut self.devices[no.index()];
            if *closed {
                held.retain(|held| held.open || held.changed);
                *closed = held.iter().any(|held| !held.open);
            }
        }
    }
}
