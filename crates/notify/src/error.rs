//! Why a message did not leave.

use std::{error::Error as _, path::PathBuf};

use crate::text::clean;

/// Longest reason that is kept, in characters.
const MOST_REASON: usize = 300;

/// What failed. No variant holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It was removed while the message was on its way.
    #[error("alerts.toml does not name this target any more")]
    Unknown,
    /// A secret's or an authority's file cannot be read.
    #[error("cannot read {path}", path = path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A secret's place has nothing that can be used.
    #[error("{place}: {reason}")]
    Secret {
        /// File or variable.
        place: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// No mail can be made with these addresses.
    #[error("cannot write the mail")]
    Letter(#[from] lettre::error::Error),
    /// An address that lettre does not take.
    #[error("cannot use the address {address:?}")]
    Address {
        /// Which one.
        address: String,
        /// Why not.
        source: lettre::address::AddressError,
    },
    /// The mail server could not be reached, or did not take it.
    #[error("cannot send mail")]
    Smtp(#[source] lettre::transport::smtp::Error),
    /// An authority's file cannot be used, or no TLS be had.
    #[error(transparent)]
    Tls(#[from] smartpole_tls::Error),
    /// The notice cannot be written as JSON.
    #[error("cannot write the message as JSON")]
    Json(#[from] serde_json::Error),
    /// The request could not be made.
    #[error("no answer")]
    Http(#[source] reqwest::Error),
    /// The answer was no 2xx.
    #[error("{status}{words}")]
    Refused {
        /// The answer's status.
        status: reqwest::StatusCode,
        /// What it said, after a colon.
        words: String,
    },
    /// Nothing came of it in time.
    #[error("no answer within {0} s")]
    Slow(u64),
}

/// Codes of SMTP by which a server refuses whoever asks, not what is sent (RFC 4954, section 6).
const LOGIN_CODES: [u16; 4] = [530, 534, 535, 538];
/// Statuses of HTTP by which a server refuses whoever asks, or asks for patience.
const OTHER_STATUSES: [u16; 7] = [401, 403, 404, 407, 408, 425, 429];

impl Error {
    /// Whether the other side refused this message, and may take another one.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Smtp(error) => {
                let code = error.status().map(u16::from);
                error.is_permanent() && !code.is_some_and(|code| LOGIN_CODES.contains(&code))
            }
            Self::Refused { status, .. } => status.is_client_error() && !OTHER_STATUSES.contains(&status.as_u16()),
            _ => false,
        }
    }

    /// The reason with its causes, on one line.
    pub fn reason(&self) -> String {
        let (mut said, mut last) = (self.to_string(), self.source());
        while let Some(cause) = last {
            let text = cause.to_string();
            if !said.ends_with(&text) {
                said = format!("{said}: {text}");
            }
            last = cause.source();
        }
        clean(&said, MOST_REASON)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_message_is_told_from_what_is_wrong_with_us_or_them() {
        let refused = |status: u16| {
            let status = reqwest::StatusCode::from_u16(status).unwrap();
            Error::Refused { status, words: String::new() }.is_refusal()
        };
        assert!([400, 413, 422].into_iter().all(refused) && ![301, 401, 404, 429, 500, 503].into_iter().any(refused));
        assert!(!Error::Slow(60).is_refusal() && !Error::Unknown.is_refusal());
    }
}
