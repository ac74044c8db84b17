//! Newest readings as a table, and as features at their poles.

use smartpole_method::methods;

use super::LatestItem;
use crate::{
    csv::{Cell, Rows, Writer},
    export::{
        Column, Encoder,
        Kind::{Instant, Local, Number, Text, Whole},
    },
    problem::Problem,
    routes::MethodName,
};

const COLUMNS: [Column; 13] = [
    Text.named("pole"),
    Text.named("device"),
    Text.named("property"),
    Whole.named("channel"),
    Text.named("unit"),
    Number.named("value"),
    Number.named("counted"),
    Instant.named("event_time"),
    Local.named("event_time_local"),
    Instant.named("received_at"),
    Local.named("received_at_local"),
    Text.named("flags"),
    Text.named("time_source"),
];

impl Rows for LatestItem {
    fn write(items: &[Self], out: &mut Writer) -> csv::Result<()> {
        out.table(COLUMNS.map(Column::name), items.iter().map(Self::row))
    }

    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn encode(&self, out: &mut dyn Encoder) -> Result<(), Problem> {
        out.row(&self.row(), Some(self.place.into()))
    }

    fn methods() -> Vec<MethodName> {
        vec![methods::READING.into()]
    }

    /// The newest is always that of now.
    fn is_as_of() -> bool {
        false
    }
}

impl LatestItem {
    fn row(&self) -> [Cell<'_>; COLUMNS.len()] {
        let [event_time, event_time_local] = Cell::instant(self.event_time);
        let [received_at, received_at_local] = Cell::instant(self.received_at);
        [
            self.pole.as_str().into(),
            self.device.as_str().into(),
            self.property.as_str().into(),
            u32::from(self.channel).into(),
            self.unit.as_str().into(),
            self.value.into(),
            self.counted.into(),
            event_time,
            event_time_local,
            received_at,
            received_at_local,
            self.flags.into(),
            Cell::word(&self.time_source),
        ]
    }
}
