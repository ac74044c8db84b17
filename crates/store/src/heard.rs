//! What devices had been heard of by an earlier instant: what had been received by then, whatever time it is of.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;
use smartpole_model::{Catalogue, DeviceNo, ObservedProperty, PropertyNo, Series, UtcMillis};
use smartpole_pipeline::{Fold, HeardRow};

use crate::{Error, Queries, as_of::earlier, error::sqlite, queries::Snapshot};

impl Queries {
    /// The series that a device is heard of: now, or by what had been received before the minute of an instant.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn heard(&self, device: DeviceNo, as_of: Option<UtcMillis>) -> Result<BTreeSet<Series>, Error> {
        let ((now, then), snapshot) = self
            .snapshot_with(|fold| ((heard(fold, device).collect(), earlier(as_of, fold.position().1)), Vec::new()))?;
        let series = then.map_or(Ok(now), |as_of| heard_by(&snapshot, device, as_of))?;
        self.done(snapshot);
        Ok(series)
    }
}

/// The series that a device is heard of now.
pub(crate) fn heard(fold: &Fold, device: DeviceNo) -> impl Iterator<Item = Series> {
    fold.latest(device).iter().map(|latest| latest.series)
}

/// The series that a device had been heard of before the minute of an instant.
pub(crate) fn heard_by(snapshot: &Snapshot, device: DeviceNo, as_of: UtcMillis) -> Result<BTreeSet<Series>, Error> {
    let minute = as_of.0.div_euclid(60_000);
    Ok(History::read(snapshot, device)?.by(minute))
}

/// Since when a device is heard of each series, or not any more.
#[derive(Default)]
pub(crate) struct History(Vec<HeardRow>);

impl History {
    pub(crate) fn read(snapshot: &Snapshot, device: DeviceNo) -> Result<Self, Error> {
        let doing = sqlite("read what devices are heard of");
        let sql = "SELECT property, channel, minute, is_heard FROM heard WHERE device = ?1";
        let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
        let stored = statement.query_map(params![device.0], |row| {
            let series = Series { property: PropertyNo(row.get(0)?), channel: row.get(1)? };
            Ok(HeardRow { device, series, minute: row.get(2)?, is_heard: row.get(3)? })
        });
        let mut rows = stored.map_err(&doing)?.collect::<rusqlite::Result<Vec<_>>>().map_err(&doing)?;
        rows.extend(snapshot.heard.iter().filter(|row| row.device == device));
        rows.sort_by_key(|row| row.minute); // of one minute what is in memory is the newest
        Ok(Self(rows))
    }

    /// Without series that are none of these.
    pub(crate) fn of(mut self, wanted: impl Fn(Series) -> bool) -> Self {
        self.0.retain(|row| wanted(row.series));
        self
    }

    /// What had been received before a minute.
    pub(crate) fn by(&self, minute: i64) -> BTreeSet<Series> {
        let before = self.0.iter().take_while(|row| row.minute < minute);
        let newest: BTreeMap<Series, bool> = before.map(|row| (row.series, row.is_heard)).collect();
        newest.into_iter().filter(|(_, is_heard)| *is_heard).map(|(series, _)| series).collect()
    }
}

/// Whether a property is told by another: by itself, by totals that it counts, by a gas in ppb.
pub(crate) fn is_told_by(catalogue: &Catalogue, property: PropertyNo, other: PropertyNo) -> bool {
    let makes = |known: &ObservedProperty| {
        known.counts == Some(property) || known.converts.is_some_and(|(to, _)| to == property)
    };
    other == property || catalogue.get(other).is_some_and(makes)
}

/// The channels of a property, of one or of all, by the series that a device is heard of.
pub(crate) fn channels(
    catalogue: &Catalogue,
    heard: impl IntoIterator<Item = Series>,
    property: PropertyNo,
    channel: Option<u8>,
) -> BTreeSet<u8> {
    let said = heard.into_iter().filter(|series| is_told_by(catalogue, property, series.property));
    said.map(|series| series.channel).filter(|known| channel.is_none_or(|channel| channel == *known)).collect()
}
