//! `GET /sta/v1.1`: OGC SensorThings API 1.1, Part 1 (OGC 18-088), to read.
//!
//! ```text
//! path, query ──► smartpole_sta::answer ──► City (who is there, by number) ──► words (what is said of it)
//!                                              └──► observations ──► blocks of fold and store, past: readings of the history
//! ```
//!
//! Everybody gets what `/api/v1/series` gives them: no datastream of what is personal, or of a device that counts persons, is there
//! for the public.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, uri::Authority},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;
use smartpole_access::Who;
use smartpole_sta::{Answer, Refusal};
use utoipa::ToSchema;

use self::city::City;
use crate::{
    ApiState, Parts,
    asker::Asker,
    problem::{Failed, Problem},
    query::Params,
    representation::MISSING,
};

mod city;
mod id;
mod observations;
mod past;
pub(super) mod words;

/// The root, without the service's own address.
pub(crate) const ROOT: &str = "/sta/v1.1";
/// The root again, as clients write it that put their paths behind.
pub(crate) const ROOT_OF_PATHS: &str = "/sta/v1.1/";
/// All paths behind it.
pub(crate) const PATHS: &str = "/sta/v1.1/{*path}";

/// Why observations could not be read, on its way through a question.
#[derive(Debug, thiserror::Error)]
#[error("observations cannot be read")]
struct Unread(Problem);

/// The root document of SensorThings.
#[derive(Serialize, ToSchema)]
pub(crate) struct RootDocument {
    /// The collections, each with `name` and `url`.
    value: Vec<Collection>,
    /// Which requirement classes are met.
    #[serde(rename = "serverSettings")]
    server_settings: ServerSettings,
}

/// A collection of SensorThings.
#[derive(Serialize, ToSchema)]
pub(crate) struct Collection {
    #[schema(example = "Datastreams")]
    name: String,
    #[schema(example = "http://127.0.0.1:8080/sta/v1.1/Datastreams")]
    url: String,
}

/// What the service can.
#[derive(Serialize, ToSchema)]
pub(crate) struct ServerSettings {
    conformance: Vec<String>,
}

/// OGC SensorThings API 1.1, Part 1: poles, datastreams and readings by its standard, <https://docs.ogc.org/is/18-088/18-088.html>, which
/// describes all paths and options behind this one. Reading alone.
///
/// Readings that a history has lost are counted in the header `Smartpole-Missing`: those of the quarters of an hour that were looked through.
#[utoipa::path(get, path = "/sta/v1.1", operation_id = "sensorthings", tag = "catalogue", responses(
    (status = 200, description = "The root document.", body = RootDocument),
    Failed,
))]
pub(crate) async fn root(State(state): State<ApiState>, asker: Asker, headers: HeaderMap) -> Response {
    Json(smartpole_sta::root(&address(&state.parts, &asker, &headers))).into_response()
}

/// The addresses behind the root, which the standard describes.
pub(crate) fn paths() -> Router<ApiState> {
    Router::new().route(ROOT_OF_PATHS, get(root)).route(PATHS, get(entities))
}

async fn entities(
    State(state): State<ApiState>,
    asker: Asker,
    headers: HeaderMap,
    Path(path): Path<String>,
    Params(query): Params<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let root = address(&state.parts, &asker, &headers);
    let answer = state.ask(move |parts| {
        let city = City::new(parts, &asker);
        let answer = smartpole_sta::answer(&city, &root, &path, query).map_err(problem)?;
        Ok((answer, city.missing()))
    });
    let (answer, missing) = answer.await?;
    let missing = (missing > 0).then(|| [(MISSING, HeaderValue::from(missing))]);
    Ok(match answer {
        Answer::Json(value) => (missing, Json(value)).into_response(),
        Answer::Text(text) => (missing, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response(),
        Answer::Nothing => StatusCode::NO_CONTENT.into_response(),
    })
}

/// The root's address in answers. Operators without an account come to the service itself, so links lead them back by the name they used for it; all
/// others are led to the address that is published.
fn address(parts: &Parts, asker: &Asker, headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    match host {
        Some(host) if asker.who == Who::Local => format!("http://{host}{ROOT}"),
        _ => format!("{}{ROOT}", parts.publish.base_url),
    }
}

fn problem(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Invalid { detail, remedy } => Problem::parameter(detail, remedy),
        Refusal::Nothing(path) => Problem::no_such_page(&format!("{ROOT}/{path}")),
        Refusal::Source(source) => match source.downcast::<Unread>() {
            Ok(unread) => unread.0,
            Err(source) => Problem::internal(&Refusal::Source(source)),
        },
    }
}
