//! Readings as they came.

use smartpole_model::{DeviceNo, PropertyNo, Quarter, Reading, Series, UtcMillis};
use smartpole_pipeline::{NameKind, Scope};
use smartpole_window::{Block, Row, RowValue};

use crate::{
    Error, Queries,
    scope::{Seen, members, parts},
};

/// Which readings of a block are wanted.
struct Wanted {
    property: PropertyNo,
    channel: Option<u8>,
    from: UtcMillis,
    to: UtcMillis,
}

impl Queries {
    /// From when on the readings of every device are kept.
    pub fn all_readings_kept_from(&self) -> UtcMillis {
        let fold = self.fold.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let devices = (0..fold.count(NameKind::Device)).map(DeviceNo);
        let kept_from = devices.map(|device| fold.sealed_to(device)).max();
        kept_from.filter(|quarter| quarter.0 > i32::MIN).map_or(UtcMillis(i64::MIN), Quarter::start)
    }

    /// From when on readings of a scope's devices are kept, whichever keeps them longest; none of a scope without devices.
    pub fn readings_kept_from(&self, scope: Scope) -> Option<UtcMillis> {
        let fold = self.fold.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        members(&*fold, scope).iter().map(|member| fold.sealed_to(member.device).start()).min()
    }

    /// Readings of a scope's devices with `from <= event_time < to`, at most `limit` and then all of the last one's instant,
    /// by event time, device and channel; with `as_of` those received before that minute, as they were known then. As everywhere, a block's readings belong to the pole of its start.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn readings(
        &self,
        scope: Scope,
        property: PropertyNo,
        channel: Option<u8>,
        (from, to): (UtcMillis, UtcMillis),
        as_of: Option<UtcMillis>,
        limit: usize,
    ) -> Result<Vec<Reading>, Error> {
        let last = Quarter(to.plus(-1).quarter().0.saturating_add(1));
        let inputs = self.inputs(as_of)?;
        let ((members, parts), snapshot) = self.snapshot(|fold| {
            let seen = Seen { fold, inputs: &inputs };
            let members = members(seen, scope);
            let devices = members.iter().map(|member| member.device).collect();
            ((members, parts(seen, scope, false)), devices, from.quarter(), last)
        })?;
        let wanted = Wanted { property, channel, from, to };
        let mut found = Vec::new();
        for quarter in (from.quarter().0..last.0).map(Quarter) {
            if found.len() >= limit {
                break;
            }
            for member in members.iter().filter(|member| member.part_at(quarter.start(), &parts).is_some()) {
                let Some(block) = snapshot.block(quarter, member.device)? else { continue };
                match as_of {
                    Some(as_of) => found.extend(wanted.of(member.device, &block.as_of(floor(as_of)))),
                    None => found.extend(wanted.of(member.device, &block)),
                }
            }
        }
        self.done(snapshot);
        found.sort_by_key(|reading: &Reading| (reading.event_time, reading.device, reading.series));
        if let Some(last) = limit.checked_sub(1).and_then(|last| found.get(last)).map(|last| last.event_time) {
            found.retain(|reading| reading.event_time <= last);
        }
        Ok(found)
    }
}

/// The first instant of its minute: what was received before it is known.
pub(crate) fn floor(as_of: UtcMillis) -> UtcMillis {
    UtcMillis(as_of.0.div_euclid(60_000) * 60_000)
}

impl Wanted {
    fn of(&self, device: DeviceNo, block: &Block) -> impl Iterator<Item = Reading> {
        let fits = |series: Series| {
            series.property == self.property && self.channel.is_none_or(|channel| channel == series.channel)
        };
        let rows = block.rows().into_iter().filter(|row| row.event_time >= self.from && row.event_time < self.to);
        rows.flat_map(move |row| {
            let Row { event_time, received_at, time_source, values } = row;
            let values = values.into_iter().filter(move |value| fits(value.series));
            values.map(move |RowValue { series, value, flags }| Reading {
                device,
                series,
                event_time,
                received_at,
                value,
                flags,
                time_source,
            })
        })
    }
}
