//! Bytes of quarantined messages that outlive their journal segment, within a budget.

use rusqlite::{OptionalExtension, Transaction, params};
use smartpole_model::{RawMessage, Seq};

use crate::{Error, Queries, Store, error::sqlite, retention};

/// Most bytes of payloads kept; beyond, the oldest go.
const BUDGET: i64 = 64 << 20;

impl Store {
    /// Quarantined messages before `below` that were not copied yet: their segments are about to be unlinked.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn quarantined_before(&self, below: Seq) -> Result<Vec<Seq>, Error> {
        let doing = sqlite("read the quarantine");
        let writer = self.writer();
        let sql = "SELECT seq FROM quarantine
                   WHERE seq < ?1 AND seq > (SELECT coalesce(max(seq), 0) FROM quarantined) ORDER BY seq";
        let mut statement = writer.prepare_cached(sql).map_err(&doing)?;
        let rows = statement.query_map(params![below.0 as i64], |row| Ok(Seq(row.get::<_, i64>(0)?.unsigned_abs())));
        rows.map_err(&doing)?.collect::<rusqlite::Result<_>>().map_err(&doing)
    }

    /// Keeps the bytes of quarantined messages, and says how many older ones had to go for them. Of those that have passed the retention of
    /// their device's readings, an unknown device's as if it measured persons, and of those that are in quarantine no more, nothing stays.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Sqlite`]; nothing was changed then.
    pub fn keep_quarantined(&self, messages: impl Iterator<Item = (Seq, RawMessage)>) -> Result<usize, Error> {
        let doing = sqlite("keep messages in quarantine");
        let mut writer = self.writer();
        let transaction = writer.transaction().map_err(&doing)?;
        for (seq, message) in messages {
            let sql = "INSERT OR REPLACE INTO quarantined(seq, topic, payload) VALUES (?1, ?2, ?3)";
            let mut statement = transaction.prepare_cached(sql).map_err(&doing)?;
            statement.execute(params![seq.0 as i64, message.topic, message.payload]).map_err(&doing)?;
        }
        // the newest that fit: the sum of a row and all after it
        let evict = "DELETE FROM quarantined WHERE seq IN (
                       SELECT seq FROM (SELECT seq, sum(length(payload)) OVER (ORDER BY seq DESC) AS bytes FROM quarantined)
                       WHERE bytes > ?1)";
        let evicted = transaction.execute(evict, params![BUDGET]).map_err(&doing)?;
        drop_expired(&transaction)?;
        transaction.commit().map_err(&doing)?;
        Ok(evicted)
    }
}

fn drop_expired(transaction: &Transaction<'_>) -> Result<(), Error> {
    let doing = sqlite("let go of messages in quarantine");
    let (cuts, persons) = (retention::oldest(transaction)?, retention::persons(transaction)?);
    let sql = "SELECT seq, received_at, device FROM quarantined LEFT JOIN quarantine USING (seq)
               WHERE received_at IS NULL OR received_at < ?1";
    let mut statement = transaction.prepare(sql).map_err(&doing)?;
    let (raw, personal) = (cuts.raw.start().0, cuts.personal.start().0);
    let mut rows = statement.query([personal.max(raw)]).map_err(&doing)?;
    let mut delete = transaction.prepare("DELETE FROM quarantined WHERE seq = ?1").map_err(&doing)?;
    let mut gone = Vec::new();
    while let Some(row) = rows.next().map_err(&doing)? {
        let read = || Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?, row.get::<_, Option<u32>>(2)?));
        let (seq, received_at, device) = read().map_err(&doing)?;
        let of_things = device.is_some_and(|device| !persons.contains(&device));
        let cut = if of_things { raw } else { personal.max(raw) };
        gone.extend(received_at.is_none_or(|at| at < cut).then_some(seq));
    }
    gone.iter().try_for_each(|seq| delete.execute([seq]).map(drop)).map_err(&doing)
}

impl Queries {
    /// Topic and payload of a quarantined message that the journal has no more.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn quarantined(&self, seq: Seq) -> Result<Option<(String, Vec<u8>)>, Error> {
        self.file(|connection| {
            let doing = sqlite("read the quarantine");
            let sql = "SELECT topic, payload FROM quarantined WHERE seq = ?1";
            let mut statement = connection.prepare_cached(sql).map_err(&doing)?;
            let found = statement.query_row(params![seq.0 as i64], |row| Ok((row.get(0)?, row.get(1)?)));
            found.optional().map_err(&doing)
        })
    }
}
