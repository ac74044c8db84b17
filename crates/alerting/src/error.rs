//! Why the file cannot be used.

/// What failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQLite says no.
    #[error("cannot {doing} in alerts.db")]
    Sqlite {
        /// What was tried.
        doing: &'static str,
        /// Why not.
        source: rusqlite::Error,
    },
    /// A row says what this program does not understand.
    #[error("alerts.db has a row that is damaged or of a newer program")]
    Row(#[from] serde_json::Error),
    /// A copy is not what was copied.
    #[error("the copy of alerts.db is damaged ({0}); take an older backup of it")]
    Damaged(String),
    /// A copy cannot be made durable.
    #[error("cannot sync the copy of alerts.db")]
    Sync(#[source] std::io::Error),
    /// A newer program wrote the file.
    #[error("alerts.db has version {0}, which is newer than this program's")]
    Newer(i64),
}

pub(crate) fn doing(doing: &'static str) -> impl Fn(rusqlite::Error) -> Error {
    move |source| Error::Sqlite { doing, source }
}
