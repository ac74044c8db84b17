//! Hours of a device, from roll-ups and memory, or of its blocks as they were.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::{OptionalExtension, params};
use smartpole_model::{DeviceNo, PropertyNo, Quarter, UtcMillis};
use smartpole_pipeline::{RecentBlock, Scope};
use smartpole_window::{Aggregates, Level};

use super::sensors::Said;
use crate::{
    Error,
    as_of::Then,
    commit::scope_key,
    error::{damaged, sqlite},
    queries::Snapshot,
    store::block_id,
};

/// Blocks in memory, by device.
pub(super) type Recent<'a> = HashMap<DeviceNo, Vec<&'a RecentBlock>>;

pub(super) fn by_device(snapshot: &Snapshot) -> Recent<'_> {
    let mut recent = Recent::new();
    for block in &snapshot.recent {
        recent.entry(block.device).or_default().push(block);
    }
    recent
}

/// What is asked of a device.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) device: DeviceNo,
    pub(super) span: (UtcMillis, UtcMillis),
    pub(super) properties: &'a [PropertyNo],
    /// Of a question about an earlier instant.
    pub(super) then: Option<&'a Then>,
}

/// What a device said in each hour.
pub(super) fn hours(
    snapshot: &Snapshot,
    recent: &Recent<'_>,
    wanted: Wanted<'_>,
) -> Result<BTreeMap<UtcMillis, Said>, Error> {
    let recent = recent.get(&wanted.device).map_or(&[][..], Vec::as_slice);
    let in_memory = recent.iter().map(|block| Level::Hour.start(block.quarter.start()));
    let Some(then) = wanted.then else {
        let mut hours = rollups(snapshot, wanted, |_| true)?.0;
        for (start, block) in in_memory.zip(recent) {
            hours.entry(start).or_default().add(&block.gain, block.open);
        }
        return Ok(hours);
    };
    let in_memory: BTreeSet<UtcMillis> = in_memory.collect();
    let (mut hours, mut others) = rollups(snapshot, wanted, |minute| then.knows(minute))?;
    hours.retain(|start, _| !in_memory.contains(start));
    others.extend(in_memory);
    for start in others {
        let quarters = (start.quarter().0..).take(4).map(Quarter);
        hours.extend(blocks(snapshot, wanted, quarters)?.map(|said| (start, said)));
    }
    Ok(hours)
}

/// The stored hours of a device whose newest change (minute of receipt) is wanted, and the first instants of the others.
fn rollups(
    snapshot: &Snapshot,
    wanted: Wanted<'_>,
    is_wanted: impl Fn(i64) -> bool,
) -> Result<(BTreeMap<UtcMillis, Said>, BTreeSet<UtcMillis>), Error> {
    let doing = sqlite("read hours");
    let sql = "SELECT start, minute, aggregates FROM rollup
               WHERE level = ?1 AND scope = ?2 AND number = ?3 AND start >= ?4 AND start < ?5";
    let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
    let ((scope, number), (from, to)) = (scope_key(Scope::Device(wanted.device)), wanted.span);
    let mut rows = statement.query(params![Level::Hour as u8, scope, number, from.0, to.0]).map_err(&doing)?;
    let (mut hours, mut others) = (BTreeMap::new(), BTreeSet::new());
    while let Some(row) = rows.next().map_err(&doing)? {
        let start = UtcMillis(row.get(0).map_err(&doing)?);
        if !is_wanted(row.get(1).map_err(&doing)?) {
            others.insert(start);
            continue;
        }
        let blob = row.get_ref(2).map_err(&doing)?.as_blob().map_err(|error| doing(error.into()))?;
        let aggregates = Aggregates::unpack_of(blob, wanted.properties).map_err(damaged("hour"))?;
        hours.insert(start, Said { aggregates, open: false });
    }
    Ok((hours, others))
}

/// Some quarters of a device together; `None` if nothing was known of any, or what was is not known any more.
pub(super) fn blocks(
    snapshot: &Snapshot,
    wanted: Wanted<'_>,
    quarters: impl Iterator<Item = Quarter>,
) -> Result<Option<Said>, Error> {
    let mut together: Option<Said> = None;
    for quarter in quarters {
        let known = match wanted.then {
            Some(then) => {
                let was = then.block(snapshot, wanted.device, quarter)?;
                if was.as_ref().is_some_and(|was| was.gone) {
                    return Ok(None);
                }
                was.map(|was| (was.aggregates, was.open))
            }
            None => block(snapshot, wanted.device, quarter)?,
        };
        if let Some((aggregates, open)) = known {
            together.get_or_insert_default().add(&aggregates, open);
        }
    }
    Ok(together)
}

/// What a block comes to now, and whether it is open.
fn block(snapshot: &Snapshot, device: DeviceNo, quarter: Quarter) -> Result<Option<(Aggregates, bool)>, Error> {
    if let Some(block) = snapshot.recent(quarter, device) {
        return Ok(Some((block.aggregates.clone(), block.open)));
    }
    let doing = sqlite("read blocks");
    let sql = "SELECT aggregates FROM block WHERE id = ?1";
    let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
    let found = statement
        .query_row(params![block_id(quarter, device)], |row| Ok(Aggregates::unpack(row.get_ref(0)?.as_blob()?)));
    let found = found.optional().map_err(&doing)?.transpose().map_err(damaged("block"))?;
    Ok(found.map(|aggregates| (aggregates, false)))
}
