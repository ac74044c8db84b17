//! What went wrong, for machines and people (RFC 9457).

mod access;
mod named;
mod registry;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use smartpole_model::UtcMillis;
use utoipa::{IntoResponses, ToSchema};

pub(crate) use named::Named;

/// An error as `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// What kind of problem it is, a name that stays.
    #[serde(rename = "type")]
    #[schema(example = "urn:smartpole:problem:unknown-pole")]
    kind: String,
    /// The kind in words.
    #[schema(example = "Unknown pole")]
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 404)]
    status: u16,
    /// What is wrong with this request.
    #[schema(example = "there is no pole \"AM-1\"")]
    detail: String,
    /// What to do.
    #[schema(example = "did you mean \"AM-01\"? GET /api/v1/poles lists all")]
    remedy: String,
}

/// What a question may be answered with instead, for the description.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described")]
pub(crate) enum Failed {
    /// The service could not read its own data.
    #[response(status = 500, content_type = "application/problem+json")]
    Internal(Problem),
    /// Too much at once; try again.
    #[response(status = 503, content_type = "application/problem+json")]
    Busy(Problem),
}

/// What a question that takes no parameters may be answered with instead, for the description.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described")]
pub(crate) enum Bare {
    /// There is no such parameter.
    #[response(status = 400, content_type = "application/problem+json")]
    Parameter(Problem),
    /// The service could not read its own data.
    #[response(status = 500, content_type = "application/problem+json")]
    Internal(Problem),
    /// Too much at once; try again.
    #[response(status = 503, content_type = "application/problem+json")]
    Busy(Problem),
}

/// What a question with parameters may be answered with instead, for the description.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described")]
pub(crate) enum Refused {
    /// A parameter cannot be used.
    #[response(status = 400, content_type = "application/problem+json")]
    Parameter(Problem),
    /// An id names nothing.
    #[response(status = 404, content_type = "application/problem+json")]
    Unknown(Problem),
    /// The service could not read its own data.
    #[response(status = 500, content_type = "application/problem+json")]
    Internal(Problem),
    /// Too much at once; try again.
    #[response(status = 503, content_type = "application/problem+json")]
    Busy(Problem),
}

/// How a token is sent (RFC 6750, 3).
const BEARER: HeaderValue = HeaderValue::from_static("Bearer realm=\"smartpole\", error=\"invalid_token\"");
/// Seconds after which a refused request is worth another try.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

impl Problem {
    fn new(status: StatusCode, kind: &str, title: &'static str, detail: String, remedy: impl Into<String>) -> Self {
        let kind = format!("urn:smartpole:problem:{kind}");
        Self { kind, title, status: status.as_u16(), detail, remedy: remedy.into() }
    }

    /// A parameter that cannot be used: 400.
    pub(crate) fn parameter(detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid-parameter", "Invalid parameter", detail.into(), remedy)
    }

    /// An id that names nothing: 404. `known` are the ids there are, `list` is where they can be read.
    pub(crate) fn unknown<'a>(what: &Named, id: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let shown: String = id.chars().take(64).collect();
        let nearest = known.map(|known| (strsim::jaro_winkler(&shown, known), known));
        let nearest = nearest.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0));
        let hint = nearest.map(|(_, known)| format!("did you mean {known:?}? ")).unwrap_or_default();
        let Named { kind, title, word, list } = *what;
        let remedy = format!("{hint}GET {list} lists all");
        Self::new(StatusCode::NOT_FOUND, kind, title, no_such(word, &shown), remedy)
    }

    /// A name that is no target's: 404. There are few, so all are named.
    pub(crate) fn unknown_target<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let none = "no target is configured: a section [[influx]] of the configuration makes one";
        let (detail, remedy) = (no_such("target", name), named(known, none));
        Self::new(StatusCode::NOT_FOUND, "unknown-target", "Unknown target", detail, remedy)
    }

    /// A name that is no source's: 404. There are few, so all are named.
    pub(crate) fn unknown_source<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let (detail, remedy) = (no_such("source", name), named(known, "nothing was received yet"));
        Self::new(StatusCode::NOT_FOUND, "unknown-source", "Unknown source", detail, remedy)
    }

    /// No such address: 404.
    pub(crate) fn no_such_page(path: &str) -> Self {
        let path: String = path.chars().take(128).collect();
        let detail = format!("there is nothing at {path:?}");
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail, "GET /api/openapi.json lists all addresses")
    }

    /// A page of the law that nobody has given: 404.
    pub(crate) fn not_given(page: &str) -> Self {
        let detail = format!("the city has given no page {page:?}");
        let remedy =
            format!("whoever runs the service gives it by `{page}` in the section [legal] of the configuration");
        Self::new(StatusCode::NOT_FOUND, "not-given", "Not given", detail, remedy)
    }

    /// None of the forms of an answer is accepted: 406. `types` are their media types, `names` what `format` calls them.
    pub(crate) fn not_acceptable(types: &[&str], names: &[&str]) -> Self {
        let detail = format!("Accept: neither {}", types.join(" nor "));
        let remedy = format!("accept one of these, or give format={}", names.join(" or format="));
        Self::new(StatusCode::NOT_ACCEPTABLE, "not-acceptable", "Not acceptable", detail, remedy)
    }

    /// An answer that has no end of bytes: 400.
    pub(crate) fn too_long(most: usize) -> Self {
        let detail = format!("the answer would be longer than {most} bytes");
        Self::parameter(
            detail,
            "ask for a shorter span, for less at a time by `limit`, or for a file by /api/v1/export",
        )
    }

    /// The address takes GET alone: 405.
    pub(crate) fn method(method: &str) -> Self {
        let detail = format!("{method} is not for this address");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Method not allowed", detail, "use GET")
    }

    /// A request with a body: 413.
    pub(crate) fn body() -> Self {
        let detail = "no address takes a request body".to_owned();
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "Body too large", detail, "send no body")
    }

    /// A request with a longer body than this: 413.
    pub(crate) fn body_of(most: usize) -> Self {
        let (status, detail) = (StatusCode::PAYLOAD_TOO_LARGE, format!("a body has {most} bytes at most here"));
        Self::new(status, "body-too-large", "Body too large", detail, "send less")
    }

    /// An address that is longer than this: 414.
    pub(crate) fn long_address(most: usize) -> Self {
        let (status, detail) = (StatusCode::URI_TOO_LONG, format!("an address has {most} bytes at most"));
        Self::new(status, "address-too-long", "Address too long", detail, "name fewer ids, or filter by less")
    }

    /// Headers that are longer than this together: 431.
    pub(crate) fn long_headers(most: usize) -> Self {
        let (status, detail) =
            (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, format!("headers have {most} bytes at most together"));
        Self::new(status, "headers-too-long", "Headers too long", detail, "send fewer, or delete old cookies")
    }

    /// Something that only an account has: 403.
    pub(crate) fn no_account() -> Self {
        let detail = "tokens belong to an account, and you have none here".to_owned();
        let remedy = "log in at /login; on the service's own machine, `smartpole token add` makes one of any account";
        Self::new(StatusCode::FORBIDDEN, "no-account", "No account", detail, remedy)
    }

    /// A body that is no form: 415.
    pub(crate) fn no_form() -> Self {
        let (status, detail) = (StatusCode::UNSUPPORTED_MEDIA_TYPE, "a form is sent here".to_owned());
        let remedy = "send it with content-type: application/x-www-form-urlencoded";
        Self::new(status, "no-form", "No form", detail, remedy)
    }

    /// A body that is not said to be JSON: 415.
    pub(crate) fn media_type() -> Self {
        let (status, detail) = (StatusCode::UNSUPPORTED_MEDIA_TYPE, "a body is JSON".to_owned());
        Self::new(status, "not-json", "Not JSON", detail, "send it with content-type: application/json")
    }

    /// A field of a body that cannot be used, the body itself without a name: 400.
    pub(crate) fn field(path: &str, detail: &str, remedy: &str) -> Self {
        let path = if path.is_empty() { "body" } else { path };
        Self::new(StatusCode::BAD_REQUEST, "invalid-field", "Invalid field", format!("{path}: {detail}"), remedy)
    }

    /// A sample of an import that cannot be taken: 422.
    pub(crate) fn not_importable(detail: String, remedy: &str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "not-importable", "Cannot be imported", detail, remedy)
    }

    /// Readings that have passed retention: 410.
    pub(crate) fn gone(whose: &str, kept_from: UtcMillis) -> Self {
        let detail = format!("readings of {whose} from before {kept_from} are not kept any more; their windows are");
        let remedy =
            "GET /api/v1/series with step=15m, 1h or 1d; how long readings are kept, fold.toml of the registry says";
        Self::new(StatusCode::GONE, "gone", "Gone", detail, remedy)
    }

    /// Quarters of an hour that have passed retention: 410.
    pub(crate) fn quarters_gone(kept_from: UtcMillis) -> Self {
        let detail = format!("quarters of an hour from before {kept_from} are not kept any more; hours and days are");
        let remedy = "ask with step=1h or 1d; how long they are kept, fold.toml of the registry says";
        Self::new(StatusCode::GONE, "gone", "Gone", detail, remedy)
    }

    /// A replay while another one is under way: 409.
    pub(crate) fn under_way(location: &str, order: &str) -> Self {
        let detail = format!("a replay is under way: {order}");
        let remedy = format!("wait until it is done; GET {location} says how far it is");
        Self::new(StatusCode::CONFLICT, "replay-under-way", "Replay under way", detail, remedy)
    }

    /// A dry run of more messages than are tried out: 422.
    pub(crate) fn too_many(most: u64) -> Self {
        let detail = format!("more than {most} messages are concerned, and that many are not tried out");
        let remedy = "select fewer, by device, source, from and to";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "too-many-messages", "Too many messages", detail, remedy)
    }

    /// More at once than the service carries: 503.
    pub(crate) fn busy(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Busy", detail.into(), "try again in a few seconds")
    }

    /// Where older readings are kept does not answer: 503.
    pub(crate) fn history_away(target: &str, reason: &str) -> Self {
        let detail = format!("readings of this time are in InfluxDB target {target}, which does not answer: {reason}");
        let remedy = "try again later, or ask for step=15m, 1h or 1d, which are kept here";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "history-away", "History away", detail, remedy)
    }

    /// Not the caller's fault: 500. The cause goes to the log, not to the caller.
    pub(crate) fn internal(error: &dyn std::error::Error) -> Self {
        let causes = std::iter::successors(error.source(), |cause| cause.source());
        let chain = causes.fold(error.to_string(), |chain, cause| format!("{chain}: {cause}"));
        tracing::error!(error = chain, "a request could not be answered");
        let detail = "the service could not read its own data".to_owned();
        let remedy = "tell the operator; the cause is in the log";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error", detail, remedy)
    }
}

fn no_such(word: &str, name: &str) -> String {
    let shown: String = name.chars().take(64).collect();
    format!("there is no {word} {shown:?}")
}

fn named<'a>(known: impl Iterator<Item = &'a str>, none: &str) -> String {
    let known: Vec<_> = known.map(|known| format!("{known:?}")).collect();
    if known.is_empty() { none.to_owned() } else { format!("there are: {}", known.join(", ")) }
}

impl From<smartpole_store::Error> for Problem {
    fn from(error: smartpole_store::Error) -> Self {
        Self::internal(&error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, BEARER);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        response
    }
}
