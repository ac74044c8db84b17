//! Why a measurement cannot be had.

use std::{io, path::PathBuf};

/// Why a measurement cannot be had. A figure that rests on lost or doubled messages is none, so these are errors, too.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot {what}")]
    Io { what: String, source: io::Error },
    #[error("no {name} at {path}: {hint}", path = path.display())]
    NoProgram { name: &'static str, path: PathBuf, hint: &'static str },
    #[error("{name} ended ({status}); its log ends with:\n{log}")]
    Ended { name: &'static str, status: String, log: String },
    #[error("{what}: not within {seconds} s")]
    TooLong { what: &'static str, seconds: u64 },
    #[error("{name} does not answer")]
    Http { name: &'static str, source: reqwest::Error },
    #[error("{name} answers {answer}")]
    Answer { name: &'static str, answer: String },
    #[error("the ledger does not balance with {sent} messages sent: {ledger}")]
    Ledger { sent: u64, ledger: String },
    #[error("{sent} messages were sent, {name} has {found} of them")]
    Count { name: &'static str, sent: u64, found: u64 },
    #[error("cannot read city.db")]
    Store(#[from] rusqlite::Error),
    #[error("{path} holds no results", path = path.display())]
    Results { path: PathBuf, source: serde_json::Error },
    #[error("a task of the load failed")]
    Task(#[from] tokio::task::JoinError),
    #[error("the subscriber lost its connection")]
    Mqtt(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Says what was being done when an input or output failed.
pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Error {
    let what = what.into();
    move |source| Error::Io { what, source }
}
