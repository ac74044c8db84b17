//! The file once more, for backups.

use std::{fs::File, path::Path};

use rusqlite::{Connection, OpenFlags};

use crate::{Error, FILE, error::doing};

/// Writes the `alerts.db` of one folder into another as it is at one commit, on disk and read once. Who writes meanwhile is not held
/// up. False if there is none.
///
/// # Errors
/// [`Error::Sqlite`], [`Error::Damaged`], [`Error::Sync`].
pub fn copy(from: &Path, to: &Path) -> Result<bool, Error> {
    let (from, to, copying) = (from.join(FILE), to.join(FILE), doing("copy the file"));
    if !from.exists() {
        return Ok(false);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(&from, flags).map_err(&copying)?;
    reader.execute("VACUUM INTO ?1", [to.to_string_lossy()]).map_err(&copying)?;
    let copy = Connection::open_with_flags(&to, flags).map_err(&copying)?;
    let found: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(&copying)?;
    if found != "ok" {
        return Err(Error::Damaged(found));
    }
    File::open(&to).and_then(|file| file.sync_all()).map_err(Error::Sync)?;
    Ok(true)
}
