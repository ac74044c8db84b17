//! Why a question has no answer.

use reqwest::StatusCode;
use serde::Deserialize;

use crate::access::Access;

/// Most characters of a server's words.
const WORDS: usize = 300;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// Nothing answered.
    #[error("InfluxDB does not answer")]
    Connection(#[source] reqwest::Error),
    /// The answer took too long.
    #[error("InfluxDB did not answer within {seconds} s; raise timeout_s if it is that busy")]
    Timeout {
        /// Allowed seconds.
        seconds: u64,
    },
    /// The connection ended within the answer.
    #[error("InfluxDB's answer ended after {bytes} bytes")]
    CutOff {
        /// What was read.
        bytes: usize,
    },
    /// The answer is larger than we read.
    #[error("InfluxDB's answer is larger than {bytes} bytes")]
    TooLarge {
        /// The limit.
        bytes: usize,
    },
    /// The server left out rows, by a limit of its own.
    #[error("InfluxDB answered in part only: raise its limits of rows and time of queries")]
    Partial,
    /// The server refused.
    #[error("InfluxDB refused with {status}: {message}{}", remedy(*.status))]
    Refused {
        /// HTTP status.
        status: u16,
        /// The server's words.
        message: String,
    },
    /// The server understood the request, but not the statement or what it is about.
    #[error("InfluxDB cannot answer: {message}")]
    Statement {
        /// The server's words.
        message: String,
    },
    /// It does not exist, or not for this token or user.
    #[error("there is no bucket or database {name} that may be read; `smartpole influx init` makes it")]
    NoBucket {
        /// Its name.
        name: String,
    },
    /// Something else than InfluxDB answered.
    #[error("the answer is not InfluxDB's: {reason}; see that url leads to the server itself")]
    NotInfluxDb {
        /// What is wrong with it.
        reason: String,
    },
}

impl QueryError {
    /// Of an answer that cannot be used, with its beginning if it is not InfluxDB's; without any secret, should it be repeated there.
    pub(super) fn about(self, body: &[u8], access: &Access) -> Self {
        match self {
            Self::Statement { message } => Self::Statement { message: bounded(&access.redact(&message)) },
            Self::NotInfluxDb { reason } => {
                let reason = bounded(&access.redact(&reason));
                Self::NotInfluxDb { reason: format!("{reason} (it begins {:?})", beginning(body, access)) }
            }
            other => other,
        }
    }
}

/// A few characters of an answer. They are cut when the secret is gone, as half of it is a secret, too.
fn beginning(body: &[u8], access: &Access) -> String {
    let enough = &body[..body.len().min(64 << 10)];
    access.redact(&String::from_utf8_lossy(enough)).chars().take(80).collect()
}

fn remedy(status: u16) -> &'static str {
    match status {
        401 | 403 => "; see that the token or the user may read and write the bucket or database",
        404 => "; `smartpole influx init` makes the bucket or database",
        _ => "",
    }
}

/// What a server says in refusal: `{"code":…,"message":…}`, or `{"error":…}` of InfluxDB 1's interfaces.
pub(super) fn refused(status: StatusCode, body: &[u8], access: &Access) -> QueryError {
    #[derive(Deserialize)]
    struct Said {
        #[serde(alias = "error")]
        message: String,
    }
    let status = status.as_u16();
    match serde_json::from_slice::<Said>(body) {
        Ok(Said { message }) => QueryError::Refused { status, message: bounded(&access.redact(&message)) },
        Err(_) => QueryError::NotInfluxDb { reason: format!("{status} {:?}", beginning(body, access)) },
    }
}

fn bounded(text: &str) -> String {
    text.chars().take(WORDS).collect()
}
