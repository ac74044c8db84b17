//! What keeps a target from being served.

use std::{io, path::PathBuf};

use smartpole_model::Mistake;

/// Why a target cannot be served. What a server does wrong is no error but a state of [`crate::Circuit`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The options are wrong.
    #[error("target {name}: {}", mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Options {
        /// Name of the target.
        name: String,
        /// All of them.
        mistakes: Vec<Mistake>,
    },
    /// A file of a token, password or certificate cannot be read.
    #[error("cannot read {}", path.display())]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of a token, password or certificate holds nothing of use.
    #[error("cannot use {}: {reason}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The certificates of its authorities cannot be used.
    #[error(transparent)]
    Tls(#[from] smartpole_tls::Error),
    /// The HTTP client cannot be made.
    #[error("cannot make an HTTP client")]
    Client(#[source] reqwest::Error),
    /// The store cannot be read or written.
    #[error("cannot use the store")]
    Store(#[from] smartpole_store::Error),
    /// A batch row is damaged.
    #[error("damaged batch row in city.db")]
    Rows(#[from] smartpole_model::PackError),
    /// The inputs that a batch was made by cannot be read.
    #[error("cannot read the registry that was in force")]
    Inputs(#[from] smartpole_pipeline::LoadError),
    /// A thread that encodes or writes ended by a fault of this program.
    #[error("a thread of the forwarder failed")]
    Thread(#[source] tokio::task::JoinError),
}
