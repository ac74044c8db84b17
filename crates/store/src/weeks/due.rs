//! Weeks with hours that changed: their copies are withdrawn, and what was summed up of them is not true any more.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use rusqlite::{Transaction, params};
use smartpole_pipeline::{Changes, RollupDelta, Scope};
use smartpole_window::Level;

use super::{HOURS, week_of};
use crate::{
    Error,
    commit::{each, scope_key},
    error::sqlite,
    queries::Snapshot,
};

/// Withdraws the copies of hours that are about to change.
pub(crate) fn withdraw(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), Error> {
    let doing = sqlite("withdraw copies of hours");
    let sql = "INSERT OR IGNORE INTO week_due(week, scope, number) VALUES (?1, ?2, ?3)";
    let mut due = transaction.prepare_cached(sql).map_err(&doing)?;
    let sql = "DELETE FROM week WHERE scope = ?2 AND number = ?3 AND property = ?4 AND week = ?1";
    let mut withdraw = transaction.prepare_cached(sql).map_err(&doing)?;
    let is_copied = |delta: &&RollupDelta| delta.level == Level::Hour && !matches!(delta.scope, Scope::Device(_));
    let mut changed = BTreeSet::new();
    for delta in changes.rollups.iter().filter(is_copied) {
        let (week, (scope, number)) = (week_of(delta.start), scope_key(delta.scope));
        // what was due before has no copy, and nobody relies on it
        if due.execute(params![week, scope, number]).map_err(&doing)? > 0 {
            withdraw.execute(params![week, scope, number, HOURS]).map_err(&doing)?;
            changed.insert(week);
        }
    }
    let (sql, weeks) =
        ("INSERT OR REPLACE INTO week_changed(week, batch) VALUES (?1, ?2)", changed.into_iter().collect::<Vec<_>>());
    each(transaction, "note changed weeks", sql, &weeks, |statement, week| {
        statement.execute(params![week, changes.batch as i64])
    })
}

/// The newest batch after which hours of a week became due, of those weeks that ever had any.
pub(crate) fn changed(snapshot: &Snapshot, weeks: &Range<i64>) -> Result<BTreeMap<i64, i64>, Error> {
    let doing = sqlite("read changed weeks");
    let sql = "SELECT week, batch FROM week_changed WHERE week >= ?1 AND week < ?2";
    let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
    let rows = statement.query_map(params![weeks.start, weeks.end], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.map_err(&doing)?.collect::<Result<_, _>>().map_err(&doing)
}

/// Whether hours of some scope change in a week without its becoming due, as it is already.
pub(crate) fn is_due(snapshot: &Snapshot, week: i64, scopes: &[Scope]) -> Result<bool, Error> {
    let doing = sqlite("read weeks that are due");
    let sql = "SELECT 1 FROM week_due WHERE week = ?1 AND scope = ?2 AND number = ?3";
    let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
    for scope in scopes {
        let (scope, number) = scope_key(*scope);
        if statement.exists(params![week, scope, number]).map_err(&doing)? {
            return Ok(true);
        }
    }
    Ok(false)
}
