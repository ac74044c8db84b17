//! `/api/v1/tokens`

use axum::{
    Json,
    extract::{Path, Request, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use smartpole_access::{AccountId, AuditEntry, AuditOutcome, DEFAULT_DAYS, Name, NewToken, Role, Token, What, Who};
use smartpole_model::UtcMillis;
use utoipa::ToSchema;

use super::{
    accounts::{known, refused},
    alerts::said::{Refusals, body},
};
use crate::{
    ApiState,
    asker::Asker,
    list::List,
    problem::{Bare, Problem, Refused},
    query::{Nothing, Params},
};

/// Where tokens are.
pub(crate) const PATH: &str = "/api/v1/tokens";

/// A token, without its secret, which is not kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Token)]
pub(crate) struct TokenItem {
    /// Names it.
    #[schema(example = "7")]
    id: String,
    /// Whose it is, by pseudonym.
    account: String,
    /// What it is for.
    name: String,
    /// What it may do, as far as its account may.
    #[schema(value_type = String, example = "planner")]
    role: Role,
    /// Ids of the zones of which it sees exact figures; null = all that its account sees.
    zones: Option<Vec<String>>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    made: UtcMillis,
    /// From when on it holds no more.
    #[schema(value_type = String, format = DateTime)]
    expires: UtcMillis,
    /// The day of its last use, as its beginning (UTC); null if it was never used.
    #[schema(value_type = Option<String>, format = DateTime)]
    used: Option<UtcMillis>,
}

/// A new token with its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeToken {
    #[serde(flatten)]
    token: TokenItem,
    /// What to send as `Authorization: Bearer …`. It is shown this once.
    #[schema(example = "sp_…")]
    secret: String,
}

/// A new one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewToken)]
pub(crate) struct Wanted {
    /// What it is for; 1 to 64 characters.
    name: String,
    /// What it may do: no more than your account.
    #[schema(value_type = String, example = "planner")]
    role: Role,
    /// Ids of the zones of which it sees exact figures; those of your account if left out.
    #[serde(default)]
    zones: Vec<String>,
    /// How long it holds; 90 if left out, 366 at most.
    days: Option<u32>,
}

/// Your tokens, those of all to admins; the newest first, expired ones among them for a year.
#[utoipa::path(get, path = PATH, tag = "access", responses(
    (status = 200, description = "The newest first.", body = List<TokenItem>),
    Bare,
))]
pub(crate) async fn tokens(
    State(state): State<ApiState>,
    Params(Nothing {}): Params<Nothing>,
    asker: Asker,
) -> Result<Json<List<TokenItem>>, Problem> {
    let of = whose(&asker)?;
    let all = state.access(move |access| access.tokens(of.as_ref())).await?;
    Ok(Json(List::whole(all.into_iter().map(TokenItem::from).collect())))
}

/// Makes a token of your account.
#[utoipa::path(post, path = PATH, tag = "access", request_body = Wanted,
    responses(
        (status = 201, description = "It is made; its secret is shown this once.", body = MadeToken),
        (status = 409, description = "The account has as many as it may have.", body = Problem, content_type = "application/problem+json"),
        Refusals,
    ))]
pub(crate) async fn make_token(
    State(state): State<ApiState>,
    asker: Asker,
    request: Request,
) -> Result<(StatusCode, Json<MadeToken>), Problem> {
    let Wanted { name, role, zones, days } = body(request, r#"{"name":"…","role":"planner","days":90}"#).await?;
    let new = NewToken {
        name: Name::new(&name).map_err(refused)?,
        role,
        zones: known(&state, zones).await?,
        days: days.unwrap_or(DEFAULT_DAYS),
    };
    // a token makes none that may do more than itself
    if role > asker.role || !new.zones.are_within(&asker.zones) && new.zones.0.is_some() {
        return Err(Problem::for_role("a token that may do more than you here", Role::Admin));
    }
    let new = if new.zones.0.is_none() { NewToken { zones: asker.zones.clone(), ..new } } else { new };
    let (account, now) = (account(&asker)?, (state.parts.clock)());
    let made = state.access(move |access| {
        let (token, secret) = access.make_token(&access.account(account.as_str())?, &new, now)?;
        access.note(&AuditEntry::new(asker.who, What::TokenMade, &token.id.to_string(), AuditOutcome::Done, now))?;
        Ok(MadeToken { token: token.into(), secret: secret.reveal().to_owned() })
    });
    Ok((StatusCode::CREATED, Json(made.await?)))
}

/// Revokes a token of yours; admins any.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "access",
    params(("id" = String, Path, description = "Which one.", example = "7")),
    responses((status = 204, description = "It holds no more."), Refused))]
pub(crate) async fn revoke_token(
    State(state): State<ApiState>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let (of, now) = (whose(&asker)?, (state.parts.clock)());
    let id: i64 = id.parse().map_err(|_| refused(smartpole_access::Refusal::NoToken))?;
    let revoked = state.access(move |access| {
        access.revoke_token(id, of.as_ref())?;
        access.note(&AuditEntry::new(asker.who, What::TokenRevoked, &id.to_string(), AuditOutcome::Done, now))
    });
    revoked.await.map(|()| StatusCode::NO_CONTENT)
}

/// Whose tokens somebody deals with: all of an admin's, else the own ones.
fn whose(asker: &Asker) -> Result<Option<AccountId>, Problem> {
    if asker.role == Role::Admin { Ok(None) } else { account(asker).map(Some) }
}

fn account(asker: &Asker) -> Result<AccountId, Problem> {
    match &asker.who {
        Who::Account(id) => Ok(id.clone()),
        _ => Err(Problem::no_account()),
    }
}

impl From<Token> for TokenItem {
    fn from(Token { id, account, name, role, zones, made, expires, used }: Token) -> Self {
        let (id, account) = (id.to_string(), account.to_string());
        Self { id, account, name, role, zones: zones.0, made, expires, used }
    }
}
