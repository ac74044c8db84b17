//! A table that is written row by row and taken piece by piece.

use std::mem;

use jiff::Timestamp;
use smartpole_model::UtcMillis;

use super::{BERLIN, Cell, Dialect, Writer};

const MINUTE_MS: i64 = 60_000;

/// A table of which pieces are taken while it grows.
pub(crate) struct Ongoing {
    writer: Writer,
    dialect: Dialect,
    clock: Clock,
}

/// Instants as text. All of an instant but its second is written once a minute.
#[derive(Default)]
struct Clock {
    /// The minute that is written.
    minute: Option<i64>,
    utc: String,
    local: String,
    /// The text of the instant last asked for.
    text: String,
}

impl Ongoing {
    /// A table with its header row.
    ///
    /// # Errors
    /// Those of the writer; memory takes all.
    pub(crate) fn new<'a>(dialect: Dialect, columns: impl Iterator<Item = &'a str>) -> csv::Result<Self> {
        let mut writer = Writer::new(dialect);
        writer.csv.write_record(columns)?;
        Ok(Self { writer, dialect, clock: Clock::default() })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// Those of the writer; memory takes all.
    pub(crate) fn row(&mut self, row: &[Cell<'_>]) -> csv::Result<()> {
        for cell in row {
            match cell {
                Cell::Utc(time) => self.writer.csv.write_field(self.clock.utc(*time))?,
                Cell::Local(time) => self.writer.csv.write_field(self.clock.local(*time, self.dialect))?,
                cell => self.writer.csv.write_field(self.dialect.show(cell).as_bytes())?,
            }
        }
        self.writer.csv.write_record(None::<&[u8]>)
    }

    /// What was written since the last time.
    ///
    /// # Errors
    /// Those of the writer; memory takes all.
    pub(crate) fn take(&mut self) -> csv::Result<Vec<u8>> {
        let rest = Writer::onto(Vec::new(), self.dialect);
        let written = mem::replace(&mut self.writer, rest).csv.into_inner();
        written.map_err(|error| csv::Error::from(error.into_error()))
    }
}

impl Clock {
    fn utc(&mut self, time: UtcMillis) -> &str {
        self.go_to(time, None);
        let (second, millis) = (time.0.rem_euclid(MINUTE_MS) / 1_000, time.0.rem_euclid(1_000));
        self.text.clear();
        if self.utc.is_empty() {
            self.text.push_str(&time.to_string());
            return &self.text;
        }
        self.text.push_str(&self.utc);
        two_digits(second, &mut self.text);
        if millis > 0 {
            let digits = [millis / 100, millis / 10 % 10, millis % 10];
            let last = digits.iter().rposition(|digit| *digit > 0).unwrap_or(0);
            self.text.push('.');
            digits[..=last].iter().for_each(|digit| self.text.push(digit_of(*digit)));
        }
        self.text.push('Z');
        &self.text
    }

    fn local(&mut self, time: UtcMillis, dialect: Dialect) -> &str {
        self.go_to(time, Some(dialect));
        self.text.clear();
        self.text.push_str(&self.local);
        if dialect == Dialect::Rfc4180 && !self.local.is_empty() {
            self.text.push(':');
            two_digits(time.0.rem_euclid(MINUTE_MS) / 1_000, &mut self.text);
        }
        &self.text
    }

    /// Writes the minute of an instant, if it is another one. Offsets of Europe/Berlin are whole minutes since 1893 (IANA time-zone
    /// database).
    fn go_to(&mut self, time: UtcMillis, local: Option<Dialect>) {
        let minute = time.0.div_euclid(MINUTE_MS);
        if self.minute != Some(minute) {
            self.minute = Some(minute);
            let known = Timestamp::from_millisecond(minute * MINUTE_MS);
            self.utc = known.map(|time| time.strftime("%Y-%m-%dT%H:%M:").to_string()).unwrap_or_default();
            self.local.clear();
        }
        if let Some(dialect) = local.filter(|_| self.local.is_empty()) {
            let format = if dialect == Dialect::ExcelDe { "%d.%m.%Y %H:%M" } else { "%Y-%m-%d %H:%M" };
            let known = Timestamp::from_millisecond(minute * MINUTE_MS);
            self.local = known.map(|time| BERLIN.to_datetime(time).strftime(format).to_string()).unwrap_or_default();
        }
    }
}

fn two_digits(number: i64, text: &mut String) {
    text.push(digit_of(number / 10));
    text.push(digit_of(number % 10));
}

fn digit_of(number: i64) -> char {
    char::from(b'0' + (number % 10) as u8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn instants_are_written_as_in_any_other_table() {
        // 1893 to 2100
        let times = prop::collection::vec((-2_400_000_000_000_i64..4_102_444_800_000, 0..200_000_i64), 1..8);
        let dialects = prop_oneof![Just(Dialect::Rfc4180), Just(Dialect::ExcelDe)];
        proptest!(|(times in times, dialect in dialects)| {
            let mut clock = Clock::default();
            let near = times.iter().flat_map(|(time, beside)| [*time, time + beside, time - time.rem_euclid(1_000)]);
            for time in near.map(UtcMillis) {
                prop_assert_eq!(clock.utc(time), dialect.show(&Cell::Utc(time)).into_owned());
                prop_assert_eq!(clock.local(time, dialect), dialect.show(&Cell::Local(time)).into_owned());
            }
        });
    }

    #[test]
    fn a_table_in_pieces_is_the_table_as_a_whole() {
        let mut table = Ongoing::new(Dialect::ExcelDe, ["a", "b"].into_iter()).unwrap();
        let mut pieces = Vec::new();
        for row in 0..3_i64 {
            table.row(&[row.into(), "=1;\"x".into()]).unwrap();
            pieces.extend(table.take().unwrap());
        }
        let mut whole = Writer::new(Dialect::ExcelDe);
        whole.table(["a", "b"], (0..3_i64).map(|row| [row.into(), "=1;\"x".into()])).unwrap();
        assert_eq!(String::from_utf8(pieces), String::from_utf8(whole.csv.into_inner().unwrap()));
    }
}
