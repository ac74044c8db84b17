//! What ends a source, or keeps it from starting.

use std::{io, path::PathBuf};

use smartpole_model::Mistake;

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
    /// A password cannot be read.
    #[error("cannot read {}", path.display())]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A certificate, a key or authorities cannot be used.
    #[error("source {name} cannot speak TLS")]
    Tls {
        /// Name of the source.
        name: String,
        /// Why.
        source: smartpole_tls::Error,
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

/// Why a downlink was not sent. A late one is worth nothing, so none waits and none is tried again.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    /// The gateway has not said yet where it can be reached.
    #[error("the gateway has never pulled")]
    NeverPulled,
    /// The gateway has been silent for a minute, and the way to it is closed by now.
    #[error("the gateway has not pulled for a minute")]
    Stale,
    /// The socket takes nothing.
    #[error("the datagram was not sent")]
    Io(#[source] io::Error),
    /// There is no connection to the broker.
    #[error("the broker is not connected")]
    NotConnected,
    /// The broker takes less than is to be sent.
    #[error("too much waits for the broker")]
    Full,
    /// Nothing can be published there.
    #[error("the topic is none to publish to")]
    Topic,
}
