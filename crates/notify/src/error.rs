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
    /// TLS cannot be set up.
    #[error("cannot set up TLS")]
    Tls(#[from] rustls::Error),
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

impl Error {
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
