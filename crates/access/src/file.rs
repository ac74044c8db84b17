//! The file.

use std::{
    fs::{OpenOptions, Permissions},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

use crate::{Cost, Error, Password, error::doing, lockout::Doors, secret::Secret};

/// Name of the file in the data folder.
pub const FILE: &str = "access.db";

const VERSION: i64 = 3;
/// How long one process waits for the other: the service and its command line share the file.
const BUSY: Duration = Duration::from_secs(5);

const SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";

const SCHEMA: &str = "
CREATE TABLE account (
    id TEXT PRIMARY KEY,         -- a pseudonym, by chance: what the audit trail knows somebody by
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    role TEXT NOT NULL,
    zones TEXT NOT NULL,         -- ids, JSON; null: all
    password TEXT NOT NULL,      -- Argon2id, PHC string; empty: none, as a provider vouches for it
    made INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE session (
    hash BLOB PRIMARY KEY,       -- SHA-256 of what the cookie holds
    account TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
    began INTEGER NOT NULL,
    used INTEGER NOT NULL        -- to the minute
) WITHOUT ROWID;
CREATE INDEX session_account ON session (account);
CREATE TABLE token (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,   -- SHA-256
    account TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
    name TEXT NOT NULL, role TEXT NOT NULL, zones TEXT NOT NULL,
    made INTEGER NOT NULL, expires INTEGER NOT NULL,
    used INTEGER                 -- beginning of the UTC day
);
CREATE INDEX token_account ON token (account);
CREATE TABLE first_link (one INTEGER PRIMARY KEY CHECK (one = 1), hash BLOB NOT NULL, expires INTEGER NOT NULL);
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, about TEXT NOT NULL, outcome TEXT NOT NULL
);
CREATE INDEX audit_at ON audit (at);
CREATE TABLE audit_kept (one INTEGER PRIMARY KEY CHECK (one = 1), since INTEGER NOT NULL);
INSERT INTO audit_kept VALUES (1, -9223372036854775808);
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_is_new BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit WHEN OLD.at >= (SELECT since FROM audit_kept)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_moves_on BEFORE UPDATE ON audit_kept WHEN NEW.since < OLD.since
    BEGIN SELECT RAISE(ABORT, 'what the audit trail let go is gone'); END;
CREATE TRIGGER audit_has_begun BEFORE DELETE ON audit_kept BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
";

/// What version 2 added.
const OPENID: &str = "
CREATE TABLE IF NOT EXISTS openid (
    hash BLOB PRIMARY KEY,       -- SHA-256 of issuer and subject: whom a provider means
    account TEXT NOT NULL REFERENCES account ON DELETE CASCADE
) WITHOUT ROWID;
";

/// What version 3 added.
const DISABLED: &str = "ALTER TABLE account ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;";

/// Makes a file that is for this user alone, or one that is there.
fn private(path: &Path) -> Result<(), Error> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
    file.and_then(|file| file.set_permissions(Permissions::from_mode(0o600))).map_err(Error::Make)
}

/// The open file and what is remembered of those who log in; clones are the same one.
#[derive(Clone, Debug)]
pub struct Access {
    file: Arc<Mutex<Connection>>,
    doors: Arc<Mutex<Doors>>,
    pub(crate) cost: Cost,
    /// Hash of a password that nobody has: an unknown name takes as long as a wrong password.
    pub(crate) nobody: Arc<str>,
}

impl Access {
    /// Opens `access.db` in a folder, made if absent and then for the service's user alone. New passwords are hashed at this cost.
    ///
    /// # Errors
    /// [`Error::Make`], [`Error::Sqlite`], [`Error::Newer`].
    pub fn open(dir: &Path, cost: Cost) -> Result<Self, Error> {
        let opening = doing("open access.db");
        let path = dir.join(FILE);
        private(&path)?;
        let file = Connection::open(&path).map_err(opening)?;
        file.busy_timeout(BUSY).and_then(|()| file.execute_batch(SETTINGS)).map_err(opening)?;
        let version: i64 = file.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(opening)?;
        let missing = match version {
            0 => &[SCHEMA, OPENID, DISABLED][..],
            1 => &[OPENID, DISABLED],
            2 => &[DISABLED],
            VERSION => &[],
            newer => return Err(Error::Newer(newer)),
        };
        if !missing.is_empty() {
            let batch = format!("BEGIN IMMEDIATE;{}PRAGMA user_version = {VERSION};COMMIT;", missing.concat());
            file.execute_batch(&batch).map_err(opening)?;
        }
        let nobody = Password::new(Secret::random("")?.reveal())?.hash(cost)?.into();
        Ok(Self { file: Arc::new(Mutex::new(file)), doors: Arc::default(), cost, nobody })
    }

    /// Copies the file of one folder into another, while it is used; whether there was one. Nobody is logged in by a copy.
    ///
    /// # Errors
    /// [`Error::Make`], [`Error::Sqlite`].
    pub fn copy(from: &Path, to: &Path) -> Result<bool, Error> {
        let copying = doing("copy access.db");
        let (from, to) = (from.join(FILE), to.join(FILE));
        if !from.exists() {
            return Ok(false);
        }
        private(&to)?;
        let file = Connection::open_with_flags(&from, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(copying)?;
        file.busy_timeout(BUSY).map_err(copying)?;
        file.execute("VACUUM INTO ?1", [to.to_string_lossy()]).map_err(copying)?;
        let copy = Connection::open(&to).map_err(copying)?;
        copy.execute_batch("PRAGMA journal_mode = DELETE; DELETE FROM session; DELETE FROM first_link;")
            .map_err(copying)?;
        copy.close().map_err(|(_, error)| copying(error))?;
        OpenOptions::new().read(true).open(&to).and_then(|file| file.sync_all()).map_err(Error::Make)?;
        Ok(true)
    }

    pub(crate) fn file(&self) -> MutexGuard<'_, Connection> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn doors(&self) -> MutexGuard<'_, Doors> {
        self.doors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
