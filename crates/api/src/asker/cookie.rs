//! Cookies, which no script and no other host gets.

use axum::http::{HeaderMap, HeaderValue, header};
use smartpole_access::ABSOLUTE_MS;

use super::Client;

/// What a cookie is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// Of a session.
    Session,
    /// Of a log-in that is under way at an OpenID provider.
    OpenId,
}

impl Cookie {
    /// What it is called where a request comes from; nothing where a password would be sent in the open. A browser keeps one with the
    /// prefix `__Host-` only if it came by https, for the whole host, and sends it nowhere else (RFC 6265bis, 4.1.3.2); on this machine
    /// there is no https.
    pub(crate) fn name(self, client: &Client) -> Option<&'static str> {
        match (self, client) {
            (Self::Session, Client { is_secure: true, .. }) => Some("__Host-session"),
            (Self::Session, Client { is_here: true, .. }) => Some("session"),
            (Self::OpenId, Client { is_secure: true, .. }) => Some("__Host-openid"),
            (Self::OpenId, Client { is_here: true, .. }) => Some("openid"),
            _ => None,
        }
    }

    /// What a request's cookie holds.
    pub(crate) fn held<'a>(self, client: &Client, headers: &'a HeaderMap) -> Option<&'a str> {
        let name = self.name(client)?;
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The header that sets it.
    pub(crate) fn set(self, client: &Client, secret: &str) -> Option<HeaderValue> {
        let mut header = self.with(client, &format!("{secret}; Max-Age={}", self.seconds()))?;
        header.set_sensitive(true);
        Some(header)
    }

    /// The header that makes a browser forget it.
    pub(crate) fn clear(self, client: &Client) -> Option<HeaderValue> {
        self.with(client, "; Max-Age=0")
    }

    fn with(self, client: &Client, value: &str) -> Option<HeaderValue> {
        let name = self.name(client)?;
        let secure = if client.is_secure { "; Secure" } else { "" };
        HeaderValue::try_from(format!("{name}={value}; Path=/; HttpOnly; SameSite={}{secure}", self.same_site())).ok()
    }

    fn seconds(self) -> i64 {
        match self {
            Self::Session => ABSOLUTE_MS / 1_000,
            Self::OpenId => 600,
        }
    }

    /// A provider sends a browser back from another site, by a link: to `Lax` that is enough.
    fn same_site(self) -> &'static str {
        match self {
            Self::Session => "Strict",
            Self::OpenId => "Lax",
        }
    }
}
