//! Query strings as structs: what is wrong with one is said with the parameter, its value and what is allowed.

use axum::{
    extract::{FromRequestParts, Query, Request, State, rejection::QueryRejection},
    http::{Uri, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, de::DeserializeOwned};
use smartpole_model::UtcMillis;

use crate::{ApiState, problem::Problem};

/// How far ahead of ours a clock may be: who asks as of the minute that runs means what is known now.
const AHEAD_MS: i64 = 60_000;

/// The parameters of a request.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        of(&parts.uri).map(Self)
    }
}

/// What is asked of an address that takes no parameters, or none but those of a form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// The parameters of a query string.
///
/// # Errors
/// 400 if one cannot be used.
pub(crate) fn read<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let uri = Uri::builder().path_and_query(format!("/?{query}")).build();
    of(&uri.map_err(|error| Problem::internal(&error))?)
}

fn of<T: DeserializeOwned>(uri: &Uri) -> Result<T, Problem> {
    Query::try_from_uri(uri).map(|Query(params)| params).map_err(|rejection| refusal(&rejection))
}

/// Until when something was known.
#[derive(Deserialize)]
struct Past {
    as_of: Option<UtcMillis>,
}

/// The `as_of` that is asked for; none if it is no instant, which is refused elsewhere.
pub(crate) fn as_of(uri: &Uri) -> Option<UtcMillis> {
    Query::<Past>::try_from_uri(uri).ok().and_then(|Query(past)| past.as_of)
}

/// Refuses questions as of an instant that is yet to come: nobody knows what will have been known by then.
pub(crate) async fn refuse_future(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let now = (state.parts.clock)().max(state.parts.queries.at(None));
    match as_of(request.uri()).filter(|as_of| as_of.since(now) > AHEAD_MS) {
        Some(as_of) => {
            let detail = format!("as_of: {as_of} is yet to come");
            Problem::parameter(detail, "leave it out for what is known now").into_response()
        }
        None => next.run(request).await,
    }
}

fn refusal(rejection: &QueryRejection) -> Problem {
    let inner = std::error::Error::source(rejection).map(ToString::to_string);
    let detail: String = inner.unwrap_or_else(|| rejection.to_string()).chars().take(300).collect();
    // serde calls a parameter a field.
    let detail = ["unknown", "duplicate", "missing"]
        .iter()
        .fold(detail, |detail, what| detail.replacen(&format!("{what} field"), &format!("{what} parameter"), 1));
    let detail = detail.replacen("there are no fields", "there are none", 1);
    Problem::parameter(detail, "GET /api/openapi.json describes every parameter")
}
