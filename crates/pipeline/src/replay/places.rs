//! Values that take the place of others: of one that is superseded any may, of one that its message gave before a replay of it.

use smartpole_model::{DeviceNo, Series, UtcMillis};
use smartpole_window::{Blocks, Insert, NewRow, RowValue};

use crate::{Env, Fold, LoadError, RevisionReason, active::Active, message::Origin, place::Place};

impl Fold {
    /// Puts values of a row that was inserted in the place of others, where they may take it; how many replaced what their message gave
    /// before. What it has `taken` of a sample before is not taken again by another one.
    pub(crate) fn take_places(
        &mut self,
        no: DeviceNo,
        active: &Active,
        row: &NewRow<'_>,
        (origin, taken): (&Origin, &mut Vec<(UtcMillis, Series)>),
        outcomes: &mut [Insert],
        env: &Env<'_>,
    ) -> Result<u64, LoadError> {
        let is_own = origin.replay.is_some_and(|replay| replay.replaces) && outcomes.contains(&Insert::Conflict);
        let own = if is_own { self.given_at(no, active, row.event_time, origin.received_at, env)? } else { Vec::new() };
        for (value, outcome) in row.values.iter().zip(&mut *outcomes) {
            let place = (row.event_time, value.series);
            if *outcome == Insert::Conflict && own.contains(&value.series) && !taken.contains(&place) {
                *outcome = Insert::Replaced;
            }
            if origin.replay.is_some() && *outcome != Insert::Conflict {
                taken.push(place);
            }
        }
        let of = |wanted: Insert| {
            let both = row.values.iter().zip(&*outcomes);
            both.filter(|(_, outcome)| **outcome == wanted).map(|(value, _)| *value).collect::<Vec<RowValue>>()
        };
        let (added, vacant, replaced) = (of(Insert::Added), of(Insert::Vacant), of(Insert::Replaced));
        if let Some(received_at) = origin.of_replay().filter(|_| !added.is_empty()) {
            self.with_place(no, active, env, |place| place.note_origin(row.event_time, Some(received_at), &added))?;
        }
        let reason = if origin.replay.is_some() { RevisionReason::Replay } else { RevisionReason::Late };
        let vacant = NewRow { values: &vacant, ..*row };
        self.put_in_place(no, active, (&vacant, reason), Some(origin.received_at), env)?;
        self.put_in_place(no, active, (&NewRow { values: &replaced, ..*row }, reason), None, env)?;
        Ok(replaced.len() as u64)
    }

    /// Puts values in the place of those of an instant. `origin` is when their message was received, unless it is that of the former.
    pub(super) fn put_in_place(
        &mut self,
        no: DeviceNo,
        active: &Active,
        (row, reason): (&NewRow<'_>, RevisionReason),
        origin: Option<UtcMillis>,
        env: &Env<'_>,
    ) -> Result<(), LoadError> {
        if row.values.is_empty() {
            return Ok(());
        }
        let known = self.devices[no.index()].latest.len();
        let mended = self.with_place(no, active, env, |place| {
            place.reason = reason;
            place.replace(row, origin)?;
            Ok(std::mem::take(&mut place.mended))
        })?;
        self.scratch.mended.extend(mended);
        let device = &mut self.devices[no.index()];
        device.dirty = true;
        if device.latest.len() < known {
            let gone = row.values.iter().map(|value| value.series).filter(|series| !device.hears(*series));
            gone.for_each(|series| self.heard.note_gone(no, series, row.received_at));
        }
        Ok(())
    }

    /// The series whose readings of an instant came with a message that was received then.
    fn given_at(
        &mut self,
        no: DeviceNo,
        active: &Active,
        event_time: UtcMillis,
        received_at: UtcMillis,
        env: &Env<'_>,
    ) -> Result<Vec<Series>, LoadError> {
        self.with_place(no, active, env, |place| {
            let Some(block) = place.get(event_time.quarter()) else { return Ok(Vec::new()) };
            let mut given = Vec::new();
            block.each_row(|row| {
                let series = row.values.iter().map(|value| value.series);
                let is_of = |series: &Series| block.received_at(&row, *series) == received_at;
                given.extend(series.filter(|_| row.event_time == event_time).filter(is_of));
            });
            Ok(given)
        })
    }

    /// Looks at blocks of a device, or changes them.
    pub(crate) fn with_place<T>(
        &mut self,
        no: DeviceNo,
        active: &Active,
        env: &Env<'_>,
        change: impl FnOnce(&mut Place<'_>) -> Result<T, LoadError>,
    ) -> Result<T, LoadError> {
        let (minute, sealed_to, told_from) =
            (self.received_at.0.div_euclid(60_000), self.sealed_to(no), self.told_from(no));
        let (batch, revisions) = (self.batch + 1, &mut self.pending.revisions);
        let mut place = Place::new(no, &mut self.devices[no.index()], active, env, batch, minute, revisions);
        (place.sealed_to, place.told_from) = (sealed_to, told_from);
        let made = change(&mut place)?;
        place.error.take().map_or(Ok(()), Err)?;
        self.touch(no); // blocks that were only looked at leave memory again
        Ok(made)
    }
}
