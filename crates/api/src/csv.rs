//! Answers as tables (RFC 4180): a header row, one row an item, the scope repeated on each row.
//!
//! ```text
//! answer ──► Tabular::write ──► Writer: Cell by Cell in a Dialect ──► bytes
//! ```
//!
//! Columns have the names of the JSON fields. A value with a unit has the column `unit` (UCUM) in its row. What is null is empty, a
//! zero is `0`. An instant is told twice: RFC 3339 in UTC, and as `…_local` by the clock of Europe/Berlin, which a spreadsheet
//! understands; in the hour that comes twice in October only the first tells them apart. Lists are words with spaces between.
//! There is no comment in a table: what it is cited with is in the headers of the answer ([`crate::representation`]).

use std::{borrow::Cow, sync::LazyLock};

use csv::Terminator;
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use smartpole_model::{Decimal, Flags, UtcMillis};
use utoipa::ToSchema;

use crate::{
    citation::{self, Stretch},
    list::{Cursor, List},
    number::Exact,
    problem::Problem,
    routes::MethodName,
};

mod harmless;
pub(crate) mod ongoing;

static BERLIN: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::get("Europe/Berlin").expect("the time-zone database is compiled in"));

/// How a table is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Dialect {
    /// RFC 4180 in UTF-8: comma, decimal point, local times as `2026-11-28 13:00:00`.
    #[default]
    Rfc4180,
    /// What a German Excel opens by a double click: a byte order mark, semicolon, decimal comma, `28.11.2026 13:00`.
    ExcelDe,
}

/// An answer that is a table, too.
pub(crate) trait Tabular: Serialize {
    /// Writes the one table.
    ///
    /// # Errors
    /// Those of the writer; memory takes all.
    fn write(&self, out: &mut Writer) -> csv::Result<()>;

    /// Where more rows are.
    fn next(&self) -> Option<&Cursor> {
        None
    }

    /// How its figures are made; an answer with methods is cited.
    fn methods(&self) -> Vec<MethodName> {
        Vec::new()
    }

    /// When its items are, and how much of each is covered.
    fn stretches(&self) -> Vec<Stretch> {
        Vec::new()
    }

    /// What a question that left its time open was answered for, by parameter.
    fn left_open(&self) -> Vec<(&'static str, String)> {
        let open = |(from, to): (UtcMillis, UtcMillis)| vec![("from", from.to_string()), ("to", to.to_string())];
        citation::span(&self.stretches()).map_or_else(Vec::new, open)
    }

    /// Whether its figures hang on what was known when; those that are shown once and stay do not.
    fn is_as_of(&self) -> bool {
        true
    }

    /// Readings that were counted and can be had no more.
    fn missing(&self) -> u64 {
        0
    }
}

/// An item of lists that is one row, or several.
pub(crate) trait Rows: Serialize + Sized {
    /// Writes the table of some.
    ///
    /// # Errors
    /// Those of the writer; memory takes all.
    fn write(items: &[Self], out: &mut Writer) -> csv::Result<()>;

    /// How its figures are made.
    fn methods() -> Vec<MethodName> {
        Vec::new()
    }

    /// When it is, and how much of it is covered.
    fn stretch(&self) -> Option<Stretch> {
        None
    }
}

impl<T: Rows> Tabular for List<T> {
    fn write(&self, out: &mut Writer) -> csv::Result<()> {
        T::write(&self.items, out)
    }

    fn methods(&self) -> Vec<MethodName> {
        T::methods()
    }

    fn stretches(&self) -> Vec<Stretch> {
        self.items.iter().filter_map(T::stretch).collect()
    }

    /// Lists have no `from` and `to`.
    fn left_open(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn next(&self) -> Option<&Cursor> {
        self.next.as_ref()
    }
}

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

/// A table under way.
pub(crate) struct Writer {
    csv: csv::Writer<Vec<u8>>,
    dialect: Dialect,
}

/// The table of an answer.
///
/// # Errors
/// 500 if it cannot be written, which memory does not do.
pub(crate) fn bytes(answer: &impl Tabular, dialect: Dialect) -> Result<Vec<u8>, Problem> {
    let mut out = Writer::new(dialect);
    answer.write(&mut out).map_err(|error| Problem::internal(&error))?;
    out.csv.into_inner().map_err(|error| Problem::internal(&error))
}

impl Writer {
    fn new(dialect: Dialect) -> Self {
        Self::onto(if dialect == Dialect::ExcelDe { "\u{feff}" } else { "" }.into(), dialect)
    }

    fn onto(start: Vec<u8>, dialect: Dialect) -> Self {
        let delimiter = if dialect == Dialect::ExcelDe { b';' } else { b',' };
        let mut builder = csv::WriterBuilder::new();
        builder.delimiter(delimiter).terminator(Terminator::CRLF);
        Self { csv: builder.from_writer(start), dialect }
    }

    /// Writes the header row and all others.
    ///
    /// # Errors
    /// Those of the writer; memory takes all.
    pub(crate) fn table<'a, const N: usize>(
        &mut self,
        columns: [&'static str; N],
        rows: impl IntoIterator<Item = [Cell<'a>; N]>,
    ) -> csv::Result<()> {
        self.csv.write_record(columns)?;
        for row in rows {
            row.iter().try_for_each(|cell| self.csv.write_field(self.dialect.show(cell).as_bytes()))?;
            self.csv.write_record(None::<&[u8]>)?;
        }
        Ok(())
    }
}

impl Dialect {
    fn show<'a>(self, cell: &'a Cell<'_>) -> Cow<'a, str> {
        match cell {
            Cell::Empty => "".into(),
            Cell::Text(text) => harmless::text(text),
            Cell::Number(number) => self.number(number.to_string()).into(),
            Cell::Degrees(degrees) => self.number(degrees.to_string()).into(),
            Cell::Bool(yes) => if *yes { "true" } else { "false" }.into(),
            Cell::Utc(time) => time.to_string().into(),
            Cell::Local(time) => self.local(*time).into(),
            Cell::Date(date) => self.date(date),
        }
    }

    fn number(self, digits: String) -> String {
        match self {
            Self::Rfc4180 => digits,
            Self::ExcelDe => digits.replace('.', ","),
        }
    }

    /// Empty beyond the years that clocks know.
    pub(crate) fn local(self, time: UtcMillis) -> String {
        let format = match self {
            Self::Rfc4180 => "%Y-%m-%d %H:%M:%S",
            Self::ExcelDe => "%d.%m.%Y %H:%M",
        };
        let known = Timestamp::from_millisecond(time.0);
        known.map(|time| BERLIN.to_datetime(time).strftime(format).to_string()).unwrap_or_default()
    }

    fn date(self, date: &str) -> Cow<'_, str> {
        match (self, date.split('-').collect::<Vec<_>>().as_slice()) {
            (Self::ExcelDe, [year, month, day]) => format!("{day}.{month}.{year}").into(),
            _ => date.into(),
        }
    }
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
