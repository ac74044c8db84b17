//! `GET /readyz`

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{ApiState, Health, health, problem::Problem};

/// Whether the service can do its work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// Whether messages are acknowledged and folded.
    ready: bool,
    /// Why not.
    reasons: Vec<String>,
    /// Why files of the registry are not in force; the former ones are.
    #[schema(nullable)]
    registry_error: Option<String>,
    /// What the ledger's hourly check of itself found: figures can no longer be proven, until `smartpole ledger verify` says why.
    #[schema(nullable)]
    ledger_error: Option<String>,
}

/// Whether the service can do its work. A target that is away is no reason against it: messages are acknowledged all the same,
/// and what is for the target is kept until it is back (`/api/v1/ledger` tells how far it is).
#[utoipa::path(get, path = "/readyz", tag = "operation", responses(
    (status = 200, description = "It can.", body = Readiness),
    (status = 503, description = "It cannot, for the reasons given.", body = Readiness),
))]
pub(crate) async fn readyz(State(state): State<ApiState>) -> Result<(StatusCode, Json<Readiness>), Problem> {
    let folded = state.ask(|parts| Ok(parts.fold().position().0)).await?;
    let journal = *state.parts.journal.status().borrow();
    let lag = journal.durable.0.saturating_sub(folded.0);
    let health = state.parts.health.borrow().clone();
    let reasons = health::reasons(&health, &journal, lag, state.options.max_lag);
    let ready = reasons.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let Health { registry_error, ledger_error, .. } = health;
    Ok((status, Json(Readiness { ready, reasons, registry_error, ledger_error })))
}
