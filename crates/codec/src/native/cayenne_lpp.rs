//! Cayenne LPP: items of channel u8, type u8 and value, big-endian; a type is its IPSO object's id less 3200
//! (`myDevicesIoT/CayenneLPP@e8cca2c`; those beyond it as in ChirpStack 4, `chirpstack/src/codec/cayenne_lpp.rs`).
//!
//! A value's path is `<type>.<channel>` (`temperature.3`) with the name of [`FIELDS`], and `<type>.<channel>.<part>` if it
//! has parts (`gps.1.latitude`). There is no type for particles: the mapping's `scale` and `unit` say what an
//! `analog_input` or a `concentration` is. `unixtime` is a value like others, as nobody says which clock it is.

use smartpole_model::Decimal;

use super::{Payload, big_endian, reader::Reader, reader::unknown};
use crate::{Refusal, Sample, names::Names};

/// How a type's numbers are sent.
struct Field {
    kind: u8,
    name: &'static str,
    /// Names of its numbers; an empty one if it has one.
    parts: &'static [&'static str],
    /// Bytes of each number.
    len: usize,
    signed: bool,
    /// A number's unit is `factor × 10^-decimals`.
    factor: i64,
    decimals: u8,
}

const fn one(kind: u8, name: &'static str, len: usize, signed: bool, decimals: u8) -> Field {
    Field { kind, name, parts: &[""], len, signed, factor: 1, decimals }
}

const XYZ: &[&str] = &["x", "y", "z"];
const PLACE: &[&str] = &["latitude", "longitude", "altitude"];
const COLOUR: &[&str] = &["red", "green", "blue"];

/// All types: units are 1, %, lux, °C, hPa, V, A, Hz, m, ppm, W, kWh, °, s, g and °/s.
const FIELDS: [Field; 26] = [
    one(0, "digital_input", 1, false, 0),
    one(1, "digital_output", 1, false, 0),
    one(2, "analog_input", 2, true, 2),
    one(3, "analog_output", 2, true, 2),
    one(100, "generic", 4, false, 0),
    one(101, "illuminance", 2, false, 0),
    one(102, "presence", 1, false, 0),
    one(103, "temperature", 2, true, 1),
    Field { factor: 5, ..one(104, "humidity", 1, false, 1) },
    Field { parts: XYZ, ..one(113, "accelerometer", 2, true, 3) },
    one(115, "barometer", 2, false, 1),
    one(116, "voltage", 2, false, 2),
    one(117, "current", 2, false, 3),
    one(118, "frequency", 4, false, 0),
    one(120, "percentage", 1, false, 0),
    one(121, "altitude", 2, true, 0),
    one(125, "concentration", 2, false, 0),
    one(128, "power", 2, false, 0),
    one(130, "distance", 4, false, 3),
    one(131, "energy", 4, false, 3),
    one(132, "direction", 2, false, 0),
    one(133, "unixtime", 4, false, 0),
    Field { parts: XYZ, ..one(134, "gyrometer", 2, true, 2) },
    Field { parts: COLOUR, ..one(135, "colour", 1, false, 0) },
    Field { parts: PLACE, ..one(136, "gps", 3, true, 4) },
    one(142, "switch", 1, false, 0),
];

pub(super) fn decode(names: Names<'_>, _port: u32, bytes: &[u8]) -> Result<Payload, Refusal> {
    let mut payload = Payload::default();
    let mut seen = [[false; FIELDS.len()]; 256];
    let mut reader = Reader::new(bytes);
    while !reader.is_empty() {
        let start = reader.at();
        let head = reader.take(2, "type", start)?;
        let (channel, kind) = (head[0], head[1]);
        let what = format_args!("type {kind:02X} of channel {channel}");
        let index = FIELDS.iter().position(|field| field.kind == kind).ok_or_else(|| unknown(what, start))?;
        let field = &FIELDS[index];
        let value = reader.take(field.len * field.parts.len(), what, start)?;
        // Nobody can say which of two was meant.
        if std::mem::replace(&mut seen[usize::from(channel)][index], true) {
            return Err(Refusal::decode(format!("{what} at byte {start} comes twice")));
        }
        field.read(names, channel, value, &mut payload.live);
    }
    Ok(payload)
}

impl Field {
    fn read(&self, names: Names<'_>, channel: u8, value: &[u8], sample: &mut Sample) {
        for (part, bytes) in self.parts.iter().zip(value.chunks(self.len)) {
            for mapping in names.profile.mapping.iter().filter(|mapping| self.is_at(&mapping.path, channel, part)) {
                sample.keep(
                    &mapping.path,
                    names.mapped(mapping).and_then(|meaning| meaning.value(self.number(part, bytes))),
                );
            }
        }
    }

    /// Whether the path leads to this type's part on this channel.
    fn is_at(&self, path: &str, channel: u8, part: &str) -> bool {
        let mut steps = path.splitn(3, '.');
        steps.next() == Some(self.name)
            && steps.next().and_then(|step| step.parse().ok()) == Some(channel)
            && steps.next().unwrap_or_default() == part
    }

    fn number(&self, part: &str, bytes: &[u8]) -> Decimal {
        let bits = 8 * bytes.len();
        let number = big_endian(bytes);
        let negative = self.signed && number >> (bits - 1) == 1;
        let number = if negative { number - (1 << bits) } else { number };
        // A place's altitude is finer than its degrees.
        let decimals = if self.kind == 136 && part == "altitude" { 2 } else { self.decimals };
        Decimal { mantissa: number * self.factor, decimals }
    }
}
