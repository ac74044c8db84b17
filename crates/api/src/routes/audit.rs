//! `GET /api/v1/audit`

use std::collections::HashMap;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use smartpole_access::AuditEntry;
use smartpole_model::UtcMillis;
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState,
    list::{Cursor, Limit, List},
    problem::{Problem, Refused},
    query::Params,
};

/// How many.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Most items.
    #[param(value_type = Option<usize>, minimum = 1, maximum = 10000)]
    limit: Option<Limit>,
    /// The `next` of the answer before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditItem {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: UtcMillis,
    /// The pseudonym of an account; `local`: the service's own machine or a network of operators; `command_line`; `public`.
    who: String,
    /// The name of the account, if there still is one.
    name: Option<String>,
    /// What was done.
    #[schema(example = "replay_ordered")]
    what: &'static str,
    /// What that means.
    meaning: &'static str,
    /// About what: an address with its parameters, the id of an account or token.
    about: String,
    /// `done`, `failed`, `locked`.
    outcome: &'static str,
}

/// Who did what, the newest first; `[access] audit_days` says how long it is kept.
#[utoipa::path(get, path = "/api/v1/audit", tag = "access", params(Wanted), responses(
    (status = 200, description = "The newest first.", body = List<AuditItem>),
    Refused,
))]
pub(crate) async fn audit(
    State(state): State<ApiState>,
    Params(wanted): Params<Wanted>,
) -> Result<Json<List<AuditItem>>, Problem> {
    let before = wanted.cursor.map_or(Ok(i64::MAX), |Cursor(id)| id.parse());
    let before = before.map_err(|_| Problem::parameter("cursor: it is of another list", "leave it out"))?;
    let limit = wanted.limit.unwrap_or_default().0;
    let read = state.access(move |access| Ok((access.audit(before, limit + 1)?, access.accounts()?)));
    let (mut entries, accounts) = read.await?;
    let names: HashMap<String, String> = accounts.into_iter().map(|of| (of.id.to_string(), of.name)).collect();
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next = entries.last().filter(|_| more).map(|last| Cursor(last.id.to_string()));
    let items = entries.into_iter().map(|entry| AuditItem::new(entry, &names)).collect();
    Ok(Json(List { items, next }))
}

impl AuditItem {
    fn new(AuditEntry { at, who, what, about, outcome, .. }: AuditEntry, names: &HashMap<String, String>) -> Self {
        let who = who.as_str().to_owned();
        let name = names.get(&who).cloned();
        Self { at, who, name, what: what.code(), meaning: what.meaning(), about, outcome: outcome.code() }
    }
}
