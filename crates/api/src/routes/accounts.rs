//! `/api/v1/accounts`

use axum::{
    Json,
    extract::{Path, Request, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use smartpole_access::{
    Access, Account, AccountId, AuditEntry, AuditOutcome, Error, Name, NewAccount, Password, Role, What, Zones,
};
use smartpole_model::UtcMillis;
use utoipa::ToSchema;

use super::alerts::said::{Refusals, body};
use crate::{
    ApiState,
    asker::Asker,
    list::List,
    problem::{Bare, Problem, Refused},
    query::{Nothing, Params},
    scope,
};

/// Where accounts are.
pub(crate) const PATH: &str = "/api/v1/accounts";

/// An account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub(crate) struct AccountItem {
    /// Its pseudonym, by which the audit trail knows it.
    #[schema(example = "acc-1f0e5c7a9b3d2468")]
    id: String,
    /// What its owner types.
    name: String,
    /// `planner`, `operator` or `admin`.
    #[schema(value_type = String, example = "planner")]
    role: Role,
    /// Ids of the zones of which it sees exact figures; null = all.
    zones: Option<Vec<String>>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    made: UtcMillis,
    /// Whether an OpenID provider vouches for it: it has no password, and its role is what the provider says at each log-in.
    by_openid: bool,
    /// Whether nobody comes in by it, and none of its tokens holds, until it is enabled again.
    disabled: bool,
}

/// A new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAccount)]
pub(crate) struct Wanted {
    /// What its owner types; 1 to 64 characters.
    name: String,
    /// At least 12 characters.
    #[schema(format = Password)]
    password: String,
    /// `planner`, `operator` or `admin`.
    #[schema(value_type = String, example = "planner")]
    role: Role,
    /// Ids of the zones of which it sees exact figures; all if left out.
    #[serde(default)]
    zones: Vec<String>,
}

/// Another role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRole {
    /// `planner`, `operator` or `admin`.
    #[schema(value_type = String, example = "operator")]
    role: Role,
    /// Ids of the zones of which it sees exact figures; all if left out.
    #[serde(default)]
    zones: Vec<String>,
}

/// Whether it is disabled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Disabled {
    /// Disabled from now on, or enabled again.
    #[schema(example = true)]
    disabled: bool,
}

/// All accounts, by name.
#[utoipa::path(get, path = PATH, tag = "access", responses(
    (status = 200, description = "All of them.", body = List<AccountItem>),
    Bare,
))]
pub(crate) async fn accounts(
    State(state): State<ApiState>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Json<List<AccountItem>>, Problem> {
    let all = state.access(Access::accounts).await?;
    Ok(Json(List::whole(all.into_iter().map(AccountItem::from).collect())))
}

/// Makes an account.
#[utoipa::path(post, path = PATH, tag = "access", request_body = Wanted,
    responses(
        (status = 201, description = "It is made.", body = AccountItem),
        (status = 409, description = "There is an account of this name.", body = Problem, content_type = "application/problem+json"),
        Refusals,
    ))]
pub(crate) async fn make_account(
    State(state): State<ApiState>,
    asker: Asker,
    request: Request,
) -> Result<(StatusCode, Json<AccountItem>), Problem> {
    let Wanted { name, password, role, zones } =
        body(request, r#"{"name":"…","password":"…","role":"planner","zones":[]}"#).await?;
    let (name, password) = (Name::new(&name).map_err(refused)?, Password::new(&password).map_err(refused)?);
    let new = NewAccount { name, role, zones: known(&state, zones).await? };
    let turn = state.hashing().await.ok_or_else(|| Problem::busy("too many passwords are hashed at once"))?;
    let now = (state.parts.clock)();
    let account = state.access(move |access| {
        let _turn = turn;
        let account = access.add_account(&new, &password, now)?;
        access.note(&AuditEntry::new(asker.who, What::AccountMade, account.id.as_str(), AuditOutcome::Done, now))?;
        Ok(account)
    });
    Ok((StatusCode::CREATED, Json(account.await?.into())))
}

/// Gives an account another role and other zones, and ends its sessions.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/role", tag = "access", request_body = NewRole,
    params(("id" = String, Path, description = "Its pseudonym or name.")),
    responses(
        (status = 200, description = "The account as it is now.", body = AccountItem),
        (status = 409, description = "It is the last admin.", body = Problem, content_type = "application/problem+json"),
        Refusals,
    ))]
pub(crate) async fn change_role(
    State(state): State<ApiState>,
    asker: Asker,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<AccountItem>, Problem> {
    let NewRole { role, zones } = body(request, r#"{"role":"operator","zones":[]}"#).await?;
    let zones = known(&state, zones).await?;
    changed(&state, asker, id, What::RoleChanged, move |access, id| access.set_role(id, role, &zones)).await
}

/// Disables an account and ends its sessions, or enables it again; its tokens hold while it is enabled.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/disabled", tag = "access", request_body = Disabled,
    params(("id" = String, Path, description = "Its pseudonym or name.")),
    responses(
        (status = 200, description = "The account as it is now.", body = AccountItem),
        (status = 409, description = "It is the last admin.", body = Problem, content_type = "application/problem+json"),
        Refusals,
    ))]
pub(crate) async fn disable(
    State(state): State<ApiState>,
    asker: Asker,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<AccountItem>, Problem> {
    let Disabled { disabled } = body(request, r#"{"disabled":true}"#).await?;
    let what = if disabled { What::AccountDisabled } else { What::AccountEnabled };
    changed(&state, asker, id, what, move |access, id| access.set_disabled(id, disabled)).await
}

/// Changes an account and notes by whom; the account as it is then.
async fn changed(
    state: &ApiState,
    asker: Asker,
    id: String,
    what: What,
    change: impl FnOnce(&Access, &AccountId) -> Result<(), Error> + Send + 'static,
) -> Result<Json<AccountItem>, Problem> {
    let now = (state.parts.clock)();
    let account = state.access(move |access| {
        let id = access.account(&id)?.id;
        change(access, &id)?;
        access.note(&AuditEntry::new(asker.who, what, id.as_str(), AuditOutcome::Done, now))?;
        access.account(id.as_str())
    });
    Ok(Json(account.await?.into()))
}

/// Deletes an account with its sessions and tokens; its pseudonym stays in the audit trail.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}", tag = "access",
    params(("id" = String, Path, description = "Its pseudonym or name.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 409, description = "It is the last admin.", body = Problem, content_type = "application/problem+json"),
        Refused,
    ))]
pub(crate) async fn delete_account(
    State(state): State<ApiState>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let now = (state.parts.clock)();
    let deleted = state.access(move |access| {
        let account = access.account(&id)?;
        access.delete_account(&account.id)?;
        access.note(&AuditEntry::new(asker.who, What::AccountDeleted, account.id.as_str(), AuditOutcome::Done, now))
    });
    deleted.await.map(|()| StatusCode::NO_CONTENT)
}

/// Zones that there are.
pub(super) async fn known(state: &ApiState, ids: Vec<String>) -> Result<Zones, Problem> {
    let named = state.ask(move |parts| {
        let inputs = std::sync::Arc::clone(parts.fold().inputs());
        ids.iter().try_for_each(|id| scope::zone_named(&inputs.registry, id).map(drop))?;
        Ok(Zones::named(ids))
    });
    named.await
}

pub(super) fn refused(refusal: smartpole_access::Refusal) -> Problem {
    smartpole_access::Error::from(refusal).into()
}

impl From<Account> for AccountItem {
    fn from(Account { id, name, role, zones, made, by_openid, disabled }: Account) -> Self {
        Self { id: id.to_string(), name, role, zones: zones.0, made, by_openid, disabled }
    }
}
