//! A row as a reading.

use std::collections::HashMap;

use smartpole_model::{Decimal, DeviceNo, Flag, Flags, ObservedProperty, Reading, Series, UtcMillis};

use crate::{Cell, QueryError, Table, schema};

/// Where what of a reading stands in a table.
pub(super) struct Columns<'a> {
    property: &'a ObservedProperty,
    places: [usize; 7],
}

impl<'a> Columns<'a> {
    pub(super) fn of(table: &Table, property: &'a ObservedProperty) -> Result<Self, QueryError> {
        let flags = format!("{}_flags", property.id);
        let names = ["time", &property.id, &flags, "received_at", "time_source", "device", "line"];
        let mut places = [0; 7];
        for (place, name) in places.iter_mut().zip(names) {
            let found = table.columns.iter().position(|column| column == name);
            *place = found.ok_or_else(|| none_of_ours(format!("column {name} is missing")))?;
        }
        Ok(Self { property, places })
    }

    /// The reading of a row; none if its value was taken away, or nobody asked for its device.
    pub(super) fn reading(
        &self,
        row: &[Cell],
        devices: &HashMap<String, DeviceNo>,
    ) -> Result<Option<Reading>, QueryError> {
        let [time, value, flags, received_at, time_source, device, line] = self.places.map(|place| row.get(place));
        let (Some(Cell::Int(time)), Some(Cell::Text(device))) = (time, device) else {
            return Err(none_of_ours("a row without time or device".to_owned()));
        };
        let value = match value {
            Some(Cell::Int(value)) => Decimal { mantissa: *value, decimals: 0 }.at(self.property.decimals).ok(),
            Some(Cell::Decimal(text)) => Decimal::parse(text).and_then(|value| value.at(self.property.decimals)).ok(),
            _ => return Ok(None),
        };
        let Some(device) = devices.get(device) else { return Ok(None) };
        let channel = if let Some(Cell::Text(line)) = line { line.parse().ok() } else { None };
        let received_at = if let Some(Cell::Int(at)) = received_at { Some(UtcMillis(*at)) } else { None };
        let time_source = if let Some(Cell::Text(word)) = time_source { schema::time_source(word) } else { None };
        let (Some(value), Some(channel), Some(received_at), Some(time_source)) =
            (value, channel, received_at, time_source)
        else {
            return Err(none_of_ours(format!("the point at {time} ms was not written by this program")));
        };
        Ok(Some(Reading {
            device: *device,
            series: Series { property: self.property.number, channel },
            event_time: UtcMillis(*time),
            received_at,
            value,
            flags: if let Some(Cell::Text(codes)) = flags { self::flags(codes) } else { Flags::NONE },
            time_source,
        }))
    }
}

/// Remarks of codes with commas between; an unknown one is none of a program as old as this.
fn flags(codes: &str) -> Flags {
    codes.split(',').filter_map(Flag::from_code).fold(Flags::NONE, Flags::with)
}

fn none_of_ours(reason: String) -> QueryError {
    QueryError::NotInfluxDb { reason }
}
