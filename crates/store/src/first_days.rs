//! Since when there are values.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use smartpole_model::{DeviceNo, PropertyNo, UtcMillis};
use smartpole_pipeline::Scope;
use smartpole_window::{Aggregates, Level};

use crate::{
    Error, Queries,
    commit::scope_key,
    error::{damaged, sqlite},
};

/// First days by property.
type Firsts = BTreeMap<PropertyNo, UtcMillis>;

impl Queries {
    /// The first instant of the first day in which one of these devices measured a property that it is asked about, by property, as of
    /// the last commit; days of air are those of CET.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn first_days(&self, wanted: &[(DeviceNo, Vec<PropertyNo>)]) -> Result<BTreeMap<PropertyNo, UtcMillis>, Error> {
        self.file(|connection| {
            let mut firsts = Firsts::new();
            for (device, properties) in wanted {
                for level in [Level::Day, Level::CetDay] {
                    note_first(connection, level, *device, properties, &mut firsts)?;
                }
            }
            Ok(firsts)
        })
    }
}

/// Reads days of a device in order, until each property was met or is known to be older.
fn note_first(
    connection: &Connection,
    level: Level,
    device: DeviceNo,
    properties: &[PropertyNo],
    firsts: &mut Firsts,
) -> Result<(), Error> {
    let doing = sqlite("read days");
    let sql = "SELECT start, aggregates FROM rollup WHERE level = ?1 AND scope = ?2 AND number = ?3 ORDER BY start";
    let mut statement = connection.prepare_cached(sql).map_err(&doing)?;
    let (scope, number) = scope_key(Scope::Device(device));
    let mut days = statement.query(params![level as u8, scope, number]).map_err(&doing)?;
    let mut sought = properties.to_vec();
    while let Some(day) = days.next().map_err(&doing)? {
        let start = UtcMillis(day.get(0).map_err(&doing)?);
        sought.retain(|property| firsts.get(property).is_none_or(|first| *first > start));
        if sought.is_empty() {
            break;
        }
        let packed = day.get_ref(1).map_err(&doing)?.as_blob().map_err(|error| doing(error.into()))?;
        let Aggregates(measured) = Aggregates::unpack(packed).map_err(damaged("day"))?;
        for (series, _) in measured.iter().filter(|(_, aggregate)| aggregate.count > 0) {
            if sought.contains(&series.property) {
                firsts.insert(series.property, start);
            }
        }
    }
    Ok(())
}
