//! Readings, as they are in their blocks: by quarter of an hour, then device, then event time.

use std::{collections::HashMap, ops::ControlFlow, sync::Arc};

use smartpole_model::{
    DeviceNo, Flags, Inputs, ObservedProperty, PropertyNo, Quarter, TimeSource, UtcMillis, registry::DeviceIndex,
};
use smartpole_pipeline::{BlockMaking, NameKind, Scope};
use smartpole_store::{Piece, PieceStart, Visited};
use smartpole_window::{Making, NewRow, RowValue};

use super::{
    Column, Encoder, Geometry, Place, Rows,
    past::Past,
    table::Kind::{Instant, Local, Number, Text, Whole},
};
use crate::{
    Parts, asker::Published, csv::Cell, history::Sought, number::Exact, problem::Problem, routes::counts_as, span::Span,
};

/// Rows of a piece; the rest of a block more at most.
const PIECE: usize = 16_384;

const COLUMNS: [Column; 13] = [
    Text.named("pole"),
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

/// Which readings.
pub(crate) struct Readings {
    wanted: Wanted,
    as_of: Option<UtcMillis>,
    next: Option<PieceStart>,
    /// What the history has of some quarters, once a block without readings was met there.
    past: Past,
    /// Readings that neither the store nor the history has any more.
    missing: u64,
    /// Devices met so far.
    devices: HashMap<DeviceNo, Met>,
    /// Remarks as they were written last, and as what.
    flags: (Flags, String),
}

pub(super) struct Wanted {
    inputs: Arc<Inputs>,
    pub(super) scope: Option<Scope>,
    published: Published,
    /// By number.
    pub(super) properties: Vec<PropertyNo>,
    channel: Option<u8>,
    span: Span,
}

/// A device that was met: its id, and which one of the registry it is.
struct Met {
    id: String,
    index: Option<DeviceIndex>,
}

/// A block being written.
struct Writing<'a> {
    wanted: &'a Wanted,
    making: Making<'a>,
    device: &'a str,
    pole: &'a str,
    place: Option<Place>,
    flags: &'a mut (Flags, String),
    rows: &'a mut usize,
}

impl Readings {
    /// Of a scope, when it is shown, or of all devices; of these properties.
    pub(crate) fn new(
        inputs: Arc<Inputs>,
        (scope, published): (Option<Scope>, Published),
        mut properties: Vec<PropertyNo>,
        channel: Option<u8>,
        span: Span,
        as_of: Option<UtcMillis>,
    ) -> Self {
        properties.sort_unstable();
        let next = Some(PieceStart { quarter: span.from.quarter(), device: DeviceNo(0) });
        let (wanted, past) = (Wanted { inputs, scope, published, properties, channel, span }, Past::default());
        let flags = (Flags::default(), String::new());
        Self { wanted, as_of, next, past, missing: 0, devices: HashMap::new(), flags }
    }
}

impl Rows for Readings {
    fn columns(&self) -> &'static [Column] {
        &COLUMNS
    }

    fn piece(&mut self, parts: &Parts, out: &mut dyn Encoder) -> Result<bool, Problem> {
        let Some(from) = self.next else { return Ok(false) };
        let Self { wanted, as_of, devices, flags, past, missing, .. } = self;
        let as_of = *as_of;
        let end = Quarter(wanted.span.to.plus(-1).quarter().0.saturating_add(1));
        let (mut rows, mut failed, mut unread) = (0, None, None);
        let piece = Piece { scope: wanted.scope, from, end, as_of, sealed: parts.history.is_some() };
        self.next = parts.queries.piece(piece, |device, visited, making| {
            let quarter = visited.quarter();
            if !wanted.published.holds(quarter.start()) {
                return ControlFlow::Continue(());
            }
            if let Visited::Sealed(block) = visited
                && !past.has_asked(block)
            {
                unread = Some(PieceStart { quarter, device });
                return ControlFlow::Break(());
            }
            let met = devices.entry(device).or_insert_with(|| wanted.meet(parts, device));
            let mut writing = wanted.writing((device, met), quarter, making, flags, &mut rows);
            let mut write = |row: &NewRow<'_>| {
                if failed.is_none() {
                    failed = writing.row(row, out).err();
                }
            };
            match visited {
                Visited::Kept(block) => block.each_row(|row| write(&row)),
                Visited::Sealed(block) => {
                    past.each_row(block, as_of, write);
                    *missing += past.missing(wanted, parts, block);
                }
            }
            if failed.is_some() || rows >= PIECE { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        if let Some(unread) = unread {
            self.past = Past::read(wanted, parts, unread.quarter)?;
            self.next = Some(unread);
        }
        failed.map_or(Ok(self.next.is_some()), Err)
    }

    fn missing(&self) -> u64 {
        self.missing
    }
}

/// Whose clock gave the event time.
fn clock(of: TimeSource) -> &'static str {
    match of {
        TimeSource::Payload => "payload",
        TimeSource::Gateway => "gateway",
        TimeSource::Network => "network",
        TimeSource::Receipt => "receipt",
    }
}

impl Wanted {
    fn meet(&self, parts: &Parts, device: DeviceNo) -> Met {
        let id = parts.fold().name(NameKind::Device, device.0).unwrap_or_default().to_owned();
        Met { index: self.inputs.registry.device_index(&id), id }
    }

    fn writing<'a>(
        &'a self,
        (device, met): (DeviceNo, &'a Met),
        quarter: Quarter,
        making: &'a BlockMaking,
        flags: &'a mut (Flags, String),
        rows: &'a mut usize,
    ) -> Writing<'a> {
        let registry = &self.inputs.registry;
        let pole = met.index.map(|index| &registry.poles[registry.devices[index].at(quarter.start()).pole]);
        let making = making.of(device, quarter);
        let (pole, place) = (pole.map_or("", |pole| &pole.id), pole.map(Place::of));
        Writing { wanted: self, making, device: &met.id, pole, place, flags, rows }
    }

    /// What of the history is looked for.
    pub(super) fn sought(&self) -> impl Iterator<Item = Sought<'_>> {
        let properties = self.properties.iter().filter_map(|number| self.inputs.registry.properties.get(*number));
        properties.map(|property| Sought { property, channel: self.channel })
    }

    fn property(&self, value: &RowValue) -> Option<&ObservedProperty> {
        let is_wanted = self.properties.binary_search(&value.series.property).is_ok()
            && self.channel.is_none_or(|channel| channel == value.series.channel);
        self.inputs.registry.properties.get(value.series.property).filter(|_| is_wanted)
    }
}

impl Writing<'_> {
    fn row(&mut self, row: &NewRow<'_>, out: &mut dyn Encoder) -> Result<(), Problem> {
        let Span { from, to } = self.wanted.span;
        if !(from..to).contains(&row.event_time) {
            return Ok(());
        }
        for value in row.values {
            if let Some(property) = self.wanted.property(value) {
                self.value(row, value, property, out)?;
            }
        }
        Ok(())
    }

    fn value(
        &mut self,
        row: &NewRow<'_>,
        value: &RowValue,
        property: &ObservedProperty,
        out: &mut dyn Encoder,
    ) -> Result<(), Problem> {
        let counted = self.making.counted(row.event_time, row.values, *value);
        if self.flags.0 != counted.flags {
            let codes: Vec<_> = counted.flags.iter().map(smartpole_model::Flag::code).collect();
            *self.flags = (counted.flags, codes.join(" "));
        }
        let [event_time, event_time_local] = Cell::instant(row.event_time);
        let [received_at, received_at_local] = Cell::instant(row.received_at);
        *self.rows += 1;
        let cells: [Cell<'_>; COLUMNS.len()] = [
            self.pole.into(),
            self.device.into(),
            property.id.as_str().into(),
            u32::from(value.series.channel).into(),
            property.unit.as_str().into(),
            event_time,
            event_time_local,
            received_at,
            received_at_local,
            Exact::value(property, value.value).into(),
            counts_as(property, counted).into(),
            self.flags.1.as_str().into(),
            clock(row.time_source).into(),
        ];
        out.row(&cells, self.place.map(Geometry::from))
    }
}
