//! The file and its connections.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, OpenFlags, OptionalExtension, config::DbConfig, params};
use smartpole_model::{DeviceNo, Quarter, RawMessage, Seq};
use smartpole_pipeline::{LoadError, MovedRow, QuarantineRow, StoredBlock, StoredBlocks};

use crate::{Error, error::sqlite, moved::first_move, replays, schema};

/// Pages of the write-ahead log before they go to the file: with 16,000 of 4,096 bytes, one that late readings change in many
/// batches goes there once.
const SETTINGS: &str = "
PRAGMA page_size = 4096;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 16000;
PRAGMA cache_size = -16384;
PRAGMA temp_store = MEMORY;
";

/// Name of the file in the data folder.
pub const FILE: &str = "city.db";

/// The open file; clones are the same one. One connection writes, the others only read.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
    /// It also loads what late readings ask for, as only a connection's own commits leave its cache valid. Between commits
    /// it stays in one read transaction for that, as each takes file locks.
    writer: Arc<Mutex<Connection>>,
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
        keep_plans(&writer).map_err(open)?;
        writer.set_prepared_statement_cache_capacity(64);
        schema::migrate(&mut writer)?;
        Ok(Self { path, writer: Arc::new(Mutex::new(writer)) })
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
        let reader = read_only(&path)?;
        let is_ours = schema::is_current(&reader)?;
        Ok(is_ours.then(|| Self { path, writer: Arc::new(Mutex::new(reader)) }))
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

    /// The connection that writes, in no transaction.
    pub(crate) fn writer(&self) -> MutexGuard<'_, Connection> {
        let writer = self.loader();
        if !writer.is_autocommit() {
            // a read that cannot end lets the next transaction fail, which says why
            writer.execute_batch("COMMIT").ok();
        }
        writer
    }

    /// The same, in whatever transaction it is.
    fn loader(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
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

/// The key of a device's ledger of a receipt day, in the order of days and then devices.
pub(crate) fn ledger_id(day: i32, device: DeviceNo) -> i64 {
    i64::from(day) << 32 | i64::from(device.0)
}

/// The first and the last key of a receipt day.
pub(crate) fn ledger_ids(day: i32) -> [i64; 2] {
    [DeviceNo(0), DeviceNo(u32::MAX)].map(|device| ledger_id(day, device))
}

/// The earliest block from a quarter on.
pub(crate) fn first_quarter(connection: &Connection, from: Quarter) -> Result<Option<Quarter>, LoadError> {
    let sql = "SELECT min(id) >> 32 FROM block WHERE id >= ?1";
    let first = connection.query_row(sql, [block_id(from, DeviceNo(0))], |row| row.get::<_, Option<i32>>(0));
    Ok(first.map_err(|source| LoadError(Box::new(sqlite("read blocks")(source))))?.map(Quarter))
}

/// Reads a [`stored_block`] by its id.
pub(crate) const BLOCK: &str =
    "SELECT revision, revised_minute, closed_minute, aggregates, rows, CASE WHEN revision > 0 THEN (
       SELECT former FROM revision AS own
       WHERE own.quarter = block.quarter AND own.device = block.device AND own.revision = block.revision) END
     FROM block WHERE id = ?1";

pub(crate) fn stored_block(row: &rusqlite::Row<'_>) -> rusqlite::Result<StoredBlock> {
    let (revision, revised_minute, closed_minute) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let (aggregates, rows, former) = (row.get(3)?, row.get(4)?, row.get(5)?);
    Ok(StoredBlock { revision, revised_minute, closed_minute, aggregates, former, rows })
}

pub(crate) fn read_only(path: &Path) -> Result<Connection, Error> {
    let open = |source| Error::Open { path: path.to_owned(), source };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(open)?;
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -4096;").map_err(open)?;
    keep_plans(&connection).map_err(open)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// Has a statement's plan hang on its text alone: else SQLite makes it anew for each other span that is asked for, which takes
/// longer than most answers.
fn keep_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

impl StoredBlocks for Store {
    fn load(&self, device: DeviceNo, quarter: Quarter) -> Result<Option<StoredBlock>, LoadError> {
        let loader = self.loader();
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
        let loader = self.loader();
        let copies = seqs.iter().map(|seq| replays::copied(&loader, *seq)).collect::<rusqlite::Result<_>>();
        copies.map_err(|source| LoadError(Box::new(sqlite("read a copied message")(source))))
    }

    fn first_quarter(&self, from: Quarter) -> Result<Option<Quarter>, LoadError> {
        first_quarter(&self.loader(), from)
    }

    fn moved(&self, device: DeviceNo, quarter: Quarter, minute: i64) -> Result<Option<MovedRow>, LoadError> {
        first_move(&self.loader(), (quarter, device), minute)
    }

    fn quarantined(&self, seqs: &[Seq]) -> Result<BTreeMap<Seq, QuarantineRow>, LoadError> {
        let loader = self.loader();
        let found = replays::quarantined(&loader, seqs);
        found.map_err(|source| LoadError(Box::new(sqlite("read the quarantine")(source))))
    }
}
