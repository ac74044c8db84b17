//! Dates and times in cells of tables.

use jiff::{civil::Date, tz::TimeZone};

use super::{Problem, table::Row};
use crate::UtcMillis;

/// A date begins where the city lives.
const ZONE: &str = "Europe/Berlin";

/// Since for ever.
pub(super) const ALWAYS: UtcMillis = UtcMillis(i64::MIN);

/// For ever.
pub(super) const STILL: UtcMillis = UtcMillis(i64::MAX);

/// The instant in a column; `empty` where nothing stands there, `None` if it is none.
pub(super) fn read(row: &Row<'_>, column: &str, empty: UtcMillis, problems: &mut Vec<Problem>) -> Option<UtcMillis> {
    let cell = row.get(column);
    if cell.is_empty() {
        return Some(empty);
    }
    let instant = cell.parse().ok().or_else(|| midnight(cell));
    if instant.is_none() {
        let meaning = if empty == ALWAYS { "always" } else { "still" };
        let hint = format!(
            "write a date like 2026-01-31 or a time like 2026-01-31T08:00:00Z, or leave it empty for \"{meaning}\""
        );
        problems.push(row.problem(column, format!("{cell:?} is no date"), hint));
    }
    instant
}

/// A span of time of two columns; its end is the first instant after it.
pub(super) fn span(
    row: &Row<'_>,
    [from, to]: [&str; 2],
    problems: &mut Vec<Problem>,
) -> Option<(UtcMillis, UtcMillis)> {
    let (begin, end) = (read(row, from, ALWAYS, problems), read(row, to, STILL, problems));
    let span = (begin?, end?);
    if span.1 <= span.0 {
        let message = format!("the end is not after the begin, {}", span.0);
        problems.push(row.problem(to, message, format!("write in `{to}` the first day or instant after the span")));
        return None;
    }
    Some(span)
}

fn midnight(date: &str) -> Option<UtcMillis> {
    let date: Date = Some(date).filter(|date| date.len() == "2026-01-31".len())?.parse().ok()?;
    let start = date.to_zoned_datetime(TimeZone::get(ZONE).ok()?).ok()?;
    Some(UtcMillis(start.timestamp().as_millisecond()))
}
