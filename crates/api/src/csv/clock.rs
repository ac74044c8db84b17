//! Instants of a column as text.

use jiff::Timestamp;
use smartpole_model::UtcMillis;

use super::{BERLIN, Dialect};

const HOUR_MS: i64 = 3_600_000;

/// An instant in UTC.
pub(super) fn utc(time: UtcMillis, out: &mut Vec<u8>) {
    match time.text() {
        Some(text) => out.extend_from_slice(text.as_bytes()),
        None => out.extend_from_slice(time.to_string().as_bytes()),
    }
}

/// How far the clock of Europe/Berlin is before UTC: looked up once an hour, as offsets are whole hours since April 1893 and change at whole
/// hours (IANA time-zone database).
#[derive(Default)]
pub(super) struct Clock {
    hour: Option<i64>,
    offset_ms: i64,
}

impl Clock {
    /// An instant by the clock of Europe/Berlin.
    pub(super) fn local(&mut self, time: UtcMillis, dialect: Dialect, out: &mut Vec<u8>) {
        let hour = time.0.div_euclid(HOUR_MS);
        if self.hour != Some(hour) {
            let known = Timestamp::from_millisecond(time.0);
            let offset = known.map_or(0, |time| BERLIN.to_offset(time).seconds());
            (self.hour, self.offset_ms) = (Some(hour), i64::from(offset) * 1_000);
        }
        match (time.plus(self.offset_ms).text(), dialect) {
            (None, _) => out.extend_from_slice(dialect.local(time).as_bytes()),
            (Some(text), Dialect::Rfc4180) => put(text.as_bytes(), &[0..10, 11..19], b" ", out),
            (Some(text), Dialect::ExcelDe) => put(text.as_bytes(), &[8..10, 5..7, 0..4, 11..16], b".. ", out),
        }
    }
}

/// Puts parts of a text, with bytes between them.
fn put(text: &[u8], parts: &[std::ops::Range<usize>], between: &[u8], out: &mut Vec<u8>) {
    for (part, after) in parts.iter().zip(between.iter().map(Some).chain([None])) {
        out.extend_from_slice(&text[part.clone()]);
        out.extend(after);
    }
}
