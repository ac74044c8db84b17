//! `/login`, `/login/openid`, `/logout`, `/account`, `/first/{link}`: the ways in and out, as plain HTML without a script.
//!
//! ```text
//! form ──► Form ──► Access ──► a cookie and the way on, or the page again with what is wrong, in words
//! ```

mod account;
mod first;
mod form;
mod login;
mod openid;
mod page;
mod way;
mod words;

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use smartpole_access::AccountId;

pub use openid::BACK;

use crate::{
    ApiState,
    asker::{Client, Cookie},
    problem::Problem,
};

/// Their addresses, which are for everybody.
pub(crate) const PATHS: [&str; 6] = ["/login", "/logout", "/account", "/first/{link}", "/login/openid", BACK];

/// Whether an address is one of these that takes a form.
pub(crate) fn is_one(path: &str) -> bool {
    PATHS[..3].contains(&path) || path.starts_with("/first/")
}

/// The addresses, which are for people and in no description.
pub(crate) fn paths() -> Router<ApiState> {
    Router::new()
        .route("/login", get(login::show).post(login::log_in))
        .route("/login/openid", get(openid::begin))
        .route(BACK, get(openid::back))
        .route("/logout", post(login::log_out))
        .route("/account", get(account::show).post(account::change))
        .route("/first/{link}", get(first::show).post(first::make))
}

/// Begins a session, and leads on. It is the cookie that counts: without one there is no session.
async fn begin(state: &ApiState, client: &Client, account: AccountId, to: &str) -> Result<Response, Problem> {
    let mut response = see_other(to)?;
    if let Some(cookie) = begun(state, client, account).await? {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Begins a session: the header of its cookie.
async fn begun(state: &ApiState, client: &Client, account: AccountId) -> Result<Option<HeaderValue>, Problem> {
    let now = (state.parts.clock)();
    let secret = state.access(move |access| access.begin_session(&account, now)).await?;
    Ok(Cookie::Session.set(client, secret.reveal()))
}

fn see_other(to: &str) -> Result<Response, Problem> {
    let to = HeaderValue::try_from(to).map_err(|error| Problem::internal(&error))?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response())
}
