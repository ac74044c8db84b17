//! Readings as points: one for each device, theme, channel and instant.

use smartpole_model::{DeviceNo, TimeSource};
use smartpole_pipeline::Scope;
use smartpole_window::{NewRow, RowValue};

use super::{CACHED, Kind, Left, Schema, codes};
use crate::{Field, Points, Value};

impl Schema {
    /// Makes points of a sample.
    pub fn reading(&mut self, device: DeviceNo, row: &NewRow<'_>, points: &mut impl Points) -> Left {
        self.points(device, row, false, points)
    }

    /// Makes points of values that were accepted before and have other remarks or numbers now: they take the place of the former
    /// points and stand for no reading of their own.
    pub fn mended(&mut self, device: DeviceNo, row: &NewRow<'_>, points: &mut impl Points) {
        self.points(device, row, true, points);
    }

    fn points(&mut self, device: DeviceNo, row: &NewRow<'_>, mended: bool, points: &mut impl Points) -> Left {
        let mut left = Left::default();
        if !self.filter.readings() || !self.is_in_place(Scope::Device(device), row.event_time) {
            left.filtered = row.values.len() as u64;
            return left;
        }
        let mut values: Vec<(usize, u8, &RowValue)> = Vec::with_capacity(row.values.len());
        for value in row.values {
            match self.property(value.series.property) {
                None => left.unknown += 1,
                Some(property) if !property.wanted => left.filtered += 1,
                Some(property) => values.push((property.theme, value.series.channel, value)),
            }
        }
        values.sort_by_key(|(theme, channel, _)| (*theme, *channel));
        for point in values.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
            self.point(device, (row, mended), point, points);
        }
        left
    }

    fn point(
        &mut self,
        device: DeviceNo,
        (row, mended): (&NewRow<'_>, bool),
        values: &[(usize, u8, &RowValue)],
        points: &mut impl Points,
    ) {
        let Some((theme, channel, _)) = values.first().copied() else { return };
        let kind = (device, self.pole(device, row.event_time.quarter()), theme, channel);
        self.prepare(kind, row);
        let flags: Vec<(&str, String)> = values
            .iter()
            // a field once written stays, so remarks that were taken back are written as none
            .filter(|(.., value)| mended || !value.flags.is_empty())
            .filter_map(|(.., value)| Some((self.property(value.series.property)?.flags.as_str(), codes(value.flags))))
            .collect();
        let mut fields = Vec::with_capacity(values.len() + flags.len() + 2);
        for (.., value) in values {
            let Some(property) = self.property(value.series.property) else { continue };
            fields.push(Field { key: &property.id, value: property.value(value.value) });
        }
        let readings = if mended { 0 } else { fields.len() as u32 };
        fields.extend(flags.iter().map(|(key, codes)| Field { key, value: Value::Text(codes) }));
        fields.push(Field { key: "received_at", value: Value::Int(row.received_at.0) });
        fields.push(Field { key: "time_source", value: Value::Text(word(row.time_source)) });
        if let Some(series) = self.series.get(&kind) {
            points.point(series, &fields, row.event_time, readings);
        }
    }

    /// Sees to it that the series is among those prepared.
    fn prepare(&mut self, kind: Kind, row: &NewRow<'_>) {
        if self.series.contains_key(&kind) {
            return;
        }
        if self.series.len() >= CACHED {
            self.series.clear();
        }
        let (device, _, theme, channel) = kind;
        let series = self.series(&self.themes[theme], Scope::Device(device), row.event_time, Some(channel));
        self.series.insert(kind, series);
    }
}

/// The time source that a word stands for.
pub(crate) fn time_source(of: &str) -> Option<TimeSource> {
    (0..).map_while(TimeSource::from_number).find(|source| word(*source) == of)
}

fn word(source: TimeSource) -> &'static str {
    match source {
        TimeSource::Payload => "payload",
        TimeSource::Gateway => "gateway",
        TimeSource::Network => "network",
        TimeSource::Receipt => "receipt",
    }
}
