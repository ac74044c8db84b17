//! Poles as a table.

use super::Pole;
use crate::csv::{Cell, Rows, Writer};

const COLUMNS: [&str; 20] = [
    "id",
    "name",
    "place",
    "lat",
    "lon",
    "provider",
    "zones",
    "devices",
    "state",
    "last_received_at",
    "last_received_at_local",
    "air_index",
    "air_version",
    "air_class",
    "air_worst",
    "air_hour",
    "air_hour_local",
    "air_complete",
    "air_missing",
    "air_coverage",
];

impl Rows for Pole {
    fn write(items: &[Self], out: &mut Writer) -> csv::Result<()> {
        out.table(COLUMNS, items.iter().map(Self::row))
    }
}

impl Pole {
    fn row(&self) -> [Cell<'_>; COLUMNS.len()] {
        let [heard, heard_local] = Cell::instant(self.last_received_at);
        let [hour, hour_local] = Cell::instant(self.air.hour);
        let devices: Vec<&str> = self.devices.iter().map(|device| device.id.as_str()).collect();
        [
            self.id.as_str().into(),
            self.name.as_str().into(),
            self.place.as_str().into(),
            Cell::Degrees(self.lat),
            Cell::Degrees(self.lon),
            self.provider.as_deref().into(),
            Cell::words(&self.zones),
            Cell::words(&devices),
            Cell::word(&self.state),
            heard,
            heard_local,
            self.air.index.into(),
            self.air.version.into(),
            self.air.class.map(u32::from).into(),
            self.air.worst.into(),
            hour,
            hour_local,
            self.air.complete.into(),
            Cell::words(&self.air.missing),
            self.air.coverage.into(),
        ]
    }
}
