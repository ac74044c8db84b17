//! Other values in the place of known ones: what of the blocks around and of the device's own state hangs on them.

use smartpole_model::{Quarter, Series, UtcMillis};
use smartpole_window::{Block, Blocks, NewRow, Origin, RowValue, relink_total};

use crate::{
    Latest, LoadError, Mending,
    judge::{Mended, is_comparable},
    place::Place,
    tails::LOOK_BACK_MS,
};

impl Place<'_> {
    /// Puts values in the place of those of an instant: from the row's receipt on they are known so. `origin` is when their message was
    /// received, if that is not known of their place.
    pub(crate) fn replace(&mut self, row: &NewRow<'_>, origin: Option<UtcMillis>) -> Result<(), LoadError> {
        let NewRow { event_time, received_at, time_source, values } = *row;
        let mending = Mending::Values(received_at);
        self.put_in_place(event_time, mending, values)?;
        self.note_origin(event_time, origin, values)?;
        for value in values {
            self.device.note_remarks(event_time, value);
            self.renew_latest(event_time, value)?;
            self.mended.push(Mended { mending, origin, event_time, received_at, time_source, value: *value });
            self.renew_tail(value.series, event_time)?;
        }
        self.judge_around(event_time, values)
    }

    /// Notes when the message of values was received, if that is not when they became known.
    pub(crate) fn note_origin(
        &mut self,
        event_time: UtcMillis,
        origin: Option<UtcMillis>,
        values: &[RowValue],
    ) -> Result<(), LoadError> {
        let Some(received_at) = origin else { return Ok(()) };
        for value in values {
            let origin = Origin { event_time, series: value.series, received_at };
            self.update(event_time.quarter(), &mut |block| block.set_origin(origin));
        }
        self.error.take().map_or(Ok(()), Err)
    }

    /// In the place of a newest value that is superseded now the one before is the newest, however long ago it was: a restart knows of it
    /// by its batch.
    fn renew_latest(&mut self, event_time: UtcMillis, value: &RowValue) -> Result<(), LoadError> {
        let is_it = |known: &Latest| known.series == value.series && known.event_time == event_time;
        if !value.is_superseded() || !self.device.latest.iter().any(is_it) {
            return Ok(());
        }
        self.device.latest.retain(|known| !is_it(known));
        let first = self.stored.first_quarter(self.sealed_to)?.into_iter();
        let held = self.device.held.first().map(|held| held.block.quarter());
        let oldest = first.chain(held).min().unwrap_or(event_time.quarter()).max(self.sealed_to);
        for quarter in (oldest.0..=event_time.quarter().0).rev().map(Quarter) {
            let rows = self.get(quarter).map(Block::rows).unwrap_or_default();
            let of_series = |of: &&RowValue| of.series == value.series && !of.is_superseded();
            let newest = rows.iter().rev().find_map(|row| Some((row, row.values.iter().find(of_series)?)));
            if let Some((row, newest)) = newest {
                self.device.note_latest(&row.as_new(), newest);
                break;
            }
        }
        self.error.take().map_or(Ok(()), Err)
    }

    /// Puts values in the place of those of an instant, and tells the blocks around it of totals and power-ups that are others now.
    pub(crate) fn put_in_place(
        &mut self,
        event_time: UtcMillis,
        mending: Mending,
        values: &[RowValue],
    ) -> Result<(), LoadError> {
        self.mend(event_time, mending, values)?;
        for value in values {
            self.relink(event_time, value)?;
        }
        Ok(())
    }

    /// A total or a power-up that was replaced changes the counts of the blocks around it.
    fn relink(&mut self, event_time: UtcMillis, value: &RowValue) -> Result<(), LoadError> {
        if self.is_total(value.series) {
            let (before, now) = relink_total(self, value.series, event_time);
            self.device.replace_total(value.series, event_time, now.or(before));
        }
        if Some(value.series.property) == self.active.power_up {
            if value.is_power_up(self.active.power_up) {
                self.device.powered_up = self.device.powered_up.max(event_time);
            }
            self.link_power_up(event_time);
        }
        self.error.take().map_or(Ok(()), Err)
    }

    /// Takes the newest values of a series from the blocks: another value may have left them, of which one is changed now.
    pub(crate) fn renew_tail(&mut self, series: Series, changed: UtcMillis) -> Result<(), LoadError> {
        let newest = self.device.tails.newest(series).map_or(changed, |newest| newest.max(changed));
        self.device.tails.clear(series);
        let oldest = newest.plus(-LOOK_BACK_MS).quarter().0;
        for quarter in (oldest..=newest.quarter().0).map(Quarter) {
            let rows = self.get(quarter).map(Block::rows).unwrap_or_default();
            for row in rows.iter().filter(|row| row.event_time <= newest) {
                let values: Vec<RowValue> =
                    row.values.iter().filter(|value| value.series == series && is_comparable(value)).copied().collect();
                let (rules, stride) = self.active.rules_at(self.no, row.event_time);
                let row = NewRow {
                    event_time: row.event_time,
                    received_at: row.received_at,
                    time_source: row.time_source,
                    values: &values,
                };
                self.device.note_history(self.active, rules, stride, &row);
            }
        }
        self.error.take().map_or(Ok(()), Err)
    }
}
