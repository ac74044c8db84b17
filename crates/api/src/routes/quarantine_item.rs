//! `GET /api/v1/quarantine/{seq}`

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Serialize;
use smartpole_model::{Catalogue, DeviceNo, Seq, TimeSource, UtcMillis};
use smartpole_window::{Row, RowValue};
use utoipa::ToSchema;

use super::{
    attempt::{Attempt, Attempts},
    quarantine::{QuarantineItem, message},
};
use crate::{
    ApiState, Parts,
    number::Exact,
    problem::{Named, Problem, Refused},
};

/// A message that does not count, or parts of it, with what can be known about it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuarantineDetail {
    #[serde(flatten)]
    message: QuarantineItem,
    /// What is read of its bytes by the registry and program of now, without any key; null if they are not kept any more.
    attempt: Option<Attempt>,
    /// What its device measured around its receipt; null if it has none.
    neighbours: Option<Neighbours>,
}

/// What a device measured around an instant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Neighbours {
    /// The last at the instant or within two days before it.
    before: Option<Measured>,
    /// The first within two days after it.
    after: Option<Measured>,
}

/// What a device measured at an instant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Measured {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    event_time: UtcMillis,
    /// When it was received.
    #[schema(value_type = String, format = DateTime)]
    received_at: UtcMillis,
    /// Whose clock `event_time` is: `payload`, `gateway`, `network` or `receipt`.
    #[schema(value_type = String, example = "payload")]
    time_source: TimeSource,
    /// The values.
    values: Vec<NamedValue>,
}

/// A value and what it is of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NamedValue {
    /// Id of the property.
    #[schema(example = "pm2_5")]
    pub(crate) property: String,
    /// The channel; 0 where there is one only.
    pub(crate) channel: u8,
    /// The value.
    #[schema(value_type = f64, example = 7.3)]
    pub(crate) value: Exact,
}

/// One message in quarantine: its bytes, what is read of them now, and what its device measured before and after.
#[utoipa::path(get, path = "/api/v1/quarantine/{seq}", tag = "operation",
    params(("seq" = u64, Path, description = "Its place in the journal.", example = 4711)),
    responses((status = 200, description = "The message.", body = QuarantineDetail), Refused))]
pub(crate) async fn quarantine_item(
    State(state): State<ApiState>,
    Path(seq): Path<String>,
) -> Result<Json<QuarantineDetail>, Problem> {
    Ok(Json(state.ask(move |parts| answer(parts, &seq)).await?))
}

fn answer(parts: &Parts, seq: &str) -> Result<QuarantineDetail, Problem> {
    let row = seq.parse().ok().map(Seq).map(|seq| parts.queries.quarantine_row(seq)).transpose()?.flatten();
    let row = row.ok_or_else(|| Problem::unknown(&Named::QUARANTINED, seq, std::iter::empty()))?;
    let message = message(parts, row.seq)?;
    let inputs = std::sync::Arc::clone(parts.fold().inputs());
    let attempts = Attempts { inputs: &inputs, parts, received_at: row.received_at };
    let attempt = message.as_ref().map(|(topic, payload)| attempts.of(topic, payload)).transpose()?;
    let beside = |device| neighbours(parts, &inputs.registry.properties, device, row.received_at);
    let neighbours = row.device.map(beside).transpose()?;
    Ok(QuarantineDetail { message: QuarantineItem::new(parts, row, message), attempt, neighbours })
}

fn neighbours(parts: &Parts, catalogue: &Catalogue, device: DeviceNo, at: UtcMillis) -> Result<Neighbours, Problem> {
    let smartpole_store::Neighbours { before, after } = parts.queries.neighbours(device, at)?;
    let measured = |row: Option<Row>| row.map(|row| Measured::new(catalogue, &row));
    Ok(Neighbours { before: measured(before), after: measured(after) })
}

impl Measured {
    fn new(catalogue: &Catalogue, row: &Row) -> Self {
        let Row { event_time, received_at, time_source, ref values } = *row;
        let named = |value: &RowValue| NamedValue::new(catalogue, value.series, value.value);
        Self { event_time, received_at, time_source, values: values.iter().filter_map(named).collect() }
    }
}

impl NamedValue {
    /// None of a property that has left the catalogue.
    pub(crate) fn new(catalogue: &Catalogue, series: smartpole_model::Series, value: i64) -> Option<Self> {
        let property = catalogue.get(series.property)?;
        let (id, channel) = (property.id.clone(), series.channel);
        Some(Self { property: id, channel, value: Exact::value(property, value) })
    }
}
