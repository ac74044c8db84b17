//! Readings read back from a bucket or database, as they were sent: what the local store no longer keeps.
//!
//! InfluxQL, which InfluxDB 1 and 2 speak. What is asked is bounded by its limit, so an answer of any span has the memory of a page.

mod read;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use smartpole_model::{DeviceNo, ObservedProperty, Reading, UtcMillis};

use self::read::Columns;
use crate::{Error, Options, Queries, QueryError, Series};

/// Devices that a question names; where it has no limit it asks for those of more among all.
const NAMED: usize = 100;

/// Reads what was sent to one target.
#[derive(Debug)]
pub struct History(Queries);

/// Which readings are wanted.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// Devices by the ids that they were sent with; none yields nothing.
    pub devices: &'a [(String, DeviceNo)],
    /// What they measured.
    pub property: &'a ObservedProperty,
    /// One channel; all if it is none.
    pub channel: Option<u8>,
    /// First instant.
    pub from: UtcMillis,
    /// First instant after.
    pub to: UtcMillis,
    /// Most readings, and then all of the last one's instant; `usize::MAX` is no limit.
    pub limit: usize,
}

impl History {
    /// A reader of the target of these options; nothing is connected to.
    ///
    /// # Errors
    /// If token, password or certificates cannot be read.
    pub fn new(options: &Options) -> Result<Self, Error> {
        Queries::new(options).map(Self)
    }

    /// The readings that are there, by event time, device and channel, each once.
    ///
    /// # Errors
    /// Each [`QueryError`].
    pub async fn readings(&self, wanted: &Wanted<'_>) -> Result<Vec<Reading>, QueryError> {
        if wanted.devices.is_empty() || wanted.limit == 0 {
            return Ok(Vec::new());
        }
        let mut found = self.rows(wanted, (wanted.limit < usize::MAX).then_some(wanted.limit)).await?;
        // rows of its last instant may have been cut off by the limit, and rows that say the same are one reading
        if let Some(last) =
            (found.rows >= wanted.limit).then(|| found.readings.last().map(|last| last.event_time)).flatten()
        {
            found.readings.retain(|reading| reading.event_time < last);
            let instant = Wanted { from: last, to: last.plus(1), ..wanted.clone() };
            found.readings.extend(self.rows(&instant, None).await?.readings);
        }
        Ok(found.readings)
    }

    async fn rows(&self, wanted: &Wanted<'_>, limit: Option<usize>) -> Result<Found, QueryError> {
        let tables = self.0.influxql(&statement(wanted, limit)).await?;
        let numbers: HashMap<String, DeviceNo> =
            wanted.devices.iter().map(|(id, number)| (as_tag(id), *number)).collect();
        let mut rows = 0;
        // a reading whose device was given to another pole since can be there twice; the one received last is what counts
        let mut once: HashMap<_, Reading> = HashMap::new();
        for table in &tables {
            rows += table.rows.len();
            let columns = Columns::of(table, wanted.property)?;
            for row in &table.rows {
                let Some(reading) = columns.reading(row, &numbers)? else { continue };
                let known = once.entry((reading.event_time, reading.device, reading.series)).or_insert(reading);
                if known.received_at < reading.received_at {
                    *known = reading;
                }
            }
        }
        let mut readings: Vec<Reading> = once.into_values().collect();
        readings.sort_unstable_by_key(|reading| (reading.event_time, reading.device, reading.series));
        Ok(Found { rows, readings })
    }
}

/// An answer, and of how many rows it was made.
struct Found {
    rows: usize,
    readings: Vec<Reading>,
}

/// The statement for rows in the order of time.
fn statement(wanted: &Wanted<'_>, limit: Option<usize>) -> String {
    let Wanted { devices, property, channel, from, to, .. } = wanted;
    let field = Queries::quoted(&property.id);
    let flags = Queries::quoted(&format!("{}_flags", property.id));
    let measurement = Series::new(&property.theme, &[]);
    let measurement = Queries::quoted(measurement.measurement());
    let device = |(id, _): &(String, DeviceNo)| format!("\"device\" = {}", Queries::text(&as_tag(id)));
    let devices = match limit {
        None if devices.len() > NAMED => String::new(),
        _ => format!("({}) AND ", devices.iter().map(device).collect::<Vec<_>>().join(" OR ")),
    };
    let line = channel.map_or_else(String::new, |channel| format!("\"line\" = '{channel}' AND "));
    let limit = limit.map_or_else(String::new, |limit| format!(" LIMIT {limit}"));
    // points of other properties of the theme have no such field: a bound below all values leaves them out
    format!(
        "SELECT {field}, {flags}, \"received_at\", \"time_source\", \"device\"::tag, \"line\"::tag FROM {measurement} \
         WHERE {devices}{line}time >= {}ms AND time < {}ms AND {field} >= -9300000000000000000.0{limit}",
        from.0, to.0
    )
}

/// An id as the server shows it.
fn as_tag(id: &str) -> String {
    let series = Series::new("readings", &[("device", id)]);
    series.tags().next().map_or_else(String::new, |(_, value)| value.to_owned())
}
