//! `/login`, `/logout`, `/account`, `/first/{link}`: the ways in and out, as plain HTML without a script.
//!
//! ```text
//! form ──► Form ──► Access ──► a cookie and the way on, or the page again with what is wrong, in words
//! ```

mod account;
mod first;
mod form;
mod login;
mod page;
mod words;

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use smartpole_access::{AccountId, Secret};

use crate::{
    ApiState,
    asker::{Client, cookie},
    problem::Problem,
};

/// Their addresses, which are for everybody.
pub(crate) const PATHS: [&str; 4] = ["/login", "/logout", "/account", "/first/{link}"];

/// Whether an address is one of these.
pub(crate) fn is_one(path: &str) -> bool {
    PATHS[..3].contains(&path) || path.starts_with("/first/")
}

/// The addresses, which are for people and in no description.
pub(crate) fn paths() -> Router<ApiState> {
    Router::new()
        .route("/login", get(login::show).post(login::log_in))
        .route("/logout", post(login::log_out))
        .route("/account", get(account::show).post(account::change))
        .route("/first/{link}", get(first::show).post(first::make))
}

/// Begins a session, and leads on. It is the cookie that counts: without one there is no session.
async fn begin(state: &ApiState, client: &Client, account: AccountId, to: &'static str) -> Result<Response, Problem> {
    let now = (state.parts.clock)();
    let secret: Secret = state.access(move |access| access.begin_session(&account, now)).await?;
    let mut response = see_other(to);
    if let Some(cookie) = cookie::set(client, &secret) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn see_other(to: &'static str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, HeaderValue::from_static(to))]).into_response()
}
