//! `/api/v1/maintenance` and `/api/v1/visits`

use axum::{
    Json,
    extract::{Path, Request, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use smartpole_alert::{Cause, CauseKind};
use smartpole_alerting::{Maintenance, NewMaintenance, NewVisit, Visit};
use smartpole_model::{Registry, UtcMillis};
use utoipa::{IntoParams, ToSchema};

use super::{
    book,
    item::CauseItem,
    said::{self, Names, body, by, note},
};
use crate::{
    ApiState, Parts,
    list::List,
    problem::{Named, Problem, Refused},
    query::{Nothing, Params},
    scope,
};

/// Where times of maintenance are.
pub(crate) const MAINTENANCE: &str = "/api/v1/maintenance";
/// Where visits are.
pub(crate) const VISITS: &str = "/api/v1/visits";
/// Longest maintenance: a year.
const MOST_MS: i64 = 366 * 86_400_000;

/// A time in which somebody works on something, so that its silence is no alarm.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Maintenance)]
pub(crate) struct MaintenanceItem {
    /// Names it.
    #[schema(example = "3")]
    id: String,
    /// On what.
    cause: CauseItem,
    /// From when …
    #[schema(value_type = String, format = DateTime)]
    from: UtcMillis,
    /// … until before when.
    #[schema(value_type = String, format = DateTime)]
    to: UtcMillis,
    /// What for.
    note: String,
    /// Who said so.
    by: String,
}

/// A new one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlannedMaintenance {
    /// On what.
    cause: CauseName,
    /// From when …
    #[schema(value_type = String, format = DateTime)]
    from: UtcMillis,
    /// … until before when; a year at most.
    #[schema(value_type = String, format = DateTime)]
    to: UtcMillis,
    /// What for.
    #[serde(default)]
    note: String,
}

/// What is worked on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CauseName {
    /// `device`, `pole`, `gateway` or `switch_point`.
    #[schema(value_type = String, example = "switch_point")]
    kind: CauseKind,
    /// Its id.
    #[schema(example = "S-0101")]
    id: String,
}

/// The newest thousand times of maintenance, newest first.
#[utoipa::path(get, path = MAINTENANCE, tag = "operation", responses(
    (status = 200, description = "Newest first.", body = List<MaintenanceItem>),
    Refused,
))]
pub(crate) async fn maintenance(
    State(state): State<ApiState>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Json<List<MaintenanceItem>>, Problem> {
    let listed = |parts: &Parts| {
        let kept = book(parts.alerts.maintenance())?;
        let (fold, names) = (parts.fold(), Names::now(parts)?);
        let item = |one| MaintenanceItem::new(&fold.inputs().registry, &names, one);
        Ok(List::whole(kept.into_iter().map(item).collect()))
    };
    state.ask(listed).await.map(Json)
}

/// Plans maintenance: meanwhile nothing of it opens an alert.
#[utoipa::path(post, path = MAINTENANCE, tag = "operation", request_body = PlannedMaintenance,
    responses((status = 201, description = "It is kept.", body = MaintenanceItem), said::Refusals))]
pub(crate) async fn plan_maintenance(
    State(state): State<ApiState>,
    request: Request,
) -> Result<(StatusCode, Json<MaintenanceItem>), Problem> {
    let by = by(&request);
    let example = r#"{"cause":{"kind":"pole","id":"AM-01"},"from":"…","to":"…","note":"…"}"#;
    let PlannedMaintenance { cause: CauseName { kind, id }, from, to, note: text } = body(request, example).await?;
    if to <= from || to.since(from) > MOST_MS {
        return Err(Problem::field("to", "it is not after `from`, or more than a year after it", "give another time"));
    }
    let (cause, note) = (Cause { kind, id }, note(&text)?);
    let keep = move |parts: &Parts| {
        check(&parts.fold().inputs().registry, &cause)?;
        let of = NewMaintenance { cause, from, to, note, by };
        let id = book(parts.alerts.add_maintenance(&of))?;
        let names = Names::now(parts)?;
        Ok(MaintenanceItem::new(&parts.fold().inputs().registry, &names, Maintenance { id, of }))
    };
    Ok((StatusCode::CREATED, Json(state.ask(keep).await?)))
}

/// Takes maintenance back.
#[utoipa::path(delete, path = "/api/v1/maintenance/{id}", tag = "operation",
    params(("id" = String, Path, description = "Which one.", example = "3")),
    responses((status = 204, description = "It is gone."), Refused))]
pub(crate) async fn cancel_maintenance(
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let remove = move |parts: &Parts| {
        let unknown = || Problem::unknown(&Named::MAINTENANCE, &id, std::iter::empty());
        let number = id.parse().map_err(|_| unknown())?;
        if book(parts.alerts.remove_maintenance(number))? { Ok(StatusCode::NO_CONTENT) } else { Err(unknown()) }
    };
    state.ask(remove).await
}

/// What is worked on has to be there.
fn check(registry: &Registry, cause: &Cause) -> Result<(), Problem> {
    let points = || registry.poles.iter().filter_map(|pole| pole.switch_point.as_deref());
    let gateways = || registry.gateways.iter().map(|gateway| gateway.eui.to_string());
    let unknown = |what| Err(Problem::field("cause.id", &format!("no {what} {:?}", cause.id), "correct the id"));
    match cause.kind {
        CauseKind::Pole => scope::pole_named(registry, &cause.id).map(drop),
        CauseKind::Device => scope::device_named(registry, &cause.id).map(drop),
        CauseKind::Gateway if gateways().any(|eui| eui == cause.id) => Ok(()),
        CauseKind::Gateway => unknown("gateway is"),
        CauseKind::SwitchPoint if points().any(|point| point == cause.id) => Ok(()),
        CauseKind::SwitchPoint => unknown("pole hangs on"),
        CauseKind::Target | CauseKind::Source | CauseKind::Service => {
            Err(Problem::field("cause.kind", "no place to work at", "use device, pole, gateway or switch_point"))
        }
    }
}

impl MaintenanceItem {
    fn new(registry: &Registry, names: &Names, Maintenance { id, of }: Maintenance) -> Self {
        let NewMaintenance { cause, from, to, note, by } = of;
        Self { id: id.to_string(), cause: CauseItem::new(registry, cause), from, to, note, by: names.of(by) }
    }
}

/// Somebody was at a pole.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Visit)]
pub(crate) struct VisitItem {
    /// Names it.
    id: String,
    /// Which pole.
    #[schema(example = "AM-01")]
    pole: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: UtcMillis,
    /// What was found and done.
    note: String,
    /// What was put in.
    part: Option<String>,
    /// Who said so.
    by: String,
}

/// A new one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoggedVisit {
    /// Which pole.
    #[schema(example = "AM-01")]
    pole: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: UtcMillis,
    /// What was found and done.
    #[serde(default)]
    note: String,
    /// What was put in.
    part: Option<String>,
}

/// Whose visits.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfPole {
    /// Of one pole; of all if left out.
    #[param(example = "AM-01")]
    pole: Option<String>,
}

/// Who was where: the newest thousand visits, newest first.
#[utoipa::path(get, path = VISITS, tag = "operation", params(OfPole), responses(
    (status = 200, description = "Newest first.", body = List<VisitItem>),
    Refused,
))]
pub(crate) async fn visits(
    State(state): State<ApiState>,
    Params(wanted): Params<OfPole>,
) -> Result<Json<List<VisitItem>>, Problem> {
    let listed = move |parts: &Parts| {
        if let Some(pole) = &wanted.pole {
            scope::pole_named(&parts.fold().inputs().registry, pole)?;
        }
        let kept = book(parts.alerts.visits(wanted.pole.as_deref()))?;
        let names = Names::now(parts)?;
        Ok(List::whole(kept.into_iter().map(|visit| VisitItem::new(&names, visit)).collect()))
    };
    state.ask(listed).await.map(Json)
}

/// Logs a visit.
#[utoipa::path(post, path = VISITS, tag = "operation", request_body = LoggedVisit,
    responses((status = 201, description = "It is kept.", body = VisitItem), said::Refusals))]
pub(crate) async fn log_visit(
    State(state): State<ApiState>,
    request: Request,
) -> Result<(StatusCode, Json<VisitItem>), Problem> {
    let by = by(&request);
    let LoggedVisit { pole, at, note: text, part } = body(request, r#"{"pole":"AM-01","at":"…","note":"…"}"#).await?;
    let (note, part) = (note(&text)?, part.as_deref().map(note).transpose()?);
    let keep = move |parts: &Parts| {
        scope::pole_named(&parts.fold().inputs().registry, &pole)?;
        let of = NewVisit { pole, at, note, part, by };
        let id = book(parts.alerts.add_visit(&of))?;
        Ok(VisitItem::new(&Names::now(parts)?, Visit { id, of }))
    };
    Ok((StatusCode::CREATED, Json(state.ask(keep).await?)))
}

impl VisitItem {
    fn new(names: &Names, Visit { id, of }: Visit) -> Self {
        let NewVisit { pole, at, note, part, by } = of;
        Self { id: id.to_string(), pole, at, note, part, by: names.of(by) }
    }
}
