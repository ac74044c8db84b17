//! Targets: their equations in the ledger, and `GET /api/v1/targets/{name}/refused`

use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize, Serializer};
use smartpole_model::UtcMillis;
use smartpole_store::{RefusedLine, Standing};
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState, CircuitState, Parts, TargetHealth,
    list::{Cursor, Limit, List},
    number,
    problem::{Problem, Refused},
    query::Params,
};

/// Items of an answer if no `limit` is given.
const DEFAULT_LIMIT: usize = 100;
/// Most items of an answer: each may hold more than a kilobyte.
const MAX_LIMIT: usize = 1_000;

/// A database that gets every accepted reading: accepted = filtered + forwarded + pending + refused, each counted on its own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Target {
    /// Its name in the configuration.
    #[schema(example = "city")]
    pub(crate) name: String,
    /// Since when it is a target; what came before is not counted. Null: from the beginning.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<UtcMillis>,
    /// Readings accepted since then, as of the last commit.
    accepted: u64,
    /// Readings that the target does not want.
    pub(crate) filtered: u64,
    /// Readings that it has.
    pub(crate) forwarded: u64,
    /// Readings yet to be sent.
    pub(crate) pending: u64,
    /// Readings that it refused; reasons that never occurred are left out.
    pub(crate) refused: Vec<RefusedSum>,
    /// Windows sent, corrections included.
    pub(crate) windows: u64,
    /// Whether the equation holds.
    pub(crate) balanced: bool,
    /// Messages that the pending readings came by, and others of the same batches.
    pending_messages: u64,
    /// How long the oldest pending batch has been waiting, in seconds; it grows also while nothing new comes in.
    #[serde(rename = "lag_s", serialize_with = "seconds")]
    #[schema(value_type = f64)]
    pub(crate) lag_ms: i64,
    /// The connection to it.
    pub(crate) circuit: Circuit,
}

/// Readings that a target refused for one reason.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefusedSum {
    /// The reason.
    #[schema(example = "field_type_conflict")]
    pub(crate) reason: String,
    /// Readings.
    pub(crate) value: u64,
    /// Lines that held them.
    lines: u64,
}

/// The connection to a target.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Circuit {
    /// Whether it is sent to.
    pub(crate) state: CircuitState,
    /// What kind of trouble it is; null if there is none.
    #[schema(value_type = Option<String>, example = "network")]
    kind: Option<&'static str>,
    /// What is in the way, in the server's words or in ours.
    reason: Option<String>,
    /// Since when it is like this.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<UtcMillis>,
    /// When it is tried again.
    #[schema(value_type = Option<String>, format = DateTime)]
    retry_at: Option<UtcMillis>,
}

fn seconds<S: Serializer>(ms: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    number::decimal(*ms, 3).serialize(serializer)
}

/// All targets, by name.
pub(crate) fn targets(parts: &Parts) -> Result<Vec<Target>, Problem> {
    let (standings, now) = (parts.queries.targets()?, (parts.clock)());
    let known = &parts.health.borrow().targets;
    let health = |name: &str| known.iter().find(|target| target.name == name).cloned().unwrap_or_default();
    Ok(standings.into_iter().map(|standing| Target::new(health(&standing.target), standing, now)).collect())
}

impl Target {
    pub(crate) fn new(health: TargetHealth, standing: Standing, now: UtcMillis) -> Self {
        let (balanced, lag_ms) = (standing.balanced(), standing.lag_ms(now));
        let sum = |(reason, value, lines)| RefusedSum { reason, value, lines };
        Self {
            name: standing.target,
            since: Some(standing.since).filter(|since| since.0 > 0),
            accepted: standing.accepted,
            filtered: standing.filtered,
            forwarded: standing.forwarded,
            pending: standing.pending,
            refused: standing.refused.into_iter().map(sum).collect(),
            windows: standing.windows,
            balanced,
            pending_messages: standing.pending_messages,
            lag_ms,
            circuit: health.into(),
        }
    }
}

impl From<TargetHealth> for Circuit {
    fn from(TargetHealth { circuit, kind, reason, since, retry_at, .. }: TargetHealth) -> Self {
        Self { state: circuit, kind: (!kind.is_empty()).then_some(kind), reason, since, retry_at }
    }
}

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// One reason; all if left out.
    #[param(example = "field_type_conflict")]
    reason: Option<String>,
    /// Most items of the answer; more than 1000 is taken as 1000.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 10000)]
    limit: Option<Limit>,
    /// The `next` of the answer before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// A line that a target refused.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefusedLine)]
pub(crate) struct RefusedItem {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    refused_at: UtcMillis,
    /// Why, as a code.
    #[schema(example = "field_type_conflict")]
    reason: String,
    /// Readings that it stands for.
    readings: u64,
    /// Why, in the server's words.
    detail: String,
    /// The line, or its beginning.
    line: String,
}

/// Lines that a target refused, newest first; the newest 10,000 are kept, the sums of the ledger know of all.
#[utoipa::path(get, path = "/api/v1/targets/{name}/refused", tag = "operation",
    params(("name" = String, Path, description = "Its name in the configuration.", example = "city"), Wanted),
    responses((status = 200, description = "Newest first.", body = List<RefusedItem>), Refused))]
pub(crate) async fn refused(
    State(state): State<ApiState>,
    Path(name): Path<String>,
    Params(wanted): Params<Wanted>,
) -> Result<Json<List<RefusedItem>>, Problem> {
    Ok(Json(state.ask(move |parts| lines(parts, &name, &wanted)).await?))
}

fn lines(parts: &Parts, name: &str, wanted: &Wanted) -> Result<List<RefusedItem>, Problem> {
    let limit = wanted.limit.map_or(DEFAULT_LIMIT, |limit| limit.0.min(MAX_LIMIT));
    let before = wanted.cursor.as_ref().map(id).transpose()?;
    let found = parts.queries.refused_lines(name, wanted.reason.as_deref(), before, limit + 1)?;
    let Some(mut lines) = found else { return Err(unknown(parts, name)) };
    let more = lines.len() > limit;
    lines.truncate(limit);
    let next = lines.last().filter(|_| more).map(|last| Cursor(last.id.to_string()));
    Ok(List { items: lines.into_iter().map(RefusedItem::from).collect(), next })
}

fn id(cursor: &Cursor) -> Result<i64, Problem> {
    let foreign = "cursor: not a `next` of an answer to this question";
    cursor.0.parse().map_err(|_| Problem::parameter(foreign, "ask without `cursor`"))
}

fn unknown(parts: &Parts, name: &str) -> Problem {
    match parts.queries.targets() {
        Ok(known) => Problem::unknown_target(name, known.iter().map(|known| known.target.as_str())),
        Err(error) => error.into(),
    }
}

impl From<RefusedLine> for RefusedItem {
    fn from(RefusedLine { at, reason, readings, detail, line, .. }: RefusedLine) -> Self {
        Self { refused_at: at, reason, readings, detail, line }
    }
}
