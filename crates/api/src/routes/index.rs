//! `GET /api/v1`

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::asker::routes::PUBLIC;

/// What there is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Index {
    /// What describes every address and its parameters, by OpenAPI.
    #[schema(value_type = String, example = "/api/openapi.json")]
    description: &'static str,
    /// Addresses for everybody; the description has those for accounts as well.
    #[schema(value_type = Vec<String>, example = json!(["/api/v1/air"]))]
    addresses: Vec<&'static str>,
}

/// Where to begin: the description of all addresses, and those that answer everybody.
#[utoipa::path(get, path = "/api/v1", tag = "city", responses((status = 200, description = "The addresses.", body = Index)))]
pub(crate) async fn index() -> Json<Index> {
    let addresses = PUBLIC.into_iter().filter(|path| path.starts_with("/api/v1/")).collect();
    Json(Index { description: "/api/openapi.json", addresses })
}
