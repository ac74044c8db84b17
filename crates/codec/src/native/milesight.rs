//! Milesight VS121 and VS133, people counters: items of channel u8, type u8 and value, little-endian
//! (`vs-series/vs121` and `vs-series/vs133` of `Milesight-IoT/SensorDecoders@e79c9d8`).
//!
//! | VS121 | VS133 | value | property, channel |
//! |---|---|---|---|
//! | `05 CC` | `05` `08` `0B` `0E` `CC` | in u16, out u16 of the period | `people_in` `people_out`; line 1 to 4 is channel 0 to 3 |
//! | `0D CC` | | in u16, out u16 in total | `people_in_total` `people_out_total` 0 |
//! | | `03` `06` `09` `0C` `D2`, `04` `07` `0A` `0D` `D2` | in, out u32 in total | the same, line 1 to 4 is channel 0 to 3 |
//! | `04 C9` | | people u8, regions u8, mask u16 | `occupancy` 0 |
//! | `07` `08` `D5` | `0F E3` | people of each region, u8 | `occupancy`, channel 1 is region 1 |
//! | `0F 85` | | time u32 | the live sample's time |
//! | `20 CE` | `20 CE` | time u32, type u8, value | a sample of that time |
//! | `FF FE` | `FF FE` | 1 byte: it was reset | `power_up` 1, if the catalogue has it |
//!
//! `FF 0B` (switched on) says less than its name: it stands in what a device tells of itself whenever it has joined.
//!
//! Other types of known length are skipped: flows, dwell times, maxima, children (who are in the totals), what the device
//! is. The port is not looked at, as it can be set. Answers to commands are unknown types.

use smartpole_model::UtcMillis;

use super::{Counts, Payload, keep, little_endian, reader::Reader, reader::unknown};
use crate::{Refusal, Sample, names::Names};

mod vs121;
mod vs133;

/// What a value is of.
#[derive(Clone, Copy)]
enum Kind {
    /// An item's channel and type.
    Item(u8, u8),
    /// A history record's type.
    Record(u8),
}

/// What a value holds; lines and regions are channels.
enum Shape {
    /// Two u16: in and out of a line.
    InOut(Counts, u8),
    /// A u32: the total in.
    TotalIn(u8),
    /// A u32: the total out.
    TotalOut(u8),
    /// A u8 of people, and 3 bytes more.
    People,
    /// So many regions from the first, a u8 each.
    Regions(u8, usize),
    /// A u32: seconds since 1970.
    Time,
    /// A byte: the device began anew.
    Reset,
    /// So many bytes of no interest.
    Skip(usize),
}

type Shapes = fn(Kind) -> Option<Shape>;

pub(super) fn vs121(names: Names<'_>, _port: u32, bytes: &[u8]) -> Result<Payload, Refusal> {
    decode(names, bytes, vs121::shape)
}

pub(super) fn vs133(names: Names<'_>, _port: u32, bytes: &[u8]) -> Result<Payload, Refusal> {
    decode(names, bytes, vs133::shape)
}

fn decode(names: Names<'_>, bytes: &[u8], shapes: Shapes) -> Result<Payload, Refusal> {
    let mut payload = Payload::default();
    let mut reader = Reader::new(bytes);
    while !reader.is_empty() {
        let start = reader.at();
        let head = reader.take(2, "type", start)?;
        let (channel, kind) = (head[0], head[1]);
        if (channel, kind) == (0x20, 0xce) {
            payload.history.push(record(names, &mut reader, start, shapes)?);
        } else {
            let what = format_args!("type {channel:02X} {kind:02X}");
            let shape = device(channel, kind, &reader).or_else(|| shapes(Kind::Item(channel, kind)));
            let shape = shape.ok_or_else(|| unknown(what, start))?;
            shape.read(names, reader.take(shape.len(), what, start)?, &mut payload.live);
        }
    }
    payload.history.retain(|sample| !sample.is_empty());
    Ok(payload)
}

/// A history record, behind its channel and type.
fn record(names: Names<'_>, reader: &mut Reader<'_>, start: usize, shapes: Shapes) -> Result<Sample, Refusal> {
    let head = reader.take(5, "type 20 CE", start)?;
    let kind = head[4];
    let what = format_args!("type 20 CE record {kind:02X}");
    let shape = shapes(Kind::Record(kind)).ok_or_else(|| unknown(what, start))?;
    let mut sample = Sample { time: Some(time(&head[..4])), ..Sample::default() };
    shape.read(names, reader.take(shape.len(), what, start)?, &mut sample);
    Ok(sample)
}

/// What the device is and why it started.
fn device(channel: u8, kind: u8, reader: &Reader<'_>) -> Option<Shape> {
    let len = match (channel, kind) {
        (0xff, 0x01 | 0x0b | 0x0f) => 1,
        (0xff, 0xfe) => return Some(Shape::Reset),
        (0xff, 0x09 | 0x0a | 0xff) => 2,
        (0xff, 0x1f) => 4,
        // Newer serial numbers have 8 bytes; they are pairs of decimal digits, and what follows 6 begins with FF.
        (0xff, 0x08) => {
            if reader.peek(6).is_some_and(|next| next != 0xff) {
                8
            } else {
                6
            }
        }
        (0xff, 0x16) => 8,
        _ => return None,
    };
    Some(Shape::Skip(len))
}

fn time(seconds: &[u8]) -> UtcMillis {
    UtcMillis(little_endian(seconds) * 1_000)
}

impl Shape {
    fn len(&self) -> usize {
        match self {
            Self::InOut(..) | Self::TotalIn(_) | Self::TotalOut(_) | Self::People | Self::Time => 4,
            Self::Reset => 1,
            Self::Regions(_, len) | Self::Skip(len) => *len,
        }
    }

    fn read(&self, names: Names<'_>, value: &[u8], sample: &mut Sample) {
        let wanted = Counts::of(names);
        let mut keep = |id, channel, number| keep(names, sample, id, channel, (number, 0));
        match *self {
            Self::InOut(counts, line) if counts == wanted => {
                counts.ids().into_iter().zip(value.chunks(2)).for_each(|(id, n)| keep(id, line, little_endian(n)));
            }
            Self::TotalIn(line) if wanted == Counts::Total => keep("people_in_total", line, little_endian(value)),
            Self::TotalOut(line) if wanted == Counts::Total => keep("people_out_total", line, little_endian(value)),
            Self::Reset if names.catalogue.by_id("power_up").is_some() => keep("power_up", 0, 1),
            Self::People => keep("occupancy", 0, i64::from(value[0])),
            Self::Regions(first, _) => {
                (first..).zip(value).for_each(|(region, n)| keep("occupancy", region, i64::from(*n)));
            }
            Self::Time => sample.time = Some(time(value)),
            _ => {}
        }
    }
}
