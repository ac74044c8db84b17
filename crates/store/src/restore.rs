//! Reads the state at the cursor back.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use smartpole_model::{DeviceNo, Eui, Quarter, Seq, UtcMillis};
use smartpole_pipeline::{Counts, DeviceRow, GatewayRow, LedgerDeviceRow, LorawanRow, Name, NameKind, Restore};

use crate::{Error, Store, error::sqlite, replays, retention, store::ledger_ids};

/// Largest batch row that is expanded: 10,000 messages take some hundred kilobytes, a message at most 65,536 values.
const MAX_BATCH_ROW: usize = 1 << 30;

impl Store {
    /// The state at the cursor; an empty one if nothing was committed yet.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Compression`].
    pub fn restore(&self) -> Result<Restore, Error> {
        let writer = self.writer();
        // one instant for all of it: another process may be reading beside the one that commits
        let connection = writer.unchecked_transaction().map_err(sqlite("read the state"))?;
        let mut restore = cursor(&connection)?;
        let day = restore.received_at.utc_day();
        restore.names = names(&connection)?;
        restore.devices = all(&connection, "SELECT device, last_closed, state FROM device", [], |row| {
            let (device, last_closed) = (DeviceNo(row.get(0)?), Quarter(row.get(1)?));
            Ok(DeviceRow { device, last_closed, state: row.get(2)? })
        })?;
        restore.lorawan = all(&connection, "SELECT device, state FROM lorawan ORDER BY device", [], |row| {
            Ok(LorawanRow { device: DeviceNo(row.get(0)?), state: row.get(1)? })
        })?;
        restore.gateways = all(&connection, "SELECT eui, state FROM gateway ORDER BY eui", [], |row| {
            Ok(GatewayRow { gateway: Eui(row.get::<_, i64>(0)?.cast_unsigned()), state: row.get(1)? })
        })?;
        restore.ticks = all(&connection, "SELECT source, n FROM tick ORDER BY source", [], |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
        })?;
        let sql = "SELECT day, device, counts FROM ledger_device WHERE id BETWEEN ?1 AND ?2";
        restore.ledger_devices = all(&connection, sql, ledger_ids(day), |row| {
            Ok(LedgerDeviceRow { day: row.get(0)?, device: DeviceNo(row.get(1)?), counts: row.get(2)? })
        })?;
        let sums = all(&connection, "SELECT entry, sum(n) FROM ledger_source GROUP BY entry", [], |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
        })?;
        restore.began = all(&connection, "SELECT min(hour) FROM ledger_source", [], |row| row.get(0))?.pop().flatten();
        restore.ledger = Counts(BTreeMap::from_iter(sums));
        restore.batch_rows = batch_rows(&connection)?;
        restore.replay = replays::newest(&connection, 1)?.pop();
        restore.resettling =
            all(&connection, "SELECT plan FROM resettling", [], |row| row.get(0))?.pop().unwrap_or_default();
        restore.checkpoint_day =
            all(&connection, "SELECT max(day) FROM checkpoint", [], |row| row.get(0))?.pop().flatten();
        restore.cuts = retention::cuts(&connection)?;
        Ok(restore)
    }
}

fn cursor(connection: &Connection) -> Result<Restore, Error> {
    let sql = "SELECT seq, received_at, batch, inputs FROM cursor";
    let found = connection.query_row(sql, params![], |row| {
        Ok(Restore {
            cursor: Seq(row.get::<_, i64>(0)?.unsigned_abs()),
            received_at: UtcMillis(row.get(1)?),
            batch: row.get::<_, i64>(2)?.unsigned_abs(),
            inputs: row.get(3)?,
            ..Restore::default()
        })
    });
    Ok(found.optional().map_err(sqlite("read the cursor"))?.unwrap_or_default())
}

fn names(connection: &Connection) -> Result<Vec<Name>, Error> {
    let names = all(connection, "SELECT kind, number, id FROM name ORDER BY kind, number", [], |row| {
        let kind = NameKind::from_number(row.get(0)?);
        Ok(kind.map(|kind| Ok(Name { kind, number: row.get(1)?, id: row.get(2)? })))
    })?;
    names.into_iter().flatten().collect::<rusqlite::Result<_>>().map_err(sqlite("read names"))
}

fn batch_rows(connection: &Connection) -> Result<Vec<(u64, Vec<u8>)>, Error> {
    // older ones wait for a target
    let sql = "SELECT number, body FROM batch WHERE number >= (SELECT replay_from FROM cursor) ORDER BY number";
    let packed: Vec<(i64, Vec<u8>)> = all(connection, sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    packed.into_iter().map(|(number, body)| Ok((number.unsigned_abs(), expand(&body)?))).collect()
}

/// The bytes of a batch row.
pub(crate) fn expand(body: &[u8]) -> Result<Vec<u8>, Error> {
    let size = zstd::bulk::Decompressor::upper_bound(body).unwrap_or(MAX_BATCH_ROW).min(MAX_BATCH_ROW);
    zstd::bulk::decompress(body, size).map_err(|source| Error::Compression { doing: "expand", source })
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    take: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, Error> {
    let doing = sqlite("read the state");
    let mut statement = connection.prepare(sql).map_err(&doing)?;
    statement.query_map(params, take).map_err(&doing)?.collect::<rusqlite::Result<_>>().map_err(&doing)
}
