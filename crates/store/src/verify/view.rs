//! The store of a service, as of one commit.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};
use smartpole_model::{DeviceNo, Quarter, RawMessage, Seq};
use smartpole_pipeline::{LoadError, MovedRow, QuarantineRow, Restore, StoredBlock, StoredBlocks};

use crate::{
    Error, Store,
    error::sqlite,
    moved::first_move,
    replays,
    restore::expand,
    store::{BLOCK, block_id, first_quarter, stored_block},
};

/// How often state and snapshot are read until no commit came between the two.
const ATTEMPTS: usize = 100;

/// A store in one read transaction: the service may go on committing.
#[derive(Debug)]
pub struct View {
    pub(super) connection: Connection,
    cursor: Seq,
    /// The state at the cursor, or why it cannot be read.
    pub(super) restore: Result<Restore, String>,
}

impl Store {
    /// The last record folded and committed; `Seq(0)` before the first.
    ///
    /// # Errors
    /// [`Error::Open`], [`Error::Sqlite`].
    pub fn cursor(&self) -> Result<Seq, Error> {
        cursor(&self.reader()?)
    }

    /// The store as of the newest commit.
    ///
    /// # Errors
    /// [`Error::Open`], [`Error::Sqlite`].
    pub fn view(&self) -> Result<View, Error> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let connection = self.reader()?;
            connection.execute_batch("BEGIN").map_err(sqlite("begin a read"))?;
            let seen = cursor(&connection)?; // the snapshot begins with the first read
            let restore = self.restore().map_err(said);
            if attempt == ATTEMPTS || restore.as_ref().map_or(true, |restore| restore.cursor == seen) {
                return Ok(View { connection, cursor: seen, restore });
            }
        }
    }

    /// The state of the oldest checkpoint that is kept whole and from which the journal still has all records, of which the
    /// oldest is `journal`.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Compression`], [`Error::Damaged`].
    pub fn checkpoint_from(&self, journal: Seq) -> Result<Option<Restore>, Error> {
        let doing = sqlite("read checkpoints");
        let sql = "SELECT state FROM checkpoint WHERE state <> x'' AND seq + 1 >= ?1 ORDER BY day LIMIT 1";
        let reader = self.reader()?;
        let state = reader.query_row(sql, params![journal.0 as i64], |row| row.get::<_, Vec<u8>>(0)).optional();
        let Some(state) = state.map_err(&doing)? else { return Ok(None) };
        Restore::unpack(&expand(&state)?).map(Some).map_err(crate::error::damaged("checkpoint"))
    }
}

impl View {
    /// The last record folded.
    pub fn cursor(&self) -> Seq {
        self.cursor
    }

    /// The state there.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn restore(&self) -> Result<Restore, LoadError> {
        self.restore.clone().map_err(|error| LoadError(error.into()))
    }
}

impl StoredBlocks for View {
    fn load(&self, device: DeviceNo, quarter: Quarter) -> Result<Option<StoredBlock>, LoadError> {
        load(&self.connection, device, quarter)
    }

    /// Only those that were copied, as their journal segment went: the journal has all others.
    fn messages(&self, seqs: &[Seq]) -> Result<Vec<Option<RawMessage>>, LoadError> {
        let copies = seqs.iter().map(|seq| replays::copied(&self.connection, *seq)).collect::<rusqlite::Result<_>>();
        copies.map_err(|source| LoadError(Box::new(sqlite("read a copied message")(source))))
    }

    fn first_quarter(&self, from: Quarter) -> Result<Option<Quarter>, LoadError> {
        first_quarter(&self.connection, from)
    }

    fn moved(&self, device: DeviceNo, quarter: Quarter, minute: i64) -> Result<Option<MovedRow>, LoadError> {
        first_move(&self.connection, (quarter, device), minute)
    }

    fn quarantined(&self, seqs: &[Seq]) -> Result<BTreeMap<Seq, QuarantineRow>, LoadError> {
        let found = replays::quarantined(&self.connection, seqs);
        found.map_err(|source| LoadError(Box::new(sqlite("read the quarantine")(source))))
    }
}

/// A block of the file.
pub(super) fn load(
    connection: &Connection,
    device: DeviceNo,
    quarter: Quarter,
) -> Result<Option<StoredBlock>, LoadError> {
    let failed = |source| LoadError(Box::new(sqlite("read a block")(source)));
    let mut statement = connection.prepare_cached(BLOCK).map_err(failed)?;
    let found = statement.query_row(params![block_id(quarter, device)], stored_block);
    found.optional().map_err(failed)
}

fn cursor(connection: &Connection) -> Result<Seq, Error> {
    let found = connection.query_row("SELECT seq FROM cursor", [], |row| row.get::<_, i64>(0)).optional();
    Ok(found.map_err(sqlite("read the cursor"))?.map_or(Seq(0), |seq| Seq(seq.unsigned_abs())))
}

/// An error and its causes, as what is stored instead of a state.
pub(super) fn said(error: impl std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
