//! `/login` and `/logout`.

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use metrics::counter;
use smartpole_access::{AuditEntry, AuditOutcome, LogIn, What, Who};

use super::{
    begin,
    form::Form,
    page::{Field, FormPage, form},
    see_other,
    way::{Way, encoded},
    words,
};
use crate::{
    ApiState,
    asker::{Asker, Client, Cookie},
    problem::Problem,
    query::Params,
    routes::catalog::{html::escaped, pages::Language},
};

/// Asks for name and password.
pub(super) async fn show(
    State(state): State<ApiState>,
    Extension(client): Extension<Client>,
    Params(way): Params<Way>,
    headers: HeaderMap,
) -> Response {
    let language = way.language(&headers);
    let wrong = Cookie::Session.name(&client).is_none().then(|| words::in_the_open(language));
    page(&state, language, StatusCode::OK, wrong, "", way.back()).into_response()
}

/// Looks whether they belong together.
pub(super) async fn log_in(
    State(state): State<ApiState>,
    Extension(client): Extension<Client>,
    Params(way): Params<Way>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let language = way.language(&headers);
    let refuse =
        |status, wrong| Ok(page(&state, language, status, Some(wrong), form.get("name"), way.back()).into_response());
    if Cookie::Session.name(&client).is_none() {
        return refuse(StatusCode::FORBIDDEN, words::in_the_open(language));
    }
    let Some(turn) = state.hashing().await else {
        return refuse(StatusCode::TOO_MANY_REQUESTS, words::busy(language));
    };
    let (name, password) = (form.get("name").to_owned(), form.get("password").to_owned());
    let now = (state.parts.clock)();
    let tried = state.access(move |access| {
        let _turn = turn;
        access.log_in(&name, &password, client.address, now)
    });
    let (outcome, answer) = match tried.await? {
        LogIn::Right(account) => ("ok", begin(&state, &client, account.id, way.back()).await),
        LogIn::Wrong => ("failed", refuse(StatusCode::UNAUTHORIZED, words::wrong(language))),
        LogIn::Locked(until) => {
            ("locked", refuse(StatusCode::TOO_MANY_REQUESTS, words::wait(language, until.since(now) / 1_000)))
        }
        LogIn::TooMany(until) => {
            ("limited", refuse(StatusCode::TOO_MANY_REQUESTS, words::wait(language, until.since(now) / 1_000)))
        }
    };
    counter!("smartpole_logins_total", "outcome" => outcome).increment(1);
    answer
}

/// Ends the session.
pub(super) async fn log_out(
    State(state): State<ApiState>,
    asker: Asker,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let now = (state.parts.clock)();
    if let (Some(held), Who::Account(_)) = (Cookie::Session.held(&client, &headers).map(str::to_owned), &asker.who) {
        let ended = state.access(move |access| {
            access.end_session(&held)?;
            access.note(&AuditEntry::new(asker.who, What::LogOut, "", AuditOutcome::Done, now))
        });
        ended.await?;
    }
    let mut response = see_other("/")?;
    if let Some(clear) = Cookie::Session.clear(&client) {
        response.headers_mut().append(header::SET_COOKIE, clear);
    }
    Ok(response)
}

/// The page, with the button of the OpenID provider if there is one; both lead `back` there in the end.
pub(super) fn page(
    state: &ApiState,
    language: Language,
    status: StatusCode,
    wrong: Option<String>,
    name: &str,
    back: &str,
) -> FormPage {
    let field = |name, label, kind, fills, value| Field { name, label, kind, fills, value, hint: "" }.html("login");
    let fields = [
        field("name", "Name", "text", "username", name),
        field("password", language.pick("Passwort", "Password"), "password", "current-password", ""),
    ];
    let lead = language.pick(
        "Mit einem Konto sehen Planung und Betrieb genaue Zahlen. Konten vergibt die Verwaltung dieses Dienstes.",
        "With an account planners and operators see exact figures. The admin of this service gives accounts.",
    );
    let button = language.pick("Anmelden", "Log in");
    let back = if back == "/" { String::new() } else { format!("?return={}", encoded(back)) };
    let provider = state.parts.openid.as_ref().map_or_else(String::new, |openid| {
        let label = openid.label().unwrap_or(language.pick("Mit OpenID Connect anmelden", "Log in by OpenID Connect"));
        format!("<p><a class=\"door\" href=\"/login/openid{back}\">{}</a></p>", escaped(label))
    });
    let form = form(&format!("/login{back}"), &fields.concat(), button);
    let body = format!("<p class=\"lead\">{lead}</p>{provider}{form}");
    FormPage { language, status, title: button_title(language), wrong, path: "/login", body }
}

fn button_title(language: Language) -> &'static str {
    match language {
        Language::De => "Anmelden",
        Language::En => "Log in",
    }
}
