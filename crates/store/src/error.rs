//! What can go wrong with the file.

use std::path::PathBuf;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened or made.
    #[error("cannot open {path}", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// A newer program wrote the file.
    #[error("city.db has schema {found}, this program knows {known}: use the program that wrote it, or a newer one")]
    Newer {
        /// The file's schema.
        found: i64,
        /// The newest schema known here.
        known: i64,
    },
    /// The disk is full; nothing was changed, and the same changes can be committed when there is room.
    #[error("no room on the disk for city.db")]
    Full(#[source] rusqlite::Error),
    /// A file beside SQLite's own doing.
    #[error("cannot write {path}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A registry that was in force is not there.
    #[error("cannot read the registry that was in force")]
    Registry(#[source] smartpole_pipeline::LoadError),
    /// SQLite failed.
    #[error("cannot {doing}")]
    Sqlite {
        /// What was being done.
        doing: &'static str,
        /// Why not.
        source: rusqlite::Error,
    },
    /// Packed bytes in the file are damaged.
    #[error("damaged {what} in city.db")]
    Damaged {
        /// What is damaged.
        what: &'static str,
        /// How.
        source: smartpole_model::PackError,
    },
    /// A batch row cannot be compressed or expanded.
    #[error("cannot {doing} a batch row")]
    Compression {
        /// What was being done.
        doing: &'static str,
        /// Why not.
        source: std::io::Error,
    },
}

impl Error {
    /// Whether waiting for room helps.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }
}

/// Names what was being done; a full disk is told from the rest.
pub(crate) fn sqlite(doing: &'static str) -> impl Fn(rusqlite::Error) -> Error {
    move |source| if no_room(&source) { Error::Full(source) } else { Error::Sqlite { doing, source } }
}

/// A full disk also shows where the index of the write-ahead log has to grow, which has a code of its own.
fn no_room(error: &rusqlite::Error) -> bool {
    let index = rusqlite::ffi::SQLITE_IOERR_SHMSIZE;
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
        || error.sqlite_error().is_some_and(|error| error.extended_code == index)
}

pub(crate) fn damaged(what: &'static str) -> impl Fn(smartpole_model::PackError) -> Error {
    move |source| Error::Damaged { what, source }
}
