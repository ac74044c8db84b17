//! A reading that is gone here and that the history has.

use smartpole_model::{DeviceNo, PropertyNo, Series, UtcMillis};
use smartpole_store::KeptReading;
use smartpole_window::Row;

use crate::{Parts, history::Gone, problem::Problem};

/// The reading with all that its device told of the instant; what replays replaced is not known any more.
///
/// # Errors
/// 503 if the history is away.
pub(super) fn reading(
    parts: &Parts,
    device: DeviceNo,
    series: Series,
    at: UtcMillis,
) -> Result<Option<KeptReading>, Problem> {
    let mut properties: Vec<PropertyNo> =
        parts.fold().latest(device).iter().map(|latest| latest.series.property).chain([series.property]).collect();
    properties.sort_unstable();
    properties.dedup();
    let gone = Gone { parts, devices: &[device], properties: &properties, span: (at, at.plus(1)) };
    let rows: Vec<Row> = gone.rows()?.into_values().flatten().collect();
    let own = |row: &&Row| row.values.iter().any(|value| value.series == series);
    let Some(row) = rows.iter().find(own).cloned() else { return Ok(None) };
    let row = Row { values: rows.into_iter().flat_map(|row| row.values).collect(), ..row };
    let value = row.values.iter().find(|value| value.series == series).copied();
    Ok(value.map(|value| KeptReading { row, value, superseded: Vec::new(), origin: None }))
}
