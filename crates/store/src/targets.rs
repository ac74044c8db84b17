//! Targets: how far each one is, and what became of every reading there.
//!
//! accepted (since the target is there) = filtered + forwarded + pending + refused; each term is counted on its own: `accepted`
//! by the fold, `pending` over the batches not sent, the rest by who sends.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use smartpole_model::UtcMillis;

use crate::{Error, Queries, Store, error::sqlite, windows::PROVISIONAL_MS};

/// Refused lines kept for each target, the newest; the sums know of all.
const REFUSED_LINES: i64 = 10_000;

/// How far a target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The last batch that it has.
    pub batch: u64,
    /// Windows that ended before were sent in their final state.
    pub settled: UtcMillis,
}

/// What was sent to a target since it was noted last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// The last batch that the target has now.
    pub batch: u64,
    /// Readings that the target does not want.
    pub filtered: u64,
    /// Readings that it has.
    pub forwarded: u64,
    /// Windows that it has.
    pub windows: u64,
    /// What it refused.
    pub refused: Vec<RefusedLine>,
    /// Windows that ended before were sent in their final state, if that changed.
    pub settled: Option<UtcMillis>,
}

/// A line that a target refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedLine {
    /// Its place in the list; given by the store.
    pub id: i64,
    /// When.
    pub at: UtcMillis,
    /// Code of the reason.
    pub reason: String,
    /// Accepted readings that it stands for.
    pub readings: u64,
    /// The server's words.
    pub detail: String,
    /// The line, or its beginning.
    pub line: String,
}

/// The equation of one target, as of the last commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub target: String,
    /// Since when it is there.
    pub since: UtcMillis,
    /// Readings accepted since then.
    pub accepted: u64,
    /// Readings that the target does not want.
    pub filtered: u64,
    /// Readings that it has.
    pub forwarded: u64,
    /// Readings that it refused, and lines, by code of the reason.
    pub refused: Vec<(String, u64, u64)>,
    /// Readings yet to be sent.
    pub pending: u64,
    /// Messages they came by, and others of the same batches.
    pub pending_messages: u64,
    /// When the oldest batch that is yet to be sent was received.
    pub waiting_since: Option<UtcMillis>,
    /// Windows sent, corrections included.
    pub windows: u64,
}

impl Standing {
    /// How long its oldest batch has been waiting at an instant, in milliseconds: it grows also while nothing new comes in.
    pub fn lag_ms(&self, now: UtcMillis) -> i64 {
        self.waiting_since.map_or(0, |since| now.since(since).max(0))
    }

    /// Readings refused, for whatever reason.
    pub fn refused_readings(&self) -> u64 {
        self.refused.iter().map(|(_, readings, _)| readings).sum()
    }

    /// Whether the equation holds.
    pub fn balanced(&self) -> bool {
        self.accepted == self.filtered + self.forwarded + self.pending + self.refused_readings()
    }
}

impl Store {
    /// Makes these the targets. A new one gets what is committed from now on; those left out are forgotten, and their equations as
    /// they were are given back.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Sqlite`].
    pub fn set_targets(&self, names: &[String]) -> Result<Vec<Standing>, Error> {
        let mut writer = self.writer();
        let doing = sqlite("set the targets");
        let transaction = writer.transaction().map_err(&doing)?;
        let gone: Vec<Standing> =
            standings(&transaction)?.into_iter().filter(|standing| !names.contains(&standing.target)).collect();
        for Standing { target, .. } in &gone {
            for sql in [
                "DELETE FROM target WHERE name = ?1",
                "DELETE FROM refused WHERE target = ?1",
                "DELETE FROM refused_line WHERE target = ?1",
            ] {
                transaction.execute(sql, params![target]).map_err(&doing)?;
            }
        }
        let sql = "INSERT INTO target(name, batch, since, settled)
                   SELECT ?1, coalesce(max(batch), 0), coalesce(max(received_at), 0), coalesce(max(received_at), 0) - ?2
                   FROM cursor WHERE true ON CONFLICT DO NOTHING";
        for name in names {
            transaction.execute(sql, params![name, PROVISIONAL_MS]).map_err(&doing)?;
        }
        transaction.commit().map_err(&doing)?;
        Ok(gone)
    }

    /// How far a target is.
    ///
    /// # Errors
    /// [`Error::Sqlite`], also if there is no such target.
    pub fn place(&self, target: &str) -> Result<Place, Error> {
        let sql = "SELECT batch, settled FROM target WHERE name = ?1";
        let place = self.writer().query_row(sql, params![target], |row| {
            Ok(Place { batch: row.get::<_, i64>(0)?.unsigned_abs(), settled: UtcMillis(row.get(1)?) })
        });
        place.map_err(sqlite("read how far a target is"))
    }

    /// Moves a target on, and its counts.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Sqlite`]; nothing was changed then.
    pub fn note_sent(&self, target: &str, sent: &Sent) -> Result<(), Error> {
        let mut writer = self.writer();
        let doing = sqlite("note what was sent");
        let transaction = writer.transaction().map_err(&doing)?;
        let sql = "UPDATE target SET batch = ?2, filtered = filtered + ?3, forwarded = forwarded + ?4,
                     windows = windows + ?5, settled = coalesce(?6, settled) WHERE name = ?1";
        let (filtered, forwarded, windows) = (sent.filtered as i64, sent.forwarded as i64, sent.windows as i64);
        let settled = sent.settled.map(|settled| settled.0);
        transaction
            .execute(sql, params![target, sent.batch as i64, filtered, forwarded, windows, settled])
            .map_err(&doing)?;
        note_refused(&transaction, target, &sent.refused).map_err(&doing)?;
        transaction.commit().map_err(&doing)
    }
}

fn note_refused(transaction: &Transaction<'_>, target: &str, refused: &[RefusedLine]) -> rusqlite::Result<()> {
    if refused.is_empty() {
        return Ok(());
    }
    let mut add = transaction.prepare_cached(
        "INSERT INTO refused(target, reason, readings, lines) VALUES (?1, ?2, ?3, 1)
         ON CONFLICT (target, reason) DO UPDATE SET readings = readings + ?3, lines = lines + 1",
    )?;
    let mut keep = transaction.prepare_cached(
        "INSERT INTO refused_line(target, at, reason, readings, detail, line) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for RefusedLine { at, reason, readings, detail, line, .. } in refused {
        add.execute(params![target, reason, *readings as i64])?;
        keep.execute(params![target, at.0, reason, *readings as i64, detail, line])?;
    }
    let evict = "DELETE FROM refused_line WHERE target = ?1 AND id <= (
                   SELECT id FROM refused_line WHERE target = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
    transaction.execute(evict, params![target, REFUSED_LINES]).map(drop)
}

impl Queries {
    /// The equation of each target, by name, as of the last commit.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn targets(&self) -> Result<Vec<Standing>, Error> {
        self.file(|file| {
            let doing = sqlite("read targets");
            // one instant for all terms
            let reading = file.unchecked_transaction().map_err(&doing)?;
            standings(&reading)
        })
    }

    /// The newest lines that a target refused, of one reason or of all, before the id `before`; newest first. `None` if there is
    /// no such target.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn refused_lines(
        &self,
        target: &str,
        reason: Option<&str>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Option<Vec<RefusedLine>>, Error> {
        self.file(|file| {
            let doing = sqlite("read what a target refused");
            let known = file.query_row("SELECT 1 FROM target WHERE name = ?1", params![target], |_| Ok(()));
            if known.optional().map_err(&doing)?.is_none() {
                return Ok(None);
            }
            let sql = "SELECT id, at, reason, readings, detail, line FROM refused_line
                       WHERE target = ?1 AND id < ?2 AND (?3 IS NULL OR reason = ?3) ORDER BY id DESC LIMIT ?4";
            let mut statement = file.prepare_cached(sql).map_err(&doing)?;
            let asked = params![target, before.unwrap_or(i64::MAX), reason, limit as i64];
            let rows = statement.query_map(asked, |row| {
                let (at, readings) = (UtcMillis(row.get(1)?), row.get::<_, i64>(3)?.unsigned_abs());
                Ok(RefusedLine {
                    id: row.get(0)?,
                    at,
                    reason: row.get(2)?,
                    readings,
                    detail: row.get(4)?,
                    line: row.get(5)?,
                })
            });
            rows.map_err(&doing)?.collect::<rusqlite::Result<_>>().map(Some).map_err(&doing)
        })
    }
}

fn standings(file: &Connection) -> Result<Vec<Standing>, Error> {
    let doing = sqlite("read targets");
    let sql = "SELECT name, since, filtered, forwarded, windows, accepted,
                 (SELECT coalesce(sum(readings), 0) FROM outbox INDEXED BY outbox_sums WHERE batch > target.batch),
                 (SELECT coalesce(sum(messages), 0) FROM outbox INDEXED BY outbox_sums WHERE batch > target.batch),
                 (SELECT received_at FROM outbox WHERE batch > target.batch ORDER BY batch LIMIT 1)
               FROM target ORDER BY name";
    let mut statement = file.prepare_cached(sql).map_err(&doing)?;
    let rows = statement.query_map([], |row| {
        let count = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
        Ok(Standing {
            target: row.get(0)?,
            since: UtcMillis(row.get(1)?),
            filtered: count(2)?,
            forwarded: count(3)?,
            windows: count(4)?,
            accepted: count(5)?,
            pending: count(6)?,
            pending_messages: count(7)?,
            waiting_since: row.get::<_, Option<i64>>(8)?.map(UtcMillis),
            refused: Vec::new(),
        })
    });
    let mut standings: Vec<Standing> = rows.map_err(&doing)?.collect::<rusqlite::Result<_>>().map_err(&doing)?;
    let sql = "SELECT reason, readings, lines FROM refused WHERE target = ?1 ORDER BY reason";
    let mut statement = file.prepare_cached(sql).map_err(&doing)?;
    for standing in &mut standings {
        let rows = statement.query_map(params![standing.target], |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs(), row.get::<_, i64>(2)?.unsigned_abs()))
        });
        standing.refused = rows.map_err(&doing)?.collect::<rusqlite::Result<_>>().map_err(&doing)?;
    }
    Ok(standings)
}

#[cfg(test)]
mod tests;
