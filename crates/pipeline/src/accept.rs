//! What becomes of accepted values beside their block: the ledger, the device's state, and those who keep, forward or watch them.

use smartpole_model::{DeviceNo, Flag, Flags, Reading};
use smartpole_window::{NewRow, RowValue};

use crate::{
    Entry, Fold,
    active::Active,
    batch_row::Brought,
    judge::{Mended, OWN},
    message::Origin,
};

impl Fold {
    /// Notes accepted values everywhere but in their block.
    pub(crate) fn accept(&mut self, no: DeviceNo, active: &Active, row: NewRow<'_>, origin: &Origin, placed: Entry) {
        for value in row.values {
            match active.excluding_flag(value) {
                Some(flag) => self.tally.add(Entry::Excluded(flag), 1),
                None => {
                    self.tally.add(Entry::Aggregatable, 1);
                    self.tally.add(placed, 1);
                }
            }
        }
        let ticks = self.ticks_of(origin.source);
        self.touch(no);
        let device = &mut self.devices[no.index()];
        device.dirty |= placed != Entry::OnTime && !device.is_refilled();
        let known = device.latest.len();
        device.note(&row, origin.source, ticks);
        self.heard.note_new(no, device, known, row.received_at);
        if self.watched && !row.values.iter().any(|value| value.flags.contains(Flag::Replayed)) {
            let NewRow { event_time, received_at, time_source, values } = row;
            let reading = |value: &RowValue| {
                let RowValue { series, value, flags } = *value;
                Reading { device: no, series, event_time, received_at, value, flags, time_source }
            };
            self.live_readings.extend(values.iter().map(reading));
        }
    }

    /// Hands values that were added to those that keep or forward them.
    pub(crate) fn bring(&mut self, no: DeviceNo, row: NewRow<'_>, origin: &Origin, placed: Entry) {
        let brought = Brought { mended: None, expired: placed == Entry::Expired, origin: origin.of_replay() };
        self.pending.batch_row.push(no, origin.source, self.ticks_of(origin.source), brought, &row);
    }

    /// Hands values that were mended to those that keep or forward them.
    pub(crate) fn tell_mended(&mut self, no: DeviceNo, source: u32) {
        let ticks = self.ticks_of(source);
        for Mended { mending, origin, event_time, received_at, time_source, value } in self.scratch.mended.drain(..) {
            let brought = Brought { mended: Some(mending), expired: false, origin };
            let row = NewRow { event_time, received_at, time_source, values: &[value] };
            self.pending.batch_row.push(no, source, ticks, brought, &row);
        }
    }
}

impl Active {
    /// What keeps a value out by itself. Remarks that hang on other readings or on the registry can change; windows count those.
    fn excluding_flag(&self, value: &RowValue) -> Option<Flag> {
        let own = Flags(value.flags.0 & OWN.0);
        if own.is_empty() {
            return None;
        }
        let property = self.inputs.registry.properties.get(value.series.property)?;
        own.iter().find(|flag| property.excluded_by.contains(*flag))
    }
}
