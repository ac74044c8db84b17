//! `GET /api/v1/methods`

use axum::Json;
use serde::Serialize;
use smartpole_method::methods::{ALL, Method};
use utoipa::ToSchema;

use crate::{
    list::List,
    problem::Problem,
    query::{Nothing, Params},
};

/// A method by which figures are made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MethodItem {
    /// Its name, for ever.
    #[schema(value_type = String, example = "window.mean")]
    id: &'static str,
    /// Which version of it.
    version: u32,
    /// What it makes.
    #[schema(value_type = String)]
    title: &'static str,
    /// How, as a formula in words.
    #[schema(value_type = String)]
    meaning: &'static str,
}

/// All methods that answers name, in the order in which they build on each other.
#[utoipa::path(get, path = "/api/v1/methods", tag = "values", responses(
    (status = 200, description = "All of them.", body = List<MethodItem>),
    (status = 400, description = "There is no such parameter.", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn methods(Params(Nothing {}): Params<Nothing>) -> Json<List<MethodItem>> {
    let item = |Method { id, version, title, meaning }| MethodItem { id, version, title, meaning };
    Json(List::whole(ALL.into_iter().map(item).collect()))
}
