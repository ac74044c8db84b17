//! Poles as a table.

use super::Pole;
use crate::{
    csv::{Cell, Rows, Writer},
    export::{
        Column, Encoder,
        Kind::{Bool, Instant, Local, Number, Text, Whole},
        Place,
    },
    problem::Problem,
};

const COLUMNS: [Column; 20] = [
    Text.named("id"),
    Text.named("name"),
    Text.named("place"),
    Number.named("lat"),
    Number.named("lon"),
    Text.named("provider"),
    Text.named("zones"),
    Text.named("devices"),
    Text.named("state"),
    Instant.named("last_received_at"),
    Local.named("last_received_at_local"),
    Text.named("air_index"),
    Text.named("air_version"),
    Whole.named("air_class"),
    Text.named("air_worst"),
    Instant.named("air_hour"),
    Local.named("air_hour_local"),
    Bool.named("air_complete"),
    Text.named("air_missing"),
    Number.named("air_coverage"),
];

impl Rows for Pole {
    fn write(items: &[Self], out: &mut Writer) -> csv::Result<()> {
        out.table(COLUMNS.map(Column::name), items.iter().map(Self::row))
    }

    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn encode(&self, out: &mut dyn Encoder) -> Result<(), Problem> {
        out.row(&self.row(), Some(Place { lon: self.lon, lat: self.lat }.into()))
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
