//! Lets go of what has passed retention, a little with each commit.
//!
//! ```text
//! checkpoint ──► cut (one row a day) ──► the oldest that is kept ──► each commit: some rows, some blocks, in the order of ids
//! ```
//! The oldest cut counts, not the newest: a verification may begin at its checkpoint, and finds everything that the fold could ask
//! for since then. Blocks go only once every target has been told of them: the outbox names windows, and they are read when they
//! are sent. Where a history keeps readings, rows go only once it is known to have them ([`crate::hold`]).

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use smartpole_model::{DeviceNo, PackError, Quarter, Reader, put_u64};
use smartpole_pipeline::{Changes, CheckpointRow, Cuts};

use crate::{
    Error,
    error::{damaged, sqlite},
    hold,
    store::block_id,
};

/// Rows of a table that one commit takes away, and blocks that it seals: some milliseconds, and 17 million a day at a commit a
/// second, where 10,000 devices make a million.
const STEP: usize = 200;
/// Blocks that one commit looks at for some to seal.
const LOOKED_AT: usize = 2_000;

/// How far rows are gone: block ids.
struct Sealed {
    /// Of all blocks.
    raw: i64,
    /// Of blocks of devices that measure persons.
    personal: i64,
}

/// The fold's newest cuts; none before the first checkpoint.
pub(crate) fn cuts(connection: &Connection) -> Result<Cuts, Error> {
    let sql = "SELECT day, raw, personal, quarters FROM cut ORDER BY day DESC LIMIT 1";
    Ok(read(connection, sql)?.map(|(_, cuts)| cuts).unwrap_or_default())
}

/// The cuts by which things go; none before the first checkpoint.
pub(crate) fn oldest(connection: &Connection) -> Result<Cuts, Error> {
    Ok(read(connection, OLDEST)?.map(|(_, cuts)| cuts).unwrap_or_default())
}

const OLDEST: &str = "SELECT day, raw, personal, quarters FROM cut ORDER BY day LIMIT 1";

fn read(connection: &Connection, sql: &str) -> Result<Option<(i32, Cuts)>, Error> {
    let doing = sqlite("read what may go");
    let mut statement = connection.prepare_cached(sql).map_err(&doing)?;
    let found = statement.query_row([], |row| {
        let (raw, personal, quarters) = (Quarter(row.get(1)?), Quarter(row.get(2)?), Quarter(row.get(3)?));
        Ok((row.get(0)?, Cuts { raw, personal, quarters }))
    });
    found.optional().map_err(&doing)
}

/// Keeps a checkpoint's cuts as long as its state.
pub(crate) fn put(transaction: &Transaction<'_>, checkpoint: &CheckpointRow, kept: i32) -> Result<(), Error> {
    let doing = sqlite("write what may go");
    let Cuts { raw, personal, quarters } = checkpoint.cuts;
    let sql = "INSERT OR REPLACE INTO cut(day, raw, personal, quarters, persons) VALUES (?1, ?2, ?3, ?4, ?5)";
    let row = params![checkpoint.day, raw.0, personal.0, quarters.0, pack(&checkpoint.persons)];
    transaction.execute(sql, row).map_err(&doing)?;
    let sql = "DELETE FROM cut WHERE day NOT IN (SELECT day FROM cut ORDER BY day DESC LIMIT ?1)";
    transaction.execute(sql, [kept]).map(drop).map_err(&doing)
}

/// Takes the next step.
pub(crate) fn let_go(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), Error> {
    let Some((day, cuts)) = read(transaction, OLDEST)? else { return Ok(()) };
    delete(transaction, untold(transaction, changes, cuts.quarters)?)?;
    let before = sealed(transaction, day)?;
    let cut = [cuts.raw, cuts.personal].map(|cut| block_id(cut, DeviceNo(0)));
    let raw = seal(transaction, hold::stretch(transaction, (before.raw, cut[0]))?, None)?;
    let due = (before.personal.max(before.raw), cut[1]);
    let persons = if due.0 < due.1 { Some(persons(transaction)?) } else { None };
    let personal = match &persons {
        Some(persons) => seal(transaction, hold::stretch(transaction, due)?, Some(persons))?,
        None => before.personal,
    };
    seal_put_back(transaction, cut)?;
    note(transaction, &before, &Sealed { raw, personal }, cut[0])
}

/// Goes on with a day that was set aside and may go by now.
fn seal_put_back(transaction: &Transaction<'_>, [raw, personal]: [i64; 2]) -> Result<(), Error> {
    let Some((from, to)) = hold::put_back(transaction)? else { return Ok(()) };
    let persons = if to <= raw { None } else { Some(persons(transaction)?) };
    let from = seal(transaction, (from, to.min(personal)), persons.as_ref())?;
    hold::put_on(transaction, (from, to))
}

fn note(transaction: &Transaction<'_>, before: &Sealed, now: &Sealed, cut: i64) -> Result<(), Error> {
    if (now.raw, now.personal) == (before.raw, before.personal) {
        return Ok(());
    }
    let doing = sqlite("seal blocks");
    let mut statement = transaction.prepare_cached("UPDATE sealed SET raw = ?1, personal = ?2").map_err(&doing)?;
    statement.execute(params![now.raw, now.personal]).map_err(&doing)?;
    hold::forget(transaction, (now.raw, now.personal), cut)
}

/// Spans of ids whose rows have passed retention and are not gone yet, all of them or those of persons.
pub(crate) fn due(file: &Connection) -> Result<[(i64, i64); 2], Error> {
    let cuts = oldest(file)?;
    let doing = sqlite("read how far blocks are sealed");
    let found = file.query_row("SELECT raw, personal FROM sealed", [], |row| Ok((row.get(0)?, row.get(1)?)));
    let (raw, personal): (i64, i64) = found.optional().map_err(&doing)?.unwrap_or((i64::MIN, i64::MIN));
    Ok([(raw, block_id(cuts.raw, DeviceNo(0))), (personal.max(raw), block_id(cuts.personal, DeviceNo(0)))])
}

/// The first quarter that may not go as a target has yet to be told of it: what waits for as long was changed when older blocks were
/// still there.
fn untold(transaction: &Transaction<'_>, changes: &Changes, cut: Quarter) -> Result<Quarter, Error> {
    let doing = sqlite("read what has to be sent");
    let sql = "SELECT received_at FROM outbox ORDER BY batch LIMIT 1";
    let mut statement = transaction.prepare_cached(sql).map_err(&doing)?;
    let oldest: Option<i64> = statement.query_row([], |row| row.get(0)).optional().map_err(&doing)?;
    let waited = oldest.map_or(0, |oldest| changes.received_at.0.saturating_sub(oldest).max(0) / Quarter::MILLIS);
    Ok(Quarter(cut.0.saturating_sub(i32::try_from(waited).unwrap_or(i32::MAX))))
}

/// Deletes some blocks before a quarter, and what is kept with them. Hours and days stay.
fn delete(transaction: &Transaction<'_>, cut: Quarter) -> Result<(), Error> {
    let doing = sqlite("delete what has passed retention");
    let all = [
        ("DELETE FROM block WHERE id IN (SELECT id FROM block WHERE id < ?1 ORDER BY id LIMIT ?2)", block_id(cut, DeviceNo(0))),
        (
            "DELETE FROM moved WHERE (quarter, device, minute) IN
             (SELECT quarter, device, minute FROM moved WHERE quarter < ?1 ORDER BY quarter, device, minute LIMIT ?2)",
            cut.0.into(),
        ),
        (
            "DELETE FROM revision WHERE (quarter, device, revision) IN
             (SELECT quarter, device, revision FROM revision WHERE quarter < ?1 ORDER BY quarter, device, revision LIMIT ?2)",
            cut.0.into(),
        ),
    ];
    for (sql, before) in all {
        let mut statement = transaction.prepare_cached(sql).map_err(&doing)?;
        statement.execute(params![before, STEP as i64]).map_err(&doing)?;
    }
    Ok(())
}

/// How far rows are gone. Where a registry has made devices personal since, it begins anew for all.
fn sealed(transaction: &Transaction<'_>, day: i32) -> Result<Sealed, Error> {
    let doing = sqlite("read how far blocks are sealed");
    let mut statement = transaction.prepare_cached("SELECT day, raw, personal FROM sealed").map_err(&doing)?;
    let found = statement.query_row([], |row| Ok((row.get::<_, i32>(0)?, row.get(1)?, row.get(2)?))).optional();
    let (of, raw, personal) = found.map_err(&doing)?.unwrap_or((i32::MIN, i64::MIN, i64::MIN));
    if of == day {
        return Ok(Sealed { raw, personal });
    }
    let sql = "SELECT persons FROM cut WHERE day = ?1";
    let packed: Vec<u8> = transaction.query_row(sql, [day], |row| row.get(0)).map_err(&doing)?;
    let (former, now) = (persons(transaction)?, unpack(&packed).map_err(damaged("list of devices"))?);
    let personal = if now.is_subset(&former) { personal } else { raw };
    let sql = "INSERT OR REPLACE INTO sealed(id, day, raw, personal, persons) VALUES (1, ?1, ?2, ?3, ?4)";
    transaction.execute(sql, params![day, raw, personal, packed]).map_err(&doing)?;
    Ok(Sealed { raw, personal })
}

/// Numbers of devices that measure persons, of the oldest cut.
pub(crate) fn persons(connection: &Connection) -> Result<HashSet<u32>, Error> {
    let doing = sqlite("read which devices measure persons");
    let mut statement = connection.prepare_cached("SELECT persons FROM sealed").map_err(&doing)?;
    let packed: Option<Vec<u8>> = statement.query_row([], |row| row.get(0)).optional().map_err(&doing)?;
    packed.map_or(Ok(HashSet::new()), |packed| unpack(&packed).map_err(damaged("list of devices")))
}

/// Takes the rows of some blocks away, in order from one id to before another and of some devices only, and says how far it came.
fn seal(transaction: &Transaction<'_>, (from, to): (i64, i64), of: Option<&HashSet<u32>>) -> Result<i64, Error> {
    let doing = sqlite("seal blocks");
    if from >= to {
        return Ok(from);
    }
    let sql = "SELECT id, length(rows) FROM block WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3";
    let mut statement = transaction.prepare_cached(sql).map_err(&doing)?;
    let found = statement.query_map(params![from, to, LOOKED_AT as i64], |row| Ok((row.get(0)?, row.get(1)?)));
    let found: Vec<(i64, i64)> = found.map_err(&doing)?.collect::<rusqlite::Result<_>>().map_err(&doing)?;
    let mut update = transaction.prepare_cached("UPDATE block SET rows = x'' WHERE id = ?1").map_err(&doing)?;
    let is_due = |(id, length): &&(i64, i64)| *length > 0 && of.is_none_or(|of| of.contains(&device_of(*id)));
    let mut due = found.iter().filter(is_due);
    for (id, _) in due.by_ref().take(STEP) {
        update.execute([id]).map_err(&doing)?;
    }
    Ok(match (due.next(), found.last()) {
        (Some((next, _)), _) => *next,
        (None, Some((last, _))) if found.len() == LOOKED_AT => last + 1,
        _ => to,
    })
}

fn device_of(block: i64) -> u32 {
    (block & 0xffff_ffff) as u32
}

/// n, then how much each is greater than the one before.
fn pack(devices: &[DeviceNo]) -> Vec<u8> {
    let mut out = Vec::with_capacity(4 + devices.len() * 2);
    put_u64(&mut out, devices.len() as u64);
    let mut before = 0;
    for device in devices {
        put_u64(&mut out, u64::from(device.0.wrapping_sub(before)));
        before = device.0;
    }
    out
}

fn unpack(bytes: &[u8]) -> Result<HashSet<u32>, PackError> {
    let mut reader = Reader::new(bytes);
    if bytes.is_empty() {
        return Ok(HashSet::new());
    }
    let (mut found, mut before) = (HashSet::new(), 0u32);
    for _ in 0..reader.len("devices")? {
        before = before.wrapping_add(reader.num("device")?);
        found.insert(before);
    }
    Ok(found)
}

#[cfg(test)]
pub(crate) mod tests;
