//! Programs before counted revisions of blocks, not of their series. Which series each revision changed is told from the aggregates that
//! were kept of it; of hours and days that is not known, so each of their series keeps the number that all of them had.

use rusqlite::{OptionalExtension, Result, Transaction, params};
use smartpole_model::{DeviceNo, Quarter};
use smartpole_window::Aggregates;

use crate::{
    Error,
    error::{damaged, sqlite},
    store::block_id,
};

/// Has all that is stored count revisions by series.
pub(super) fn count_revisions(transaction: &Transaction<'_>) -> std::result::Result<(), Error> {
    let doing = sqlite("count revisions by series");
    let mut blocks = transaction.prepare("SELECT DISTINCT quarter, device FROM revision").map_err(&doing)?;
    let blocks = blocks.query_map([], |row| Ok((Quarter(row.get(0)?), DeviceNo(row.get(1)?)))).map_err(&doing)?;
    for block in blocks.collect::<Result<Vec<_>>>().map_err(&doing)? {
        of_block(transaction, block)?;
    }
    let sql = "SELECT level, scope, number, start FROM rollup WHERE revision > 0";
    let mut rollups = transaction.prepare(sql).map_err(&doing)?;
    let rollups = rollups.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
    for rollup in rollups.map_err(&doing)?.collect::<Result<Vec<_>>>().map_err(&doing)? {
        of_rollup(transaction, rollup)?;
    }
    Ok(())
}

fn of_block(transaction: &Transaction<'_>, (quarter, device): (Quarter, DeviceNo)) -> std::result::Result<(), Error> {
    let doing = sqlite("count revisions of a block");
    let sql = "SELECT revision, former FROM revision WHERE quarter = ?1 AND device = ?2 ORDER BY revision";
    let mut read = transaction.prepare_cached(sql).map_err(&doing)?;
    let rows = read.query_map([i64::from(quarter.0), device.0.into()], |row| Ok((row.get(0)?, row.get(1)?)));
    let rows: Vec<(u32, Vec<u8>)> = rows.map_err(&doing)?.collect::<Result<_>>().map_err(&doing)?;
    let sql = "UPDATE revision SET former = ?4 WHERE quarter = ?1 AND device = ?2 AND revision = ?3";
    let mut write = transaction.prepare_cached(sql).map_err(&doing)?;
    let mut former: Option<Aggregates> = None;
    for (revision, packed) in rows {
        let counted = counted(&packed, former.as_ref())?;
        if former.is_some() {
            write.execute(params![quarter.0, device.0, revision, counted.pack()]).map_err(&doing)?;
        }
        former = Some(counted);
    }
    let mut read = transaction.prepare_cached("SELECT aggregates FROM block WHERE id = ?1").map_err(&doing)?;
    let id = block_id(quarter, device);
    let now: Option<Vec<u8>> = read.query_row([id], |row| row.get(0)).optional().map_err(&doing)?;
    let mut write = transaction.prepare_cached("UPDATE block SET aggregates = ?2 WHERE id = ?1").map_err(&doing)?;
    now.map_or(Ok(()), |now| {
        write.execute(params![id, counted(&now, former.as_ref())?.pack()]).map(drop).map_err(&doing)
    })
}

/// Packed aggregates with the revision that made them of `former` ones; none of a block that was not there.
fn counted(packed: &[u8], former: Option<&Aggregates>) -> std::result::Result<Aggregates, Error> {
    let all = if packed.is_empty() { Ok(Aggregates::default()) } else { Aggregates::unpack(packed) };
    let mut all = all.map_err(damaged("block"))?;
    if let Some(former) = former {
        all.count_revision(former);
    }
    Ok(all)
}

fn of_rollup(transaction: &Transaction<'_>, key: (u8, u8, u32, i64)) -> std::result::Result<(), Error> {
    let doing = sqlite("count revisions of an hour or a day");
    let (level, scope, number, start) = key;
    let sql = "SELECT revision, aggregates FROM rollup WHERE level = ?1 AND scope = ?2 AND number = ?3 AND start = ?4";
    let mut read = transaction.prepare_cached(sql).map_err(&doing)?;
    let row = read.query_row(params![level, scope, number, start], |row| Ok((row.get(0)?, row.get(1)?)));
    let (revisions, packed): (i32, Vec<u8>) = row.map_err(&doing)?;
    let mut all = Aggregates::unpack(&packed).map_err(damaged("hour or day"))?;
    all.0.iter_mut().for_each(|(_, aggregate)| aggregate.revisions = revisions);
    let sql = "UPDATE rollup SET aggregates = ?5 WHERE level = ?1 AND scope = ?2 AND number = ?3 AND start = ?4";
    let mut write = transaction.prepare_cached(sql).map_err(&doing)?;
    write.execute(params![level, scope, number, start, all.pack()]).map(drop).map_err(&doing)
}
