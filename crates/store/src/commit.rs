//! One batch, one transaction.

use rusqlite::{CachedStatement, OptionalExtension, Transaction, TransactionBehavior, params};
use smartpole_pipeline::{BlockRow, Changes, LedgerDeviceRow, QuarantineRow, RollupDelta, Scope, put_scopes};
use smartpole_window::Aggregates;

use crate::{
    Error, Store,
    error::{damaged, sqlite},
    hold, outbox, replays, retention,
    rollups::settled,
    store::{block_id, ledger_id},
    weeks,
};

/// Fast, and a third of the size (zstd-1 takes 0.39 µs a message of 8 values).
const COMPRESSION: i32 = 1;
/// Rows that one statement writes.
const TOGETHER: usize = 64;
/// Of how many daily checkpoints the state is kept: enough to begin a verification before the newest. Of older ones only the
/// place in the journal stays, as the journal is trimmed by it long after ([`Store::checkpoint_by`]).
const CHECKPOINTS: i32 = 3;

impl Store {
    /// Writes a batch, all of it or nothing.
    ///
    /// # Errors
    /// [`Error::Full`], after which the same changes can be committed again; [`Error::Sqlite`], [`Error::Damaged`].
    pub fn commit(&self, changes: &Changes) -> Result<(), Error> {
        let mut writer = self.writer();
        let doing = sqlite("commit a batch");
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&doing)?;
        write(&transaction, changes)?;
        transaction.commit().map_err(&doing)
    }
}

fn write(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), Error> {
    write_names(transaction, changes)?;
    write_batch_row(transaction, changes)?;
    outbox::put(transaction, changes)?;
    write_blocks(transaction, changes)?;
    hold::touch(transaction, changes)?;
    weeks::withdraw(transaction, changes)?;
    write_rollups(transaction, &changes.rollups)?;
    weeks::copy_some(transaction, changes)?;
    write_state(transaction, changes)?;
    write_ledger(transaction, changes)?;
    write_quarantine(transaction, changes)?;
    write_resettling(transaction, changes)?;
    write_checkpoint(transaction, changes)?;
    retention::let_go(transaction, changes)?;
    write_cursor(transaction, changes)
}

/// Runs one statement for each of many rows.
pub(crate) fn each<T>(
    transaction: &Transaction<'_>,
    doing: &'static str,
    sql: &str,
    rows: &[T],
    mut run: impl FnMut(&mut CachedStatement<'_>, &T) -> rusqlite::Result<usize>,
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut statement = transaction.prepare_cached(sql).map_err(sqlite(doing))?;
    rows.iter().try_for_each(|row| run(&mut statement, row).map(drop)).map_err(sqlite(doing))
}

fn write_names(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), Error> {
    let sql = "INSERT INTO name(kind, number, id) VALUES (?1, ?2, ?3)";
    each(transaction, "write names", sql, &changes.names, |statement, name| {
        statement.execute(params![name.kind as u8, name.number, name.id])
    })
}

fn write_batch_row(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), Error> {
    let doing = sqlite("write a batch row");
    if !changes.batch_row.is_empty() {
        let body = zstd::bulk::compress(&changes.batch_row, COMPRESSION)
            .map_err(|source| Error::Compression { doing: "compress", source })?;
        let sql = "INSERT INTO batch(number, last_seq, body) VALUES (?1, ?2, ?3)";
        let mut statement = transaction.prepare_cached(sql).map_err(&doing)?;
        statement.execute(params![changes.batch as i64, changes.cursor.0 as i64, body]).map_err(&doing)?;
    }
    let sql = "DELETE FROM batch WHERE number < ?1
               AND number <= (SELECT coalesce(min(batch), 0x7fffffffffffffff) FROM target)";
    let mut statement = transaction.prepare_cached(sql).map_err(&doing)?;
    statement.execute(params![changes.replay_from as i64]).map(drop).map_err(&doing)
}

fn write_blocks(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), Error> {
    let sql = "INSERT OR REPLACE INTO block(id, revision, revised_minute, closed_minute, aggregates, rows)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    each(transaction, "write blocks", sql, &changes.blocks, |statement, block| {
        let id = block_id(block.quarter, block.device);
        let BlockRow { revision, revised_minute, closed_minute, ref aggregates, ref rows, .. } = *block;
        statement.execute(params![id, revision, revised_minute, closed_minute, aggregates, rows])
    })?;
    let sql = "INSERT INTO revision(quarter, device, revision, minute, reason, former) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    each(transaction, "write revisions", sql, &changes.revisions, |statement, row| {
        let (quarter, device, reason) = (row.quarter.0, row.device.0, row.reason as u8);
        statement.execute(params![quarter, device, row.revision, row.minute, reason, row.former])
    })?;
    // of several in a minute the first one's former scopes are those of before it
    let sql = "INSERT OR IGNORE INTO moved(quarter, device, minute, former, open) VALUES (?1, ?2, ?3, ?4, ?5)";
    each(transaction, "write moved blocks", sql, &changes.moved, |statement, row| {
        let mut former = Vec::new();
        put_scopes(&mut former, &row.former);
        statement.execute(params![row.quarter.0, row.device.0, row.minute, former, row.open])
    })
}

/// A scope as two numbers of the table `rollup`.
pub(crate) fn scope_key(scope: Scope) -> (u8, u32) {
    match scope {
        Scope::Device(device) => (1, device.0),
        Scope::Pole(pole) => (2, pole.0),
        Scope::Zone(zone) => (3, zone.0),
    }
}

fn write_rollups(transaction: &Transaction<'_>, deltas: &[RollupDelta]) -> Result<(), Error> {
    let doing = sqlite("write hours and days");
    let read = "SELECT aggregates FROM rollup WHERE level = ?1 AND scope = ?2 AND number = ?3 AND start = ?4";
    let mut read = transaction.prepare_cached(read).map_err(&doing)?;
    let write = "INSERT INTO rollup(level, scope, number, start, aggregates, minute) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO UPDATE SET aggregates = ?5, minute = max(minute, ?6)";
    let mut write = transaction.prepare_cached(write).map_err(&doing)?;
    for delta in deltas {
        let (scope, number) = scope_key(delta.scope);
        let (level, start) = (delta.level as u8, delta.start.0);
        let former = read
            .query_row(params![level, scope, number, start], |row| Ok(Aggregates::unpack(row.get_ref(0)?.as_blob()?)));
        let former = former.optional().map_err(&doing)?.transpose().map_err(damaged("hour or day"))?;
        let aggregates = settled(transaction, delta, former.unwrap_or_default())?.pack();
        write.execute(params![level, scope, number, start, aggregates, delta.minute]).map_err(&doing)?;
    }
    Ok(())
}

fn write_state(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), Error> {
    let sql = "INSERT OR REPLACE INTO device(device, last_closed, state) VALUES (?1, ?2, ?3)";
    each(transaction, "write devices", sql, &changes.devices, |statement, row| {
        statement.execute(params![row.device.0, row.last_closed.0, row.state])
    })?;
    let sql = "INSERT OR REPLACE INTO heard(device, property, channel, minute, is_heard) VALUES (?1, ?2, ?3, ?4, ?5)";
    each(transaction, "write what devices are heard of", sql, &changes.heard, |statement, row| {
        let (device, property, channel) = (row.device.0, row.series.property.0, row.series.channel);
        statement.execute(params![device, property, channel, row.minute, row.is_heard])
    })?;
    let sql = "INSERT OR REPLACE INTO lorawan(device, state) VALUES (?1, ?2)";
    each(transaction, "write sessions", sql, &changes.lorawan, |statement, row| {
        statement.execute(params![row.device.0, row.state])
    })?;
    let sql = "INSERT OR REPLACE INTO gateway(eui, state) VALUES (?1, ?2)";
    each(transaction, "write gateways", sql, &changes.gateways, |statement, row| {
        statement.execute(params![row.gateway.0.cast_signed(), row.state])
    })?;
    let sql = "INSERT OR REPLACE INTO tick(source, n) VALUES (?1, ?2)";
    each(transaction, "write ticks", sql, &changes.ticks, |statement, (source, n)| {
        statement.execute(params![source, *n as i64])
    })
}

fn write_ledger(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), Error> {
    let sql = "INSERT INTO ledger_source(hour, source, entry, n) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (hour, source, entry) DO UPDATE SET n = n + excluded.n";
    each(transaction, "write the ledger", sql, &changes.ledger_sources, |statement, (key, n)| {
        statement.execute(params![key.hour, key.source, key.entry, n])
    })?;
    write_devices_ledger(transaction, &changes.ledger_devices)?;
    replays::move_ledger(transaction, &changes.ledger_moves)
}

/// Writes what became of devices' messages, in a large fleet a row for each message: one statement goes from a row to the next one beside
/// it, while each of its own is led there from the top of the tree.
fn write_devices_ledger(transaction: &Transaction<'_>, rows: &[LedgerDeviceRow]) -> Result<(), Error> {
    let (many, rest) = rows.as_chunks::<TOGETHER>();
    let sql =
        |n| format!("INSERT OR REPLACE INTO ledger_device(id, counts) VALUES {}", ["(?, ?)"].repeat(n).join(", "));
    let run = |statement: &mut CachedStatement<'_>, rows: &[LedgerDeviceRow]| {
        for (at, LedgerDeviceRow { day, device, counts }) in rows.iter().enumerate() {
            statement.raw_bind_parameter(2 * at + 1, ledger_id(*day, *device))?;
            statement.raw_bind_parameter(2 * at + 2, counts)?;
        }
        statement.raw_execute()
    };
    let doing = "write the devices' ledger";
    each(transaction, doing, &sql(TOGETHER), many, |statement, rows| run(statement, rows))?;
    each(transaction, doing, &sql(1), rest, |statement, row| run(statement, std::slice::from_ref(row)))
}

fn write_quarantine(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), Error> {
    let sql = "INSERT OR REPLACE INTO quarantine(seq, received_at, source, device, reason, detail, readings, verdict)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    each(transaction, "write the quarantine", sql, &changes.quarantine, |statement, row| {
        let device = row.device.map(|device| device.0);
        let (seq, reason, verdict) = (row.seq.0 as i64, row.reason as u8, replays::pack_verdict(row));
        let QuarantineRow { received_at, source, ref detail, readings, .. } = *row;
        statement.execute(params![seq, received_at.0, source, device, reason, detail, readings, verdict])
    })?;
    let sql = "DELETE FROM quarantine WHERE seq = ?1";
    each(transaction, "release from the quarantine", sql, &changes.released, |statement, seq| {
        statement.execute(params![seq.0 as i64])
    })?;
    replays::write(transaction, &changes.replays)
}

fn write_resettling(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), Error> {
    let sql = "INSERT OR REPLACE INTO resettling(id, plan) VALUES (1, ?1)";
    each(transaction, "write what is to be settled", sql, changes.resettling.as_slice(), |statement, plan| {
        statement.execute(params![plan])
    })
}

fn write_checkpoint(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), Error> {
    let Some(checkpoint) = &changes.checkpoint else { return Ok(()) };
    let doing = sqlite("write a checkpoint");
    let state = zstd::bulk::compress(&checkpoint.state, COMPRESSION)
        .map_err(|source| Error::Compression { doing: "compress", source })?;
    let sql = "INSERT OR REPLACE INTO checkpoint(day, seq, state) VALUES (?1, ?2, ?3)";
    transaction.execute(sql, params![checkpoint.day, checkpoint.seq.0 as i64, state]).map_err(&doing)?;
    let sql = "UPDATE checkpoint SET state = x'' WHERE state <> x''
               AND day NOT IN (SELECT day FROM checkpoint ORDER BY day DESC LIMIT ?1)";
    transaction.execute(sql, params![CHECKPOINTS]).map_err(&doing)?;
    retention::put(transaction, checkpoint, CHECKPOINTS)
}

fn write_cursor(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), Error> {
    let sql = "INSERT INTO cursor(id, seq, received_at, batch, inputs, replay_from) VALUES (1, ?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (id) DO UPDATE SET seq = ?1, received_at = ?2, batch = ?3, inputs = coalesce(?4, inputs),
                 replay_from = ?5";
    let doing = sqlite("write the cursor");
    let mut statement = transaction.prepare_cached(sql).map_err(&doing)?;
    let (seq, batch) = (changes.cursor.0 as i64, changes.batch as i64);
    let (received_at, replay_from) = (changes.received_at.0, changes.replay_from as i64);
    statement.execute(params![seq, received_at, batch, changes.inputs, replay_from]).map(drop).map_err(&doing)
}

#[cfg(test)]
pub(crate) mod tests;
