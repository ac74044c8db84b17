//! What can go wrong.

use std::{io, path::PathBuf};

use smartpole_model::Seq;

use crate::DecodeError;

/// What to do where the disk no longer gives what was durable.
const RESTORE: &str = "put that file back from a backup that has it in the same size, or else restore the whole backup (`smartpole restore`): \
                       what is damaged is never skipped, and records before it are whole";

/// Why the journal could not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file call failed.
    #[error("cannot {operation} {}", path.display())]
    Io {
        /// What was tried.
        operation: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// fdatasync failed: what of the last write is on disk is unknown, so nothing is acknowledged any more.
    #[error("cannot sync {}", path.display())]
    Sync {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has this journal open.
    #[error("journal {} is in use by another process", dir.display())]
    InUse {
        /// The journal's folder.
        dir: PathBuf,
    },
    /// A segment does not start with a header of this format, although records were written behind it.
    #[error("segment {} has no valid header; {}", segment.display(), RESTORE)]
    BadHeader {
        /// The segment's file.
        segment: PathBuf,
    },
    /// A segment was written by a later version.
    #[error("segment {} has format version {version}, known is 1; run the version of the service that wrote it", segment.display())]
    Version {
        /// The segment's file.
        segment: PathBuf,
        /// The version it names.
        version: u32,
    },
    /// A record that was durable is not readable. It is never skipped: restore the segment from a backup.
    #[error("bad frame in segment {} at byte {offset}, record {seq}; {}", segment.display(), RESTORE)]
    BadFrame {
        /// The segment's file.
        segment: PathBuf,
        /// Where in it the frame starts.
        offset: u64,
        /// The record that should be there.
        seq: Seq,
    },
    /// A frame is whole, but what is in it is no record of a known kind.
    #[error("record {seq} cannot be read")]
    BadRecord {
        /// The record.
        seq: Seq,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// The record asked for is in no segment: it was trimmed, or a segment is missing.
    #[error("record {seq} is gone, the oldest kept is {oldest}")]
    Gone {
        /// The record asked for.
        seq: Seq,
        /// The oldest record kept.
        oldest: Seq,
    },
    /// A record is larger than 16 MiB, or lists more than 1,000 messages.
    #[error("record too large")]
    TooLarge,
    /// A write or fdatasync has failed before; only a restart can tell what is on disk.
    #[error("the journal takes nothing more since a write failed")]
    Poisoned,
    /// The journal was closed.
    #[error("the journal is closed")]
    Closed,
}

impl Error {
    /// Whether it says "no room on the disk", which passes.
    pub(crate) fn is_out_of_room(&self) -> bool {
        let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
        matches!(self, Self::Io { source, .. } if full.contains(&source.kind()))
    }
}
