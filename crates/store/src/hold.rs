//! Readings that stay after their time until a target is known to have them, a day (UTC) at a time.
//!
//! ```text
//! cut ──► a day is due ──► asked of the target ──┬── all are there ──► confirmed ──► rows go
//!                                                └── some are not ──► set aside: days after it may go before it
//! ```
//! A day is confirmed as of the batch that brought its newest reading, and only once the target has been sent that batch. Whatever is
//! committed of a day takes its confirmation back in the same transaction. Nothing is taken for confirmed that was so in a process
//! before: the target may have lost it since.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use smartpole_model::{DeviceNo, Quarter};
use smartpole_pipeline::Changes;

use crate::{
    Error, Store,
    error::sqlite,
    retention,
    store::block_id,
    walk::{FIRST, stored},
};

/// Quarters of an hour of a day.
const QUARTERS: i32 = 96;

/// A day whose readings may go as soon as the target has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// UTC days since 1970.
    pub day: i32,
    /// The batch that brought its newest reading; the target has been sent it.
    pub batch: u64,
    /// Whether it was found before that the target lacks some.
    pub aside: bool,
}

impl Due {
    /// Its first quarter, and the first one after.
    pub fn quarters(&self) -> (Quarter, Quarter) {
        (Quarter(self.day * QUARTERS), Quarter((self.day + 1) * QUARTERS))
    }
}

impl Store {
    /// Lets readings stay until this target is known to have them; if none, until they have passed retention. What was known so far is
    /// forgotten.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Sqlite`].
    pub fn hold(&self, target: Option<&str>) -> Result<(), Error> {
        let mut writer = self.writer();
        let doing = sqlite("hold readings");
        let transaction = writer.transaction().map_err(&doing)?;
        match target {
            Some(target) => {
                // of days that nothing came of since, the newest batch so far is late enough
                let sql =
                    "INSERT INTO hold(id, target, batch) SELECT 1, ?1, coalesce(max(batch), 0) FROM cursor WHERE true
                           ON CONFLICT(id) DO UPDATE SET target = ?1";
                transaction.execute(sql, [target]).map_err(&doing)?;
                transaction.execute("UPDATE held SET confirmed = 0", []).map_err(&doing)?;
            }
            None => {
                // what was passed over is looked at again
                let sql = "UPDATE sealed SET raw = min(raw, first), personal = min(personal, first)
                           FROM (SELECT min(aside) AS first FROM held) WHERE first IS NOT NULL";
                transaction.execute(sql, []).map_err(&doing)?;
                transaction.execute_batch("DELETE FROM hold; DELETE FROM held;").map_err(&doing)?;
            }
        }
        transaction.commit().map_err(&doing)
    }

    /// Says that the target has all readings of a day that are here. Whether that still holds: nothing of the day came since it was due.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Sqlite`].
    pub fn confirm(&self, due: &Due) -> Result<bool, Error> {
        self.note(due, true)
    }

    /// Says that the target lacks some readings of a day, so that days after it need not wait.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Sqlite`].
    pub fn set_aside(&self, due: &Due) -> Result<(), Error> {
        self.note(due, false).map(drop)
    }

    fn note(&self, due: &Due, confirmed: bool) -> Result<bool, Error> {
        let mut writer = self.writer();
        let doing = sqlite("note which readings a target has");
        let transaction = writer.transaction().map_err(&doing)?;
        let is_newest = newest(&transaction, due.day)? == Some(due.batch);
        if is_newest {
            let sql = "INSERT INTO held(day, batch) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            transaction.execute(sql, params![due.day, due.batch as i64]).map_err(&doing)?;
            let sql = "UPDATE held SET confirmed = ?2, aside = iif(?2, aside, coalesce(aside, ?3)) WHERE day = ?1";
            transaction.execute(sql, params![due.day, confirmed, id(due.day)]).map_err(&doing)?;
        }
        transaction.commit().map_err(&doing)?;
        Ok(is_newest)
    }

    /// Days that readings should have gone of and that the target may have by now: the first ones that nothing is known of, at most
    /// so many, and those that were set aside.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn due(&self, most: usize) -> Result<Vec<Due>, Error> {
        let file = self.reader()?;
        let reading = file.unchecked_transaction().map_err(sqlite("read which days are due"))?;
        let Some(sent) = sent(&reading)? else { return Ok(Vec::new()) };
        let mut due = waiting(&reading, most)?;
        due.extend(aside(&reading)?);
        due.retain(|due| due.batch <= sent);
        Ok(due)
    }

    /// Days of which readings are held here though their time has come, a hundred at most of those that nothing is known of.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn held_days(&self) -> Result<usize, Error> {
        let file = self.reader()?;
        Ok(waiting(&file, 100)?.len() + aside(&file)?.len())
    }
}

/// The newest batch that the target of the history has; none if nothing is held.
fn sent(file: &Connection) -> Result<Option<u64>, Error> {
    let sql = "SELECT target.batch FROM target JOIN hold ON name = hold.target";
    let found = file.query_row(sql, [], |row| row.get::<_, i64>(0)).optional();
    Ok(found.map_err(sqlite("read how far a target is"))?.map(i64::unsigned_abs))
}

/// The id of a day's first block.
fn id(day: i32) -> i64 {
    block_id(Quarter(day * QUARTERS), DeviceNo(0))
}

fn is_on(file: &Connection) -> Result<bool, Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM hold)";
    file.query_row(sql, [], |row| row.get(0)).map_err(sqlite("read whether readings are held"))
}

/// The batch that brought the newest reading of a day; none if nothing is held.
fn newest(file: &Connection, day: i32) -> Result<Option<u64>, Error> {
    let sql = "SELECT coalesce((SELECT batch FROM held WHERE day = ?1), batch) FROM hold";
    let found = file.query_row(sql, [day], |row| row.get::<_, i64>(0)).optional();
    Ok(found.map_err(sqlite("read which days are due"))?.map(i64::unsigned_abs))
}

/// The first days, from where rows go next to the cut, that are neither confirmed nor set aside.
fn waiting(file: &Connection, most: usize) -> Result<Vec<Due>, Error> {
    let mut found: Vec<Due> = Vec::new();
    for (from, to) in retention::due(file)? {
        let mut next = from;
        while let Some(day) = first_day(file, next, to)?.filter(|_| found.len() < most) {
            let is_new = state(file, day)? == State::Unknown && found.iter().all(|due| due.day != day);
            let batch = if is_new { newest(file, day)? } else { None };
            found.extend(batch.map(|batch| Due { day, batch, aside: false }));
            next = id(day + 1);
        }
    }
    Ok(found)
}

fn aside(file: &Connection) -> Result<Vec<Due>, Error> {
    let doing = sqlite("read which days were set aside");
    let sql = "SELECT day, batch FROM held WHERE aside IS NOT NULL AND NOT confirmed ORDER BY day";
    let mut statement = file.prepare_cached(sql).map_err(&doing)?;
    let rows = statement
        .query_map([], |row| Ok(Due { day: row.get(0)?, batch: row.get::<_, i64>(1)?.unsigned_abs(), aside: true }));
    rows.map_err(&doing)?.collect::<rusqlite::Result<_>>().map_err(&doing)
}

/// The day of the first block from one id on and before another.
fn first_day(file: &Connection, from: i64, to: i64) -> Result<Option<i32>, Error> {
    let first = if from < to { stored(file, FIRST, from)? } else { None };
    Ok(first.filter(|first| block_id(*first, DeviceNo(0)) < to).map(|first| first.0.div_euclid(QUARTERS)))
}

/// What is known of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Unknown,
    Confirmed,
    Aside,
}

fn state(file: &Connection, day: i32) -> Result<State, Error> {
    let doing = sqlite("read which days a target has");
    let sql = "SELECT confirmed, aside IS NOT NULL FROM held WHERE day = ?1";
    let mut statement = file.prepare_cached(sql).map_err(&doing)?;
    let found = statement.query_row([day], |row| Ok((row.get(0)?, row.get(1)?))).optional().map_err(&doing)?;
    Ok(match found {
        Some((_, true)) => State::Aside,
        Some((true, false)) => State::Confirmed,
        _ => State::Unknown,
    })
}

/// The first stretch of ids within a span of which rows may go now; where it is empty, its beginning is how far rows are gone.
pub(crate) fn stretch(transaction: &Transaction<'_>, (mut from, to): (i64, i64)) -> Result<(i64, i64), Error> {
    if !is_on(transaction)? {
        return Ok((from, to));
    }
    while let Some(day) = first_day(transaction, from, to)? {
        let next = id(day + 1);
        match state(transaction, day)? {
            State::Aside => from = next,
            State::Confirmed => return Ok((from, to.min(next))),
            State::Unknown => return Ok((from, from)),
        }
    }
    Ok((from.max(to), to))
}

/// A day that was set aside and is confirmed by now, as ids: from where its rows are here, and the first one after.
pub(crate) fn put_back(transaction: &Transaction<'_>) -> Result<Option<(i64, i64)>, Error> {
    let doing = sqlite("read which days were set aside");
    let sql = "SELECT day, aside FROM held WHERE confirmed AND aside IS NOT NULL ORDER BY day LIMIT 1";
    let mut statement = transaction.prepare_cached(sql).map_err(&doing)?;
    let found = statement.query_row([], |row| Ok((row.get::<_, i32>(0)?, row.get(1)?))).optional().map_err(&doing)?;
    Ok(found.map(|(day, from)| (from, id(day + 1))))
}

/// Notes how far rows of such a day are gone, `(from, to)` being what is left of it.
pub(crate) fn put_on(transaction: &Transaction<'_>, (from, to): (i64, i64)) -> Result<(), Error> {
    let doing = sqlite("note how far readings are gone");
    let day = (to >> 32) / i64::from(QUARTERS) - 1;
    let aside = (from < to).then_some(from);
    // of a day that is done the rest may have its time later
    let sql = "UPDATE held SET aside = ?2, confirmed = confirmed AND ?2 IS NOT NULL WHERE day = ?1";
    transaction.execute(sql, params![day, aside]).map(drop).map_err(&doing)
}

/// Forgets days, by the ids up to which rows are gone: those of all, and those of persons, which is asked about once more at the cut.
pub(crate) fn forget(transaction: &Transaction<'_>, (raw, personal): (i64, i64), cut: i64) -> Result<(), Error> {
    let doing = sqlite("forget days that a target has");
    let day = |id: i64| (id >> 32).div_euclid(i64::from(QUARTERS));
    let sql = "UPDATE held SET confirmed = 0 WHERE confirmed AND aside IS NULL AND day >= ?1 AND day < ?2";
    transaction.execute(sql, [day(cut), day(personal)]).map_err(&doing)?;
    let sql = "DELETE FROM held WHERE aside IS NULL AND day < ?1";
    transaction.execute(sql, [day(raw.min(personal))]).map(drop).map_err(&doing)
}

/// Takes confirmations back of days of which a batch brings something.
pub(crate) fn touch(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), Error> {
    if changes.blocks.is_empty() || !is_on(transaction)? {
        return Ok(());
    }
    let doing = sqlite("note of which days readings came");
    let mut days: Vec<i32> = changes.blocks.iter().map(|block| block.quarter.0.div_euclid(QUARTERS)).collect();
    days.dedup();
    let sql = "INSERT INTO held(day, batch) VALUES (?1, ?2)
               ON CONFLICT(day) DO UPDATE SET batch = ?2, confirmed = 0, aside = iif(aside IS NULL, NULL, ?3)";
    let mut statement = transaction.prepare_cached(sql).map_err(&doing)?;
    for day in days {
        statement.execute(params![day, changes.batch as i64, id(day)]).map_err(&doing)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
