//! A store beside a second fold of its journal: no difference if nobody touched it, and each touched row found and named.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod verify_town;

use std::{path::Path, sync::LazyLock};

use smartpole_model::Seq;
use smartpole_pipeline::Restore;
use smartpole_store::Store;
use tempfile::TempDir;
use verify_town::Town;

fn beginning() -> Restore {
    Restore::default()
}

#[test]
fn an_untouched_store_equals_a_fold_from_the_beginning_however_batches_were_split_and_the_process_killed() {
    let town = Town::new(7);
    for (size, kill, verify) in [(97, 5, 5_000), (1_000, 3, 61)] {
        let dir = tempfile::tempdir().unwrap();
        let store = town.fold(dir.path(), size, kill);
        let (compared, found) = town.verify(&store, &beginning(), verify);
        assert_eq!((compared.differences, found), (0, vec![]), "{size} {kill} {verify}");
        assert!(compared.blocks > 1_000 && compared.rows > 2 * compared.blocks, "{compared:?}");
    }
}

#[test]
fn an_untouched_store_equals_a_fold_from_each_checkpoint_though_readings_came_hours_late() {
    for seed in 7..12 {
        let (town, dir) = (Town::new(seed), tempfile::tempdir().unwrap());
        let store = town.fold(dir.path(), 97, 5);
        let first = store.checkpoint_from(Seq(2)).unwrap().expect("two midnights are in it");
        let second = store.checkpoint_from(first.cursor.plus(2)).unwrap().expect("two midnights are in it");
        for start in [first, second] {
            let changed = changed_since(dir.path(), &start);
            assert!(changed > 10, "{changed} revisions of blocks that were closed at the checkpoint");
            for size in [61, 5_000] {
                let (compared, found) = town.verify(&store, &start, size);
                assert_eq!((compared.differences, found), (0, vec![]), "seed {seed}");
                assert!(compared.blocks > 50, "{compared:?}");
            }
        }
    }
}

/// Revisions since a checkpoint of blocks that were over at it.
fn changed_since(dir: &Path, start: &Restore) -> i64 {
    let (minute, quarter) = (start.received_at.0.div_euclid(60_000), start.received_at.quarter().0);
    let sql = "SELECT count(*) FROM revision WHERE minute >= ?1 AND quarter < ?2";
    file(dir).query_row(sql, [minute, i64::from(quarter)], |row| row.get(0)).unwrap()
}

/// A day and a half, folded once.
static FOLDED: LazyLock<(Town, TempDir)> = LazyLock::new(|| {
    let (town, dir) = (Town::new(7), tempfile::tempdir().unwrap());
    let store = town.fold(dir.path(), 97, 5);
    drop(store);
    (town, dir)
});

/// A copy of the store in which some statements were executed.
fn tampered(sql: &str) -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    file(FOLDED.1.path()).execute("VACUUM INTO ?1", [dir.path().join("city.db").to_str().unwrap()]).unwrap();
    file(dir.path()).execute_batch(sql).unwrap();
    let store = Store::open(dir.path()).unwrap();
    (dir, store)
}

fn file(dir: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(dir.join("city.db")).unwrap()
}

#[track_caller]
fn found(store: &Store, start: &Restore, expected: &[&str], sql: &str) {
    let (compared, found) = FOLDED.0.verify(store, start, 5_000);
    assert_eq!(found, expected, "{sql}");
    assert_eq!(compared.differences, expected.len() as u64);
}

#[test]
fn each_row_that_was_touched_is_found_and_named() {
    for (sql, expected) in TOUCHED {
        let (_dir, store) = tampered(sql);
        found(&store, &beginning(), expected, sql);
    }
}

#[test]
fn from_a_checkpoint_on_what_came_later_is_compared_and_old_blocks_that_it_changed() {
    let start = |store: &Store| store.checkpoint_from(Seq(2)).unwrap().unwrap();
    for (sql, expected) in TOUCHED_LATER {
        let (_dir, store) = tampered(sql);
        found(&store, &start(&store), expected, sql);
    }
}

/// The checkpoint is that of 2026-10-25T00:00Z: minute 29881440, quarter 1992096, day 20751.
const TOUCHED_LATER: [Case; 9] = [
    // closed before the checkpoint, and nothing came since: not compared
    ("UPDATE block SET revision = revision + 1 WHERE id = (SELECT min(id) FROM block WHERE device = 8)", &[]),
    // closed before the checkpoint, and changed by a late reading since
    (
        "UPDATE block SET revision = revision + 1 WHERE id =
           (SELECT min(id) FROM block WHERE revised_minute > 29881440 AND quarter < 1992096)",
        &["block: device p000003-air, quarter from 2026-10-24T16:30:00Z: stored revision 2; folded revision 1"],
    ),
    (
        "DELETE FROM revision WHERE (quarter, device, revision) =
           (SELECT quarter, device, revision FROM revision WHERE minute > 29881440 AND quarter < 1992096 LIMIT 1)",
        &[
            "revision: device p000003-air, quarter from 2026-10-24T16:30:00Z, revision 1: stored nothing; folded received 2026-10-25T00:13:00Z, reason 1",
        ],
    ),
    (
        "UPDATE block SET revision = revision + 1 WHERE id = (SELECT max(id) FROM block WHERE device = 8)",
        &["block: device 00000000000000a1, quarter from 2026-10-26T03:45:00Z: stored revision 1; folded revision 0"],
    ),
    (
        "DELETE FROM quarantine WHERE seq = (SELECT max(seq) FROM quarantine)",
        &[
            "quarantine: message 4287: stored nothing; folded conflicting_value (pressure/0 is known with another value than 1009.4), 1 readings, of device p000000-air, by source broker, received 2026-10-26T06:52:44.284Z, verdict 4 bytes, from byte 0 01010801",
        ],
    ),
    // heard of before the checkpoint: not compared
    ("DELETE FROM heard WHERE device = 8", &[]),
    (
        "INSERT INTO heard SELECT device, property, 3, 29881441, 1 FROM heard WHERE device = 8",
        &["heard: device 00000000000000a1, pm2_5/3 from 2026-10-25T00:01:00Z: stored heard; folded nothing"],
    ),
    // a sum of all time, and no hour of it
    (
        "UPDATE ledger_source SET n = n - 1 WHERE entry = 1 AND source = 0 AND hour = 498012",
        &["ledger_source: sum over all time, messages uplink: stored 1527; folded 1528"],
    ),
    (
        "UPDATE ledger_device SET counts = x'010105' WHERE device = 8 AND day = 20751",
        &[
            "ledger_device: device 00000000000000a1, day 2026-10-25: stored 5 messages uplink, 0 readings accepted; folded 288 messages uplink, 288 readings accepted",
        ],
    ),
];

/// A row to touch, and what is said of it. Device 8 is `00000000000000a1`, which measures fine dust alone.
type Case = (&'static str, &'static [&'static str]);

const TOUCHED: [Case; 25] = [
    (
        "UPDATE cursor SET received_at = received_at + 1",
        &[
            "cursor: where the fold is: stored received 2026-10-26T06:52:44.285Z, inputs registry; folded received 2026-10-26T06:52:44.284Z, inputs registry",
        ],
    ),
    ("UPDATE name SET id = 'p1' WHERE kind = 2 AND number = 1", &["name: pole number 1: stored p1; folded p000001"]),
    (
        "DELETE FROM block WHERE id = (SELECT min(id) FROM block WHERE device = 8)",
        &[
            "block: device 00000000000000a1, quarter from 2026-10-24T12:00:00Z: stored nothing; folded revision 0, 3 readings",
        ],
    ),
    (
        "UPDATE block SET revision = revision + 1 WHERE id = (SELECT min(id) FROM block WHERE device = 8)",
        &["block: device 00000000000000a1, quarter from 2026-10-24T12:00:00Z: stored revision 1; folded revision 0"],
    ),
    (
        "UPDATE block SET closed_minute = closed_minute + 1 WHERE id = (SELECT min(id) FROM block WHERE device = 8)",
        &[
            "block: device 00000000000000a1, quarter from 2026-10-24T12:00:00Z: stored closed in minute 29880751; folded closed in minute 29880750",
        ],
    ),
    (
        "UPDATE rollup SET minute = minute + 1
      WHERE (level, scope, number) = (1, 1, 8) AND start =
        (SELECT min(start) FROM rollup WHERE (level, scope, number) = (1, 1, 8))",
        &[
            "rollup: device 00000000000000a1, hour from 2026-10-24T12:00:00Z: stored changed in minute 29880796; folded changed in minute 29880795",
        ],
    ),
    (
        "UPDATE block SET rows = (SELECT rows FROM block WHERE device = 8 ORDER BY id LIMIT 1 OFFSET 1)
      WHERE id = (SELECT min(id) FROM block WHERE device = 8)",
        &[
            "block: device 00000000000000a1, quarter from 2026-10-24T12:00:00Z: stored at +16 s, 300 ms late: pm2_5 7.15; folded at +16 s, 300 ms late: pm2_5 7",
        ],
    ),
    (
        "UPDATE block SET aggregates = (SELECT aggregates FROM block WHERE device = 8 ORDER BY id LIMIT 1 OFFSET 1)
      WHERE id = (SELECT min(id) FROM block WHERE device = 8)",
        &[
            "block: device 00000000000000a1, quarter from 2026-10-24T12:00:00Z: stored pm2_5 count 3, sum 21.6, 7.15 to 7.25, flags 0x100; folded pm2_5 count 3, sum 21.15, 7 to 7.1, flags 0x100",
        ],
    ),
    (
        "UPDATE block SET rows = x'0102' WHERE id = (SELECT min(id) FROM block WHERE device = 8)",
        &[
            "block: device 00000000000000a1, quarter from 2026-10-24T12:00:00Z: stored 2 bytes, from byte 0 0102; folded 31 bytes, from byte 0 0201020001010100",
        ],
    ),
    (
        "INSERT INTO block(id, revision, revised_minute, aggregates, rows)
      SELECT (quarter - 1000) << 32 | device, 0, 0, aggregates, rows FROM block
      WHERE id = (SELECT min(id) FROM block WHERE device = 8)",
        &[
            "block: device 00000000000000a1, quarter from 2026-10-14T02:00:00Z: stored revision 0, 3 readings; folded nothing",
        ],
    ),
    (
        "UPDATE rollup SET aggregates =
        (SELECT aggregates FROM rollup WHERE (level, scope, number) = (1, 1, 8) ORDER BY start LIMIT 1 OFFSET 1)
      WHERE (level, scope, number) = (1, 1, 8) AND start =
        (SELECT min(start) FROM rollup WHERE (level, scope, number) = (1, 1, 8))",
        &[
            "rollup: device 00000000000000a1, hour from 2026-10-24T12:00:00Z: stored pm2_5 count 12, sum 94.5, 7.6 to 8.15, flags 0x100; folded pm2_5 count 12, sum 87.3, 7 to 7.55, flags 0x100",
        ],
    ),
    (
        "DELETE FROM rollup WHERE (level, scope, number) = (3, 3, 0) AND start = (SELECT max(start) FROM rollup WHERE level = 3)",
        &["rollup: zone city, CET day from 2026-10-25T23:00:00Z: stored nothing; folded 5 series"],
    ),
    (
        "UPDATE revision SET reason = 7 WHERE (quarter, device, revision) = (SELECT quarter, device, revision FROM revision WHERE device = 1 LIMIT 1)",
        &[
            "revision: device p000000-count, quarter from 2026-10-24T12:00:00Z, revision 1: stored reason 7; folded reason 1",
        ],
    ),
    (
        "UPDATE device SET last_closed = last_closed - 1 WHERE device = 8",
        &[
            "state: device 00000000000000a1: stored last received 2026-10-26T04:25:17Z, closed up to 2026-10-26T03:30:00Z, 83 bytes with checksum f328439a; folded last received 2026-10-26T04:25:17Z, closed up to 2026-10-26T03:45:00Z, 83 bytes with checksum f328439a",
            "state: open device 00000000000000a1, quarter from 2026-10-26T03:45:00Z: stored 2026-10-26T03:45:16.7Z pm2_5 9.85; folded nothing",
        ],
    ),
    ("UPDATE tick SET n = n + 1 WHERE source = 0", &["tick: source broker: stored 2428; folded 2427"]),
    (
        "UPDATE ledger_source SET n = n - 1 WHERE entry = 1 AND source = 0 AND hour = (SELECT min(hour) FROM ledger_source)",
        &["ledger_source: source broker, hour from 2026-10-24T12:00:00Z, messages uplink: stored 33; folded 34"],
    ),
    (
        "UPDATE ledger_device SET counts = x'010105' WHERE device = 8 AND day = (SELECT min(day) FROM ledger_device)",
        &[
            "ledger_device: device 00000000000000a1, day 2026-10-24: stored 5 messages uplink, 0 readings accepted; folded 144 messages uplink, 144 readings accepted",
        ],
    ),
    (
        "UPDATE quarantine SET detail = 'nothing' WHERE seq = (SELECT min(seq) FROM quarantine)",
        &[
            "quarantine: message 28: stored time_before_epoch (nothing), 8 readings, of device p000003-air, by source broker, received 2026-10-24T12:13:43.776Z, verdict 4 bytes, from byte 0 01010908; folded time_before_epoch (event time 1970-01-10T21:19:53.984Z), 8 readings, of device p000003-air, by source broker, received 2026-10-24T12:13:43.776Z, verdict 4 bytes, from byte 0 01010908",
        ],
    ),
    (
        "DELETE FROM quarantine WHERE seq = (SELECT max(seq) FROM quarantine)",
        &[
            "quarantine: message 4287: stored nothing; folded conflicting_value (pressure/0 is known with another value than 1009.4), 1 readings, of device p000000-air, by source broker, received 2026-10-26T06:52:44.284Z, verdict 4 bytes, from byte 0 01010801",
        ],
    ),
    (
        "DELETE FROM heard WHERE device = 8",
        &["heard: device 00000000000000a1, pm2_5 from 2026-10-24T12:00:00Z: stored nothing; folded heard"],
    ),
    (
        "UPDATE heard SET is_heard = 0 WHERE device = 8",
        &["heard: device 00000000000000a1, pm2_5 from 2026-10-24T12:00:00Z: stored superseded; folded heard"],
    ),
    (
        "UPDATE lorawan SET state = substr(state, 1, 20)",
        &[
            "lorawan: device 00000000000000a1: stored 20 bytes, from byte 20 ; folded 179 bytes, from byte 20 01d0e1c3dcad6800",
            "state: the state that a restart goes on with: stored unreadable: cannot load what was kept: packed bytes end too early; folded a readable one",
        ],
    ),
    (
        "UPDATE gateway SET state = x'00'",
        &[
            "gateway: gateway 0016c001f153a14c: stored 1 bytes, from byte 0 00; folded 19 bytes, from byte 0 0190ffa4e7ae6890",
            "state: the state that a restart goes on with: stored unreadable: cannot load what was kept: packed bytes have unknown version 0; folded a readable one",
        ],
    ),
    (
        "UPDATE checkpoint SET seq = seq + 1 WHERE day = (SELECT max(day) FROM checkpoint)",
        &["checkpoint: day 2026-10-26: stored 3917; folded 3916"],
    ),
    (
        "UPDATE batch SET body = x'00'",
        &[
            "state: the state that a restart goes on with: stored unreadable: cannot expand a batch row: Src size is incorrect; folded a readable one",
        ],
    ),
];
