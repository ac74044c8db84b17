//! Points as lines of InfluxDB's line protocol.

use std::ops::Range;

use smartpole_model::{Decimal, UtcMillis};

use crate::series::{Series, escape};

/// A value of a field. Floats are not among them, so neither is "not a number".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// An integer.
    Int(i64),
    /// An exact decimal; the server keeps it as a float.
    Decimal(Decimal),
    /// A text; what is beyond 65,535 bytes is cut off.
    Text(&'a str),
}

/// A field of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Its key: letters, digits and `_`, not `time`.
    pub key: &'a str,
    /// Its value.
    pub value: Value<'a>,
}

/// What takes points.
pub trait Points {
    /// Takes a point. `readings` is how many accepted readings it stands for, 0 for a window. **The values of these readings are
    /// its first `readings` fields**; remarks and the like follow. So a field refused alone is known to be a reading or none.
    fn point(&mut self, series: &Series, fields: &[Field<'_>], time: UtcMillis, readings: u32);
}

/// Lines, one after another in one buffer that is used again.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    text: Vec<u8>,
    lines: Vec<Line>,
    readings: u64,
}

#[derive(Clone, Copy, Debug)]
struct Line {
    /// Where the line's newline is.
    end: usize,
    readings: u32,
}

impl Points for Lines {
    /// Appends a line. A point without fields is none and is left out.
    fn point(&mut self, series: &Series, fields: &[Field<'_>], time: UtcMillis, readings: u32) {
        if fields.is_empty() {
            return;
        }
        self.text.extend_from_slice(series.key());
        for (i, field) in fields.iter().enumerate() {
            self.text.push(if i == 0 { b' ' } else { b',' });
            escape(&mut self.text, field.key, b", =");
            self.text.push(b'=');
            write_value(&mut self.text, field.value);
        }
        self.text.push(b' ');
        write_int(&mut self.text, time.0);
        self.lines.push(Line { end: self.text.len(), readings });
        self.text.push(b'\n');
        self.readings += u64::from(readings);
    }
}

impl Lines {
    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// All lines, each ended by a newline.
    pub fn bytes(&self) -> &[u8] {
        &self.text
    }

    /// Their length in bytes.
    pub fn byte_len(&self) -> usize {
        self.text.len()
    }

    /// One line, without its newline; empty if there is no such line.
    pub fn line(&self, i: usize) -> &[u8] {
        self.lines.get(i).map_or(&[], |line| &self.text[self.start(i)..line.end])
    }

    /// Lines that follow each other, with their newlines; nothing beyond the last.
    pub fn range(&self, range: Range<usize>) -> &[u8] {
        let end = range.end.min(self.len());
        &self.text[self.start(range.start.min(end))..self.start(end)]
    }

    /// How many accepted readings a line stands for.
    pub fn readings(&self, i: usize) -> u32 {
        self.lines.get(i).map_or(0, |line| line.readings)
    }

    /// How many accepted readings all lines stand for.
    pub fn readings_total(&self) -> u64 {
        self.readings
    }

    /// Forgets the lines and keeps the room for others.
    pub fn clear(&mut self) {
        self.text.clear();
        self.lines.clear();
        self.readings = 0;
    }

    /// Where a line starts; of the one behind the last: where it will.
    fn start(&self, i: usize) -> usize {
        i.checked_sub(1).and_then(|before| self.lines.get(before)).map_or(0, |line| line.end + 1)
    }
}

fn write_value(out: &mut Vec<u8>, value: Value<'_>) {
    match value {
        Value::Int(value) => {
            write_int(out, value);
            out.push(b'i');
        }
        Value::Decimal(value) => write_decimal(out, value),
        Value::Text(text) => {
            out.push(b'"');
            escape(out, &text[..text.floor_char_boundary(LONGEST_TEXT)], b"\"\\");
            out.push(b'"');
        }
    }
}

/// InfluxDB's documents allow texts of 64 KB; 2.9.1 takes 1 MiB (`MaxFieldValueLength` in its `tsdb/field_validator.go`).
const LONGEST_TEXT: usize = 65_535;

fn write_int(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// As [`Decimal`] prints itself, without an allocation.
fn write_decimal(out: &mut Vec<u8>, value: Decimal) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(value.mantissa.unsigned_abs()).as_bytes();
    let decimals = usize::from(value.decimals);
    let whole = digits.len().saturating_sub(decimals);
    if value.mantissa < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(if whole == 0 { b"0" } else { &digits[..whole] });
    let zeros = digits.iter().rev().take_while(|digit| **digit == b'0').count();
    if decimals > zeros && value.mantissa != 0 {
        out.push(b'.');
        out.extend(std::iter::repeat_n(b'0', decimals.saturating_sub(digits.len())));
        out.extend_from_slice(&digits[whole..digits.len() - zeros]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use proptest::prelude::*;

    fn lines(points: &[(&str, &[Field<'_>], u32)]) -> Lines {
        let mut lines = Lines::default();
        for (i, (measurement, fields, readings)) in points.iter().enumerate() {
            lines.point(&Series::new(measurement, &[("pole", "a b")]), fields, UtcMillis(i as i64), *readings);
        }
        lines
    }

    fn int(key: &str, value: i64) -> Field<'_> {
        Field { key, value: Value::Int(value) }
    }

    #[test]
    fn lines_are_found_by_number_and_range() {
        let fields = [int("people_in", 4), Field { key: "note", value: Value::Text("a \"b\"\\\n") }];
        let lines = lines(&[("footfall", &fields, 1), ("none", &[], 9), ("footfall_1h", &fields[..1], 0)]);
        expect![[r#"
            footfall,pole=a\ b people_in=4i,note="a \"b\"\\
            " 0
            footfall_1h,pole=a\ b people_in=4i 2
        "#]]
        .assert_eq(std::str::from_utf8(lines.bytes()).unwrap());
        assert_eq!((lines.len(), lines.readings_total(), lines.readings(0), lines.readings(1)), (2, 1, 1, 0));
        assert_eq!(lines.line(1), b"footfall_1h,pole=a\\ b people_in=4i 2");
        assert_eq!([lines.range(0..1), lines.range(1..9)].concat(), lines.bytes());
        assert_eq!((lines.line(2), lines.range(5..7), lines.readings(2)), (&[][..], &[][..], 0));
    }

    #[test]
    fn what_was_cleared_is_gone() {
        let mut cleared = lines(&[("footfall", &[int("a", 1)], 1)]);
        cleared.clear();
        assert!(cleared.is_empty());
        assert_eq!((cleared.byte_len(), cleared.readings_total(), cleared.line(0)), (0, 0, &[][..]));
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        let lines = lines(&[("m", &[Field { key: "t", value: Value::Text(&"ü".repeat(40_000)) }], 0)]);
        let quoted = format!("m,pole=a\\ b t=\"{}\" 0", "ü".repeat(32_767));
        assert_eq!(lines.line(0), quoted.as_bytes());
    }

    fn decimal(mantissa: i64, decimals: u8) -> String {
        let mut out = Vec::new();
        write_decimal(&mut out, Decimal { mantissa, decimals });
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn extreme_decimals_are_exact() {
        assert_eq!(decimal(i64::MIN, 18), "-9.223372036854775808");
        assert_eq!(decimal(i64::MAX, 0), "9223372036854775807");
        assert_eq!(decimal(-5, 2), "-0.05");
        assert_eq!(decimal(-100, 2), "-1");
        assert_eq!(decimal(1, 30), format!("0.{}1", "0".repeat(29)));
        assert_eq!(decimal(0, 2), "0");
    }

    proptest! {
        #[test]
        fn decimals_are_written_as_they_print_themselves(mantissa: i64, decimals in 0u8..=18) {
            prop_assert_eq!(decimal(mantissa, decimals), Decimal { mantissa, decimals }.to_string());
        }
    }
}
