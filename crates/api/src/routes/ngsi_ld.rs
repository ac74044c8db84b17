//! `GET /ngsi-ld/v1/entities`: the newest hours as NGSI-LD entities (ETSI GS CIM 009), normalised, read only.
//!
//! Types are those of Smart Data Models: `AirQualityObserved` 0.1.4 and `NoiseLevelObserved` 0.2.1 (dataModel.Environment f0150e5),
//! `CrowdFlowObserved` 0.0.3 (dataModel.Transportation 6aee14b). Everybody gets what the public gets.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;

use self::entity::Entity;
use crate::{
    ApiState, Parts,
    list::Number,
    problem::{Problem, Refused},
    query::Params,
    routes::Days,
};

mod air;
mod crowd;
mod entity;
mod noise;
mod pole;

/// Most entities of an answer.
const MOST: usize = 1_000;

/// Which entities.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// `AirQualityObserved` of poles, `NoiseLevelObserved` of poles, or `CrowdFlowObserved` of zones.
    #[serde(rename = "type")]
    #[param(inline)]
    kind: Type,
    /// Only the one of this id.
    #[param(example = "urn:ngsi-ld:AirQualityObserved:AM-01")]
    id: Option<String>,
    /// Most entities of the answer.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    limit: Option<Number<1, MOST>>,
    /// Entities to leave out at the beginning.
    #[param(value_type = Option<u32>, minimum = 0, maximum = 1000000)]
    offset: Option<Number<0, 1_000_000>>,
}

/// What entities are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
pub(crate) enum Type {
    /// The newest hour of air at a pole.
    #[serde(rename = "AirQualityObserved")]
    AirQuality,
    /// The newest hour of crossings in a zone, as the public sees it.
    #[serde(rename = "CrowdFlowObserved")]
    CrowdFlow,
    /// The newest hour of sound levels at a pole.
    #[serde(rename = "NoiseLevelObserved")]
    NoiseLevel,
}

/// The newest hours as NGSI-LD entities in normalised form: air and sound levels of poles, crossings of zones.
///
/// Of an hour `observedAt` is its end. One that is over for a day or longer is not the newest any more.
#[utoipa::path(get, path = "/ngsi-ld/v1/entities", operation_id = "ngsi_ld_entities", tag = "catalogue", params(Wanted), responses(
    (status = 200, description = "In the registry's order.", body = Vec<Entity>, content_type = "application/ld+json"),
    Refused,
))]
pub(crate) async fn entities(
    State(state): State<ApiState>,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Problem> {
    let days = state.days.clone();
    let entities = state.ask(move |parts| answer(parts, &days, &wanted)).await?;
    Ok(([(header::CONTENT_TYPE, "application/ld+json")], Json(entities)).into_response())
}

fn answer(parts: &Parts, days: &Days, wanted: &Wanted) -> Result<Vec<Entity>, Problem> {
    let is_wanted = |entity: &Entity| wanted.id.as_deref().is_none_or(|id| id == entity.id());
    let all = match wanted.kind {
        Type::AirQuality => air::entities(parts)?,
        Type::CrowdFlow => crowd::entities(parts, days)?,
        Type::NoiseLevel => noise::entities(parts)?,
    };
    let offset = wanted.offset.map_or(0, |offset| offset.0);
    let limit = wanted.limit.map_or(MOST, |limit| limit.0);
    Ok(all.into_iter().filter(is_wanted).skip(offset).take(limit).collect())
}
