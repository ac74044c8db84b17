//! The tables, and how a file of an older program becomes one of this one.

mod by_series;
mod heard;

use rusqlite::Connection;

use crate::{Error, error::sqlite};

/// Steps from one schema to the next; `user_version` counts those taken.
pub(crate) const MIGRATIONS: [&str; 12] = [
    "
CREATE TABLE cursor(            -- one row: where the fold is
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL, received_at INTEGER NOT NULL, batch INTEGER NOT NULL, inputs TEXT) STRICT;
CREATE TABLE name(              -- numbers of devices, poles, zones, sources
  kind INTEGER NOT NULL, number INTEGER NOT NULL, id TEXT NOT NULL,
  PRIMARY KEY (kind, number)) STRICT, WITHOUT ROWID;
CREATE TABLE batch(             -- accepted readings not yet in stored blocks, zstd
  number INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE block(             -- a device's quarter of an hour: readings and aggregates, packed
  id INTEGER PRIMARY KEY,       -- quarter << 32 | device: one integer, as SQLite fills the pages of such tables
  quarter INTEGER AS (id >> 32) VIRTUAL, device INTEGER AS (id & 0xffffffff) VIRTUAL,
  revision INTEGER NOT NULL, revised_minute INTEGER NOT NULL, aggregates BLOB NOT NULL, rows BLOB NOT NULL) STRICT;
CREATE TABLE rollup(            -- hours and days of devices, poles, zones
  level INTEGER NOT NULL, scope INTEGER NOT NULL, number INTEGER NOT NULL, start INTEGER NOT NULL,
  revision INTEGER NOT NULL, aggregates BLOB NOT NULL,
  PRIMARY KEY (level, scope, number, start)) STRICT, WITHOUT ROWID;
CREATE TABLE revision(          -- former aggregates of closed blocks
  quarter INTEGER NOT NULL, device INTEGER NOT NULL, revision INTEGER NOT NULL,
  minute INTEGER NOT NULL, reason INTEGER NOT NULL, former BLOB NOT NULL,
  PRIMARY KEY (quarter, device, revision)) STRICT, WITHOUT ROWID;
CREATE TABLE device(            -- state at the cursor beside open blocks
  device INTEGER PRIMARY KEY, last_closed INTEGER NOT NULL, state BLOB NOT NULL) STRICT;
CREATE TABLE tick(source INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT;
CREATE TABLE ledger_source(     -- receipt hour, source, entry
  hour INTEGER NOT NULL, source INTEGER NOT NULL, entry INTEGER NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (hour, source, entry)) STRICT, WITHOUT ROWID;
CREATE TABLE ledger_device(     -- receipt day, device
  day INTEGER NOT NULL, device INTEGER NOT NULL, counts BLOB NOT NULL,
  PRIMARY KEY (day, device)) STRICT, WITHOUT ROWID;
CREATE TABLE quarantine(        -- what does not count, and why; the bytes are in the journal
  seq INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, source INTEGER NOT NULL, device INTEGER,
  reason INTEGER NOT NULL, detail TEXT NOT NULL, readings INTEGER NOT NULL) STRICT;
CREATE TABLE quarantined(       -- messages in quarantine whose journal segment was unlinked
  seq INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload BLOB NOT NULL) STRICT;
CREATE INDEX quarantine_reason ON quarantine(reason, seq);
CREATE TABLE checkpoint(        -- the state at a place in the journal, zstd; of older ones the place only
  day INTEGER PRIMARY KEY, seq INTEGER NOT NULL, state BLOB NOT NULL) STRICT;
",
    "
CREATE TABLE lorawan(           -- sessions, counters and receptions of devices, packed, without keys
  device INTEGER PRIMARY KEY, state BLOB NOT NULL) STRICT;
CREATE TABLE gateway(           -- what gateways have told so far, packed; the EUI as a signed number
  eui INTEGER PRIMARY KEY, state BLOB NOT NULL) STRICT;
",
    "
ALTER TABLE cursor ADD COLUMN replay_from INTEGER NOT NULL DEFAULT 0; -- older batch rows are kept for targets only
CREATE TABLE target(            -- where readings are forwarded, and what became of them since it is there
  name TEXT PRIMARY KEY, batch INTEGER NOT NULL, since INTEGER NOT NULL, accepted INTEGER NOT NULL DEFAULT 0,
  filtered INTEGER NOT NULL DEFAULT 0, forwarded INTEGER NOT NULL DEFAULT 0, windows INTEGER NOT NULL DEFAULT 0,
  settled INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE outbox(            -- batches that a target does not have yet; their readings are in `batch`
  batch INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, messages INTEGER NOT NULL, readings INTEGER NOT NULL,
  inputs TEXT NOT NULL, windows BLOB NOT NULL) STRICT;
CREATE INDEX outbox_sums ON outbox(batch, messages, readings); -- to sum up weeks of them without their windows
CREATE TABLE refused(           -- sums of what targets refused
  target TEXT NOT NULL, reason TEXT NOT NULL, readings INTEGER NOT NULL, lines INTEGER NOT NULL,
  PRIMARY KEY (target, reason)) STRICT, WITHOUT ROWID;
CREATE TABLE refused_line(      -- the newest of them, with the server's words
  id INTEGER PRIMARY KEY, target TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL, readings INTEGER NOT NULL,
  detail TEXT NOT NULL, line TEXT NOT NULL) STRICT;
CREATE INDEX refused_line_target ON refused_line(target, id);
",
    "
ALTER TABLE quarantine ADD COLUMN verdict BLOB; -- whether it is the whole message, and its refused readings by reason
CREATE TABLE replay(            -- messages decoded again, and what came of it
  id INTEGER PRIMARY KEY, ordered_at INTEGER NOT NULL, instruction TEXT NOT NULL, next INTEGER NOT NULL,
  done INTEGER NOT NULL, effect BLOB NOT NULL) STRICT;
ALTER TABLE block ADD COLUMN closed_minute INTEGER NOT NULL DEFAULT 0; -- of receipt; 0: it never was open
ALTER TABLE rollup ADD COLUMN minute INTEGER NOT NULL DEFAULT 0;       -- of receipt of the newest change of a block in it
CREATE TABLE resettling(        -- one row: what a registry changed for the past and is not settled yet
  id INTEGER PRIMARY KEY CHECK (id = 1), plan BLOB NOT NULL) STRICT;
",
    "
CREATE TABLE moved(             -- blocks that count for other poles and zones since that minute of receipt
  quarter INTEGER NOT NULL, device INTEGER NOT NULL, minute INTEGER NOT NULL, former BLOB NOT NULL,
  PRIMARY KEY (quarter, device, minute)) STRICT, WITHOUT ROWID;
",
    "
CREATE TABLE cut(               -- before which quarters what was measured is gone for the fold, by checkpoint
  day INTEGER PRIMARY KEY, raw INTEGER NOT NULL, personal INTEGER NOT NULL, quarters INTEGER NOT NULL,
  persons BLOB NOT NULL) STRICT; -- devices that measure persons, packed
CREATE TABLE sealed(            -- one row: how far rows are gone, by which cut
  id INTEGER PRIMARY KEY CHECK (id = 1), day INTEGER NOT NULL, raw INTEGER NOT NULL, personal INTEGER NOT NULL,
  persons BLOB NOT NULL) STRICT;
-- programs before deleted whole blocks after fewer days than this one keeps: a reading of then must not count once more
INSERT INTO cut(day, raw, personal, quarters, persons)
  SELECT checkpoint.day, first, first, first, x''
  FROM (SELECT max(day) AS day FROM checkpoint) AS checkpoint,
       (SELECT coalesce((SELECT min(id) >> 32 FROM block), (SELECT received_at / 900000 FROM cursor)) AS first)
  WHERE checkpoint.day IS NOT NULL
    AND EXISTS (SELECT 1 FROM rollup WHERE level = 1 AND start / 900000 + 3 < first);
",
    "
CREATE TABLE hold(              -- one row, if readings stay until a target is known to have them
  id INTEGER PRIMARY KEY CHECK (id = 1), target TEXT NOT NULL,
  batch INTEGER NOT NULL) STRICT; -- of days without a row below nothing came after it
CREATE TABLE held(              -- what is known of UTC days
  day INTEGER PRIMARY KEY, batch INTEGER NOT NULL, -- the newest that changed a block of it
  confirmed INTEGER NOT NULL DEFAULT 0,            -- whether the target has all that is here
  aside INTEGER) STRICT;                           -- if it lacked some: the block from which on rows are here
",
    "
CREATE TABLE week(              -- hours of poles and zones once more, a week of a property in one row (`weeks.rs`)
  scope INTEGER NOT NULL, number INTEGER NOT NULL, property INTEGER NOT NULL, week INTEGER NOT NULL, hours BLOB NOT NULL,
  PRIMARY KEY (scope, number, property, week)) STRICT, WITHOUT ROWID;
CREATE TABLE week_due(          -- weeks with hours that are not copied
  week INTEGER NOT NULL, scope INTEGER NOT NULL, number INTEGER NOT NULL,
  PRIMARY KEY (week, scope, number)) STRICT, WITHOUT ROWID;
INSERT INTO week_due(week, scope, number)
  SELECT DISTINCT start / 604800000, scope, number FROM rollup WHERE level = 1 AND scope > 1;
",
    "
CREATE TABLE week_changed(      -- the newest batch after which hours of a week became due: what was summed up before is not true any more
  week INTEGER PRIMARY KEY, batch INTEGER NOT NULL) STRICT;
",
    "
ALTER TABLE ledger_device RENAME TO former_ledger_device;
CREATE TABLE ledger_device(     -- what became of a device's messages of a receipt day
  id INTEGER PRIMARY KEY,       -- day << 32 | device: a fleet writes a row of each device with each batch
  day INTEGER AS (id >> 32) VIRTUAL, device INTEGER AS (id & 0xffffffff) VIRTUAL, counts BLOB NOT NULL) STRICT;
INSERT INTO ledger_device(id, counts) SELECT day << 32 | device, counts FROM former_ledger_device ORDER BY day, device;
DROP TABLE former_ledger_device;
",
    "
ALTER TABLE rollup DROP COLUMN revision; -- each series in `aggregates` has its own
ALTER TABLE moved ADD COLUMN open INTEGER NOT NULL DEFAULT 0; -- whether the block was: then no published window changed by it
UPDATE moved SET open = 1
  WHERE minute < (SELECT closed_minute FROM block WHERE id = (moved.quarter << 32 | moved.device));
DELETE FROM week; -- of a program that counted otherwise
INSERT OR IGNORE INTO week_due(week, scope, number)
  SELECT DISTINCT start / 604800000, scope, number FROM rollup WHERE level = 1 AND scope > 1;
",
    "
CREATE TABLE heard(             -- since which minute of receipt something of a series counts, or nothing any more
  device INTEGER NOT NULL, property INTEGER NOT NULL, channel INTEGER NOT NULL, minute INTEGER NOT NULL,
  is_heard INTEGER NOT NULL, PRIMARY KEY (device, property, channel, minute)) STRICT, WITHOUT ROWID;
",
];

/// The step before which revisions are counted by series.
const BY_SERIES: usize = 10;
/// The step after which it is told what devices had been heard of.
const HEARD: usize = 11;

/// The schema that this program writes.
pub(crate) const SCHEMA: i64 = MIGRATIONS.len() as i64;

/// Brings a file to [`SCHEMA`], each step in a transaction of its own.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let doing = sqlite("bring city.db to this program's schema");
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(&doing)?;
    if found > SCHEMA {
        return Err(Error::Newer { found, known: SCHEMA });
    }
    for (step, sql) in MIGRATIONS.iter().enumerate().skip(usize::try_from(found).unwrap_or(0)) {
        let transaction = connection.transaction().map_err(&doing)?;
        if step == BY_SERIES {
            by_series::count_revisions(&transaction)?;
        }
        transaction.execute_batch(sql).map_err(&doing)?;
        if step == HEARD {
            heard::tell(&transaction)?;
        }
        transaction.pragma_update(None, "user_version", step as i64 + 1).map_err(&doing)?;
        transaction.commit().map_err(&doing)?;
    }
    Ok(())
}

/// Whether a file has this program's schema.
pub(crate) fn is_current(connection: &Connection) -> Result<bool, Error> {
    let found: rusqlite::Result<i64> = connection.pragma_query_value(None, "user_version", |row| row.get(0));
    Ok(found.map_err(sqlite("read the schema's version"))? == SCHEMA)
}
