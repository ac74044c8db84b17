//! `POST /api/v1/imports`: foreign series, a part at a time.
//!
//! ```text
//! body ──► read ──► weigh: what is new, known, another value, not to be taken ──► one message ──► journal, durable ──► folded
//! ```
//! Only what is new is journalled, so that sending a part again changes nothing.

mod weigh;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use axum::{
    Json,
    body::to_bytes,
    extract::{Request, State},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use smartpole_codec::{IMPORT, import_topic};
use smartpole_model::{RawMessage, Record, Seq, UtcMillis};
use utoipa::ToSchema;

use super::replays::is_json;
use crate::{ApiState, asker::Peer, number::Exact, problem::Problem};
use weigh::weigh;

/// Where imports go.
pub(crate) const PATH: &str = "/api/v1/imports";
/// Most bytes of a body: what it becomes must be a payload that is decoded.
const MAX_BODY: usize = 192 << 10;
/// Most samples of a body.
const MAX_SAMPLES: usize = 500;
/// How long an answer waits for the fold, so that imports do not run ahead of live messages.
const FOLDED: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(2);

/// A part of a foreign series.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Import {
    /// A device with a profile of foreign series.
    #[schema(example = "hystreet-411")]
    device: String,
    /// In the order of time, each instant once; 1 to 500.
    #[schema(min_items = 1, max_items = 500)]
    samples: Vec<Sample>,
    /// Only say what would become of it.
    #[serde(default)]
    dry_run: bool,
}

/// What was counted or measured of one instant. Of an interval that is one within it, as its last millisecond.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sample {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    time: UtcMillis,
    /// Numbers by property, of another channel by `<property>/<channel>`, in the property's unit.
    #[schema(value_type = BTreeMap<String, f64>)]
    values: BTreeMap<String, Box<RawValue>>,
}

/// What became of a part.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Imported {
    /// Its place in the journal; null if there was nothing new, and of a dry run.
    #[schema(value_type = Option<u64>)]
    seq: Option<Seq>,
    /// Values that are new.
    new: usize,
    /// Values that were known.
    known: usize,
    /// Values that are known otherwise: the first one counts, and these were not taken.
    conflicts: Vec<Conflict>,
    /// Samples and values that cannot be taken. Only a dry run lists them: else a part that has one is refused as a whole.
    refused: Vec<Unfit>,
}

/// A value that is known otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Conflict {
    /// Index of the sample.
    sample: usize,
    /// Property, and channel.
    #[schema(example = "people_in")]
    name: String,
    /// The value that counts.
    #[schema(value_type = f64)]
    known: Exact,
    /// The value that was sent.
    #[schema(value_type = f64)]
    sent: Exact,
}

/// What cannot be taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Unfit {
    /// Index of the sample.
    sample: usize,
    /// Property, and channel; null if the sample's time is the reason.
    name: Option<String>,
    /// Why.
    detail: String,
    /// What to do.
    remedy: &'static str,
}

/// Takes a part of a foreign series into the journal and answers when it is durable there. What is known already is not journalled
/// again, so that sending a part twice does no harm. Taken from this machine and from the networks that the configuration names as
/// `[http] operators`.
#[utoipa::path(post, path = PATH, tag = "operation", request_body = Import, responses(
    (status = 200, description = "What became of it, or would.", body = Imported),
    (status = 400, description = "A field cannot be used.", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "An id names nothing.", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "Too much.", body = Problem, content_type = "application/problem+json"),
    (status = 415, description = "Not JSON.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "A sample cannot be taken.", body = Problem, content_type = "application/problem+json"),
    crate::problem::Failed,
))]
pub(crate) async fn import(State(state): State<ApiState>, request: Request) -> Result<Json<Imported>, Problem> {
    if !is_json(request.headers()) {
        return Err(Problem::media_type());
    }
    let peer = request.extensions().get::<Peer>().map_or_else(String::new, |peer| peer.0.to_string());
    let body = to_bytes(request.into_body(), MAX_BODY).await.map_err(|_| Problem::body_of(MAX_BODY))?;
    let import = read(&body)?;
    let (device, dry_run) = (import.device.clone(), import.dry_run);
    let (mut imported, fresh) = state.ask(move |parts| weigh(parts, import)).await?;
    if dry_run {
        return Ok(Json(imported));
    }
    if let Some(Unfit { sample, name, detail, remedy }) = imported.refused.into_iter().next() {
        let name = name.map(|name| format!(", {name}")).unwrap_or_default();
        return Err(Problem::not_importable(format!("samples.{sample}{name}: {detail}"), remedy));
    }
    imported.refused = Vec::new();
    if !fresh.is_empty() {
        imported.seq = Some(journal(&state, &device, &fresh, peer).await?);
    }
    Ok(Json(imported))
}

fn read(body: &[u8]) -> Result<Import, Problem> {
    let example = r#"send {"device":"…","samples":[{"time":"2026-11-28T09:59:59.999Z","values":{"people_in":12}}]}"#;
    let import: Import =
        serde_json::from_slice(body).map_err(|error| Problem::field("", &error.to_string(), example))?;
    let times = || import.samples.iter().map(|sample| sample.time);
    if import.samples.is_empty() || import.samples.len() > MAX_SAMPLES {
        let detail = format!("it has {} samples", import.samples.len());
        return Err(Problem::field("samples", &detail, &format!("send 1 to {MAX_SAMPLES}")));
    }
    if !times().zip(times().skip(1)).all(|(one, next)| one < next) {
        return Err(Problem::field("samples", "their times do not ascend", "sort them, and give each instant once"));
    }
    Ok(import)
}

/// The payload of a message.
#[derive(Serialize)]
struct Payload<'a> {
    samples: &'a [Sample],
}

/// Appends what is new, and gives the fold the time to see it.
async fn journal(state: &ApiState, device: &str, samples: &[Sample], peer: String) -> Result<Seq, Problem> {
    let payload = serde_json::to_vec(&Payload { samples }).map_err(|error| Problem::internal(&error))?;
    let message = RawMessage {
        source: IMPORT.to_owned(),
        topic: import_topic(device),
        payload,
        received_at: (state.parts.clock)(),
        peer,
        qos: 1,
        ..RawMessage::default()
    };
    let journalled = state.parts.journal.append_durable(Record::Message(message)).await;
    let seq = journalled.map_err(|error| Problem::internal(&error))?;
    let begun = Instant::now();
    while state.parts.fold().position().0 < seq && begun.elapsed() < FOLDED {
        tokio::time::sleep(LOOK).await;
    }
    Ok(seq)
}
