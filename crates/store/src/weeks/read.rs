//! Hours and days as they are stored, hours of copied weeks from their copies.

use rusqlite::{Row, params};
use smartpole_model::{PackError, PropertyNo, Reader, Series, UtcMillis};
use smartpole_pipeline::Scope;
use smartpole_window::{Aggregates, Level};

use super::{HOURS, Hours, WEEK_MS, first_of, week_of};
use crate::{
    Error,
    commit::scope_key,
    error::{damaged, sqlite},
    pole_hours::HOUR_MS,
    queries::Snapshot,
};

/// Which hours or days.
#[derive(Clone, Copy)]
pub(crate) struct RollupsOf {
    pub(crate) level: Level,
    pub(crate) scope: Scope,
    /// What is told of others is left out as it comes.
    pub(crate) property: PropertyNo,
    /// Their first instants: from here on, and before this.
    pub(crate) span: (UtcMillis, UtcMillis),
}

/// An hour or a day.
pub(crate) struct Rollup<'a> {
    pub(crate) start: UtcMillis,
    /// Minute of receipt of its newest change, or of the newest one of an hour beside it.
    pub(crate) minute: i64,
    pub(crate) aggregates: &'a Aggregates,
}

/// Visits hours or days in order. A copy whose newest change is not `wanted` is not read: its hours are looked at one by one. Hours and
/// days whose own is not are told of without their aggregates.
pub(crate) fn each_rollup(
    snapshot: &Snapshot,
    of: RollupsOf,
    wanted: impl Fn(i64) -> bool,
    mut each: impl FnMut(&Rollup<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let (mut from, to) = of.span;
    if of.level == Level::Hour && !matches!(of.scope, Scope::Device(_)) {
        let doing = sqlite("read copies of hours");
        let sql = "SELECT hours.week, hours.hours, of.hours FROM week AS hours LEFT JOIN week AS of
                     ON of.scope = hours.scope AND of.number = hours.number AND of.property = ?4 AND of.week = hours.week
                   WHERE hours.scope = ?1 AND hours.number = ?2 AND hours.property = ?3 AND hours.week >= ?5 AND hours.week < ?6
                   ORDER BY hours.week";
        let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
        let ((scope, number), weeks) = (scope_key(of.scope), (week_of(from), week_of(to.plus(WEEK_MS - 1))));
        let asked = params![scope, number, HOURS, of.property.0, weeks.0, weeks.1];
        let mut rows = statement.query(asked).map_err(&doing)?;
        while let Some(row) = rows.next().map_err(&doing)? {
            let copied = Copied::new(row).map_err(&doing)?.map_err(damaged("copy of hours"))?;
            if wanted(copied.newest_minute) {
                each_stored(snapshot, RollupsOf { span: (from, copied.first), ..of }, &wanted, &mut each)?;
                from = copied.first.plus(WEEK_MS);
                copied.each(of, &mut each)?;
            }
        }
    }
    each_stored(snapshot, RollupsOf { span: (from, to), ..of }, wanted, each)
}

/// The same without looking for copies.
pub(crate) fn each_stored(
    snapshot: &Snapshot,
    of: RollupsOf,
    wanted: impl Fn(i64) -> bool,
    mut each: impl FnMut(&Rollup<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    if of.span.0 >= of.span.1 {
        return Ok(());
    }
    let doing = sqlite("read hours and days");
    let sql = "SELECT start, minute, aggregates FROM rollup
               WHERE level = ?1 AND scope = ?2 AND number = ?3 AND start >= ?4 AND start < ?5";
    let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
    let (scope, number) = scope_key(of.scope);
    let asked = params![of.level as u8, scope, number, of.span.0.0, of.span.1.0];
    let mut rows = statement.query(asked).map_err(&doing)?;
    while let Some(row) = rows.next().map_err(&doing)? {
        let (start, minute) = (UtcMillis(row.get(0).map_err(&doing)?), row.get(1).map_err(&doing)?);
        let mut aggregates = Aggregates::default();
        if wanted(minute) {
            let blob = row.get_ref(2).map_err(&doing)?.as_blob().map_err(|error| doing(error.into()))?;
            aggregates = Aggregates::unpack_of(blob, &[of.property]).map_err(damaged("hour or day"))?;
        }
        each(&Rollup { start, minute, aggregates: &aggregates })?;
    }
    Ok(())
}

/// A week that was copied.
struct Copied<'a> {
    first: UtcMillis,
    newest_minute: i64,
    of: Hours<'a>,
}

impl<'a> Copied<'a> {
    fn new(row: &'a Row<'_>) -> rusqlite::Result<Result<Self, PackError>> {
        let first = first_of(row.get(0)?);
        let (hours, of) = (row.get_ref(1)?.as_blob()?, row.get_ref(2)?.as_blob_or_null()?);
        Ok((|| {
            let newest_minute = Reader::new(hours).i64()?;
            Ok(Self { first, newest_minute, of: Hours::new(of.unwrap_or_default())? })
        })())
    }

    fn each(mut self, asked: RollupsOf, each: &mut impl FnMut(&Rollup<'_>) -> Result<(), Error>) -> Result<(), Error> {
        let mut aggregates = Aggregates::default();
        let series = Series { property: asked.property, channel: 0 };
        while let Some((hour, ..)) = self.of.next {
            let within = hour < (WEEK_MS / HOUR_MS) as u64;
            let taken =
                if within { self.of.take(hour, series, &mut aggregates) } else { Err(PackError::Invalid("hour")) };
            taken.map_err(damaged("copy of hours"))?;
            let start = self.first.plus(hour as i64 * HOUR_MS);
            if start >= asked.span.0 && start < asked.span.1 {
                each(&Rollup { start, minute: self.newest_minute, aggregates: &aggregates })?;
            }
        }
        Ok(())
    }
}
