//! Decentlab DL-PM: version 2, device u16, flags u16, then a block for each flag, all big-endian (`DL-PM.js` of
//! `decentlab/decentlab-decoders@ae766f0`).
//!
//! | flag | words (u16) | property, unit |
//! |---|---|---|
//! | 0 | battery | `battery_voltage`, 0.001 V |
//! | 1 | PM1, PM2.5, PM4, PM10 mass, then six of size and number, not kept | `pm1` `pm2_5` `pm4` `pm10`, 0.1 µg/m³ |
//! | 2 | temperature t, humidity h, raw | `temperature` = 175.72 t / 2¹⁶ − 46.85 °C, `relative_humidity` = 125 h / 2¹⁶ − 6 % |
//! | 3 | pressure | `pressure`, 2 Pa |
//!
//! All on channel 0. The port is not looked at: the version says what the bytes are.

use super::{Payload, big_endian, keep, reader::Reader, reader::unknown};
use crate::{Refusal, Sample, names::Names};

/// Words of each block.
const WORDS: [usize; 4] = [1, 10, 2, 1];

pub(super) fn decode(names: Names<'_>, _port: u32, bytes: &[u8]) -> Result<Payload, Refusal> {
    let mut reader = Reader::new(bytes);
    let head = reader.take(5, "head", 0)?;
    if head[0] != 2 {
        return Err(unknown(format_args!("version {}", head[0]), 0));
    }
    let flags = big_endian(&head[3..5]);
    if flags >> WORDS.len() != 0 {
        return Err(unknown(format_args!("flags {flags:04X}"), 3));
    }
    let mut live = Sample::default();
    for (block, words) in WORDS.into_iter().enumerate().filter(|(block, _)| flags >> block & 1 == 1) {
        let start = reader.at();
        let bytes = reader.take(2 * words, format_args!("block {block}"), start)?;
        read_block(names, &mut live, block, &bytes.chunks_exact(2).map(big_endian).collect::<Vec<_>>());
    }
    match reader.is_empty() {
        true => Ok(Payload { live, history: Vec::new() }),
        false => Err(unknown("bytes", reader.at())),
    }
}

fn read_block(names: Names<'_>, sample: &mut Sample, block: usize, words: &[i64]) {
    let mut keep = |id, number| keep(names, sample, id, 0, number);
    match block {
        0 => keep("battery_voltage", (words[0], 3)),
        1 => ["pm1", "pm2_5", "pm4", "pm10"].into_iter().zip(words).for_each(|(id, word)| keep(id, (*word, 1))),
        2 => {
            keep("temperature", (of_65536(words[0] * 175_720_000) - 46_850_000, 6));
            keep("relative_humidity", (of_65536(words[1] * 125_000_000) - 6_000_000, 6));
        }
        _ => keep("pressure", (words[0] * 2, 2)),
    }
}

/// A non-negative number divided by 2¹⁶, rounded half up.
fn of_65536(number: i64) -> i64 {
    (number + (1 << 15)) >> 16
}
