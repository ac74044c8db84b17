//! The form of an exported file.

use axum::http::HeaderMap;

use super::Wanted;
use crate::{csv::Dialect, export::Format, problem::Problem, representation::most_wanted};

/// By `format`, by `csv`, or else by `Accept`; CSV if nothing is said.
///
/// # Errors
/// 400 if `format` and `csv` contradict each other, 406 if `Accept` names no form that there is.
pub(super) fn of(wanted: &Wanted, headers: &HeaderMap) -> Result<(Format, Dialect), Problem> {
    let dialect = wanted.csv.unwrap_or_default();
    let format = match (wanted.format, wanted.csv) {
        (Some(format), Some(_)) if format != Format::Csv => {
            return Err(Problem::parameter("csv, format: only a table has a dialect", "leave one of the two out"));
        }
        (Some(format), _) => format,
        (None, Some(_)) => Format::Csv,
        (None, None) => most_wanted(headers, &Format::ALL).ok_or_else(no_such_file)?,
    };
    Ok((format, dialect))
}

fn no_such_file() -> Problem {
    Problem::not_acceptable(&Format::ALL.map(|(media_type, _)| media_type), &["csv", "geojson", "parquet"])
}
