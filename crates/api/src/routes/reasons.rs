//! `GET /api/v1/reasons`

use axum::Json;
use serde::Serialize;
use smartpole_model::{Reason, Severity};
use utoipa::ToSchema;

use crate::{
    list::List,
    problem::Problem,
    query::{Nothing, Params},
};

/// Why messages or readings are kept in quarantine.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReasonItem {
    /// The word of ledger, quarantine and metrics.
    #[schema(value_type = String, example = "unknown_device")]
    code: Reason,
    /// Whose the matter is: `note`, nobody's (noise, foreign frames); `warning`, a sender's or the registry's; `fault`, ours.
    #[schema(value_type = String, example = "warning")]
    severity: Severity,
    /// What happened.
    #[schema(value_type = String)]
    meaning: &'static str,
    /// What to do about it.
    #[schema(value_type = String)]
    remedy: &'static str,
    /// Whether such a message may count once registry, profile or program are mended and it is folded again.
    replayable: bool,
}

/// Every reason there is for quarantine.
#[utoipa::path(get, path = "/api/v1/reasons", tag = "operation", responses(
    (status = 200, description = "In the order of their numbers.", body = List<ReasonItem>),
    (status = 400, description = "There is no such parameter.", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn reasons(Params(Nothing {}): Params<Nothing>) -> Json<List<ReasonItem>> {
    let item = |reason: Reason| ReasonItem {
        code: reason,
        severity: reason.severity(),
        meaning: reason.meaning(),
        remedy: reason.remedy(),
        replayable: reason.replayable(),
    };
    Json(List::whole(Reason::ALL.into_iter().map(item).collect()))
}
