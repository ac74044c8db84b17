//! `GET /api/v1/me`

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::asker::Asker;

/// Whom the service takes you for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// `operator`: this machine, and the networks of `[http] operators`. `public`: everybody else, and whomever a proxy asks for.
    role: Asker,
}

/// Whom the service takes you for: what the public gets is rounded or left out.
#[utoipa::path(get, path = "/api/v1/me", tag = "operation", responses(
    (status = 200, description = "Your role.", body = Me),
))]
pub(crate) async fn me(role: Asker) -> Json<Me> {
    Json(Me { role })
}
