//! What ends a source, or keeps it from starting.

use std::{io, path::PathBuf};

use crate::Mistake;

/// Why a source cannot run. What a broker or a pole can do wrong is no error but a state of [`crate::SourceStatus`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The options are wrong.
    #[error("source {name}: {}", mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Options {
        /// Name of the source.
        name: String,
        /// All of them.
        mistakes: Vec<Mistake>,
    },
    /// A password, certificate or key cannot be read.
    #[error("cannot read {}", path.display())]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A certificate or key file holds none, or one that does not fit.
    #[error("cannot use {}: {reason}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The listener cannot be opened.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// Where.
        address: std::net::SocketAddr,
        /// What the listener said.
        reason: String,
    },
    /// The journal takes nothing more.
    #[error("cannot journal messages of source {name}")]
    Journal {
        /// Name of the source.
        name: String,
        /// Why.
        source: smartpole_journal::Error,
    },
}
