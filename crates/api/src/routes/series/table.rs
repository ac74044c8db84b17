//! A series as a table, or as Parquet.

use super::{Items, SeriesAnswer, readings::RawItem};
use crate::{
    citation::Stretch,
    csv::{Cell, Tabular, Writer},
    export::{
        Column, Encoder,
        Kind::{Instant, Local, Number, Text, Whole},
    },
    list::Cursor,
    problem::Problem,
    routes::{
        MethodName,
        window::{Aggregation, COLUMNS as WINDOWS, Window},
    },
};

/// Of windows with one figure.
const VALUES: [Column; 14] = [
    Text.named("scope_kind"),
    Text.named("scope"),
    Text.named("property"),
    Text.named("unit"),
    Text.named("aggregate"),
    Instant.named("start"),
    Local.named("start_local"),
    Instant.named("end"),
    Local.named("end_local"),
    Number.named("value"),
    Number.named("coverage"),
    Text.named("state"),
    Whole.named("revision"),
    Text.named("flags"),
];

const READINGS: [Column; 14] = [
    Text.named("scope_kind"),
    Text.named("scope"),
    Text.named("device"),
    Text.named("property"),
    Whole.named("channel"),
    Text.named("unit"),
    Instant.named("event_time"),
    Local.named("event_time_local"),
    Instant.named("received_at"),
    Local.named("received_at_local"),
    Number.named("value"),
    Number.named("counted"),
    Text.named("flags"),
    Text.named("time_source"),
];

impl Tabular for SeriesAnswer {
    fn write(&self, out: &mut Writer) -> csv::Result<()> {
        match &self.items {
            Items::Windows(windows) if self.aggregate.is_some() => {
                out.table(VALUES.map(Column::name), windows.iter().map(|window| self.value(window)))
            }
            Items::Windows(windows) => {
                out.table(WINDOWS.map(Column::name), windows.iter().map(|window| self.window(window)))
            }
            Items::Readings(readings) => {
                out.table(READINGS.map(Column::name), readings.iter().map(|reading| self.reading(reading)))
            }
        }
    }

    fn columns(&self) -> &'static [Column] {
        match &self.items {
            Items::Windows(_) if self.aggregate.is_some() => &VALUES,
            Items::Windows(_) => &WINDOWS,
            Items::Readings(_) => &READINGS,
        }
    }

    fn encode(&self, out: &mut dyn Encoder) -> Result<(), Problem> {
        match &self.items {
            Items::Windows(windows) if self.aggregate.is_some() => {
                windows.iter().try_for_each(|window| out.row(&self.value(window), None))
            }
            Items::Windows(windows) => windows.iter().try_for_each(|window| out.row(&self.window(window), None)),
            Items::Readings(readings) => readings.iter().try_for_each(|reading| out.row(&self.reading(reading), None)),
        }
    }

    fn next(&self) -> Option<&Cursor> {
        self.next.as_ref()
    }

    fn methods(&self) -> Vec<MethodName> {
        vec![self.method]
    }

    fn stretches(&self) -> Vec<Stretch> {
        let window = |of: &Window| Stretch { start: of.start, end: of.end, coverage: Some(of.coverage) };
        let reading = |of: &RawItem| Stretch { start: of.event_time, end: of.event_time.plus(1), coverage: None };
        match &self.items {
            Items::Windows(windows) => windows.iter().map(window).collect(),
            Items::Readings(readings) => readings.iter().map(reading).collect(),
        }
    }

    fn missing(&self) -> u64 {
        self.missing.as_ref().map_or(0, |missing| missing.readings)
    }
}

impl SeriesAnswer {
    fn window<'a>(&'a self, window: &Window) -> [Cell<'a>; WINDOWS.len()] {
        window.cells(&self.scope, &self.property, &self.unit)
    }

    fn value<'a>(&'a self, window: &Window) -> [Cell<'a>; VALUES.len()] {
        let ([start, start_local], [end, end_local]) = (Cell::instant(window.start), Cell::instant(window.end));
        let unit = if self.aggregate == Some(Aggregation::Count) { "1" } else { self.unit.as_str() };
        [
            Cell::word(&self.scope.kind),
            self.scope.id.as_str().into(),
            self.property.as_str().into(),
            unit.into(),
            Cell::word(&self.aggregate),
            start,
            start_local,
            end,
            end_local,
            window.value.flatten().into(),
            window.coverage.into(),
            Cell::word(&window.state),
            window.revision.into(),
            window.flags.into(),
        ]
    }

    fn reading<'a>(&'a self, reading: &'a RawItem) -> [Cell<'a>; READINGS.len()] {
        let [event_time, event_time_local] = Cell::instant(reading.event_time);
        let [received_at, received_at_local] = Cell::instant(reading.received_at);
        [
            Cell::word(&self.scope.kind),
            self.scope.id.as_str().into(),
            reading.device.as_str().into(),
            self.property.as_str().into(),
            u32::from(reading.channel).into(),
            self.unit.as_str().into(),
            event_time,
            event_time_local,
            received_at,
            received_at_local,
            reading.value.into(),
            reading.counted.into(),
            reading.flags.into(),
            Cell::word(&reading.time_source),
        ]
    }
}
