//! `GET /api/v1/me`

use axum::{Extension, Json};
use serde::Serialize;
use smartpole_access::{Role, Who};
use utoipa::ToSchema;

use crate::{
    asker::{Asker, Client, Cookie},
    problem::Problem,
    query::{Nothing, Params},
};

/// Whom the service takes you for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// `public`: everybody. `planner`, `operator`, `admin`: accounts and their tokens. `operator` is also, without an account, the
    /// service's own machine and the networks of `[http] operators`, unless a proxy asks for somebody.
    #[schema(value_type = String, example = "planner")]
    role: Role,
    /// Pseudonym of the account, as the audit trail knows it; null without one.
    account: Option<String>,
    /// Name of the account.
    name: Option<String>,
    /// Ids of the zones of which exact figures are seen; null = all. To the public they mean nothing.
    zones: Option<Vec<String>>,
    /// Whether one could log in from here: by https, or on the service's own machine.
    can_log_in: bool,
}

/// Whom the service takes you for: what the public gets is rounded or left out.
#[utoipa::path(get, path = "/api/v1/me", tag = "access", responses(
    (status = 200, description = "Your role.", body = Me),
    (status = 400, description = "There is no such parameter.", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn me(
    Params(Nothing {}): Params<Nothing>,
    asker: Asker,
    Extension(client): Extension<Client>,
) -> Json<Me> {
    let Asker { role, zones, who, name, .. } = asker;
    let account = if let Who::Account(id) = who { Some(id.to_string()) } else { None };
    Json(Me { role, account, name, zones: zones.0, can_log_in: Cookie::Session.name(&client).is_some() })
}
