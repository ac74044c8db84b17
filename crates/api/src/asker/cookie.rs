//! The cookie of a session.

use axum::http::{HeaderMap, HeaderValue, header};
use smartpole_access::{ABSOLUTE_MS, Secret};

use super::Client;

/// A browser keeps one of this name only if it came by https, for the whole host, and sends it nowhere else (RFC 6265bis, 4.1.3.2).
const SECURE: &str = "__Host-session";
/// On this machine there is no https.
const HERE: &str = "session";

/// What it is called where a request comes from; nothing where a password would be sent in the open.
pub(crate) fn name(client: &Client) -> Option<&'static str> {
    match client {
        Client { is_secure: true, .. } => Some(SECURE),
        Client { is_here: true, .. } => Some(HERE),
        _ => None,
    }
}

/// What a request's cookie holds.
pub(crate) fn held<'a>(client: &Client, headers: &'a HeaderMap) -> Option<&'a str> {
    let name = name(client)?;
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The header that sets it.
pub(crate) fn set(client: &Client, secret: &Secret) -> Option<HeaderValue> {
    let value = format!("{}; Max-Age={}", secret.reveal(), ABSOLUTE_MS / 1_000);
    let mut header = with(client, &value)?;
    header.set_sensitive(true);
    Some(header)
}

/// The header that makes a browser forget it.
pub(crate) fn clear(client: &Client) -> Option<HeaderValue> {
    with(client, "; Max-Age=0")
}

fn with(client: &Client, value: &str) -> Option<HeaderValue> {
    let name = name(client)?;
    let secure = if name == SECURE { "; Secure" } else { "" };
    HeaderValue::try_from(format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}")).ok()
}
