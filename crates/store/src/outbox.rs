//! Batches on their way to targets: kept until every target has them, so a target may be away for days.
//!
//! ```text
//! commit ──► outbox, batch ──► Outbox::next ──► (sent) ──► Store::note_sent: cursor and counts of the target, one transaction
//! ```
//! A batch that was sent and not noted is sent again, as the same bytes.

use rusqlite::{Connection, Transaction, params};
use smartpole_model::{DeviceNo, PackError, PoleNo, Quarter, Reader, UtcMillis, ZoneNo, put_i64, put_u64};
use smartpole_pipeline::{Changes, Entry, Scope};
use smartpole_window::Level;

use crate::{
    Error, Grain, Store, WindowKey,
    commit::scope_key,
    error::{damaged, sqlite},
    restore::expand,
};

/// A batch that a target has yet to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsent {
    /// Its number.
    pub batch: u64,
    /// Receipt time of its last record.
    pub received_at: UtcMillis,
    /// Readings accepted in it.
    pub readings: u64,
    /// Hash of the inputs in force at its end.
    pub inputs: String,
    /// Its accepted rows, packed ([`smartpole_pipeline::accepted_rows`]).
    pub rows: Vec<u8>,
    /// Windows that it changed.
    pub windows: Vec<WindowKey>,
}

/// Reads what has to be sent, beside the writer.
#[derive(Debug)]
pub struct Outbox(Connection);

impl Store {
    /// What has to be sent.
    ///
    /// # Errors
    /// [`Error::Open`].
    pub fn outbox(&self) -> Result<Outbox, Error> {
        self.reader().map(Outbox)
    }
}

impl Outbox {
    /// Batches after `after`, whole and in order: as many as hold about `readings`, at least one if there is any.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn next(&self, after: u64, readings: u64) -> Result<Vec<Unsent>, Error> {
        let doing = sqlite("read what has to be sent");
        let sql = "SELECT outbox.batch, received_at, readings, inputs, windows, body
                   FROM outbox LEFT JOIN batch ON number = outbox.batch WHERE outbox.batch > ?1 ORDER BY outbox.batch";
        let mut statement = self.0.prepare_cached(sql).map_err(&doing)?;
        let mut rows = statement.query(params![after as i64]).map_err(&doing)?;
        let (mut found, mut sum) = (Vec::new(), 0);
        while let Some(row) = rows.next().map_err(&doing)?.filter(|_| sum < readings) {
            let of = |row: &rusqlite::Row<'_>| {
                let windows = unpack(row.get_ref(4)?.as_blob()?);
                let body: Option<Vec<u8>> = row.get(5)?;
                let (batch, readings) = (row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(2)?.unsigned_abs());
                let (received_at, inputs) = (UtcMillis(row.get(1)?), row.get(3)?);
                Ok((
                    Unsent { batch, received_at, readings, inputs, rows: Vec::new(), windows: Vec::new() },
                    windows,
                    body,
                ))
            };
            let (mut unsent, windows, body) = of(row).map_err(&doing)?;
            unsent.windows = windows.map_err(damaged("list of windows"))?;
            unsent.rows = body.map_or(Ok(Vec::new()), |body| expand(&body))?;
            sum += unsent.readings + unsent.windows.len() as u64;
            found.push(unsent);
        }
        Ok(found)
    }
}

/// Keeps a batch for the targets, if there are any, and lets go of those that all have.
pub(crate) fn put(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), Error> {
    let doing = sqlite("keep a batch for targets");
    let sql = "SELECT min(batch) FROM target";
    let mut least = transaction.prepare_cached(sql).map_err(&doing)?;
    let Some(least) = least.query_row([], |row| row.get::<_, Option<i64>>(0)).map_err(&doing)? else { return Ok(()) };
    let mut delete = transaction.prepare_cached("DELETE FROM outbox WHERE batch <= ?1").map_err(&doing)?;
    delete.execute(params![least]).map_err(&doing)?;
    let sum = |entry: Entry| {
        let counts = changes.ledger_sources.iter().filter(|(key, _)| key.entry == entry.number());
        counts.map(|(_, n)| *n).sum::<i64>()
    };
    let (messages, readings) = (sum(Entry::Journalled), sum(Entry::Reading(smartpole_model::Verdict::Accepted)));
    let mut accept = transaction.prepare_cached("UPDATE target SET accepted = accepted + ?1").map_err(&doing)?;
    accept.execute(params![readings]).map_err(&doing)?;
    // a registry that only moves blocks changes hours and days alone
    let windows = changes.blocks.len() + changes.rollups.len();
    if messages == 0 && readings == 0 && windows == 0 && changes.batch_row.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO outbox(batch, received_at, messages, readings, inputs, windows)
               VALUES (?1, ?2, ?3, ?4, coalesce(?5, (SELECT inputs FROM cursor), ''), ?6)";
    let mut insert = transaction.prepare_cached(sql).map_err(&doing)?;
    let (batch, received_at, windows) = (changes.batch as i64, changes.received_at.0, pack(changes));
    insert.execute(params![batch, received_at, messages, readings, changes.inputs, windows]).map(drop).map_err(&doing)
}

/// Windows that a batch changed: n, then quarter and device of each block; m, then level, start in minutes, kind of scope and
/// its number of each hour and day. Integers as in [`Reader`].
fn pack(changes: &Changes) -> Vec<u8> {
    let mut out = Vec::with_capacity(8 + changes.blocks.len() * 6 + changes.rollups.len() * 8);
    put_u64(&mut out, changes.blocks.len() as u64);
    for block in &changes.blocks {
        put_i64(&mut out, block.quarter.0.into());
        put_u64(&mut out, block.device.0.into());
    }
    put_u64(&mut out, changes.rollups.len() as u64);
    for rollup in &changes.rollups {
        let (kind, number) = scope_key(rollup.scope);
        out.extend([rollup.level as u8, kind]);
        put_i64(&mut out, rollup.start.0 / 60_000);
        put_u64(&mut out, number.into());
    }
    out
}

fn unpack(bytes: &[u8]) -> Result<Vec<WindowKey>, PackError> {
    let mut reader = Reader::new(bytes);
    let mut keys = Vec::new();
    for _ in 0..reader.len("blocks")? {
        let quarter = i32::try_from(reader.i64()?).map_err(|_| PackError::Invalid("quarter"))?;
        let scope = Scope::Device(DeviceNo(reader.num("device")?));
        keys.push(WindowKey { scope, grain: Grain::Quarter, start: Quarter(quarter).start() });
    }
    for _ in 0..reader.len("hours and days")? {
        let level = Level::from_number(reader.byte()?).ok_or(PackError::Invalid("level"))?;
        let kind = reader.byte()?;
        let start = UtcMillis(reader.i64()?.saturating_mul(60_000));
        let scope = scope_of(kind, reader.num("scope")?).ok_or(PackError::Invalid("scope"))?;
        keys.push(WindowKey { scope, grain: Grain::Level(level), start });
    }
    Ok(keys)
}

fn scope_of(kind: u8, number: u32) -> Option<Scope> {
    let scopes = [Scope::Device(DeviceNo(number)), Scope::Pole(PoleNo(number)), Scope::Zone(ZoneNo(number))];
    scopes.into_iter().find(|scope| scope_key(*scope).0 == kind)
}
