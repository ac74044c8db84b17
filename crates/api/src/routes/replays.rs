//! `GET` and `POST /api/v1/replays`

use axum::{
    Json,
    body::to_bytes,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use smartpole_model::{Seq, UtcMillis};
use smartpole_pipeline::{NameKind, Replay};
use utoipa::ToSchema;

use super::replay_order::{Wanted, read};
use crate::{
    ApiState, NotOrdered, NotTried, Parts, Selection,
    list::List,
    problem::{Named, Problem, Refused},
    query::{Nothing, Params},
};

/// Where replays are.
pub(crate) const PATH: &str = "/api/v1/replays";
/// Most bytes of an order.
const MAX_BODY: usize = 16 << 10;
/// Replays of an answer, newest first.
const SHOWN: usize = 100;

/// Messages decoded again, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplayItem {
    /// Its place in the journal: messages before it are concerned.
    #[schema(value_type = u64)]
    id: Seq,
    /// When it was ordered.
    #[schema(value_type = String, format = DateTime)]
    ordered_at: UtcMillis,
    /// Which messages.
    selection: Selection,
    /// Whether it goes on.
    state: ReplayState,
    /// Messages before it are done.
    #[schema(value_type = u64)]
    next: Seq,
    /// It ends before this one.
    #[schema(value_type = u64)]
    until: Seq,
    /// How far it is through the journal, 0 to 1.
    share: f64,
    /// What it changed so far.
    effect: EffectItem,
}

/// Whether a replay goes on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ReplayState {
    /// It goes on, also after a restart.
    Running,
    /// Nothing is left of it.
    Done,
}

/// What a replay changes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EffectItem {
    /// Messages decoded again.
    messages: u64,
    /// Messages whose bytes are no longer kept.
    missing: u64,
    /// Messages that left the quarantine.
    recovered: u64,
    /// New readings.
    readings: u64,
    /// Readings that have another value now; the former is kept beside.
    replaced: u64,
    /// Readings refused, as another message says something else of their instant.
    conflicts: u64,
    /// Closed windows with a new revision.
    windows: u64,
    /// Readings that the messages gave before and give no longer (another time, another property): they stay, and count no more.
    superseded: u64,
    /// Messages left alone: readings that they would change are past raw retention.
    expired: u64,
}

/// What a replay would change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tried {
    /// Which messages.
    selection: Selection,
    /// What would become of them.
    effect: EffectItem,
}

impl From<smartpole_pipeline::Effect> for EffectItem {
    fn from(effect: smartpole_pipeline::Effect) -> Self {
        let smartpole_pipeline::Effect {
            messages,
            missing,
            recovered,
            readings,
            replaced,
            conflicts,
            windows,
            superseded,
            expired,
        } = effect;
        Self { messages, missing, recovered, readings, replaced, conflicts, windows, superseded, expired }
    }
}

impl ReplayItem {
    fn new(replay: &Replay, oldest: Seq) -> Self {
        let first = oldest.min(replay.next);
        let (passed, all) = (replay.next.since(first), replay.id.since(first).max(1));
        let share = if replay.done { 1.0 } else { (passed * 1_000 / all) as f64 / 1_000.0 };
        Self {
            id: replay.id,
            ordered_at: replay.ordered_at,
            // whoever wrote the journal: an order that is none of ours selects by default
            selection: serde_json::from_str(&replay.order).unwrap_or_default(),
            state: if replay.done { ReplayState::Done } else { ReplayState::Running },
            next: replay.next,
            until: replay.id,
            share,
            effect: replay.effect.into(),
        }
    }
}

/// The newest replays, newest first: messages decoded again after a codec, a mapping or the registry was mended.
#[utoipa::path(get, path = PATH, tag = "operation", responses(
    (status = 200, description = "The newest hundred.", body = List<ReplayItem>),
    Refused,
))]
pub(crate) async fn replays(
    State(state): State<ApiState>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Json<List<ReplayItem>>, Problem> {
    let items = state.ask(|parts| newest(parts, SHOWN)).await?;
    Ok(Json(List { items, next: None }))
}

/// One replay: what it changed, and how far it is.
#[utoipa::path(get, path = "/api/v1/replays/{id}", tag = "operation",
    params(("id" = u64, Path, description = "Its place in the journal.", example = 4711)),
    responses((status = 200, description = "The replay.", body = ReplayItem), Refused))]
pub(crate) async fn replay(State(state): State<ApiState>, Path(id): Path<String>) -> Result<Json<ReplayItem>, Problem> {
    let find = move |parts: &Parts| {
        let all = newest(parts, usize::MAX >> 1)?.into_iter();
        let found = all.into_iter().find(|item| item.id.0.to_string() == id);
        found.ok_or_else(|| Problem::unknown(&Named::REPLAY, &id, std::iter::empty()))
    };
    Ok(Json(state.ask(find).await?))
}

/// The one under way as it is now, all others as of the last commit.
fn newest(parts: &Parts, limit: usize) -> Result<Vec<ReplayItem>, Problem> {
    let mut replays = parts.queries.replays(limit)?;
    let waiting = parts.replays.waiting(); // before the fold is looked at: it may know of it then
    let now = parts.fold().replay().cloned();
    for newer in now.into_iter().chain(waiting) {
        if replays.first().is_none_or(|first| first.id <= newer.id) {
            let stored = replays.first().is_some_and(|first| first.id == newer.id);
            replays.splice(..usize::from(stored), [newer]);
        }
    }
    let oldest = parts.journal.status().borrow().oldest;
    Ok(replays.iter().map(|replay| ReplayItem::new(replay, oldest)).collect())
}

/// Decodes messages again by the registry and the program of now, or says what that would change. Live messages go on meanwhile.
/// Taken from this machine and from the networks that the configuration names as `[http] operators`.
#[utoipa::path(post, path = PATH, tag = "operation", request_body = Wanted, responses(
    (status = 200, description = "Of a dry run: what would change.", body = Tried),
    (status = 202, description = "It is ordered; `Location` says how far it is.", body = ReplayItem),
    (status = 400, description = "A field cannot be used.", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "An id names nothing.", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "Another one is under way.", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "Too much.", body = Problem, content_type = "application/problem+json"),
    (status = 415, description = "Not JSON.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Too many messages to try out.", body = Problem, content_type = "application/problem+json"),
    crate::problem::Failed,
))]
pub(crate) async fn order(State(state): State<ApiState>, request: Request) -> Result<Response, Problem> {
    if !is_json(request.headers()) {
        return Err(Problem::media_type());
    }
    let body = to_bytes(request.into_body(), MAX_BODY).await.map_err(|_| Problem::body_of(MAX_BODY))?;
    let Wanted { selection, dry_run } = read(&body)?;
    known(&state.parts, &selection)?;
    if dry_run {
        let tried = selection.clone();
        let effect = state.ask(move |parts| parts.replays.try_out(&tried).map_err(not_tried)).await?.into();
        return Ok(Json(Tried { selection, effect }).into_response());
    }
    let replay = state.parts.replays.order(selection).await.map_err(not_ordered)?;
    let location = [(header::LOCATION, format!("{PATH}/{}", replay.id))];
    let item = ReplayItem::new(&replay, state.parts.journal.status().borrow().oldest);
    Ok((StatusCode::ACCEPTED, location, Json(item)).into_response())
}

/// A page of another site cannot send JSON unasked.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// Names of the selection that name nothing are refused.
fn known(parts: &Parts, selection: &Selection) -> Result<(), Problem> {
    let fold = parts.fold();
    if let Some(device) = &selection.device
        && fold.number(NameKind::Device, device).is_none()
    {
        let ids = fold.inputs().registry.devices.iter().map(|device| device.id.as_str());
        return Err(Problem::unknown(&Named::DEVICE, device, ids));
    }
    if let Some(source) = &selection.source
        && fold.number(NameKind::Source, source).is_none()
    {
        let sources = (0..fold.count(NameKind::Source)).filter_map(|number| fold.name(NameKind::Source, number));
        return Err(Problem::unknown_source(source, sources));
    }
    Ok(())
}

fn not_ordered(error: NotOrdered) -> Problem {
    match error {
        NotOrdered::UnderWay(replay) => Problem::under_way(&format!("{PATH}/{}", replay.id), &replay.order),
        error @ NotOrdered::Failed(_) => Problem::internal(&error),
    }
}

fn not_tried(error: NotTried) -> Problem {
    match error {
        NotTried::Busy => Problem::busy(error.to_string()),
        NotTried::TooMany(most) => Problem::too_many(most),
        error @ NotTried::Failed(_) => Problem::internal(&error),
    }
}
