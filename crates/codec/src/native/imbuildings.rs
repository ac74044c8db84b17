//! IMBuildings people counter, payload type 2, all big-endian (`vendor/imbuildings/imbuildings.js` of
//! `pqstefanknol/lorawan-devices@369ca3e`). A is in, B is out; all on channel 0.
//!
//! | variant | port | fields | property |
//! |---|---|---|---|
//! | 6 | 26 | status u8, battery u16, A u16, B u16, sensor u8, total A u16, total B u16, number u8 | `battery_voltage` 0.01 V, counts of a period or totals |
//! | 7 | 27 | sensor u8, total A u16, total B u16 | totals |
//! | 8 | 28 | status u8, battery u16, sensor u8 | `battery_voltage` 0.01 V |
//!
//! With a head of type, variant and 8 bytes of id, the port says nothing; without one it says the variant. A head is known
//! by the payload's length, so that a status of 2 is not taken for one.

use super::{Counts, Payload, big_endian, keep, reader::unknown};
use crate::{Refusal, Sample, names::Names};

const HEAD: usize = 10;

pub(super) fn decode(names: Names<'_>, port: u32, bytes: &[u8]) -> Result<Payload, Refusal> {
    let (variant, body) = match bytes {
        [2, variant @ 6..=8, ..] if Some(bytes.len()) == body_len(*variant).map(|len| HEAD + len) => {
            (*variant, &bytes[HEAD..])
        }
        _ => (variant_of(port, bytes)?, bytes),
    };
    let expected = body_len(variant).unwrap_or_default();
    if body.len() != expected {
        let what = format!("type 2 variant {variant} at byte 0: {expected} bytes expected, {} there", body.len());
        return Err(Refusal::decode(what));
    }
    let mut live = Sample::default();
    read(names, &mut live, variant, body);
    Ok(Payload { live, history: Vec::new() })
}

fn variant_of(port: u32, bytes: &[u8]) -> Result<u8, Refusal> {
    match (port, bytes) {
        (26..=28, _) => Ok((port - 20) as u8),
        (_, [kind, variant, ..]) => Err(unknown(format_args!("type {kind} variant {variant} on port {port}"), 0)),
        _ => Err(unknown(format_args!("type on port {port}"), 0)),
    }
}

fn body_len(variant: u8) -> Option<usize> {
    match variant {
        6 => Some(13),
        7 => Some(5),
        8 => Some(4),
        _ => None,
    }
}

fn read(names: Names<'_>, sample: &mut Sample, variant: u8, body: &[u8]) {
    let mut word = |id, at: usize, decimals| keep(names, sample, id, 0, (big_endian(&body[at..at + 2]), decimals));
    if variant != 7 {
        word("battery_voltage", 1, 2);
    }
    let counts = Counts::of(names);
    let [people_in, people_out] = counts.ids();
    let at = match (variant, counts) {
        (6, Counts::Period) => 3,
        (6, Counts::Total) => 8,
        (7, Counts::Total) => 1,
        _ => return,
    };
    word(people_in, at, 0);
    word(people_out, at + 2, 0);
}
