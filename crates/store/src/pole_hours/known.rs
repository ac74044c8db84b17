//! Which sensors of a device had been heard of by an earlier instant.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

use rusqlite::params;
use smartpole_model::{DeviceNo, PropertyNo, UtcMillis};
use smartpole_pipeline::Scope;
use smartpole_window::{Aggregates, Level};

use super::HOUR_MS;
use crate::{
    Error,
    commit::scope_key,
    error::{damaged, sqlite},
    queries::Snapshot,
};

/// A property and a channel.
pub(crate) type Sensors = BTreeSet<(PropertyNo, u8)>;

/// By when sensors are known to have measured something; once they have they always had.
pub(crate) type Heard = Mutex<HashMap<(DeviceNo, PropertyNo, u8), UtcMillis>>;

/// A day that begins so long before an instant is over by then.
const LONGEST_DAY_MS: i64 = 25 * HOUR_MS;

/// Those of `sensors` that measured something before an instant: by days that were over, and by the hours since. Most are found in the
/// first day of the device.
pub(crate) fn known_by(
    snapshot: &Snapshot,
    device: DeviceNo,
    sensors: &Sensors,
    instant: UtcMillis,
) -> Result<Sensors, Error> {
    let mut left = unheard(snapshot, device, sensors, instant);
    let days = (UtcMillis(i64::MIN), instant.plus(-LONGEST_DAY_MS));
    let sought = left.clone();
    for (level, span) in [(Level::Day, days), (Level::CetDay, days), (Level::Hour, (days.1, instant))] {
        find(snapshot, device, level, span, &mut left)?;
    }
    for block in snapshot.recent.iter().filter(|block| block.device == device && block.quarter.start() < instant) {
        take(&mut left, &block.aggregates);
    }
    let mut heard = snapshot.heard.lock().unwrap_or_else(PoisonError::into_inner);
    for (property, channel) in sought.difference(&left) {
        let since = heard.entry((device, *property, *channel)).or_insert(instant);
        *since = instant.min(*since);
    }
    Ok(sensors.difference(&left).copied().collect())
}

/// Sensors that are not known yet to have measured something before an instant.
fn unheard(snapshot: &Snapshot, device: DeviceNo, sensors: &Sensors, instant: UtcMillis) -> Sensors {
    let heard = snapshot.heard.lock().unwrap_or_else(PoisonError::into_inner);
    let is_heard = |property, channel| heard.get(&(device, property, channel)).is_some_and(|since| *since <= instant);
    sensors.iter().copied().filter(|(property, channel)| !is_heard(*property, *channel)).collect()
}

/// Takes out of `left` what roll-ups of one length tell of, until nothing is left.
fn find(
    snapshot: &Snapshot,
    device: DeviceNo,
    level: Level,
    (from, to): (UtcMillis, UtcMillis),
    left: &mut Sensors,
) -> Result<(), Error> {
    let doing = sqlite("read hours and days");
    let sql =
        "SELECT aggregates FROM rollup WHERE level = ?1 AND scope = ?2 AND number = ?3 AND start >= ?4 AND start < ?5
               ORDER BY start";
    let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
    let (scope, number) = scope_key(Scope::Device(device));
    let mut rows = statement.query(params![level as u8, scope, number, from.0, to.0]).map_err(&doing)?;
    while !left.is_empty() {
        let Some(row) = rows.next().map_err(&doing)? else { break };
        let blob = row.get_ref(0).map_err(&doing)?.as_blob().map_err(|error| doing(error.into()))?;
        take(left, &Aggregates::unpack(blob).map_err(damaged("hour or day"))?);
    }
    Ok(())
}

fn take(left: &mut Sensors, told: &Aggregates) {
    told.0.iter().for_each(|(series, _)| _ = left.remove(&(series.property, series.channel)));
}
