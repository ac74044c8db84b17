use rusqlite::Connection;
use smartpole_model::{Quarter, Seq, UtcMillis};
use smartpole_pipeline::BlockRow;

use super::*;
use crate::{Store, commit::tests::store, schema};

pub(crate) const NEVER: Quarter = Quarter(i32::MIN);

/// A batch with the blocks of some quarters and devices, each with three bytes of rows.
pub(crate) fn blocks(batch: u64, quarters: std::ops::Range<i32>, devices: u32) -> Changes {
    let block = |(quarter, device)| BlockRow {
        quarter: Quarter(quarter),
        device: DeviceNo(device),
        revision: 0,
        revised_minute: 0,
        closed_minute: 0,
        aggregates: vec![0],
        rows: vec![1, 2, 3],
    };
    let all = quarters.flat_map(|quarter| (0..devices).map(move |device| (quarter, device)));
    Changes { batch, blocks: all.map(block).collect(), ..Changes::default() }
}

pub(crate) fn checkpoint(batch: u64, day: i32, cuts: Cuts, persons: &[u32]) -> Changes {
    let persons = persons.iter().map(|device| DeviceNo(*device)).collect();
    let checkpoint = CheckpointRow { day, seq: Seq(batch), cuts, persons, state: vec![1] };
    Changes { batch, checkpoint: Some(checkpoint), ..Changes::default() }
}

/// Three checkpoints with the same cuts, so that the oldest that is kept has them.
pub(crate) fn cut(store: &Store, first: u64, cuts: Cuts, persons: &[u32]) {
    (0..3).for_each(|n| store.commit(&checkpoint(first + n, first as i32 + n as i32, cuts, persons)).unwrap());
}

pub(crate) fn nothing(batch: u64) -> Changes {
    Changes { batch, ..Changes::default() }
}

/// Blocks with rows and without, of the devices asked for.
pub(crate) fn kept(store: &Store, devices: &str) -> (i64, i64) {
    let sql = format!(
        "SELECT coalesce(sum(rows <> x''), 0), coalesce(sum(rows = x''), 0) FROM block WHERE device IN ({devices})"
    );
    store.writer().query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
}

#[test]
fn a_commit_seals_and_deletes_so_many_blocks_and_no_more() {
    let (_dir, store) = store();
    store.commit(&blocks(1, 0..100, 10)).unwrap();
    let cuts = Cuts { raw: Quarter(90), personal: Quarter(90), quarters: Quarter(50) };
    let (step, mut before) = (STEP as i64, (1_000, 0));
    cut(&store, 2, cuts, &[]);
    for batch in 5..20 {
        let now = kept(&store, "0,1,2,3,4,5,6,7,8,9");
        let gone = before.0 + before.1 - now.0 - now.1;
        assert!(gone <= 3 * step && before.0 - now.0 <= 3 * 2 * step, "{before:?} {now:?}");
        if batch > 5 {
            assert!(gone <= step && before.0 - now.0 <= 2 * step, "{before:?} {now:?}");
        }
        before = now;
        store.commit(&nothing(batch)).unwrap();
    }
    assert_eq!(kept(&store, "0,1,2,3,4,5,6,7,8,9"), (100, 400));
}

#[test]
fn rows_go_by_the_oldest_checkpoint_that_is_kept() {
    let (_dir, store) = store();
    store.commit(&blocks(1, 0..10, 3)).unwrap();
    let cuts = |raw| Cuts { raw: Quarter(raw), personal: Quarter(raw), quarters: NEVER };
    let sealed = (2..7).map(|n| {
        store.commit(&checkpoint(n, n as i32, cuts(n as i32), &[])).unwrap();
        kept(&store, "0,1,2").1
    });
    assert_eq!(sealed.collect::<Vec<_>>(), [6, 6, 6, 9, 12], "those of 2, 2, 2, 3, 4 quarters");
    assert_eq!(store.restore().unwrap().cuts, cuts(6), "for the fold it is the newest");
}

#[test]
fn of_some_devices_rows_go_sooner_and_of_those_that_join_them_later_older_rows_too() {
    let (_dir, store) = store();
    store.commit(&blocks(1, 0..1_000, 5)).unwrap();
    let cuts = Cuts { raw: Quarter(100), personal: Quarter(800), quarters: NEVER };
    let settle = |from| (from..from + 60).for_each(|batch| store.commit(&nothing(batch)).unwrap());
    cut(&store, 2, cuts, &[1, 3]);
    settle(5);
    assert_eq!((kept(&store, "0,2,4"), kept(&store, "1,3")), ((2_700, 300), (400, 1_600)));
    cut(&store, 70, cuts, &[1, 4]);
    settle(80);
    assert_eq!(kept(&store, "4"), (200, 800));
    assert_eq!((kept(&store, "0,2"), kept(&store, "3")), ((1_800, 200), (200, 800)), "what is gone stays gone");
}

#[test]
fn blocks_stay_for_as_long_as_a_target_waits_longer() {
    let (_dir, store) = store();
    store.set_targets(&["far".to_owned()]).unwrap();
    let at = |quarter: i32| Quarter(quarter).start();
    store.commit(&Changes { received_at: at(1_000), ..blocks(1, 900..1_000, 1) }).unwrap();
    let cuts = Cuts { raw: Quarter(950), personal: Quarter(950), quarters: Quarter(950) };
    for n in 2..6 {
        let received_at = at(1_030);
        store.commit(&Changes { received_at, ..checkpoint(n, n as i32, cuts, &[]) }).unwrap();
    }
    assert_eq!(kept(&store, "0"), (50, 30), "as when the oldest batch that waits was received, 30 quarters before");
    store.note_sent("far", &crate::Sent { batch: 9, ..crate::Sent::default() }).unwrap();
    store.commit(&Changes { received_at: at(1_030), ..nothing(6) }).unwrap();
    assert_eq!(kept(&store, "0"), (50, 0));
}

#[test]
fn a_file_of_a_former_program_knows_from_where_on_it_has_blocks() {
    let opened = |sql: &str| {
        let dir = tempfile::tempdir().unwrap();
        let file = Connection::open(dir.path().join(crate::FILE)).unwrap();
        schema::MIGRATIONS[..5].iter().for_each(|step| file.execute_batch(step).unwrap());
        file.pragma_update(None, "user_version", 5).unwrap();
        let cursor = "INSERT INTO cursor(id, seq, received_at, batch) VALUES (1, 9, 900000 * 5000, 9);
                      INSERT INTO block(id, revision, revised_minute, aggregates, rows) VALUES (4000 << 32 | 7, 0, 0, x'00', x'01');";
        file.execute_batch(cursor).unwrap();
        file.execute_batch(sql).unwrap();
        drop(file);
        let store = Store::open(dir.path()).unwrap();
        let block = smartpole_pipeline::StoredBlocks::load(&store, DeviceNo(7), Quarter(4_000)).unwrap();
        assert_eq!(block.map(|block| block.rows), Some(vec![1]), "what is there stays");
        store.restore().unwrap().cuts
    };
    let hour = |quarter: i64| {
        format!(
            "INSERT INTO rollup(level, scope, number, start, revision, aggregates) VALUES (1, 1, 7, {quarter} * 900000, 0, x'00');"
        )
    };
    let checkpoint = "INSERT INTO checkpoint(day, seq, state) VALUES (52, 8, x'01');";
    let first = Quarter(4_000);
    let deleted = Cuts { raw: first, personal: first, quarters: first };
    assert_eq!(opened(&(hour(3_000) + checkpoint)), deleted, "hours without blocks");
    assert_eq!(opened(&(hour(4_000) + checkpoint)), Cuts::default(), "nothing was deleted yet");
    assert_eq!(opened(&hour(4_000)), Cuts::default());
    assert!(UtcMillis(0).quarter() < first);
}

#[test]
fn bytes_in_quarantine_stay_no_longer_than_readings_of_their_device() {
    let (_dir, store) = store();
    let row = |seq, quarter, device: Option<u32>| smartpole_pipeline::QuarantineRow {
        seq: Seq(seq),
        received_at: Quarter(quarter).start(),
        source: 0,
        device: device.map(DeviceNo),
        reason: smartpole_model::Reason::DecodeFailed,
        detail: String::new(),
        readings: 0,
        whole: true,
        reasons: Vec::new(),
    };
    let quarantine = vec![
        row(1, 99, Some(1)),
        row(2, 100, Some(1)),
        row(3, 199, Some(2)),
        row(4, 200, Some(2)),
        row(5, 199, None),
        row(6, 200, None),
    ];
    store.commit(&Changes { quarantine, ..nothing(1) }).unwrap();
    cut(&store, 2, Cuts { raw: Quarter(100), personal: Quarter(200), quarters: NEVER }, &[2]);
    let message = |seq| (Seq(seq), smartpole_model::RawMessage { payload: vec![7], ..Default::default() });
    store.keep_quarantined((1..=7).map(message)).unwrap();
    let left = |store: &Store| -> Vec<i64> {
        let writer = store.writer();
        let mut statement = writer.prepare("SELECT seq FROM quarantined ORDER BY seq").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap()
    };
    assert_eq!(left(&store), [2, 4, 6], "7 is in quarantine no more");
    let rows: i64 = store.writer().query_row("SELECT count(*) FROM quarantine", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 6, "why they are there is known for ever");
}

#[test]
fn a_list_of_devices_is_read_back() {
    for devices in [&[][..], &[0], &[0, 1, 7, 300, u32::MAX]] {
        let numbers: Vec<DeviceNo> = devices.iter().map(|device| DeviceNo(*device)).collect();
        assert_eq!(unpack(&pack(&numbers)).unwrap(), devices.iter().copied().collect());
    }
    assert!(unpack(&[9]).is_err());
}
