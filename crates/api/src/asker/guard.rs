//! Finds out who asks, refuses what is not for them, and writes down what they did.

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, Method, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use metrics::counter;
use smartpole_access::{AuditEntry, AuditOutcome, What};

use super::{Asker, Client, Cookie, Proof, host, routes};
use crate::{ApiState, problem::Problem};

/// Longer than any browser forgets: two years, as the preload list asks for.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// Finds out where a request comes from, and how many came from there.
pub(crate) async fn pace(State(state): State<ApiState>, mut request: Request, next: Next) -> Response {
    let client = state.parts.networks.client(request.extensions(), request.headers());
    request.extensions_mut().insert(client);
    let counted = if client.is_here { Ok(()) } else { state.count(client.counted()) };
    let mut response = match counted {
        Ok(()) => next.run(request).await,
        Err(wait) => too_many(wait),
    };
    if client.is_secure {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    response
}

/// 429, and when to try again.
pub(crate) fn too_many(wait_ms: i64) -> Response {
    refused("rate");
    let seconds = wait_ms.max(0) / 1_000 + 1;
    ([(header::RETRY_AFTER, seconds.to_string())], Problem::too_often(seconds)).into_response()
}

/// Counts a refusal by its reason.
fn refused(reason: &'static str) {
    counter!("smartpole_http_refused_total", "reason" => reason).increment(1);
}

/// Who asks.
struct Known {
    asker: Asker,
    proof: Option<Proof>,
    /// Whether the cookie is of no session any more.
    is_stale: bool,
}

/// Finds out who asks, and refuses what is not for them.
pub(crate) async fn guard(State(state): State<ApiState>, mut request: Request, next: Next) -> Response {
    let client = request.extensions().get().copied();
    let client = client.unwrap_or_else(|| state.parts.networks.client(request.extensions(), request.headers()));
    let Known { asker, proof, is_stale } = match known(&state, &client, request.headers()).await {
        Ok(known) => known,
        Err(response) => return response,
    };
    let asked = Asked::of(&request);
    let mut response = match allowed(&state, &asker, &asked).await {
        Ok(()) => {
            request.extensions_mut().insert(asker.clone());
            request.extensions_mut().insert(proof);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    };
    if let Some(what) = routes::audited(&asked.method, &asked.path, &asked.uri).filter(|_| !asker.is_public()) {
        let about = response.extensions().get::<About>().map(|About(text)| text.clone());
        note(&state, asker, what, &asked.uri, (response.status().is_success(), about)).await;
    }
    if let Some(clear) = Cookie::Session.clear(&client).filter(|_| is_stale) {
        response.headers_mut().append(header::SET_COOKIE, clear);
    }
    response
}

/// By token, cookie or address, the first of them that there is.
async fn known(state: &ApiState, client: &Client, headers: &HeaderMap) -> Result<Known, Response> {
    if let Some(token) = bearer(headers) {
        let proof = Proof::Token(token.into());
        let Some(identity) = proof.identity(state).await.map_err(IntoResponse::into_response)? else {
            refused("token");
            return Err(Problem::token().into_response());
        };
        state.count(identity.account.clone()).map_err(too_many)?;
        return Ok(Known { asker: Asker::of(identity, false), proof: Some(proof), is_stale: false });
    }
    if let Some(held) = Cookie::Session.held(client, headers) {
        let proof = Proof::Cookie(held.into());
        let found = proof.identity(state).await.map_err(IntoResponse::into_response)?;
        let is_stale = found.is_none();
        let asker = found.map_or(Asker::PUBLIC, |identity| Asker::of(identity, true));
        return Ok(Known { asker, proof: Some(proof), is_stale });
    }
    let is_operator = client.is_operator && host::is_own(headers, &state.parts.publish.base_url);
    let asker = if is_operator { Asker::LOCAL } else { Asker::PUBLIC };
    Ok(Known { asker, proof: None, is_stale: false })
}

/// The token that a request brings (RFC 6750, 2.1). Other schemes are matters of a proxy.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// What is asked for.
struct Asked {
    method: Method,
    uri: Uri,
    /// As the router knows it.
    path: String,
    origin: Origin,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
        Self { method: request.method().clone(), uri: request.uri().clone(), path, origin: origin(request.headers()) }
    }

    fn changes(&self) -> bool {
        !matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS)
    }
}

async fn allowed(state: &ApiState, asker: &Asker, asked: &Asked) -> Result<(), Problem> {
    let Asked { method, uri, path, origin } = asked;
    // what is sent by hand names no origin, what a browser sends does; a cookie comes with either
    if asked.changes() && (*origin == Origin::Other || asker.by_cookie && *origin == Origin::Unsaid) {
        refused("origin");
        return Err(Problem::cross_site());
    }
    let needed = routes::needed(path);
    if asker.role < needed {
        refused("role");
        return Err(Problem::for_role(&format!("{method} {path}"), needed));
    }
    if routes::is_of_values(path) && !asker.sees_all() {
        within(state, asker, path, uri).await.inspect_err(|_| refused("zone"))?;
    }
    Ok(())
}

/// Refuses who is limited to zones what is about something else.
async fn within(state: &ApiState, asker: &Asker, path: &str, uri: &Uri) -> Result<(), Problem> {
    let Some(places) = routes::places(path, uri) else { return Err(Problem::beyond_zones("the whole city")) };
    let asker = asker.clone();
    let outside = state.ask(move |parts| {
        let fold = parts.fold();
        let registry = &fold.inputs().registry;
        Ok(places.into_iter().find(|id| !asker.sees_named(registry, id)))
    });
    outside.await?.map_or(Ok(()), |outside| Err(Problem::beyond_zones(&outside)))
}

/// Where a browser says that a request was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Same,
    Other,
    Unsaid,
}

/// By `Sec-Fetch-Site` (W3C Fetch Metadata), else by `Origin` (RFC 6454), which has to be the host that was asked.
fn origin(headers: &HeaderMap) -> Origin {
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or("null"));
    let host = text(header::HOST);
    let is_ours = |origin: &str| {
        let named = origin.split_once("://").map(|(_, authority)| authority);
        named.is_some() && named == host
    };
    match (text(header::HeaderName::from_static("sec-fetch-site")), text(header::ORIGIN)) {
        (Some("same-origin"), _) => Origin::Same,
        (None, Some(origin)) if is_ours(origin) => Origin::Same,
        (None, None) => Origin::Unsaid,
        _ => Origin::Other,
    }
}

/// What was done, in more words than its address has; an answer may carry it.
#[derive(Clone, Debug)]
pub(crate) struct About(pub(crate) String);

/// Writes down what was done. What was refused may have parameters that are nobody's business.
async fn note(state: &ApiState, asker: Asker, what: What, uri: &Uri, (is_done, about): (bool, Option<String>)) {
    let (path, outcome) = match is_done {
        true => (uri.path_and_query().map_or("", |all| all.as_str()), AuditOutcome::Done),
        false => (uri.path(), AuditOutcome::Failed),
    };
    let about = about.as_deref().unwrap_or(path);
    let entry = AuditEntry::new(asker.who, what, about, outcome, (state.parts.clock)());
    // a trail that cannot be written is in the log; what was done is done
    state.access(move |access| access.note(&entry)).await.ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_says_where_a_request_was_made() {
        let of = |headers: &[(&'static str, &str)]| {
            let pairs = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            origin(&pairs.collect())
        };
        let host = ("host", "lampen.example:8080");
        assert_eq!(of(&[host]), Origin::Unsaid);
        assert_eq!(of(&[host, ("origin", "https://lampen.example:8080")]), Origin::Same);
        for other in ["https://lampen.example", "https://evil.example:8080", "null", "lampen.example:8080"] {
            assert_eq!(of(&[host, ("origin", other)]), Origin::Other, "{other}");
        }
        assert_eq!(of(&[("origin", "https://evil.example")]), Origin::Other);
        assert_eq!(of(&[host, ("sec-fetch-site", "same-origin"), ("origin", "null")]), Origin::Same);
        for site in ["cross-site", "same-site", "none", "x"] {
            assert_eq!(of(&[host, ("sec-fetch-site", site), ("origin", "https://lampen.example:8080")]), Origin::Other);
        }
    }

    #[test]
    fn only_a_bearer_brings_a_token() {
        let of = |value: &str| bearer(&HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]));
        assert_eq!(of("Bearer sp_x"), Some("sp_x".to_owned()));
        assert_eq!(of("bEARER  sp_x "), Some("sp_x".to_owned()));
        assert_eq!((of("Basic c3A6eA=="), of("sp_x"), of("")), (None, None, None));
    }
}
