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
use smartpole_model::UtcMillis;
use utoipa::ToSchema;

use crate::{
    citation::{self, Stretch},
    export::{Column, Encoder},
    list::{Cursor, List},
    number::Exact,
    problem::Problem,
    routes::MethodName,
};

mod cell;
mod clock;
mod harmless;
pub(crate) mod ongoing;

pub(crate) use cell::Cell;

static BERLIN: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::get("Europe/Berlin").expect("the time-zone database is compiled in"));

/// The hour of the day by the clock of Europe/Berlin, 0 to 23.
pub(crate) fn berlin_hour(at: UtcMillis) -> i8 {
    Timestamp::from_millisecond(at.0).map_or(0, |at| BERLIN.to_datetime(at).hour())
}

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

    /// Its columns as a file of features or Parquet; none if it is none.
    fn columns(&self) -> &'static [Column] {
        &[]
    }

    /// Writes its rows to such a file.
    ///
    /// # Errors
    /// Those of the encoder.
    fn encode(&self, _: &mut dyn Encoder) -> Result<(), Problem> {
        Ok(())
    }

    /// Where more rows are.
    fn next(&self) -> Option<&Cursor> {
        None
    }

    /// How its figures are made; an answer with methods is cited.
    fn methods(&self) -> Vec<MethodName> {
        Vec::new()
    }

    /// What it is made of, if not of figures by our sensors; such an answer is cited, too.
    fn source(&self) -> Option<String> {
        None
    }

    /// When its items are, and how much of each is covered.
    fn stretches(&self) -> Vec<Stretch> {
        Vec::new()
    }

    /// Part of the expected reports that came: of its items by their length, if it does not know of time without items.
    fn coverage(&self) -> Option<Exact> {
        citation::coverage(&self.stretches())
    }

    /// From when to when it is: as it says itself, else as its items are.
    fn span(&self) -> Option<(UtcMillis, UtcMillis)> {
        citation::span(&self.stretches())
    }

    /// What a question that left its time open was answered for, by parameter.
    fn left_open(&self) -> Vec<(&'static str, String)> {
        let open = |(from, to): (UtcMillis, UtcMillis)| vec![("from", from.to_string()), ("to", to.to_string())];
        self.span().map_or_else(Vec::new, open)
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

    /// The columns of some as a file of features; none if they are none.
    fn columns() -> &'static [Column] {
        &[]
    }

    /// Writes itself to such a file.
    ///
    /// # Errors
    /// Those of the encoder.
    fn encode(&self, _: &mut dyn Encoder) -> Result<(), Problem> {
        Ok(())
    }

    /// How its figures are made.
    fn methods() -> Vec<MethodName> {
        Vec::new()
    }

    /// What it is made of, if not of figures by our sensors.
    fn source() -> Option<&'static str> {
        None
    }

    /// Whether it hangs on what was known when, and can be asked so.
    fn is_as_of() -> bool {
        true
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

    fn columns(&self) -> &'static [Column] {
        T::columns()
    }

    fn encode(&self, out: &mut dyn Encoder) -> Result<(), Problem> {
        self.items.iter().try_for_each(|item| item.encode(out))
    }

    fn methods(&self) -> Vec<MethodName> {
        T::methods()
    }

    fn source(&self) -> Option<String> {
        T::source().map(str::to_owned)
    }

    fn is_as_of(&self) -> bool {
        T::is_as_of()
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
        let mut builder = csv::WriterBuilder::new();
        builder.delimiter(dialect.delimiter()).terminator(Terminator::CRLF);
        Self { csv: builder.from_writer(dialect.start().into()), dialect }
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
    /// What stands before the header row: a byte order mark, if any.
    fn start(self) -> &'static [u8] {
        if self == Self::ExcelDe { "\u{feff}".as_bytes() } else { b"" }
    }

    fn delimiter(self) -> u8 {
        if self == Self::ExcelDe { b';' } else { b',' }
    }

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
