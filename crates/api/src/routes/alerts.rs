//! `GET /api/v1/alerts`, `GET /api/v1/alerts/summary`, and what operators say to an alert.

mod delivery;
mod item;
pub(super) mod plans;
pub(super) mod said;
mod table;

use axum::{
    Json,
    extract::{Path, Request, State},
    response::Response,
};
use serde::{Deserialize, Serialize};
use smartpole_alerting::{Alert, Asked, Word};
use smartpole_model::UtcMillis;
use utoipa::{IntoParams, ToSchema};

use self::{
    item::AlertItem,
    said::{Names, body, by, note},
};
use super::poles::{PoleState, patience};
use crate::{
    ApiState, Parts,
    list::{Cursor, Limit},
    problem::{Named, Problem, Refused},
    query::Params,
    representation::Question,
};

/// Where alerts are.
pub(crate) const PATH: &str = "/api/v1/alerts";

/// How far a summary goes back if nobody says.
const DAY_MS: i64 = 86_400_000;

/// Which alerts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// `active` (default) are those that are open, `all` are closed ones, too.
    state: Option<WantedState>,
    /// With `all`: those that were open then or later.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<UtcMillis>,
    /// Most items.
    #[param(value_type = Option<usize>, minimum = 1, maximum = 10000)]
    limit: Option<Limit>,
    /// The `next` of the answer before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// Whether closed alerts are wanted, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WantedState {
    /// Open ones.
    Active,
    /// All.
    All,
}

/// Alerts, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertsAnswer {
    /// When this was so.
    #[schema(value_type = String, format = DateTime)]
    as_of: UtcMillis,
    /// The alerts.
    items: Vec<AlertItem>,
    /// Give this back as `cursor` for more; null at the end.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// What is wrong, by causes: of hundreds of silent devices behind one gateway that is one. Beside it who was told of it.
#[utoipa::path(get, path = PATH, tag = "operation", params(Wanted), responses(
    (status = 200, description = "Newest first.", body = AlertsAnswer),
    Refused,
))]
pub(crate) async fn alerts(
    State(state): State<ApiState>,
    Question(wanted, form): Question<Wanted>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &listed(parts, &wanted)?)).await
}

fn listed(parts: &Parts, wanted: &Wanted) -> Result<AlertsAnswer, Problem> {
    let before = match &wanted.cursor {
        None => i64::MAX,
        Some(Cursor(id)) => {
            id.parse().map_err(|_| Problem::parameter("cursor: it is of another list", "leave it out"))?
        }
    };
    let limit = wanted.limit.unwrap_or_default().0;
    let closed = wanted.state == Some(WantedState::All);
    let since = wanted.since.unwrap_or(UtcMillis(i64::MIN));
    let mut found = book(parts.alerts.alerts(Asked { closed, since, before, limit: limit + 1 }))?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| Cursor(last.id.to_string()));
    let newest = found.first().map_or(0, |alert| alert.id);
    let mut told = book(parts.alerts.deliveries(found.last().map_or(0, |alert| alert.id), newest))?;
    let (fold, names) = (parts.fold(), Names::now(parts)?);
    let mut item = |alert: Alert| {
        let told = told.remove(&alert.id).unwrap_or_default();
        AlertItem::new(&fold.inputs().registry, &names, alert, told)
    };
    let items = found.into_iter().map(&mut item).collect();
    Ok(AlertsAnswer { as_of: (parts.clock)(), items, next })
}

/// What the file of alerts says, or that it cannot be read.
fn book<T>(asked: Result<T, smartpole_alerting::Error>) -> Result<T, Problem> {
    asked.map_err(|error| Problem::internal(&error))
}

/// From when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Since {
    /// Causes that were open then or later; a day ago if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<UtcMillis>,
}

/// How much is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Summary {
    /// When this was so.
    #[schema(value_type = String, format = DateTime)]
    as_of: UtcMillis,
    /// From when on.
    #[schema(value_type = String, format = DateTime)]
    since: UtcMillis,
    /// Alerts that were open since, without those that turned out to be part of another.
    causes: usize,
    /// Of them, those that are open and worth a trip.
    trips: usize,
    /// Devices concerned by them.
    devices: usize,
    /// Devices of the city that report now …
    reporting: usize,
    /// … of so many that should.
    expected: usize,
}

/// What was wrong since an instant, in numbers.
#[utoipa::path(get, path = "/api/v1/alerts/summary", tag = "operation", params(Since), responses(
    (status = 200, description = "The numbers.", body = Summary),
    Refused,
))]
pub(crate) async fn summary(
    State(state): State<ApiState>,
    Params(wanted): Params<Since>,
) -> Result<Json<Summary>, Problem> {
    state.ask(move |parts| summed_up(parts, wanted.since)).await.map(Json)
}

fn summed_up(parts: &Parts, since: Option<UtcMillis>) -> Result<Summary, Problem> {
    const MOST: usize = 100_000;
    let as_of = (parts.clock)();
    let since = since.unwrap_or(as_of.plus(-DAY_MS));
    let asked = Asked { closed: true, since, before: i64::MAX, limit: MOST };
    let mut found = book(parts.alerts.alerts(asked))?;
    found.retain(|alert| alert.part_of.is_none());
    let devices: std::collections::BTreeSet<&str> =
        found.iter().flat_map(|alert| alert.said.devices.iter().map(String::as_str)).collect();
    let trips = found.iter().filter(|alert| alert.until.is_none() && alert.said.next_step.trip).count();
    let (devices, causes) = (devices.len(), found.len());
    let (reporting, expected) = reporting(parts);
    Ok(Summary { as_of, since, causes, trips, devices, reporting, expected })
}

/// How many devices of our own report, of how many that should.
fn reporting(parts: &Parts) -> (usize, usize) {
    let fold = parts.fold();
    let (registry, now) = (&fold.inputs().registry, fold.position().1);
    let ours = registry.devices.iter().filter(|device| !registry.is_foreign(device) && device.active_at(now).is_some());
    let states = ours.map(|device| {
        let heard = fold.device_no(&device.id).and_then(|no| fold.last_received_at(no));
        PoleState::of(heard, patience(&fold, device, now), now)
    });
    states.fold((0, 0), |(reporting, all), state| (reporting + usize::from(state == PoleState::Reporting), all + 1))
}

/// What somebody notes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acknowledgement {
    /// What is known, or done; may be empty.
    #[serde(default)]
    note: String,
}

/// Until when an alert is muted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mute {
    /// Until when; null: no longer muted.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<UtcMillis>,
}

/// Notes that somebody has taken note of an alert.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/acknowledge", tag = "operation", request_body = Acknowledgement,
    params(("id" = String, Path, description = "The alert.", example = "17")),
    responses((status = 200, description = "The alert as it is now.", body = AlertItem), said::Refusals))]
pub(crate) async fn acknowledge(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<AlertItem>, Problem> {
    let who = by(&request);
    let Acknowledgement { note: text } = body(request, r#"{"note":"…"}"#).await?;
    let text = note(&text)?;
    let change = move |parts: &Parts, id| parts.alerts.acknowledge(id, &Word::new(&who, (parts.clock)(), &text));
    state.ask(move |parts| changed(parts, &id, change)).await.map(Json)
}

/// Mutes an alert until an instant, or no longer.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/mute", tag = "operation", request_body = Mute,
    params(("id" = String, Path, description = "The alert.", example = "17")),
    responses((status = 200, description = "The alert as it is now.", body = AlertItem), said::Refusals))]
pub(crate) async fn mute(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<AlertItem>, Problem> {
    let Mute { until } = body(request, r#"{"until":"2026-11-30T06:00:00Z"}"#).await?;
    let change = move |parts: &Parts, id| parts.alerts.mute(id, until);
    state.ask(move |parts| changed(parts, &id, change)).await.map(Json)
}

/// The alert after a change.
fn changed(
    parts: &Parts,
    id: &str,
    change: impl FnOnce(&Parts, i64) -> Result<bool, smartpole_alerting::Error>,
) -> Result<AlertItem, Problem> {
    let unknown = || Problem::unknown(&Named::ALERT, id, std::iter::empty());
    let number: i64 = id.parse().map_err(|_| unknown())?;
    if !book(change(parts, number))? {
        return Err(unknown());
    }
    let alert = book(parts.alerts.alert(number))?.ok_or_else(unknown)?;
    let told = book(parts.alerts.deliveries(number, number))?.remove(&number).unwrap_or_default();
    let names = Names::now(parts)?;
    Ok(AlertItem::new(&parts.fold().inputs().registry, &names, alert, told))
}
