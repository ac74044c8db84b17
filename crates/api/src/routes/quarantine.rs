//! `GET /api/v1/quarantine`

use axum::{Json, extract::State};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use smartpole_model::{Reason, Record, Seq, UtcMillis};
use smartpole_pipeline::{NameKind, QuarantineRow};
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState, Parts,
    list::{Cursor, Limit, List},
    problem::{Problem, Refused},
    query::Params,
};

/// Items of an answer if no `limit` is given: each is read from the journal.
const DEFAULT_LIMIT: usize = 100;
/// Most items of an answer, for the same reason.
const MAX_LIMIT: usize = 1_000;
/// Bytes of a payload that are shown.
const SHOWN: usize = 4 << 10;

/// Why bytes are gone.
const NO_PAYLOAD: &str = "its bytes are kept no longer than readings of its device, those of an unknown device no longer than \
    readings of persons, and what outlives the journal has limited room";

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// One reason; all if left out.
    #[param(value_type = Option<String>, example = "unknown_device")]
    reason: Option<Reason>,
    /// Most items of the answer; more than 1000 is taken as 1000.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 10000)]
    limit: Option<Limit>,
    /// The `next` of the answer before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// A message that does not count, or parts of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuarantineItem {
    /// Its place in the journal.
    #[schema(value_type = u64)]
    seq: Seq,
    /// When it was received.
    #[schema(value_type = String, format = DateTime)]
    received_at: UtcMillis,
    /// Name of its source.
    source: String,
    /// Its topic; null if the journal no longer has the message.
    topic: Option<String>,
    /// Id of its device, if known.
    device: Option<String>,
    /// Why.
    #[schema(value_type = String, example = "unknown_device")]
    reason: Reason,
    /// What, where.
    detail: String,
    /// Bytes of its payload; null if `no_payload` says why.
    size: Option<usize>,
    /// The first 4 KiB of its payload; null if `no_payload` says why.
    payload_base64: Option<String>,
    /// Why its bytes are not here, if they are not.
    no_payload: Option<&'static str>,
}

/// What was received and does not count, newest first, with its bytes.
#[utoipa::path(get, path = "/api/v1/quarantine", tag = "operation", params(Wanted), responses(
    (status = 200, description = "Newest first.", body = List<QuarantineItem>),
    Refused,
))]
pub(crate) async fn quarantine(
    State(state): State<ApiState>,
    Params(wanted): Params<Wanted>,
) -> Result<Json<List<QuarantineItem>>, Problem> {
    Ok(Json(state.ask(move |parts| answer(parts, &wanted)).await?))
}

fn answer(parts: &Parts, wanted: &Wanted) -> Result<List<QuarantineItem>, Problem> {
    let limit = wanted.limit.map_or(DEFAULT_LIMIT, |limit| limit.0.min(MAX_LIMIT));
    let before = wanted.cursor.as_ref().map(seq).transpose()?;
    let mut rows = parts.queries.quarantine(wanted.reason, before, limit + 1)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| Cursor(last.seq.0.to_string()));
    let items = rows.into_iter().map(|row| item(parts, row)).collect::<Result<_, _>>()?;
    Ok(List { items, next })
}

fn seq(cursor: &Cursor) -> Result<Seq, Problem> {
    let seq = cursor.0.parse().map(Seq);
    seq.map_err(|_| Problem::parameter("cursor: not a `next` of an answer to this question", "ask without `cursor`"))
}

fn item(parts: &Parts, row: QuarantineRow) -> Result<QuarantineItem, Problem> {
    let message = message(parts, row.seq)?;
    Ok(QuarantineItem::new(parts, row, message))
}

impl QuarantineItem {
    /// With topic and payload, if they are still there.
    pub(crate) fn new(parts: &Parts, row: QuarantineRow, message: Option<(String, Vec<u8>)>) -> Self {
        let (topic, payload) = message.unzip();
        let fold = parts.fold();
        let name = |kind, number| fold.name(kind, number).map(str::to_owned);
        Self {
            seq: row.seq,
            received_at: row.received_at,
            source: name(NameKind::Source, row.source).unwrap_or_default(),
            topic,
            device: row.device.and_then(|device| name(NameKind::Device, device.0)),
            reason: row.reason,
            detail: row.detail,
            no_payload: payload.is_none().then_some(NO_PAYLOAD),
            size: payload.as_ref().map(Vec::len),
            payload_base64: payload.map(|payload| STANDARD.encode(&payload[..payload.len().min(SHOWN)])),
        }
    }
}

/// Topic and payload, from the journal or, once that is trimmed, from the copy in the store.
pub(crate) fn message(parts: &Parts, seq: Seq) -> Result<Option<(String, Vec<u8>)>, Problem> {
    match parts.journal.read_one(seq) {
        Ok(Some(Record::Message(message))) => Ok(Some((message.topic, message.payload))),
        Ok(_) => Ok(parts.queries.quarantined(seq)?),
        Err(error) => Err(Problem::internal(&error)),
    }
}
