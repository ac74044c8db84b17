//! Programs before did not keep since when devices are heard of what they measure. It is told as they answered it: of what is in hours and
//! days since the first hour that has it, whenever it was received; of what is in neither, since its receipt.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Result as Sqlite, Transaction, params};
use smartpole_model::{DeviceNo, Flag, Quarter, Series, UtcMillis};
use smartpole_pipeline::{DeviceRow, NameKind, accepted_rows};
use smartpole_window::{Aggregate, Aggregates, Level};

use crate::{
    Error,
    error::{damaged, sqlite},
    restore::expand,
};

const DAY_MS: i64 = 25 * 3_600_000;

/// Since when each series of a device is known.
type Since = BTreeMap<Series, UtcMillis>;

/// Tells of all devices.
pub(super) fn tell(transaction: &Transaction<'_>) -> Result<(), Error> {
    let doing = sqlite("tell what devices had been heard of");
    let mut received = received(transaction)?;
    let mut devices = transaction.prepare("SELECT number FROM name WHERE kind = ?1").map_err(&doing)?;
    let devices = devices.query_map([NameKind::Device as u8], |row| row.get(0).map(DeviceNo)).map_err(&doing)?;
    let sql = "INSERT INTO heard(device, property, channel, minute, is_heard) VALUES (?1, ?2, ?3, ?4, 1)";
    let mut write = transaction.prepare(sql).map_err(&doing)?;
    for device in devices.collect::<Sqlite<Vec<DeviceNo>>>().map_err(&doing)? {
        let received = received.remove(&device).unwrap_or_default();
        let mut since = measured(transaction, device, received.keys().copied().collect())?;
        received.into_iter().for_each(|(series, at)| _ = since.entry(series).or_insert(at));
        for (Series { property, channel }, at) in since {
            let row = params![device.0, property.0, channel, at.0.div_euclid(60_000)];
            write.execute(row).map_err(&doing)?;
        }
    }
    Ok(())
}

/// When readings were received that are the newest of their series, or of open blocks.
fn received(transaction: &Transaction<'_>) -> Result<BTreeMap<DeviceNo, Since>, Error> {
    let doing = sqlite("read readings of devices");
    let mut received: BTreeMap<DeviceNo, Since> = BTreeMap::new();
    let mut note = |device, series, at: UtcMillis| {
        let since = received.entry(device).or_default().entry(series).or_insert(at);
        *since = at.min(*since);
    };
    let mut devices = transaction.prepare("SELECT device, last_closed, state FROM device").map_err(&doing)?;
    let mut rows = devices.query([]).map_err(&doing)?;
    while let Some(row) = rows.next().map_err(&doing)? {
        let read = || Ok((DeviceNo(row.get(0)?), Quarter(row.get(1)?), row.get(2)?));
        let (device, last_closed, state) = read().map_err(&doing)?;
        let latest = DeviceRow { device, last_closed, state }.latest().map_err(damaged("device"))?;
        latest.iter().for_each(|latest| note(device, latest.series, latest.received_at));
    }
    let mut batches = transaction.prepare("SELECT body FROM batch").map_err(&doing)?;
    for body in batches.query_map([], |row| row.get::<_, Vec<u8>>(0)).map_err(&doing)? {
        for row in accepted_rows(&expand(&body.map_err(&doing)?)?).map_err(damaged("batch"))? {
            row.values.iter().for_each(|value| note(row.device, value.series, row.received_at));
        }
    }
    Ok(received)
}

/// The first hours of a device in which there is something of a series. All of `left` is in its first days, as a rule: the others are
/// read for those of which there is nothing, and totals have nothing but what they count.
fn measured(transaction: &Transaction<'_>, device: DeviceNo, mut left: BTreeSet<Series>) -> Result<Since, Error> {
    let doing = sqlite("read days of a device");
    let sql = "SELECT start, aggregates FROM rollup WHERE level = ?1 AND scope = 1 AND number = ?2
                 AND start >= ?3 AND start < ?4 ORDER BY start LIMIT ?5";
    let mut rollups = transaction.prepare_cached(sql).map_err(&doing)?;
    let mut read = |level: Level, (from, to): (i64, i64), most: i64| {
        let asked = params![level as u8, device.0, from, to, most];
        let rows = rollups.query_map(asked, |row| Ok((row.get(0).map(UtcMillis)?, row.get::<_, Vec<u8>>(1)?)));
        rows.map_err(&doing)?.collect::<Sqlite<Vec<_>>>().map_err(&doing)
    };
    let mut since = Since::new();
    for (level, most) in [(Level::Day, 1), (Level::CetDay, 1), (Level::Day, -1), (Level::CetDay, -1)] {
        if most == -1 && left.is_empty() {
            break;
        }
        for (day, packed) in read(level, (i64::MIN, i64::MAX), most)? {
            if told(&packed)?.all(|series| since.contains_key(&series)) {
                continue;
            }
            let hours = read(Level::Hour, (day.0, day.0 + DAY_MS), -1)?;
            for (start, packed) in hours.iter().chain([&(day, packed)]) {
                for series in told(packed)? {
                    left.remove(&series);
                    since.entry(series).or_insert(*start);
                }
            }
        }
    }
    Ok(since)
}

/// The series of which there is something, if only what is kept out: but nothing of which all was superseded.
fn told(packed: &[u8]) -> Result<impl Iterator<Item = Series>, Error> {
    let all = Aggregates::unpack(packed).map_err(damaged("hour or day"))?;
    let is_told = |aggregate: &Aggregate| aggregate.count > 0 || !aggregate.flags.contains(Flag::Superseded);
    Ok(all.0.into_iter().filter(move |(_, aggregate)| is_told(aggregate)).map(|(series, _)| series))
}
