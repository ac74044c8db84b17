//! Instants of a column as text.

use jiff::Timestamp;
use smartpole_model::UtcMillis;

use super::{BERLIN, Dialect};

const HOUR_MS: i64 = 3_600_000;

/// A column of instants, of which one is mostly in the hour of the one before: what is the same throughout an hour is worked out once.
#[derive(Default)]
pub(super) struct Clock {
    hour: Option<i64>,
    /// The hour's text up to the minutes; empty beyond the years that clocks know.
    before: Vec<u8>,
}

impl Clock {
    /// An instant in UTC.
    pub(super) fn utc(&mut self, time: UtcMillis, out: &mut Vec<u8>) {
        let of_hour = self.turn_to(time, |start, before| {
            let text = start.text().filter(|_| start.plus(HOUR_MS - 1).text().is_some());
            before.extend(text.iter().flat_map(|text| &text.as_bytes()[..14]));
        });
        if self.before.is_empty() {
            return out.extend_from_slice(time.to_string().as_bytes());
        }
        let (seconds, millis) = (of_hour / 1_000, of_hour % 1_000);
        out.extend_from_slice(&self.before);
        put_minute(seconds, out);
        match [millis / 100, millis / 10 % 10, millis % 10].map(|digit| b'0' + digit as u8) {
            [b'0', b'0', b'0'] => out.push(b'Z'),
            [first, b'0', b'0'] => out.extend_from_slice(&[b'.', first, b'Z']),
            [first, second, b'0'] => out.extend_from_slice(&[b'.', first, second, b'Z']),
            [first, second, third] => out.extend_from_slice(&[b'.', first, second, third, b'Z']),
        }
    }

    /// An instant by the clock of Europe/Berlin. Offsets from UTC are whole hours since April 1893 and change at whole hours (IANA time-zone
    /// database); until then they are not, and are looked up for each instant.
    pub(super) fn local(&mut self, time: UtcMillis, dialect: Dialect, out: &mut Vec<u8>) {
        let of_hour = self.turn_to(time, |start, before| local_hour(start, dialect, before));
        if self.before.is_empty() {
            return out.extend_from_slice(dialect.local(time).as_bytes());
        }
        out.extend_from_slice(&self.before);
        match dialect {
            Dialect::Rfc4180 => put_minute(of_hour / 1_000, out),
            Dialect::ExcelDe => out.extend_from_slice(&digits(of_hour / 60_000)),
        }
    }

    /// Milliseconds since the start of the hour; `write` writes another hour's text.
    fn turn_to(&mut self, time: UtcMillis, write: impl FnOnce(UtcMillis, &mut Vec<u8>)) -> u64 {
        let hour = time.0.div_euclid(HOUR_MS);
        if self.hour != Some(hour) {
            self.hour = Some(hour);
            self.before.clear();
            write(UtcMillis(hour.saturating_mul(HOUR_MS)), &mut self.before);
        }
        time.0.rem_euclid(HOUR_MS).unsigned_abs()
    }
}

/// The text of an hour up to its minutes; nothing of one whose minutes are not those of UTC.
fn local_hour(start: UtcMillis, dialect: Dialect, before: &mut Vec<u8>) {
    let Ok(known) = Timestamp::from_millisecond(start.0) else { return };
    let offset_ms = i64::from(BERLIN.to_offset(known).seconds()) * 1_000;
    let local = start.plus(offset_ms);
    let Some(text) = local.text().filter(|_| offset_ms % HOUR_MS == 0 && local.plus(HOUR_MS - 1).text().is_some())
    else {
        return;
    };
    let text = text.as_bytes();
    match dialect {
        Dialect::Rfc4180 => [&text[..10], b" ", &text[11..14]].iter().for_each(|part| before.extend_from_slice(part)),
        Dialect::ExcelDe => [&text[8..10], b".", &text[5..7], b".", &text[..4], b" ", &text[11..14]]
            .iter()
            .for_each(|part| before.extend_from_slice(part)),
    }
}

/// Minute and second, of seconds of an hour.
fn put_minute(seconds: u64, out: &mut Vec<u8>) {
    let ([a, b], [c, d]) = (digits(seconds / 60), digits(seconds % 60));
    out.extend_from_slice(&[a, b, b':', c, d]);
}

/// Two digits.
fn digits(number: u64) -> [u8; 2] {
    [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]
}
