//! Readings of the history put together as their blocks had them: a row an instant and message.

use std::collections::BTreeMap;

use smartpole_model::{DeviceNo, ObservedProperty, PropertyNo, Quarter, Reading, UtcMillis};
use smartpole_pipeline::NameKind;
use smartpole_window::{Row, RowValue};

use super::HistoryWanted;
use crate::{Parts, problem::Problem};

/// The property that says how much water is on particles.
const HUMIDITY: &str = "relative_humidity";

/// Rows by block, in the order of time.
pub(crate) type Rows = BTreeMap<(Quarter, DeviceNo), Vec<Row>>;

/// Readings that are gone here.
pub(crate) struct Gone<'a> {
    pub(crate) parts: &'a Parts,
    /// Whose.
    pub(crate) devices: &'a [DeviceNo],
    /// Of what; what corrections need beside them comes with them.
    pub(crate) properties: &'a [PropertyNo],
    /// First instant, and first instant after.
    pub(crate) span: (UtcMillis, UtcMillis),
}

impl Gone<'_> {
    /// Reads them; none if nobody keeps them.
    ///
    /// # Errors
    /// 503 if the history is away.
    pub(crate) fn rows(&self) -> Result<Rows, Problem> {
        let Some(history) = self.parts.history.as_ref().filter(|_| !self.devices.is_empty()) else {
            return Ok(Rows::new());
        };
        let (devices, properties) = self.named();
        let mut rows: BTreeMap<_, Row> = BTreeMap::new();
        for property in &properties {
            let (from, to) = self.span;
            let (channel, limit, patient) = (None, usize::MAX, true);
            let wanted = HistoryWanted { devices: &devices, property, channel, from, to, limit, patient };
            let found = history.readings(&wanted);
            let found = found.map_err(|away| Problem::history_away(history.name(), &away.0))?;
            for reading in found {
                let Reading { device, series, event_time, received_at, value, flags, time_source } = reading;
                let key = (event_time.quarter(), device, event_time, received_at, time_source as u8);
                let row = || Row { event_time, received_at, time_source, values: Vec::new() };
                rows.entry(key).or_insert_with(row).values.push(RowValue { series, value, flags });
            }
        }
        let mut blocks = Rows::new();
        for ((quarter, device, ..), row) in rows {
            blocks.entry((quarter, device)).or_default().push(row);
        }
        Ok(blocks)
    }

    /// Devices by their ids, and properties.
    fn named(&self) -> (Vec<(String, DeviceNo)>, Vec<ObservedProperty>) {
        let fold = self.parts.fold();
        let named = |number: &DeviceNo| Some((fold.name(NameKind::Device, number.0)?.to_owned(), *number));
        let catalogue = &fold.inputs().registry.properties;
        let mut properties: Vec<ObservedProperty> =
            self.properties.iter().filter_map(|number| catalogue.get(*number)).cloned().collect();
        if properties.iter().any(ObservedProperty::is_particle_mass)
            && properties.iter().all(|property| property.id != HUMIDITY)
        {
            properties.extend(catalogue.by_id(HUMIDITY).cloned());
        }
        (self.devices.iter().filter_map(named).collect(), properties)
    }
}

/// Whether what was received then had been by the minute that is asked about.
pub(crate) fn is_known(received_at: UtcMillis, as_of: Option<UtcMillis>) -> bool {
    as_of.is_none_or(|as_of| received_at.0.div_euclid(60_000) < as_of.0.div_euclid(60_000))
}
