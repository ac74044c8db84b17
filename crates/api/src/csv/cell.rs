//! What stands in a column of a row.

use std::borrow::Cow;

use serde::Serialize;
use smartpole_model::{Decimal, Flags, UtcMillis};

use crate::number::Exact;

/// What stands in a column of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    /// Null.
    Empty,
    /// Words; in a spreadsheet never a formula.
    Text(Cow<'a, str>),
    /// A number, digit by digit.
    Number(Decimal),
    /// A place, WGS 84 degrees.
    Degrees(f64),
    /// Yes or no.
    Bool(bool),
    /// An instant in UTC.
    Utc(UtcMillis),
    /// The same by the clock of Europe/Berlin.
    Local(UtcMillis),
    /// A day, as 2026-11-28.
    Date(&'a str),
}

impl Cell<'_> {
    /// The word that JSON has for it, too.
    pub(crate) fn word(of: &impl Serialize) -> Self {
        match serde_json::to_value(of) {
            Ok(serde_json::Value::String(word)) => Self::Text(word.into()),
            _ => Self::Empty,
        }
    }
}

impl<'a> Cell<'a> {
    /// Words with spaces between.
    pub(crate) fn words<T: AsRef<str>>(words: &[T]) -> Self {
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        Self::Text(words.join(" ").into())
    }

    /// An instant, in UTC and by the clock of Europe/Berlin.
    pub(crate) fn instant(time: impl Into<Option<UtcMillis>>) -> [Self; 2] {
        time.into().map_or([Self::Empty, Self::Empty], |time| [Self::Utc(time), Self::Local(time)])
    }

    /// A day, if there is one.
    pub(crate) fn date(date: Option<&'a str>) -> Self {
        date.map_or(Self::Empty, Self::Date)
    }
}

impl<'a, T> From<Option<T>> for Cell<'a>
where
    Self: From<T>,
{
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Cell::Empty, Self::from)
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl From<Exact> for Cell<'_> {
    fn from(number: Exact) -> Self {
        Self::Number(number.0)
    }
}

impl From<i64> for Cell<'_> {
    fn from(mantissa: i64) -> Self {
        Self::Number(Decimal { mantissa, decimals: 0 })
    }
}

impl From<u32> for Cell<'_> {
    fn from(number: u32) -> Self {
        i64::from(number).into()
    }
}

impl From<bool> for Cell<'_> {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

impl From<Flags> for Cell<'_> {
    fn from(flags: Flags) -> Self {
        let codes: Vec<&str> = flags.iter().map(smartpole_model::Flag::code).collect();
        Self::words(&codes)
    }
}
