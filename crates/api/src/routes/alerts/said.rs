//! What operators send: bodies, who they are, and notes.

use std::collections::BTreeMap;

use axum::{body::to_bytes, extract::Request};
use serde::de::DeserializeOwned;
use smartpole_access::Who;
use utoipa::IntoResponses;

use crate::{
    Parts,
    asker::{Asker, Client},
    problem::Problem,
    routes::replays::is_json,
};

/// Most bytes of a body.
const MAX_BODY: usize = 16 << 10;
/// Longest note, in characters.
const MOST_NOTE: usize = 2_000;

/// How what is sent may be refused.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "it describes")]
pub(in crate::routes) enum Refusals {
    /// A field cannot be used.
    #[response(status = 400, content_type = "application/problem+json")]
    Field(Problem),
    /// An id names nothing.
    #[response(status = 404, content_type = "application/problem+json")]
    Unknown(Problem),
    /// Too much.
    #[response(status = 413, content_type = "application/problem+json")]
    TooMuch(Problem),
    /// Not JSON.
    #[response(status = 415, content_type = "application/problem+json")]
    NotJson(Problem),
    /// The service could not read its own data.
    #[response(status = 500, content_type = "application/problem+json")]
    Internal(Problem),
    /// Too much at once; try again.
    #[response(status = 503, content_type = "application/problem+json")]
    Busy(Problem),
}

/// Who sends it: its account, or the address that it came from.
pub(super) fn by(request: &Request) -> String {
    match request.extensions().get() {
        Some(Asker { who: Who::Account(id), .. }) => id.to_string(),
        _ => request.extensions().get::<Client>().map_or_else(String::new, |client| client.address.to_string()),
    }
}

/// What accounts are called now; entries keep the pseudonym, which says nothing once the account is deleted.
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    pub(super) fn now(parts: &Parts) -> Result<Self, Problem> {
        let accounts = parts.access.accounts().map_err(|error| Problem::internal(&error))?;
        Ok(Self(accounts.into_iter().map(|account| (account.id.to_string(), account.name)).collect()))
    }

    /// The name of whom [`by`] told of; of an address, itself.
    pub(super) fn of(&self, by: String) -> String {
        self.0.get(&by).cloned().unwrap_or(by)
    }
}

/// The body as JSON.
pub(in crate::routes) async fn body<T: DeserializeOwned>(request: Request, example: &str) -> Result<T, Problem> {
    if !is_json(request.headers()) {
        return Err(Problem::media_type());
    }
    let bytes = to_bytes(request.into_body(), MAX_BODY).await.map_err(|_| Problem::body_of(MAX_BODY))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Problem::field("", &error.to_string(), &format!("send it like {example}")))
}

/// A note that fits.
pub(super) fn note(text: &str) -> Result<String, Problem> {
    let is_odd = |character: char| character.is_control() && !matches!(character, '\n' | '\t');
    if text.chars().count() > MOST_NOTE || text.contains(is_odd) {
        let detail = "it is too long, or has control characters";
        return Err(Problem::field("note", detail, &format!("write at most {MOST_NOTE} characters")));
    }
    Ok(text.to_owned())
}
