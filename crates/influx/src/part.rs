//! Lines on their way, as they are taken apart.

use std::borrow::Cow;

use crate::{Lines, answer::Conflict, series::escape};

/// A line, or what is left of it.
#[derive(Clone, Debug)]
pub(crate) struct Part<'a> {
    /// Number of the line.
    pub(crate) line: usize,
    /// A line of its own right, without a newline.
    pub(crate) text: Cow<'a, [u8]>,
}

/// What a line of ours consists of.
#[derive(Debug)]
struct Pieces<'a> {
    series: &'a [u8],
    fields: Vec<&'a [u8]>,
    time: &'a [u8],
}

impl<'a> Part<'a> {
    pub(crate) fn of(lines: &'a Lines, line: usize) -> Self {
        Self { line, text: Cow::Borrowed(lines.line(line)) }
    }

    /// The time, as written.
    pub(crate) fn time(&self) -> i64 {
        std::str::from_utf8(pieces(&self.text).time).ok().and_then(|time| time.parse().ok()).unwrap_or_default()
    }

    /// The measurement, as it was before it was escaped.
    pub(crate) fn measurement(&self) -> String {
        readable(measurement(pieces(&self.text).series))
    }

    /// The key of its field, if it has but one.
    pub(crate) fn only_field(&self) -> Option<String> {
        match *pieces(&self.text).fields {
            [field] => Some(readable(key(field))),
            _ => None,
        }
    }

    /// A part for each field.
    pub(crate) fn singly(&self) -> Vec<Self> {
        let pieces = pieces(&self.text);
        pieces.fields.iter().map(|field| self.with(&pieces, &[field])).collect()
    }

    /// The field that conflicts, and the rest of the line, if there are such.
    pub(crate) fn without(self, conflict: &Escaped) -> (Option<Self>, Option<Self>) {
        let pieces = pieces(&self.text);
        if measurement(pieces.series) != conflict.measurement {
            return (None, Some(self));
        }
        let (taken, left): (Vec<_>, Vec<_>) = pieces.fields.iter().partition(|field| key(field) == conflict.field);
        let part = |fields: Vec<&[u8]>| (!fields.is_empty()).then(|| self.with(&pieces, &fields));
        let (taken, left) = (part(taken), part(left));
        if taken.is_none() { (None, Some(self)) } else { (taken, left) }
    }

    /// How many readings it holds: the first `readings` fields of the whole line are values of readings.
    pub(crate) fn readings(&self, lines: &Lines) -> u32 {
        let whole = pieces(lines.line(self.line));
        let readings = whole.fields.iter().take(lines.readings(self.line) as usize).map(|field| key(field));
        let own: Vec<&[u8]> = pieces(&self.text).fields.into_iter().map(key).collect();
        readings.filter(|field| own.contains(field)).count() as u32
    }

    fn with(&self, pieces: &Pieces<'_>, fields: &[&[u8]]) -> Self {
        let fields = fields.join(&b',');
        let text = [pieces.series, &fields, pieces.time].join(&b' ');
        Self { line: self.line, text: Cow::Owned(text) }
    }
}

/// A conflict as lines spell it.
#[derive(Debug)]
pub(crate) struct Escaped {
    measurement: Vec<u8>,
    field: Vec<u8>,
}

impl From<&Conflict> for Escaped {
    fn from(conflict: &Conflict) -> Self {
        let mut escaped = Self { measurement: Vec::new(), field: Vec::new() };
        escape(&mut escaped.measurement, &conflict.measurement, b", ");
        escape(&mut escaped.field, &conflict.field, b", =");
        escaped
    }
}

fn pieces(line: &[u8]) -> Pieces<'_> {
    let (series, rest) = cut(line, b' ');
    let (mut fields, mut rest) = (Vec::new(), rest);
    loop {
        let end = unquoted(rest, b", ");
        let (field, behind) = rest.split_at(end);
        fields.push(field);
        match behind.split_first() {
            Some((b',', more)) => rest = more,
            Some((_, time)) => return Pieces { series, fields, time },
            None => return Pieces { series, fields, time: behind },
        }
    }
}

fn measurement(series: &[u8]) -> &[u8] {
    cut(series, b',').0
}

fn key(field: &[u8]) -> &[u8] {
    cut(field, b'=').0
}

/// What is before and behind the first `separator` that is not escaped.
fn cut(text: &[u8], separator: u8) -> (&[u8], &[u8]) {
    let at = unquoted_by(text, &[separator], false);
    (&text[..at], text.get(at + 1..).unwrap_or_default())
}

/// Where the first of `separators` is that is neither escaped nor within quotes.
fn unquoted(text: &[u8], separators: &[u8]) -> usize {
    unquoted_by(text, separators, true)
}

fn unquoted_by(text: &[u8], separators: &[u8], quotes: bool) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    let ends = |byte: &u8| {
        let separates = !quoted && !escaped && separators.contains(byte);
        quoted ^= quotes && *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        separates
    };
    text.iter().position(ends).unwrap_or(text.len())
}

/// A key without the backslashes that escape.
fn readable(key: &[u8]) -> String {
    let mut out = Vec::with_capacity(key.len());
    for (i, byte) in key.iter().enumerate() {
        let escapes = *byte == b'\\' && matches!(key.get(i + 1), Some(b',' | b'=' | b' '));
        if !escapes {
            out.push(*byte);
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use smartpole_model::UtcMillis;

    use super::*;
    use crate::{Field, Points, Series, Value};

    const EVIL: &str = "a, =\"b\\\\\" ,c=d\n";

    fn lines() -> Lines {
        let mut lines = Lines::default();
        let series = Series::new("we, ather", &[("pole", EVIL)]);
        let fields = [
            Field { key: "no", value: Value::Text(EVIL) },
            Field { key: "pm 2,5", value: Value::Int(-1) },
            Field { key: "x", value: Value::Text("") },
        ];
        lines.point(&series, &fields, UtcMillis(-5), 2);
        lines
    }

    fn text(part: Option<&Part<'_>>) -> Option<String> {
        part.map(|part| String::from_utf8(part.text.to_vec()).unwrap())
    }

    fn conflict(measurement: &str, field: &str) -> Escaped {
        Escaped::from(&Conflict { measurement: measurement.to_owned(), field: field.to_owned() })
    }

    #[test]
    fn a_line_with_evil_names_is_taken_apart_by_fields_and_counts_its_readings() {
        let lines = lines();
        let part = Part::of(&lines, 0);
        assert_eq!((part.time(), part.only_field(), part.readings(&lines)), (-5, None, 2));
        let singly = part.singly();
        let fields: Vec<_> = singly.iter().map(|part| (part.only_field().unwrap(), part.readings(&lines))).collect();
        assert_eq!(fields, [("no".to_owned(), 1), ("pm 2,5".to_owned(), 1), ("x".to_owned(), 0)]);
    }

    #[test]
    fn a_field_that_conflicts_is_taken_out_of_its_measurement_only() {
        let lines = lines();
        let part = Part::of(&lines, 0);
        let (taken, left) = part.clone().without(&conflict("we, ather", "pm 2,5"));
        let series = String::from_utf8_lossy(pieces(lines.line(0)).series).into_owned();
        assert_eq!(text(taken.as_ref()), Some(format!(r"{series} pm\ 2\,5=-1i -5")));
        assert_eq!(left.as_ref().map(|left| (left.readings(&lines), left.singly().len())), Some((1, 2)));
        for other in [conflict("we, ather", "pm"), conflict("weather", "x")] {
            let (taken, left) = part.clone().without(&other);
            assert!(taken.is_none() && left.unwrap().text == part.text);
        }
        let only = part.singly().remove(2);
        let (taken, left) = only.without(&conflict("we, ather", "x"));
        assert!(taken.is_some() && left.is_none());
    }
}
