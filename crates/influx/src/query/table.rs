//! What InfluxQL yields, from its JSON.

use std::{borrow::Cow, collections::BTreeMap};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::QueryError;

/// Rows of one series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The measurement.
    pub measurement: String,
    /// The tags that the statement groups by.
    pub tags: BTreeMap<String, String>,
    /// Names of the columns; the first is mostly `time`, in milliseconds.
    pub columns: Vec<String>,
    /// The rows, as many cells each as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

/// A value. JSON does not tell a float without a fraction from an integer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A number without fraction or exponent, of 64 bits.
    Int(i64),
    /// Another number, as it was written.
    Decimal(String),
    /// A text.
    Text(String),
    /// A truth.
    Bool(bool),
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    results: Vec<Outcome<'a>>,
}

#[derive(Deserialize)]
struct Outcome<'a> {
    #[serde(borrow, default)]
    series: Vec<Rows<'a>>,
    error: Option<String>,
    #[serde(default)]
    partial: bool,
}

#[derive(Deserialize)]
struct Rows<'a> {
    #[serde(default)]
    name: String,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    columns: Vec<String>,
    #[serde(borrow, default)]
    values: Vec<Vec<&'a RawValue>>,
    #[serde(default)]
    partial: bool,
}

/// Reads the answer to one statement.
pub(super) fn read(body: &[u8]) -> Result<Vec<Table>, QueryError> {
    let answer: Answer<'_> = serde_json::from_slice(body).map_err(|error| not_influx(error.to_string()))?;
    let [outcome] = <[Outcome<'_>; 1]>::try_from(answer.results)
        .map_err(|results| not_influx(format!("{} results to one statement", results.len())))?;
    match outcome {
        Outcome { error: Some(message), .. } => Err(QueryError::Statement { message }),
        Outcome { partial: true, .. } => Err(QueryError::Partial),
        Outcome { series, .. } => series.into_iter().map(table).collect(),
    }
}

fn table(rows: Rows<'_>) -> Result<Table, QueryError> {
    let Rows { name: measurement, tags, columns, values, partial } = rows;
    if partial {
        return Err(QueryError::Partial);
    }
    if values.iter().any(|row| row.len() != columns.len()) {
        return Err(not_influx("a row has not as many values as there are columns"));
    }
    let rows = values.into_iter().map(|row| row.into_iter().map(|raw| cell(raw.get())).collect());
    let rows: Option<Vec<Vec<Cell>>> = rows.collect();
    let rows = rows.ok_or_else(|| not_influx("a value is neither number nor text"))?;
    Ok(Table { measurement, tags, columns, rows })
}

fn cell(json: &str) -> Option<Cell> {
    Some(match json.as_bytes().first()? {
        b'n' => Cell::Null,
        b't' => Cell::Bool(true),
        b'f' => Cell::Bool(false),
        b'"' => Cell::Text(serde_json::from_str::<Cow<'_, str>>(json).ok()?.into_owned()),
        b'-' | b'0'..=b'9' => json.parse().map_or_else(|_| Cell::Decimal(json.to_owned()), Cell::Int),
        _ => return None,
    })
}

fn not_influx(reason: impl Into<String>) -> QueryError {
    QueryError::NotInfluxDb { reason: reason.into() }
}
