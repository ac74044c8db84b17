//! Query strings as structs: what is wrong with one is said with the parameter, its value and what is allowed.

use axum::{
    extract::{FromRequestParts, Query, rejection::QueryRejection},
    http::{Uri, request::Parts},
};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The parameters of a request.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        of(&parts.uri).map(Self)
    }
}

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

fn refusal(rejection: &QueryRejection) -> Problem {
    let inner = std::error::Error::source(rejection).map(ToString::to_string);
    let detail: String = inner.unwrap_or_else(|| rejection.to_string()).chars().take(300).collect();
    // serde calls a parameter a field.
    let detail = ["unknown", "duplicate", "missing"]
        .iter()
        .fold(detail, |detail, what| detail.replacen(&format!("{what} field"), &format!("{what} parameter"), 1));
    Problem::parameter(detail, "GET /api/openapi.json describes every parameter")
}
