//! `/login/openid` and `/login/openid/back`: to the OpenID provider, and back from it.
//!
//! ```text
//! /login/openid ──► Provider::begin ──► a cookie of ten minutes, and the way to the provider
//! /login/openid/back ──► Provider::finish ──► arrive: the account with its role of now ──► a session, and the way back
//!                                      └──► turn_away: why, in words and in the audit trail; nothing is made
//! ```

use std::sync::Arc;

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use metrics::counter;
use smartpole_access::{AccountId, Arrival};
use smartpole_openid::{Begun, Finished, May, Provider, Refused, Returned};

use super::{
    super::catalog::{html::escaped, pages::Language},
    begun,
    form::Form,
    login,
    page::FormPage,
    see_other,
    way::Way,
    words,
};
use crate::{
    ApiState,
    asker::{Client, Cookie},
    problem::Problem,
    query::Params,
};

/// Where a provider leads back to.
pub const BACK: &str = "/login/openid/back";

/// Leads to the provider.
pub(super) async fn begin(
    State(state): State<ApiState>,
    Extension(client): Extension<Client>,
    Params(way): Params<Way>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let language = way.language(&headers);
    let refuse = |status, wrong| Ok(login::page(&state, language, status, Some(wrong), "", way.back()).into_response());
    let Some(provider) = state.parts.openid.clone() else { return Err(Problem::no_such_page("/login/openid")) };
    if Cookie::OpenId.name(&client).is_none() {
        return refuse(StatusCode::FORBIDDEN, words::in_the_open(language));
    }
    let now = (state.parts.clock)();
    if let Err(until) = state.parts.access.knock(client.address, now) {
        count("limited");
        return refuse(StatusCode::TOO_MANY_REQUESTS, words::wait(language, until.since(now) / 1_000));
    }
    match provider.begin(way.back().to_owned()).await {
        Ok(Begun { url, cookie }) => {
            let mut response = see_other(&url)?;
            set(&mut response, Cookie::OpenId.set(&client, &cookie));
            Ok(response)
        }
        Err(refused) => {
            count(refused.code());
            refuse(status(refused), words::turned_away(language, refused))
        }
    }
}

/// Lets somebody in whom the provider vouches for.
pub(super) async fn back(
    State(state): State<ApiState>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let Some(provider) = state.parts.openid.clone() else { return Err(Problem::no_such_page(BACK)) };
    let language = Language::accepted(&headers);
    if Cookie::OpenId.name(&client).is_none() {
        let wrong = Some(words::in_the_open(language));
        return Ok(login::page(&state, language, StatusCode::FORBIDDEN, wrong, "", "/").into_response());
    }
    let sent = Form::read(uri.query().unwrap_or_default());
    let returned = Returned {
        code: sent.get("code"),
        state: sent.get("state"),
        issuer: sent.get("iss"),
        error: sent.get("error"),
        cookie: Cookie::OpenId.held(&client, &headers).unwrap_or_default(),
    };
    let mut response = match provider.finish(&returned).await {
        Ok(Finished { subject, name, may: Some(May { role, zones }), back }) => {
            let issuer = provider.issuer().to_owned();
            let arrival = Arrival { issuer, subject, name, role, zones };
            match arrive(&state, arrival).await? {
                Some(account) => {
                    let mut response = onward(language, &back);
                    set(&mut response, begun(&state, &client, account).await?);
                    count("ok");
                    response
                }
                None => {
                    count("disabled");
                    let wrong = Some(words::disabled(language));
                    login::page(&state, language, StatusCode::FORBIDDEN, wrong, "", "/").into_response()
                }
            }
        }
        Ok(Finished { subject, .. }) => turned_away(&state, &provider, language, Refused::Role, Some(subject)).await?,
        // somebody else's link must not end what this browser began
        Err(Refused::State) => return turned_away(&state, &provider, language, Refused::State, None).await,
        Err(refused) => turned_away(&state, &provider, language, refused, None).await?,
    };
    set(&mut response, Cookie::OpenId.clear(&client));
    Ok(response)
}

async fn arrive(state: &ApiState, arrival: Arrival) -> Result<Option<AccountId>, Problem> {
    let now = (state.parts.clock)();
    state.access(move |access| Ok(access.arrive(&arrival, now)?.map(|account| account.id))).await
}

/// The page that says why somebody is not let in, once that is in the audit trail.
async fn turned_away(
    state: &ApiState,
    provider: &Arc<Provider>,
    language: Language,
    refused: Refused,
    subject: Option<String>,
) -> Result<Response, Problem> {
    count(refused.code());
    let (issuer, now) = (provider.issuer().to_owned(), (state.parts.clock)());
    let whom = subject.map(|subject| (issuer, subject));
    let noted = state.access(move |access| {
        let whom = whom.as_ref().map(|(issuer, subject)| (issuer.as_str(), subject.as_str()));
        access.turn_away(whom, refused.code(), now)
    });
    noted.await?;
    let wrong = Some(words::turned_away(language, refused));
    Ok(login::page(state, language, status(refused), wrong, "", "/").into_response())
}

/// A page of our own that leads on. A browser that a redirect leads on is still on its way from another site, and sends no cookie that is
/// `SameSite=Strict`.
fn onward(language: Language, back: &str) -> Response {
    let (done, on) = (language.pick("Sie sind angemeldet.", "You are logged in."), language.pick("Weiter", "Go on"));
    let body = format!("<p class=\"lead\">{done}</p><p class=\"back\"><a href=\"{}\">{on}</a></p>", escaped(back));
    let title = match language {
        Language::De => "Angemeldet",
        Language::En => "Logged in",
    };
    let page = FormPage { language, status: StatusCode::OK, title, wrong: None, path: "", body };
    let mut response = page.into_response();
    set_header(&mut response, header::REFRESH, HeaderValue::try_from(format!("0;url={back}")).ok());
    response
}

fn set(response: &mut Response, cookie: Option<HeaderValue>) {
    set_header(response, header::SET_COOKIE, cookie);
}

fn set_header(response: &mut Response, name: header::HeaderName, value: Option<HeaderValue>) {
    if let Some(value) = value {
        response.headers_mut().append(name, value);
    }
}

fn status(refused: Refused) -> StatusCode {
    match refused {
        Refused::Away => StatusCode::SERVICE_UNAVAILABLE,
        Refused::State | Refused::Code => StatusCode::BAD_REQUEST,
        _ => StatusCode::FORBIDDEN,
    }
}

fn count(outcome: &'static str) {
    counter!("smartpole_openid_logins_total", "outcome" => outcome).increment(1);
}
