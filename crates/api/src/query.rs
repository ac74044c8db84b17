//! Query strings as structs: what is wrong with one is said with the parameter, its value and what is allowed.

use axum::{
    extract::{FromRequestParts, Query, rejection::QueryRejection},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The parameters of a request.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Query::try_from_uri(&parts.uri).map(|Query(params)| Self(params)).map_err(|rejection| refusal(&rejection))
    }
}

fn refusal(rejection: &QueryRejection) -> Problem {
    let inner = std::error::Error::source(rejection).map(ToString::to_string);
    let detail: String = inner.unwrap_or_else(|| rejection.to_string()).chars().take(300).collect();
    // serde calls a parameter a field.
    let detail = ["unknown", "duplicate", "missing"]
        .iter()
        .fold(detail, |detail, what| detail.replacen(&format!("{what} field"), &format!("{what} parameter"), 1));
    Problem::parameter(detail, "GET /api/openapi.json describes every parameter")
}
