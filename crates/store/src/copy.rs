//! The whole file once more: for a backup, and without its free pages.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use rusqlite::{Connection, OpenFlags};

use crate::{Error, FILE, Store, error::sqlite};

/// What a file of the store holds, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Of the file.
    pub all: u64,
    /// Of them free: what was deleted and not written again yet.
    pub free: u64,
}

impl Store {
    /// Writes the `city.db` of one folder into another as it is at one commit, without free pages. Who writes meanwhile is not held
    /// up; until it is done, the write-ahead log grows. The copy is on disk, and stays the same byte for byte when it is opened.
    ///
    /// # Errors
    /// [`Error::Open`] if there is none or the copy is there already, [`Error::Full`], [`Error::Sqlite`].
    pub fn copy(from: &Path, to: &Path) -> Result<(), Error> {
        let doing = sqlite("copy city.db");
        let (from, to) = (from.join(FILE), to.join(FILE));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reader = Connection::open_with_flags(&from, flags).map_err(|source| Error::Open { path: from, source })?;
        reader.execute("VACUUM INTO ?1", [to.to_string_lossy()]).map_err(&doing)?;
        let copy = Connection::open(&to).map_err(|source| Error::Open { path: to.clone(), source })?;
        copy.pragma_update(None, "journal_mode", "WAL").map_err(&doing)?;
        copy.close().map_err(|(_, error)| doing(error))?;
        File::open(&to).and_then(|file| file.sync_all()).map_err(|source| Error::File { path: to, source })
    }

    /// Makes the `city.db` of a folder anew without its free pages, if that gains something. Nobody else may have it open.
    ///
    /// # Errors
    /// As [`Store::copy`]; [`Error::File`]. The file is as it was then.
    pub fn compact(dir: &Path) -> Result<(), Error> {
        let beside = dir.join("compact");
        let result = make_anew(dir, &beside);
        // of an earlier one that was killed, too
        fs::remove_dir_all(&beside).ok();
        result
    }

    /// How much room the `city.db` of a folder takes, and how much of it is free.
    ///
    /// # Errors
    /// [`Error::Open`], [`Error::Sqlite`].
    pub fn room(dir: &Path) -> Result<Room, Error> {
        let doing = sqlite("count pages");
        let reader = crate::store::read_only(&dir.join(FILE))?;
        let pragma = |name: &str| reader.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let pragma = |name: &str| pragma(name).map(i64::unsigned_abs).map_err(&doing);
        let page = pragma("page_size")?;
        Ok(Room { all: page * pragma("page_count")?, free: page * pragma("freelist_count")? })
    }

    /// Reads all pages of the `city.db` of a folder; what is wrong with them.
    ///
    /// # Errors
    /// [`Error::Open`], [`Error::Sqlite`].
    pub fn check(dir: &Path) -> Result<Option<String>, Error> {
        let reader = crate::store::read_only(&dir.join(FILE))?;
        let found = reader.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
        let found = found.map_err(sqlite("check city.db"))?;
        Ok((found != "ok").then_some(found))
    }
}

fn make_anew(dir: &Path, beside: &Path) -> Result<(), Error> {
    let path = dir.join(FILE);
    let failed = |source| Error::File { path: path.clone(), source };
    match fs::remove_dir_all(beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => fs::create_dir(beside).map_err(failed)?,
    }
    Store::copy(dir, beside)?;
    empty_log(&path)?;
    // what is left of the log belongs to the file that goes
    for suffix in ["-wal", "-shm"] {
        fs::remove_file(dir.join(format!("{FILE}{suffix}"))).ok();
    }
    fs::rename(beside.join(FILE), &path).map_err(failed)?;
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed)
}

/// Brings to the file what is in its write-ahead log only, so that the file is whole without it.
fn empty_log(path: &Path) -> Result<(), Error> {
    let writer = Connection::open(path).map_err(|source| Error::Open { path: path.to_owned(), source })?;
    let busy = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
    match busy.map_err(sqlite("empty the write-ahead log"))? {
        true => Err(Error::File { path: path.to_owned(), source: io::ErrorKind::ResourceBusy.into() }),
        false => Ok(()),
    }
}
