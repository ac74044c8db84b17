//! `/first/{link}`: the first admin.

use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use smartpole_access::{AuditEntry, AuditOutcome, Error, Name, Password, Refusal, What, Who};

use super::{
    begin,
    form::Form,
    page::{Field, FormPage, form},
    words,
};
use crate::{
    ApiState,
    asker::{Client, Cookie},
    problem::Problem,
    query::Params,
    routes::catalog::pages::{Language, Wanted},
};

/// Asks for the name and the password of the first admin.
pub(super) async fn show(
    State(state): State<ApiState>,
    Path(link): Path<String>,
    Extension(client): Extension<Client>,
    Params(wanted): Params<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (language, now) = (Language::of(&wanted, &headers), (state.parts.clock)());
    if !state.access(move |access| access.holds(&link, now)).await? {
        return Ok(gone(language));
    }
    let wrong = Cookie::Session.name(&client).is_none().then(|| words::in_the_open(language));
    Ok(page(language, StatusCode::OK, wrong, "").into_response())
}

/// Makes the first admin, and logs them in.
pub(super) async fn make(
    State(state): State<ApiState>,
    Path(link): Path<String>,
    Extension(client): Extension<Client>,
    Params(wanted): Params<Wanted>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let language = Language::of(&wanted, &headers);
    let refuse = |status, wrong| Ok(page(language, status, Some(wrong), form.get("name")).into_response());
    if Cookie::Session.name(&client).is_none() {
        return refuse(StatusCode::FORBIDDEN, words::in_the_open(language));
    }
    let (name, password) = match (Name::new(form.get("name")), Password::new(form.get("password"))) {
        (Ok(name), Ok(password)) => (name, password),
        (Err(refusal), _) | (_, Err(refusal)) => {
            return refuse(StatusCode::BAD_REQUEST, words::refusal(language, refusal));
        }
    };
    let Some(turn) = state.hashing().await else {
        return refuse(StatusCode::TOO_MANY_REQUESTS, words::busy(language));
    };
    let now = (state.parts.clock)();
    let made = state.access(move |access| {
        let _turn = turn;
        let admin = match access.first_admin(&link, name, &password, now) {
            Err(Error::Refused(Refusal::NoLink)) => return Ok(None),
            made => made?,
        };
        let who = Who::Account(admin.id.clone());
        access.note(&AuditEntry::new(who, What::FirstAdmin, admin.id.as_str(), AuditOutcome::Done, now))?;
        Ok(Some(admin.id))
    });
    match made.await? {
        Some(id) => begin(&state, &client, id, "/account").await,
        None => Ok(gone(language)),
    }
}

fn gone(language: Language) -> Response {
    let wrong = Some(words::refusal(language, Refusal::NoLink));
    let body = format!("<p class=\"back\"><a href=\"/login\">{}</a></p>", language.pick("Anmelden", "Log in"));
    FormPage { language, status: StatusCode::NOT_FOUND, title: title(language), wrong, path: "", body }.into_response()
}

fn page(language: Language, status: StatusCode, wrong: Option<String>, name: &str) -> FormPage {
    let hint = language.pick(
        "Mindestens 12 Zeichen, zum Beispiel ein paar Wörter.",
        "At least 12 characters, a few words for instance.",
    );
    let password = language.pick("Passwort", "Password");
    let fields = [
        Field { name: "name", label: "Name", kind: "text", fills: "username", value: name, hint: "" }.html("first"),
        Field { name: "password", label: password, kind: "password", fills: "new-password", value: "", hint }
            .html("first"),
    ];
    let lead = language.pick(
        "Dieses Konto verwaltet alle anderen. Danach gilt dieser Link nicht mehr.",
        "This account manages all others. The link holds no more afterwards.",
    );
    // without an address a form is sent to where it came from, which holds the link
    let form = form("", &fields.concat(), language.pick("Konto anlegen", "Make the account"));
    FormPage {
        language,
        status,
        title: title(language),
        wrong,
        path: "",
        body: format!("<p class=\"lead\">{lead}</p>{form}"),
    }
}

fn title(language: Language) -> &'static str {
    match language {
        Language::De => "Das erste Konto",
        Language::En => "The first account",
    }
}
