//! What became of messages, as of the last commit: the quarantine, the ledger's rows, former states of windows.

use std::{collections::BTreeMap, ops::Range};

use rusqlite::{Connection, Params, Row, params};
use smartpole_model::{DeviceNo, Quarter, Reason, Seq, UtcMillis};
use smartpole_pipeline::{Counts, LedgerSourceKey, QuarantineRow, RevisionReason, RevisionRow};

use crate::{
    Error, Queries,
    error::{damaged, sqlite},
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
        let sql = "SELECT seq, received_at, source, device, reason, detail, readings FROM quarantine
                   WHERE (?1 IS NULL OR reason = ?1) AND seq < ?2 ORDER BY seq DESC LIMIT ?3";
        let before = before.map_or(i64::MAX, |before| before.0 as i64);
        let asked = params![reason.map(|reason| reason as u8), before, limit as i64];
        self.file(|file| all(file, sql, asked, quarantine_row))
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

    /// The ledger's rows by receipt hour (UTC hours since 1970), source and entry.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn ledger_by_source(&self, hours: Range<i32>) -> Result<Vec<(LedgerSourceKey, u64)>, Error> {
        let sql = "SELECT hour, source, entry, n FROM ledger_source WHERE hour >= ?1 AND hour < ?2";
        self.file(|file| {
            all(file, sql, params![hours.start, hours.end], |row| {
                let key = LedgerSourceKey { hour: row.get(0)?, source: row.get(1)?, entry: row.get(2)? };
                Ok((key, count(row, 3)?))
            })
        })
    }

    /// The ledger's rows by receipt day (UTC days since 1970) and device.
    ///
    /// # Errors
    /// If the file cannot be read, or its rows are damaged.
    pub fn ledger_by_device(&self, days: Range<i32>) -> Result<Vec<(i32, DeviceNo, Counts)>, Error> {
        let sql = "SELECT day, device, counts FROM ledger_device WHERE day >= ?1 AND day < ?2";
        let rows = self.file(|file| {
            all(file, sql, params![days.start, days.end], |row| {
                Ok((row.get(0)?, DeviceNo(row.get(1)?), Counts::unpack(row.get_ref(2)?.as_blob()?)))
            })
        })?;
        let whole = |(day, device, counts): (_, _, Result<_, _>)| Ok((day, device, counts.map_err(damaged("ledger"))?));
        rows.into_iter().map(whole).collect()
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
                let late = row.get::<_, u8>(2)? == RevisionReason::Late as u8;
                let reason = if late { RevisionReason::Late } else { RevisionReason::Total };
                let (revision, minute) = (row.get(0)?, row.get(1)?);
                Ok(RevisionRow { quarter, device, revision, minute, reason, former: row.get(3)? })
            })
        })
    }
}

fn quarantine_row(row: &Row<'_>) -> rusqlite::Result<QuarantineRow> {
    Ok(QuarantineRow {
        seq: Seq(count(row, 0)?),
        received_at: UtcMillis(row.get(1)?),
        source: row.get(2)?,
        device: row.get::<_, Option<u32>>(3)?.map(DeviceNo),
        reason: reason(row.get(4)?),
        detail: row.get(5)?,
        readings: row.get(6)?,
    })
}

/// The reason of a stored number.
fn reason(number: u8) -> Reason {
    Reason::ALL.get(usize::from(number)).copied().unwrap_or(Reason::FoldFailed)
}

fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::unsigned_abs)
}

fn all<T>(
    file: &Connection,
    sql: &str,
    params: impl Params,
    take: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, Error> {
    let doing = sqlite("read the ledger");
    let mut statement = file.prepare_cached(sql).map_err(&doing)?;
    statement.query_map(params, take).map_err(&doing)?.collect::<rusqlite::Result<_>>().map_err(&doing)
}
