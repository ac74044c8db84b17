//! Copies, made by commits.

use std::collections::BTreeMap;

use rusqlite::{Transaction, params};
use smartpole_model::UtcMillis;
use smartpole_pipeline::Changes;
use smartpole_window::{Aggregates, Level};

use super::{HOURS, Packed, WEEK_MS, first_of, week_of};
use crate::{
    Error,
    error::{damaged, sqlite},
    pole_hours::HOUR_MS,
};

/// How long after its end a week is copied: most of what comes late has come by then.
const SETTLED_MS: i64 = 48 * HOUR_MS;
/// Weeks that any commit copies, each of which takes as long as some hundred hours take to be written …
const LEAST: usize = 4;
/// … and one more for so many hours and days that it wrote itself, so that a catch-up is followed.
const PER_WEEK: usize = 100;

/// A week of a pole or zone, as its key.
type Key = (i64, u8, u32);

/// Copies some of the weeks that are due.
pub(crate) fn copy_some(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), Error> {
    let doing = sqlite("copy hours");
    let most = LEAST + changes.rollups.len() / PER_WEEK;
    let sql = "SELECT week, scope, number FROM week_due WHERE week < ?1 ORDER BY week, scope, number LIMIT ?2";
    let mut statement = transaction.prepare_cached(sql).map_err(&doing)?;
    let settled = week_of(changes.received_at.plus(-SETTLED_MS));
    let due = statement.query_map(params![settled, most as i64], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    let due = due.map_err(&doing)?.collect::<Result<Vec<Key>, _>>().map_err(&doing)?;
    due.into_iter().try_for_each(|key| copy(transaction, key))
}

fn copy(transaction: &Transaction<'_>, key: Key) -> Result<(), Error> {
    let doing = sqlite("copy hours");
    let (week, scope, number) = key;
    let rows = rows(transaction, key)?;
    for sql in [
        "DELETE FROM week WHERE week = ?1 AND scope = ?2 AND number = ?3",
        "DELETE FROM week_due WHERE week = ?1 AND scope = ?2 AND number = ?3",
    ] {
        let mut statement = transaction.prepare_cached(sql).map_err(&doing)?;
        statement.execute(params![week, scope, number]).map_err(&doing)?;
    }
    let sql = "INSERT INTO week(week, scope, number, property, hours) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut insert = transaction.prepare_cached(sql).map_err(&doing)?;
    for (property, packed) in rows {
        insert.execute(params![week, scope, number, property, packed.bytes]).map_err(&doing)?;
    }
    Ok(())
}

/// The rows of a week, by property.
fn rows(transaction: &Transaction<'_>, (week, scope, number): Key) -> Result<BTreeMap<i64, Packed>, Error> {
    let doing = sqlite("read hours");
    let sql = "SELECT start, minute, aggregates FROM rollup
               WHERE level = ?1 AND scope = ?2 AND number = ?3 AND start >= ?4 AND start < ?5";
    let mut statement = transaction.prepare_cached(sql).map_err(&doing)?;
    let first = first_of(week);
    let span = params![Level::Hour as u8, scope, number, first.0, first.0.saturating_add(WEEK_MS)];
    let (mut of, mut newest) = (BTreeMap::<i64, Packed>::new(), i64::MIN);
    let mut found = statement.query(span).map_err(&doing)?;
    while let Some(row) = found.next().map_err(&doing)? {
        let hour = UtcMillis(row.get(0).map_err(&doing)?).since(first).unsigned_abs() / HOUR_MS.unsigned_abs();
        newest = newest.max(row.get(1).map_err(&doing)?);
        let blob = row.get_ref(2).map_err(&doing)?.as_blob().map_err(|error| doing(error.into()))?;
        for (series, aggregate) in Aggregates::unpack(blob).map_err(damaged("hour"))?.0 {
            of.entry(series.property.0.into()).or_default().put_aggregate(hour, series.channel, &aggregate);
        }
    }
    of.insert(HOURS, Packed::hours(newest));
    Ok(of)
}
