//! Why a server cannot be looked after.

use std::fmt::Write as _;

use influxdb2::RequestError;
use serde::Deserialize;

use crate::{Error, Token};

/// Most characters of a server's words.
const WORDS: usize = 300;

/// Why administration failed.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// Options, token or certificates cannot be used.
    #[error(transparent)]
    Options(#[from] Error),
    /// `influxdb2` knows servers at the root of a host only.
    #[error("url has the path {path}: the bucket of such a server is made by hand, with the organisation's tools")]
    Path {
        /// The path.
        path: String,
    },
    /// The client cannot be made.
    #[error("cannot set up TLS: see that ca_file holds certificates in PEM form")]
    Tls,
    /// Nothing answered, or not to the end.
    #[error("{what}: no answer: {reason}")]
    Connection {
        /// What was asked.
        what: &'static str,
        /// The chain of errors, without the address.
        reason: String,
    },
    /// The answer took too long.
    #[error("{what}: no answer within {seconds} s")]
    Timeout {
        /// What was asked.
        what: &'static str,
        /// Allowed seconds.
        seconds: u64,
    },
    /// Something else than an InfluxDB 2 answered.
    #[error("{what}: the answer is not InfluxDB's: {reason}; see that url leads to the server itself")]
    NotInfluxDb {
        /// What was asked.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The server refused.
    #[error("{what}: refused with {status}: {message}{}", remedy(*.status))]
    Refused {
        /// What was asked.
        what: &'static str,
        /// HTTP status.
        status: u16,
        /// The server's words.
        message: String,
    },
    /// The server says so of itself.
    #[error("InfluxDB is not healthy: {0}")]
    Unhealthy(String),
    /// The token cannot see such an organisation.
    #[error("the token sees no organisation {name:?}{}", seen(.visible))]
    NoOrganisation {
        /// Its name.
        name: String,
        /// What it sees.
        visible: Vec<String>,
    },
    /// A fault of the library.
    #[error("{what}: the library influxdb2 failed on the answer")]
    Panicked {
        /// What was asked.
        what: &'static str,
    },
}

impl AdminError {
    pub(super) fn of(what: &'static str, error: RequestError, token: &Token) -> Self {
        match error {
            RequestError::Http { status, text } => refused(what, status.as_u16(), &token.redact(&text)),
            RequestError::ReqwestProcessing { source } if source.is_decode() => {
                Self::NotInfluxDb { what, reason: token.redact(&chain(&source.without_url())) }
            }
            RequestError::ReqwestProcessing { source } => {
                Self::Connection { what, reason: chain(&source.without_url()) }
            }
            RequestError::Serializing { source } => Self::NotInfluxDb { what, reason: source.to_string() },
            RequestError::Deserializing { text } => Self::NotInfluxDb { what, reason: token.redact(&text) },
        }
    }
}

fn refused(what: &'static str, status: u16, text: &str) -> AdminError {
    #[derive(Deserialize)]
    struct Said {
        message: String,
    }
    let bounded = |text: &str| text.chars().take(WORDS).collect::<String>();
    match serde_json::from_str::<Said>(text) {
        Ok(Said { message }) => AdminError::Refused { what, status, message: bounded(&message) },
        Err(_) => AdminError::NotInfluxDb { what, reason: format!("{status} {}", bounded(text.trim())) },
    }
}

fn remedy(status: u16) -> &'static str {
    match status {
        401 | 403 => "; give token_file a token that may read organisations, and read and write buckets",
        422 => "; give token_file a token that may read this bucket",
        _ => "",
    }
}

fn seen(visible: &[String]) -> String {
    match visible {
        [] => ", nor any other; give token_file a token that may read organisations".to_owned(),
        names => format!(", only {}; correct org, or give token_file a token of it", names.join(", ")),
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let causes = std::iter::successors(error.source(), |error| error.source());
    for cause in causes.map(ToString::to_string) {
        if !text.contains(&cause) {
            write!(text, ": {cause}").unwrap_or_default();
        }
    }
    text
}
