//! Goes on where the store says the fold was, and says where it is for a checkpoint.

use std::{collections::HashSet, sync::Arc};

use smartpole_model::{DeviceNo, Inputs, PackError, Series, UtcMillis};
use smartpole_window::{NewRow, Row, RowValue};

use crate::{
    AcceptedRow, Env, Fold, LoadError, Mending, NameKind, Restore, accepted_rows,
    active::Active,
    batch_row::{BatchRow, Brought},
    changes::CheckpointRow,
    device::Device,
    fold::{Pending, Scratch},
    heard::Heard,
    listen::Radio,
    names::Names,
    place::Place,
    resettle::Resettling,
    take::lorawan_rows,
    tally::{DayTally, Tally},
};

impl Fold {
    /// The fold at a stored cursor; of an empty [`Restore`], the fold before the first record.
    ///
    /// # Errors
    /// If the inputs, a stored block or packed state cannot be read.
    pub fn restore(restore: Restore, env: &Env<'_>) -> Result<Self, LoadError> {
        let radio = Radio::restore(&restore).map_err(broken)?;
        let mut names = Names::restore(restore.names);
        let (hash, inputs) = match &restore.inputs {
            Some(hash) => (hash.as_str(), env.inputs.load(hash)?),
            None => ("", Arc::new(Inputs::default())),
        };
        let active = Arc::new(Active::new(hash, inputs, &mut names));
        let mut devices = Vec::new();
        devices.resize_with(names.count(NameKind::Device), Device::default);
        let mut fold = Self {
            active,
            names,
            devices,
            ticks: Vec::new(),
            tally: Tally::restore(restore.ledger),
            seq: restore.cursor,
            at: restore.cursor,
            radio,
            received_at: restore.received_at,
            began: restore.began,
            // a store without a checkpoint began on some day, too: the next day's first record makes one
            checkpoint_day: restore.checkpoint_day.or((restore.cursor.0 > 0).then(|| restore.received_at.utc_day())),
            cuts: restore.cuts,
            batch: restore.batch,
            replay: restore.replay,
            resettling: Resettling::unpack(&restore.resettling).map_err(broken)?,
            settled: Vec::new(),
            pending: Pending::default(),
            heard: Heard::default(),
            handed_over: Vec::new(),
            scratch: Scratch::default(),
            watched: false,
            live_readings: Vec::new(),
            live_windows: Vec::new(),
        };
        fold.active.put_credentials_in_force(&mut fold.radio.network);
        for (source, n) in restore.ticks {
            let length = fold.ticks.len().max(source as usize + 1);
            fold.ticks.resize(length, 0);
            fold.ticks[source as usize] = n;
        }
        for row in &restore.devices {
            *fold.device_mut(row.device)? = Device::restore(row).map_err(broken)?;
        }
        for row in &restore.ledger_devices {
            fold.device_mut(row.device)?.today = DayTally::restore(row);
        }
        let read = |(batch, bytes): &(u64, Vec<u8>)| Ok((*batch, accepted_rows(bytes).map_err(broken)?));
        let batches = restore.batch_rows.iter().map(read).collect::<Result<Vec<_>, LoadError>>()?;
        let replaced = replaced(batches.iter().flat_map(|(_, rows)| rows));
        for (batch, rows) in &batches {
            rows.iter().try_for_each(|row| fold.refill(*batch, row, &replaced, env))?;
        }
        Ok(fold)
    }

    fn device_mut(&mut self, no: DeviceNo) -> Result<&mut Device, LoadError> {
        self.devices.get_mut(no.index()).ok_or_else(|| broken(PackError::Invalid("device number")))
    }

    /// Puts an accepted row back into its open block, or in the place of what it was put in the place of.
    fn refill(
        &mut self,
        batch: u64,
        accepted: &AcceptedRow,
        replaced: &Replaced,
        env: &Env<'_>,
    ) -> Result<(), LoadError> {
        let active = Arc::clone(&self.active);
        let AcceptedRow { device: no, source, ticks, event_time, received_at, time_source, ref values, .. } = *accepted;
        let AcceptedRow { mended, expired, origin, .. } = *accepted;
        let row = NewRow { event_time, received_at, time_source, values };
        let device = self.device_mut(no)?;
        if !expired && event_time.quarter() > device.last_closed {
            let mut revisions = Vec::new();
            let mut place = Place::new(no, device, &active, env, batch, 0, &mut revisions);
            place.refill = true;
            match mended {
                None => place.insert(&row, &mut Vec::new())?,
                Some(Mending::Remarks) => place.mend(event_time, Mending::Remarks, values)?,
                Some(Mending::Values(until)) => place.put_in_place(event_time, Mending::Values(until), values)?,
            }
            place.note_origin(event_time, origin, values)?;
        }
        let device = self.device_mut(no)?;
        if mended.is_none() {
            let (rules, stride) = active.rules_at(no, event_time);
            let of_now = |value: &&RowValue| !replaced.contains(&(no, event_time, value.series));
            let values: Vec<RowValue> = values.iter().filter(of_now).copied().collect();
            let row = NewRow { values: &values, ..row };
            device.note(&row, source, ticks);
            device.note_history(&active, rules, stride, &row);
        } // else its row, which was written after, has all of the device's own state
        // blocks that were only looked at to find neighbours of totals
        device.held.retain(|held| held.open);
        Ok(())
    }

    /// Once a day, on the first record of a new UTC day of receipt: the place is a matter of the journal alone.
    pub(crate) fn checkpoint_if_due(&mut self) {
        let day = self.received_at.utc_day();
        if self.checkpoint_day.is_some_and(|last| day <= last) {
            return;
        }
        self.settle_blocks(); // by what was kept until now
        let first = self.checkpoint_day.is_none();
        self.checkpoint_day = Some(day);
        if !first {
            self.move_cuts(day);
            let (cuts, persons, state) = (self.cuts, self.persons(), self.snapshot().pack());
            self.pending.checkpoint = Some(CheckpointRow { day, seq: self.seq, cuts, persons, state });
        }
    }

    /// The state now, as [`Fold::restore`] takes it.
    pub fn snapshot(&self) -> Restore {
        let numbered = || self.devices.iter().enumerate().map(|(index, device)| (DeviceNo(index as u32), device));
        let mut open = BatchRow::default();
        for (no, device) in numbered() {
            let mut push = |mended, origin, row: &Row| {
                let Row { event_time, received_at, time_source, ref values } = *row;
                let row = NewRow { event_time, received_at, time_source, values };
                let brought = Brought { mended, origin, expired: false };
                open.push(no, device.source, device.ticks, brought, &row);
            };
            for held in device.held.iter().filter(|held| held.open) {
                let (rows, later) = held.block.history();
                rows.iter().for_each(|row| push(None, None, row));
                later.iter().for_each(|(row, until)| push(Some(Mending::Values(*until)), None, row));
                let origins = held.block.of_origins();
                origins.iter().for_each(|(row, origin)| push(Some(Mending::Remarks), Some(*origin), row));
            }
        }
        let hash = (!self.active.hash.is_empty()).then(|| self.active.hash.clone());
        Restore {
            batch: self.batch,
            cursor: self.seq,
            received_at: self.received_at,
            began: self.began,
            names: self.names.all(),
            inputs: hash,
            devices: numbered().map(|(no, device)| device.row(no)).collect(),
            lorawan: lorawan_rows(self.radio.network.all()),
            gateways: self.radio.gateways.all(),
            ticks: (0..).zip(&self.ticks).map(|(source, n)| (source, *n)).collect(),
            ledger_devices: numbered().map(|(no, device)| device.today.row(no)).collect(),
            ledger: self.tally.sums(),
            batch_rows: vec![(self.batch, open.bytes)],
            replay: self.replay.clone(),
            resettling: self.resettling.pack(),
            checkpoint_day: self.checkpoint_day,
            cuts: self.cuts,
        }
    }
}

/// Values of which batch rows have former ones, too; of the device's own state its row has all that hangs on them.
type Replaced = HashSet<(DeviceNo, UtcMillis, Series)>;

fn replaced<'a>(rows: impl Iterator<Item = &'a AcceptedRow>) -> Replaced {
    let of_values = rows.filter(|row| matches!(row.mended, Some(Mending::Values(_))));
    let all = |row: &'a AcceptedRow| row.values.iter().map(|value| (row.device, row.event_time, value.series));
    of_values.flat_map(all).collect()
}

fn broken(error: PackError) -> LoadError {
    LoadError(Box::new(error))
}
