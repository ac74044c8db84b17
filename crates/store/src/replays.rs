//! Replays, and what they move in quarantine and ledger.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use smartpole_model::{DeviceNo, PackError, RawMessage, Reader, Reason, Seq, UtcMillis, put_u64};
use smartpole_pipeline::{Counts, Effect, LedgerMove, QuarantineRow, Replay};

use crate::{
    Error, Queries,
    commit::each,
    error::{damaged, sqlite},
    store::ledger_id,
};

/// Whether the message is refused as a whole (1) or in part (0), then n × (reason, readings). Varints.
pub(crate) fn pack_verdict(row: &QuarantineRow) -> Vec<u8> {
    let mut out = vec![row.whole.into()];
    put_u64(&mut out, row.reasons.len() as u64);
    for (reason, n) in &row.reasons {
        put_u64(&mut out, *reason as u64);
        put_u64(&mut out, *n);
    }
    out
}

fn unpack_verdict(bytes: &[u8]) -> Result<(bool, Vec<(Reason, u64)>), PackError> {
    let mut reader = Reader::new(bytes);
    let whole = reader.byte()? != 0;
    let reason = |reader: &mut Reader<'_>| {
        let number: usize = reader.num("reason")?;
        let reason = Reason::ALL.get(number).copied().ok_or(PackError::Invalid("reason"))?;
        Ok((reason, reader.u64()?))
    };
    let reasons = (0..reader.len("reasons")?).map(|_| reason(&mut reader)).collect::<Result<_, _>>()?;
    Ok((whole, reasons))
}

/// Columns of [`quarantine_row`].
pub(crate) const QUARANTINE_COLUMNS: &str = "seq, received_at, source, device, reason, detail, readings, verdict";

/// A row of the quarantine. Where an older program wrote it, its readings count under the first reason.
pub(crate) fn quarantine_row(row: &Row<'_>) -> rusqlite::Result<QuarantineRow> {
    let number: u8 = row.get(4)?;
    let reason = Reason::ALL.get(usize::from(number)).copied().unwrap_or(Reason::FoldFailed);
    let readings: u32 = row.get(6)?;
    let told = row.get::<_, Option<Vec<u8>>>(7)?.and_then(|bytes| unpack_verdict(&bytes).ok());
    let (whole, reasons) = told.unwrap_or_else(|| {
        let reasons = if readings > 0 { vec![(reason, readings.into())] } else { Vec::new() };
        (readings == 0, reasons)
    });
    Ok(QuarantineRow {
        seq: Seq(row.get::<_, i64>(0)?.unsigned_abs()),
        received_at: UtcMillis(row.get(1)?),
        source: row.get(2)?,
        device: row.get::<_, Option<u32>>(3)?.map(DeviceNo),
        reason,
        detail: row.get(5)?,
        readings,
        whole,
        reasons,
    })
}

/// The quarantine's rows of those of the messages (ascending) that are in it: few, so it is looked for the next one.
pub(crate) fn quarantined(connection: &Connection, mut seqs: &[Seq]) -> rusqlite::Result<BTreeMap<Seq, QuarantineRow>> {
    let sql = format!("SELECT {QUARANTINE_COLUMNS} FROM quarantine WHERE seq >= ?1 ORDER BY seq LIMIT 1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = BTreeMap::new();
    while let Some(first) = seqs.first() {
        // beyond what a file can hold there is none
        let Ok(first) = i64::try_from(first.0) else { break };
        let Some(next) = statement.query_row(params![first], quarantine_row).optional()? else { break };
        seqs = &seqs[seqs.partition_point(|seq| *seq < next.seq)..];
        if seqs.first() == Some(&next.seq) {
            seqs = &seqs[1..];
            found.insert(next.seq, next);
        }
    }
    Ok(found)
}

/// A message in quarantine whose journal segment was unlinked, as far as it was kept.
pub(crate) fn copied(connection: &Connection, seq: Seq) -> rusqlite::Result<Option<RawMessage>> {
    let sql = "SELECT topic, payload, received_at, name.id FROM quarantined JOIN quarantine USING (seq)
               LEFT JOIN name ON kind = 4 AND number = source WHERE seq = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let message = |row: &Row<'_>| {
        Ok(RawMessage {
            source: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
            topic: row.get(0)?,
            payload: row.get(1)?,
            received_at: UtcMillis(row.get(2)?),
            ..RawMessage::default()
        })
    };
    statement.query_row(params![seq.0 as i64], message).optional()
}

pub(crate) fn move_ledger(transaction: &Transaction<'_>, moves: &[LedgerMove]) -> Result<(), Error> {
    let doing = sqlite("move the devices' ledger");
    let mut sums: BTreeMap<i64, Vec<&LedgerMove>> = BTreeMap::new();
    moves.iter().for_each(|moved| sums.entry(ledger_id(moved.day, moved.device)).or_default().push(moved));
    for (id, moves) in sums {
        let read = "SELECT counts FROM ledger_device WHERE id = ?1";
        let found = transaction.query_row(read, [id], |row| Ok(Counts::unpack(row.get_ref(0)?.as_blob()?)));
        let found = found.optional().map_err(&doing)?.transpose().map_err(damaged("ledger"))?;
        let mut counts = found.unwrap_or_default();
        for LedgerMove { entry, n, .. } in moves {
            let sum = counts.0.entry(*entry).or_insert(0);
            *sum = sum.saturating_add_signed(*n);
        }
        counts.0.retain(|_, n| *n > 0);
        let write = "INSERT OR REPLACE INTO ledger_device(id, counts) VALUES (?1, ?2)";
        transaction.execute(write, params![id, counts.pack()]).map_err(&doing)?;
    }
    Ok(())
}

pub(crate) fn write(transaction: &Transaction<'_>, replays: &[Replay]) -> Result<(), Error> {
    let sql = "INSERT OR REPLACE INTO replay(id, ordered_at, instruction, next, done, effect)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    each(transaction, "write replays", sql, replays, |statement, replay| {
        let Replay { id, ordered_at, ref order, next, done, effect } = *replay;
        let mut numbers = Vec::new();
        // the last two only if there are any, and behind what programs before counted there: readings that stayed and counted
        let [first @ .., superseded, expired] = effect.numbers();
        let last = [0, superseded, expired].into_iter().filter(|_| superseded + expired > 0);
        first.into_iter().chain(last).for_each(|n| put_u64(&mut numbers, n));
        statement.execute(params![id.0 as i64, ordered_at.0, order, next.0 as i64, done, numbers])
    })
}

fn replay(row: &Row<'_>) -> rusqlite::Result<Replay> {
    let mut told = [0; 10];
    let blob: Vec<u8> = row.get(5)?;
    let mut reader = Reader::new(&blob);
    told.iter_mut().for_each(|n| *n = reader.u64().unwrap_or(0));
    let [a, b, c, d, e, f, g, _, superseded, expired] = told;
    let numbers = [a, b, c, d, e, f, g, superseded, expired];
    Ok(Replay {
        id: Seq(row.get::<_, i64>(0)?.unsigned_abs()),
        ordered_at: UtcMillis(row.get(1)?),
        order: row.get(2)?,
        next: Seq(row.get::<_, i64>(3)?.unsigned_abs()),
        done: row.get(4)?,
        effect: Effect::of_numbers(numbers),
    })
}

/// The newest replays, newest first.
pub(crate) fn newest(connection: &Connection, limit: usize) -> Result<Vec<Replay>, Error> {
    let doing = sqlite("read replays");
    let sql = "SELECT id, ordered_at, instruction, next, done, effect FROM replay ORDER BY id DESC LIMIT ?1";
    let mut statement = connection.prepare_cached(sql).map_err(&doing)?;
    let rows = statement.query_map(params![limit as i64], replay).map_err(&doing)?;
    rows.collect::<rusqlite::Result<_>>().map_err(&doing)
}

impl Queries {
    /// The newest replays, as of the last commit; newest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn replays(&self, limit: usize) -> Result<Vec<Replay>, Error> {
        self.file(|file| newest(file, limit))
    }

    /// Messages in quarantine from `from` on and before `to`, ascending: of one reason or any, of one device or any; at most `limit`.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn quarantined_seqs(
        &self,
        (from, to): (Seq, Seq),
        reason: Option<Reason>,
        device: Option<DeviceNo>,
        limit: usize,
    ) -> Result<Vec<Seq>, Error> {
        let doing = sqlite("read the quarantine");
        let sql = "SELECT seq FROM quarantine WHERE seq >= ?1 AND seq < ?2 AND (?3 IS NULL OR reason = ?3)
                   AND (?4 IS NULL OR device = ?4) ORDER BY seq LIMIT ?5";
        self.file(|file| {
            let mut statement = file.prepare_cached(sql).map_err(&doing)?;
            let asked = params![
                from.0 as i64,
                i64::try_from(to.0).unwrap_or(i64::MAX),
                reason.map(|reason| reason as u8),
                device.map(|device| device.0),
                limit as i64
            ];
            let rows = statement.query_map(asked, |row| Ok(Seq(row.get::<_, i64>(0)?.unsigned_abs())));
            rows.map_err(&doing)?.collect::<rusqlite::Result<_>>().map_err(&doing)
        })
    }
}
