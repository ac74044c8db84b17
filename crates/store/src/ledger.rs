//! What became of messages, as of the last commit: the quarantine, former states of windows.

use std::collections::BTreeMap;

use rusqlite::{Connection, Params, Row, params};
use smartpole_model::{DeviceNo, Quarter, Reason, Seq};
use smartpole_pipeline::{QuarantineRow, RevisionReason, RevisionRow};

use crate::{
    Error, Queries,
    error::sqlite,
    replays::{QUARANTINE_COLUMNS, quarantine_row, quarantined},
};

impl Queries {
    /// The newest messages in quarantine, before `before`, with one reason or any; newest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn quarantine(
        &self,
        reason: Option<Reason>,
        before: Option<Seq>,
        limit: usize,
    ) -> Result<Vec<QuarantineRow>, Error> {
        let sql = format!(
            "SELECT {QUARANTINE_COLUMNS} FROM quarantine
             WHERE (?1 IS NULL OR reason = ?1) AND seq < ?2 ORDER BY seq DESC LIMIT ?3"
        );
        let before = before.map_or(i64::MAX, |before| before.0 as i64);
        let asked = params![reason.map(|reason| reason as u8), before, limit as i64];
        self.file(|file| all(file, &sql, asked, quarantine_row))
    }

    /// How many messages are in quarantine, wholly or in part, by reason.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn quarantine_counts(&self) -> Result<BTreeMap<Reason, u64>, Error> {
        let sql = "SELECT reason, count(*) FROM quarantine GROUP BY reason";
        let counts = self.file(|file| all(file, sql, [], |row| Ok((reason(row.get(0)?), count(row, 1)?))))?;
        Ok(counts.into_iter().collect())
    }

    /// One message in quarantine.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn quarantine_row(&self, seq: Seq) -> Result<Option<QuarantineRow>, Error> {
        let found = self.file(|file| quarantined(file, &[seq]).map_err(sqlite("read the quarantine")))?;
        Ok(found.into_values().next())
    }

    /// Former states of a closed window of a device, oldest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn revisions(&self, device: DeviceNo, quarter: Quarter) -> Result<Vec<RevisionRow>, Error> {
        let sql = "SELECT revision, minute, reason, former FROM revision WHERE quarter = ?1 AND device = ?2
                   ORDER BY revision";
        self.file(|file| {
            all(file, sql, params![quarter.0, device.0], |row| {
                let reason = RevisionReason::from_number(row.get(2)?).unwrap_or(RevisionReason::Late);
                let (revision, minute) = (row.get(0)?, row.get(1)?);
                Ok(RevisionRow { quarter, device, revision, minute, reason, former: row.get(3)? })
            })
        })
    }
}

/// The reason of a stored number.
fn reason(number: u8) -> Reason {
    Reason::ALL.get(usize::from(number)).copied().unwrap_or(Reason::FoldFailed)
}

fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::unsigned_abs)
}

pub(crate) fn all<T>(
    file: &Connection,
    sql: &str,
    params: impl Params,
    take: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, Error> {
    let doing = sqlite("read the ledger");
    let mut statement = file.prepare_cached(sql).map_err(&doing)?;
    statement.query_map(params, take).map_err(&doing)?.collect::<rusqlite::Result<_>>().map_err(&doing)
}
