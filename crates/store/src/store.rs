//! The file and its connections.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use smartpole_model::{DeviceNo, Quarter, RawMessage, Seq};
use smartpole_pipeline::{LoadError, QuarantineRow, StoredBlock, StoredBlocks};

use crate::{Error, error::sqlite, replays, schema};

/// Pages of the write-ahead log before they go to the file (`fold.md`: 4,000 of 4,096 bytes).
const SETTINGS: &str = "
PRAGMA page_size = 4096;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 4000;
PRAGMA cache_size = -8192;
PRAGMA temp_store = MEMORY;
";

/// Name of the file in the data folder.
pub const FILE: &str = "city.db";

/// The open file; clones are the same one. One connection writes, the others only read.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
    writer: Arc<Mutex<Connection>>,
    /// For blocks that late readings ask for; between commits it stays in one read transaction, as each takes file locks.
    loader: Arc<Mutex<Connection>>,
}

impl Store {
    /// Opens `city.db` in a folder, made if absent, and brings it to this program's schema.
    ///
    /// # Errors
    /// [`Error::Open`], [`Error::Newer`], [`Error::Sqlite`].
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(FILE);
        let open = |source| Error::Open { path: path.clone(), source };
        let mut writer = Connection::open(&path).map_err(open)?;
        writer.execute_batch(SETTINGS).map_err(open)?;
        writer.set_prepared_statement_cache_capacity(64);
        schema::migrate(&mut writer)?;
        let loader = read_only(&path)?;
        Ok(Self { path, writer: Arc::new(Mutex::new(writer)), loader: Arc::new(Mutex::new(loader)) })
    }

    /// Opens the `city.db` of a folder to look at it: nothing is made or changed, and nothing can be committed. None if there is none, or
    /// one of another program's schema.
    ///
    /// # Errors
    /// [`Error::Open`], [`Error::Sqlite`].
    pub fn open_to_look(dir: &Path) -> Result<Option<Self>, Error> {
        let path = dir.join(FILE);
        if !path.exists() {
            return Ok(None);
        }
        let (one, other) = (read_only(&path)?, read_only(&path)?);
        let is_ours = schema::is_current(&one)?;
        Ok(is_ours.then(|| Self { path, writer: Arc::new(Mutex::new(one)), loader: Arc::new(Mutex::new(other)) }))
    }

    /// The place of the newest checkpoint that is at least as old as `day` (UTC days since 1970). Where `day` is the first one
    /// of raw retention, the journal is needed from there on only: what was folded before it is durable here.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn checkpoint_by(&self, day: i32) -> Result<Option<Seq>, Error> {
        let found = self.writer().query_row(
            "SELECT seq FROM checkpoint WHERE day <= ?1 ORDER BY day DESC LIMIT 1",
            params![day],
            |row| row.get::<_, i64>(0),
        );
        let found = found.optional().map_err(sqlite("read checkpoints"))?;
        Ok(found.map(|seq| Seq(seq.unsigned_abs())))
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the loader see what was committed since it read first.
    pub(crate) fn renew_loader(&self) -> Result<(), Error> {
        let loader = self.loader.lock().unwrap_or_else(PoisonError::into_inner);
        if loader.is_autocommit() {
            return Ok(());
        }
        loader.execute_batch("COMMIT").map_err(sqlite("end a read"))
    }

    /// Another connection, which only reads.
    pub(crate) fn reader(&self) -> Result<Connection, Error> {
        read_only(&self.path)
    }
}

/// The key of a block, in the order of quarters and then devices.
pub(crate) fn block_id(quarter: Quarter, device: DeviceNo) -> i64 {
    i64::from(quarter.0) << 32 | i64::from(device.0)
}

/// Reads a [`stored_block`] by its id.
pub(crate) const BLOCK: &str =
    "SELECT revision, revised_minute, closed_minute, aggregates, rows FROM block WHERE id = ?1";

pub(crate) fn stored_block(row: &rusqlite::Row<'_>) -> rusqlite::Result<StoredBlock> {
    let (revision, revised_minute, closed_minute) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(StoredBlock { revision, revised_minute, closed_minute, aggregates: row.get(3)?, rows: row.get(4)? })
}

fn read_only(path: &Path) -> Result<Connection, Error> {
    let open = |source| Error::Open { path: path.to_owned(), source };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(open)?;
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -4096;").map_err(open)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

impl StoredBlocks for Store {
    fn load(&self, device: DeviceNo, quarter: Quarter) -> Result<Option<StoredBlock>, LoadError> {
        let loader = self.loader.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |source| LoadError(Box::new(sqlite("read a block")(source)));
        if loader.is_autocommit() {
            loader.execute_batch("BEGIN").map_err(failed)?;
        }
        let mut statement = loader.prepare_cached(BLOCK).map_err(failed)?;
        let found = statement.query_row(params![block_id(quarter, device)], stored_block);
        found.optional().map_err(failed)
    }

    /// Only those that were copied, as their journal segment went: the journal has all others.
    fn messages(&self, seqs: &[Seq]) -> Result<Vec<Option<RawMessage>>, LoadError> {
        let loader = self.loader.lock().unwrap_or_else(PoisonError::into_inner);
        let copies = seqs.iter().map(|seq| replays::copied(&loader, *seq)).collect::<rusqlite::Result<_>>();
        copies.map_err(|source| LoadError(Box::new(sqlite("read a copied message")(source))))
    }

    fn first_quarter(&self) -> Result<Option<Quarter>, LoadError> {
        let loader = self.loader.lock().unwrap_or_else(PoisonError::into_inner);
        let first = loader.query_row("SELECT min(id) >> 32 FROM block", [], |row| row.get::<_, Option<i32>>(0));
        Ok(first.map_err(|source| LoadError(Box::new(sqlite("read blocks")(source))))?.map(Quarter))
    }

    fn quarantined(&self, seq: Seq) -> Result<Option<QuarantineRow>, LoadError> {
        let loader = self.loader.lock().unwrap_or_else(PoisonError::into_inner);
        let found = replays::quarantined(&loader, seq);
        found.map_err(|source| LoadError(Box::new(sqlite("read the quarantine")(source))))
    }
}
