use std::fmt::Write as _;

use rusqlite::{Connection, types::ValueRef};
use smartpole_model::{DeviceNo, Eui, PoleNo, PropertyNo, Quarter, Reason, Seq, Series, UtcMillis};
use smartpole_pipeline::{
    BlockRow, CheckpointRow, Cuts, DeviceRow, GatewayRow, HeardRow, LedgerDeviceRow, LedgerSourceKey, LorawanRow,
    MovedRow, Name, NameKind, QuarantineRow, RevisionReason, RevisionRow, StoredBlocks,
};
use smartpole_window::{Aggregate, Level};

use super::*;

const PM: Series = Series { property: PropertyNo(1), channel: 0 };
const DAY: i32 = 20_000;
const MIB: usize = 1 << 20;

fn aggregates(count: i64, sum: i64, min: i64, max: i64) -> Aggregates {
    Aggregates(vec![(PM, Aggregate { count, sum, min, max, ..Aggregate::default() })])
}

fn rollup(level: Level, gain: Aggregates) -> RollupDelta {
    let (start, scope) = (UtcMillis(0), Scope::Device(DeviceNo(0)));
    RollupDelta { level, start, scope, aggregates: gain, anew: None, minute: 0 }
}

/// A batch with something for every table.
pub(crate) fn changes(batch: u64) -> Changes {
    let (number, device, quarter) = (batch as u32, DeviceNo(0), Quarter(batch as i32));
    let (seq, received_at) = (Seq(100 * batch), UtcMillis(1_000 * batch as i64));
    let packed = aggregates(2, 30, 10, 20).pack();
    let (day, state) = (DAY + batch as i32, vec![batch as u8; 100]);
    let detail = "not JSON".to_owned();
    Changes {
        batch,
        cursor: seq,
        received_at,
        batch_row: vec![7; 1_000],
        replay_from: batch.saturating_sub(2),
        names: vec![Name { kind: NameKind::Device, number, id: format!("d{number}") }],
        inputs: Some(format!("hash{batch}")),
        blocks: vec![BlockRow {
            quarter,
            device,
            revision: 1,
            revised_minute: 5,
            closed_minute: 4,
            aggregates: packed.clone(),
            rows: vec![1, 2, 3],
        }],
        rollups: vec![rollup(Level::Hour, aggregates(2, 30, 10, 20))],
        revisions: vec![RevisionRow {
            quarter,
            device,
            revision: 1,
            minute: 5,
            reason: RevisionReason::Late,
            former: packed,
        }],
        moved: vec![MovedRow { quarter, device, minute: 5, former: vec![Scope::Pole(PoleNo(0))], open: false }],
        devices: vec![DeviceRow { device, last_closed: quarter, state: state.clone() }],
        heard: vec![HeardRow { device, series: PM, minute: batch as i64, is_heard: true }],
        lorawan: vec![LorawanRow { device, state: vec![batch as u8; 3] }],
        gateways: vec![GatewayRow { gateway: Eui(u64::MAX), state: vec![batch as u8; 4] }],
        ticks: vec![(0, batch)],
        ledger_moves: Vec::new(),
        released: Vec::new(),
        replays: Vec::new(),
        resettling: None,
        ledger_sources: vec![(LedgerSourceKey { hour: 1, source: 0, entry: 65 }, 10)],
        ledger_devices: vec![LedgerDeviceRow { day, device, counts: vec![0] }],
        quarantine: vec![QuarantineRow {
            seq,
            received_at,
            source: 0,
            device: None,
            reason: Reason::DecodeFailed,
            detail,
            readings: 0,
            whole: true,
            reasons: Vec::new(),
        }],
        began_anew: Vec::new(),
        checkpoint: Some(CheckpointRow { day, seq, cuts: Cuts::default(), persons: Vec::new(), state }),
    }
}

pub(crate) fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    (dir, store)
}

const TABLES: [&str; 13] = [
    "name",
    "batch",
    "block",
    "revision",
    "rollup",
    "device",
    "heard",
    "tick",
    "ledger_source",
    "ledger_device",
    "quarantine",
    "checkpoint",
    "cursor",
];

/// All rows of all tables.
fn dump(connection: &Connection) -> String {
    let mut text = String::new();
    for table in TABLES {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<ValueRef<'_>> = (0..columns).map(|column| row.get_ref(column).unwrap()).collect();
            writeln!(text, "{table} {values:?}").unwrap();
        }
    }
    text
}

#[test]
fn every_table_is_written_by_a_batch() {
    let (_dir, store) = store();
    store.commit(&changes(1)).unwrap();
    let text = dump(&store.writer());
    for table in TABLES {
        assert!(text.lines().any(|line| line.starts_with(table)), "{table} is empty");
    }
}

#[test]
fn a_batch_that_fails_at_any_table_changes_nothing_and_can_be_committed_again() {
    let (dir, store) = store();
    store.commit(&changes(1)).unwrap();
    let before = dump(&store.writer());
    let other = Connection::open(dir.path().join("city.db")).unwrap();
    for table in TABLES {
        let trigger = format!(
            "CREATE TRIGGER stop BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'a wire was pulled out'); END"
        );
        other.execute_batch(&trigger).unwrap();
        assert!(matches!(store.commit(&changes(2)), Err(Error::Sqlite { .. })), "{table}");
        other.execute_batch("DROP TRIGGER stop").unwrap();
        assert_eq!(dump(&store.writer()), before, "{table}");
    }
    store.commit(&changes(2)).unwrap();
    assert_eq!(store.restore().unwrap().cursor, Seq(200));
}

#[test]
fn a_process_that_ends_within_a_batch_finds_the_former_state() {
    let (dir, store) = store();
    store.commit(&changes(1)).unwrap();
    let before = dump(&store.writer());
    let mut large = changes(2);
    large.names = (2..200_000).map(|number| name(number, 64)).collect(); // more than the page cache holds
    let mut writer = store.writer();
    let transaction = writer.transaction().unwrap();
    write(&transaction, &large).unwrap();
    let found = tempfile::tempdir().unwrap();
    for file in ["city.db", "city.db-wal"] {
        std::fs::copy(dir.path().join(file), found.path().join(file)).unwrap();
    }
    let log = std::fs::metadata(found.path().join("city.db-wal")).unwrap().len();
    assert!(log as usize > MIB, "the log holds part of the batch: {log} bytes");
    assert_eq!(dump(&Store::open(found.path()).unwrap().writer()), before);
}

fn name(number: u32, length: usize) -> Name {
    Name { kind: NameKind::Device, number, id: format!("{number:0length$}") }
}

#[test]
fn a_full_disk_is_told_apart_and_the_same_batch_fits_when_there_is_room() {
    let (_dir, store) = store();
    store.commit(&changes(1)).unwrap();
    let before = dump(&store.writer());
    let mut large = changes(2);
    large.names = (2..20_000).map(|number| name(number, 64)).collect();
    store.writer().execute_batch("PRAGMA max_page_count = 60").unwrap();
    let error = store.commit(&large).unwrap_err();
    assert!(error.is_full(), "{error:?}");
    assert_eq!(dump(&store.writer()), before);
    store.writer().execute_batch("PRAGMA max_page_count = 1000000").unwrap();
    store.commit(&large).unwrap();
    assert_eq!(store.restore().unwrap().names.len(), 1 + large.names.len());
}

#[test]
fn hours_gain_what_batches_bring() {
    let (_dir, store) = store();
    let mut gains = [aggregates(2, 30, 10, 20), aggregates(1, 5, 5, 5), aggregates(0, -4, 5, 20)];
    gains[2].entry(PM).revisions = 3;
    let mut whole = Aggregates::default();
    for (batch, gain) in (1..).zip(gains) {
        whole.merge(&gain);
        store.commit(&Changes { batch, rollups: vec![rollup(Level::Hour, gain)], ..Changes::default() }).unwrap();
    }
    let stored = store.writer().query_row("SELECT aggregates FROM rollup", [], |row| row.get::<_, Vec<u8>>(0));
    assert_eq!(Aggregates::unpack(&stored.unwrap()).unwrap(), whole.clone());
    let mut all = aggregates(3, 31, 5, 20);
    all.entry(PM).revisions = 3;
    assert_eq!(whole, all);
}

#[test]
fn batch_rows_go_when_no_open_block_needs_them() {
    let (_dir, store) = store();
    (1..=6).for_each(|batch| store.commit(&changes(batch)).unwrap());
    let restore = store.restore().unwrap();
    assert_eq!(restore.batch_rows.iter().map(|(batch, _)| *batch).collect::<Vec<_>>(), [4, 5, 6]);
    assert_eq!(restore.batch_rows[0].1, [7; 1_000]);
    assert_eq!(restore.ledger.0.values().copied().collect::<Vec<_>>(), [60]);
}

#[test]
fn sessions_and_gateways_are_read_back_as_they_were_last() {
    let (_dir, store) = store();
    (1..=3).for_each(|batch| store.commit(&changes(batch)).unwrap());
    let restore = store.restore().unwrap();
    assert_eq!(restore.lorawan, [LorawanRow { device: DeviceNo(0), state: vec![3; 3] }]);
    assert_eq!(restore.gateways, [GatewayRow { gateway: Eui(u64::MAX), state: vec![3; 4] }]);
}

#[test]
fn the_ledger_of_a_fleet_has_each_devices_newest_counts() {
    let (_dir, store) = store();
    let rows = |count: u32, n: u8| {
        let row = move |device| LedgerDeviceRow { day: DAY, device: DeviceNo(device), counts: vec![n, device as u8] };
        (0..count).map(row).collect::<Vec<_>>()
    };
    let stored = || {
        let sql = "SELECT day, device, counts FROM ledger_device ORDER BY device";
        let row = |row: &rusqlite::Row<'_>| {
            let device = DeviceNo(row.get(1)?);
            Ok(LedgerDeviceRow { day: row.get(0)?, device, counts: row.get(2)? })
        };
        let writer = store.writer();
        let mut statement = writer.prepare(sql).unwrap();
        statement.query_map([], row).unwrap().collect::<rusqlite::Result<Vec<_>>>().unwrap()
    };
    let fleet = 2 * TOGETHER as u32 + 3;
    store.commit(&Changes { ledger_devices: rows(fleet, 1), ..changes(1) }).unwrap();
    assert_eq!(stored(), rows(fleet, 1));
    let again = TOGETHER as u32 + 1;
    store.commit(&Changes { ledger_devices: rows(again, 2), ..changes(2) }).unwrap();
    assert_eq!(stored(), [&rows(again, 2)[..], &rows(fleet, 1)[again as usize..]].concat());
}

#[test]
fn a_file_of_a_former_program_keeps_the_ledger_of_its_devices() {
    let dir = tempfile::tempdir().unwrap();
    let file = Connection::open(dir.path().join(crate::FILE)).unwrap();
    crate::schema::MIGRATIONS[..9].iter().for_each(|step| file.execute_batch(step).unwrap());
    file.pragma_update(None, "user_version", 9).unwrap();
    let rows = "INSERT INTO cursor(id, seq, received_at, batch) VALUES (1, 9, 86400000 * 20000, 9);
                INSERT INTO ledger_device(day, device, counts) VALUES (19999, 0, x'01'), (20000, 4000000000, x'02');
                INSERT INTO ledger_device(day, device, counts) VALUES (20000, 0, x'03'), (20001, 0, x'04');";
    file.execute_batch(rows).unwrap();
    drop(file);
    let store = Store::open(dir.path()).unwrap();
    let row = |device, counts| LedgerDeviceRow { day: DAY, device: DeviceNo(device), counts: vec![counts] };
    assert_eq!(store.restore().unwrap().ledger_devices, [row(0, 3), row(4_000_000_000, 2)], "those of its day");
    let sql = "SELECT count(*) FROM ledger_device";
    assert_eq!(store.writer().query_row(sql, [], |row| row.get::<_, i32>(0)).unwrap(), 4, "and of all others");
}

#[test]
fn the_journal_is_needed_from_the_checkpoint_at_the_end_of_raw_retention() {
    let (_dir, store) = store();
    (1..=40).for_each(|batch| store.commit(&changes(batch)).unwrap());
    assert_eq!(store.checkpoint_by(DAY + 10).unwrap(), Some(Seq(1_000)));
    assert_eq!(store.checkpoint_by(DAY + 100).unwrap(), Some(Seq(4_000)));
    assert_eq!(store.checkpoint_by(DAY).unwrap(), None);
    let states = "SELECT count(*) FROM checkpoint WHERE state <> x''";
    assert_eq!(store.writer().query_row(states, [], |row| row.get::<_, i32>(0)).unwrap(), CHECKPOINTS);
    assert_eq!(store.restore().unwrap().checkpoint_day, Some(DAY + 40));
}

#[test]
fn blocks_are_kept_by_quarter_and_then_device() {
    let (_dir, store) = store();
    let keys = [(-1, 4_000_000_000), (0, 0), (0, u32::MAX), (1_992_904, 7)];
    let block = |(quarter, device)| BlockRow {
        quarter: Quarter(quarter),
        device: DeviceNo(device),
        revision: 0,
        revised_minute: 0,
        closed_minute: 0,
        aggregates: vec![0],
        rows: device.to_le_bytes().to_vec(),
    };
    store.commit(&Changes { batch: 1, blocks: keys.map(block).into(), ..Changes::default() }).unwrap();
    for (quarter, device) in keys {
        let found = store.load(DeviceNo(device), Quarter(quarter)).unwrap();
        assert_eq!(found.map(|block| block.rows), Some(device.to_le_bytes().to_vec()));
    }
    let writer = store.writer();
    let mut statement = writer.prepare("SELECT quarter, device FROM block ORDER BY id").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(rows.collect::<rusqlite::Result<Vec<(i32, u32)>>>().unwrap(), keys);
}

#[test]
fn a_store_is_opened_again_with_what_was_committed() {
    let (dir, store) = store();
    store.commit(&changes(1)).unwrap();
    let before = dump(&store.writer());
    drop(store);
    assert_eq!(dump(&Store::open(dir.path()).unwrap().writer()), before);
}
