//! What the headers of an answer say.

use std::{
    borrow::Cow,
    io::Read,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use flate2::read::GzDecoder;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap, HeaderName, LOCATION, RETRY_AFTER};
use smartpole_model::UtcMillis;

use super::{LARGEST, words::bounded};

/// Longest pause that a server can ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

pub(super) fn content_type(headers: &HeaderMap) -> Option<&str> {
    text(headers, CONTENT_TYPE).and_then(|value| value.split(';').next()).filter(|kind| kind.len() <= 80)
}

pub(super) fn is_json(headers: &HeaderMap) -> bool {
    content_type(headers).is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
}

/// How long the server asks us to wait: seconds, or a date (RFC 9110, §10.2.3).
pub(super) fn retry_after(headers: &HeaderMap, at: UtcMillis) -> Option<Duration> {
    let value = text(headers, RETRY_AFTER)?;
    let pause = match value.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let from = date(headers).unwrap_or(at);
            Duration::from_millis(instant(value)?.since(from).max(0).unsigned_abs())
        }
    };
    Some(pause.min(LONGEST_PAUSE))
}

/// The server's time.
pub(super) fn date(headers: &HeaderMap) -> Option<UtcMillis> {
    instant(text(headers, DATE)?)
}

fn instant(text: &str) -> Option<UtcMillis> {
    let time: SystemTime = httpdate::parse_http_date(text).ok()?;
    Some(UtcMillis(time.duration_since(UNIX_EPOCH).ok()?.as_millis() as i64))
}

/// Where a redirection leads, without its query, which may hold a secret.
pub(super) fn redirection(headers: &HeaderMap) -> String {
    let place = text(headers, LOCATION).and_then(|place| place.split(['?', '#']).next()).unwrap_or_default();
    match place.rsplit('@').next() {
        None | Some("") => "the server redirects and does not say where".to_owned(),
        Some(place) => format!("the server redirects to {}: give the address itself as url", bounded(place, 100)),
    }
}

/// The body, unpacked if it is packed; none if that fails.
pub(super) fn unpacked<'a>(headers: &HeaderMap, body: &'a [u8]) -> Option<Cow<'a, [u8]>> {
    match text(headers, CONTENT_ENCODING).unwrap_or("identity") {
        "" | "identity" => Some(Cow::Borrowed(body)),
        "gzip" | "x-gzip" => {
            let mut out = Vec::new();
            GzDecoder::new(body).take(LARGEST as u64).read_to_end(&mut out).ok()?;
            Some(Cow::Owned(out))
        }
        _ => None,
    }
}
