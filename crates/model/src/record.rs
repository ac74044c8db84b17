//! What the journal holds: all that the fold ever sees.

use std::fmt;

use crate::{RawMessage, RawMessageRef, UtcMillis};

/// Number of a record in the journal, from 1, without gaps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Seq(pub u64);

impl Seq {
    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        self.plus(1)
    }

    /// The one `count` further on; 2^64 records are out of reach, so it saturates.
    #[must_use]
    pub fn plus(self, count: u64) -> Self {
        Self(self.0.saturating_add(count))
    }

    /// How many records lie in `earlier..self`.
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A record to append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A message of a source.
    Message(RawMessage),
    /// A minute has passed.
    Tick {
        /// When.
        received_at: UtcMillis,
        /// Names of the sources connected all the while.
        connected: Vec<String>,
    },
    /// From here on these registry, profiles and settings are in force.
    Inputs {
        /// When.
        received_at: UtcMillis,
        /// Their hash; the contents are kept under it.
        hash: String,
    },
    /// A vendor codec was stopped by the wall clock on this message; every fold obeys that.
    CodecStalled {
        /// The message.
        seq: Seq,
    },
    /// These messages are decoded again (at most 1,000 a record).
    ReplayStep {
        /// The messages.
        seqs: Vec<Seq>,
    },
    /// What an operator ordered.
    Command {
        /// When.
        received_at: UtcMillis,
        /// The order.
        text: String,
    },
}

/// A record borrowed from a journal buffer; messages are not copied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "variants and fields as in Record")]
pub enum RecordRef<'a> {
    Message(RawMessageRef<'a>),
    Tick { received_at: UtcMillis, connected: Vec<&'a str> },
    Inputs { received_at: UtcMillis, hash: &'a str },
    CodecStalled { seq: Seq },
    ReplayStep { seqs: Vec<Seq> },
    Command { received_at: UtcMillis, text: &'a str },
}

impl RecordRef<'_> {
    /// When it was received; records that order something about earlier ones have no time of their own.
    pub fn received_at(&self) -> Option<UtcMillis> {
        match self {
            Self::Message(message) => Some(message.received_at),
            Self::Tick { received_at, .. } | Self::Inputs { received_at, .. } | Self::Command { received_at, .. } => {
                Some(*received_at)
            }
            Self::CodecStalled { .. } | Self::ReplayStep { .. } => None,
        }
    }

    /// A copy that lives by itself.
    pub fn to_record(&self) -> Record {
        match self {
            Self::Message(message) => Record::Message(message.to_message()),
            Self::Tick { received_at, connected } => Record::Tick {
                received_at: *received_at,
                connected: connected.iter().map(|name| (*name).to_owned()).collect(),
            },
            Self::Inputs { received_at, hash } => {
                Record::Inputs { received_at: *received_at, hash: (*hash).to_owned() }
            }
            Self::CodecStalled { seq } => Record::CodecStalled { seq: *seq },
            Self::ReplayStep { seqs } => Record::ReplayStep { seqs: seqs.clone() },
            Self::Command { received_at, text } => {
                Record::Command { received_at: *received_at, text: (*text).to_owned() }
            }
        }
    }
}

impl Record {
    /// As [`RecordRef::received_at`].
    pub fn received_at(&self) -> Option<UtcMillis> {
        match self {
            Self::Message(message) => Some(message.received_at),
            Self::Tick { received_at, .. } | Self::Inputs { received_at, .. } | Self::Command { received_at, .. } => {
                Some(*received_at)
            }
            Self::CodecStalled { .. } | Self::ReplayStep { .. } => None,
        }
    }
}
