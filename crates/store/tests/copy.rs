//! The whole file once more.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::{fs, path::Path};

use rusqlite::Connection;
use smartpole_store::{Error, FILE, Store};

/// A store whose batches were mostly deleted again, as when a target that was away for long has caught up.
fn store(dir: &Path) -> Store {
    let store = Store::open(dir).unwrap();
    let writer = Connection::open(dir.join(FILE)).unwrap();
    let sql = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000)
               INSERT INTO batch SELECT n, n, randomblob(4000) FROM n";
    writer.execute(sql, []).unwrap();
    writer.execute("DELETE FROM batch WHERE number > 10", []).unwrap();
    store
}

fn batches(dir: &Path) -> i64 {
    let connection = Connection::open(dir.join(FILE)).unwrap();
    connection.query_row("SELECT count(*) FROM batch", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_copy_beside_one_who_writes_is_of_one_commit_and_stays_the_same_when_it_is_opened() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = store(from.path());
    Store::copy(from.path(), to.path()).unwrap();
    let bytes = fs::read(to.path().join(FILE)).unwrap();
    assert!(bytes.len() < 200_000, "{}", bytes.len());
    assert_eq!((batches(to.path()), batches(from.path())), (10, 10));
    drop(Store::open(to.path()).unwrap());
    assert_eq!(fs::read(to.path().join(FILE)).unwrap(), bytes);
    assert_eq!(Store::check(to.path()).unwrap(), None);
    let again = Store::copy(from.path(), to.path()).unwrap_err();
    assert!(again.to_string().contains("copy city.db"), "{again}");
    drop(store);
}

#[test]
fn a_store_made_anew_has_what_it_had_and_no_free_pages() {
    let dir = tempfile::tempdir().unwrap();
    drop(store(dir.path()));
    fs::create_dir(dir.path().join("compact")).unwrap(); // of one that was killed
    let before = Store::room(dir.path()).unwrap();
    Store::compact(dir.path()).unwrap();
    let after = Store::room(dir.path()).unwrap();
    assert!(
        before.free > 3_000_000 && after.free == 0 && after.all < before.all - before.free / 2,
        "{before:?} {after:?}"
    );
    assert_eq!(batches(dir.path()), 10);
    assert!(!dir.path().join("compact").exists());
}

#[test]
fn a_store_that_somebody_reads_is_not_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let reads = store(dir.path());
    let reader = Connection::open(dir.path().join(FILE)).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM batch").unwrap();
    let error = Store::compact(dir.path()).unwrap_err();
    assert!(matches!(error, Error::File { .. }), "{error}");
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(batches(dir.path()), 10);
    drop(reads);
}

#[test]
fn a_damaged_page_is_found() {
    let dir = tempfile::tempdir().unwrap();
    drop(store(dir.path()));
    Store::compact(dir.path()).unwrap();
    let path = dir.path().join(FILE);
    let mut bytes = fs::read(&path).unwrap();
    let page = bytes.len() / 4096 - 1;
    for byte in bytes.iter_mut().skip(page * 4096).take(64) {
        *byte ^= 0x5a;
    }
    fs::write(&path, bytes).unwrap();
    assert!(Store::check(dir.path()).map_or(true, |found| found.is_some()));
}
