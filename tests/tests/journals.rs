//! Committed journals fold to committed digests, however they are split and wherever the process is killed.
//!
//! If the digest changes, the rules of the fold have changed: then raise `FOLD_VERSION` and add a line to `digest.txt`.
//! Journals folded by the former rules keep the former inputs' hash, which names the version.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use rusqlite::{Connection, types::Value};
use sha2::{Digest, Sha256};
use smartpole_journal::{Journal, Options, OsFs};
use smartpole_model::{Inputs, Outcome, Reason, Seq, registry::Files};
use smartpole_pipeline::{Entry, Env, FOLD_VERSION, Fold, LoadError, LoadInputs};
use smartpole_store::Store;
use smartpole_tests::repository;

/// What must not depend on batches and kills: everything but batch rows, their numbers, and checkpoints (one a batch at most).
/// A checkpoint also writes devices that never reported.
const TABLES: [&str; 16] = [
    "SELECT kind, number, id FROM name ORDER BY kind, number",
    "SELECT quarter, device, revision, revised_minute, closed_minute, aggregates, rows FROM block ORDER BY quarter, device",
    "SELECT level, scope, number, start, aggregates, minute FROM rollup ORDER BY level, scope, number, start",
    "SELECT quarter, device, revision, minute, reason, former FROM revision ORDER BY quarter, device, revision",
    "SELECT quarter, device, minute, former, open FROM moved ORDER BY quarter, device, minute",
    "SELECT device, last_closed, state FROM device WHERE last_closed > -2147483648 ORDER BY device",
    "SELECT device, property, channel, minute, is_heard FROM heard ORDER BY device, property, channel, minute",
    "SELECT device, state FROM lorawan ORDER BY device",
    "SELECT eui, state FROM gateway ORDER BY eui",
    "SELECT source, n FROM tick ORDER BY source",
    "SELECT hour, source, entry, n FROM ledger_source ORDER BY hour, source, entry",
    "SELECT day, device, counts FROM ledger_device ORDER BY day, device",
    "SELECT seq, received_at, source, device, reason, detail, readings, verdict FROM quarantine ORDER BY seq",
    "SELECT id, ordered_at, instruction, next, done, effect FROM replay ORDER BY id",
    "SELECT plan FROM resettling",
    "SELECT seq, received_at, inputs FROM cursor",
];

struct Library(HashMap<String, Arc<Inputs>>);

impl LoadInputs for Library {
    fn load(&self, hash: &str) -> Result<Arc<Inputs>, LoadError> {
        self.0.get(hash).cloned().ok_or_else(|| LoadError(format!("no inputs {hash}").into()))
    }
}

fn fixture(name: &str) -> PathBuf {
    repository().join("tests/fixtures").join(name)
}

/// The inputs under their hashes; the files must still have them.
fn library(fixture: &Path) -> Library {
    let folders = fs::read_dir(fixture.join("inputs")).expect("the fixture's inputs").flatten();
    let inputs = folders.map(|folder| {
        let hash = folder.file_name().to_string_lossy().into_owned();
        (hash, Arc::new(Inputs::parse_kept(files(&folder.path())).expect("the fixture's registry was sound")))
    });
    Library(inputs.collect())
}

fn files(folder: &Path) -> Files {
    let list = |folder: &Path| fs::read_dir(folder).expect("a folder").flatten().collect::<Vec<_>>();
    let mut files = Files::new();
    for (prefix, entries) in [("", list(folder)), ("profiles/", list(&folder.join("profiles")))] {
        for entry in entries.iter().filter(|entry| entry.path().is_file()) {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            files.insert(name, fs::read(entry.path()).expect("a file"));
        }
    }
    files
}

/// Folds the journal into a store, in batches of `size`. One batch in `kill`, the first among them, is folded and thrown away before its commit,
/// with all that is in memory; a store is opened anew then.
fn fold(fixture: &Path, size: usize, kill: Option<usize>) -> (Vec<String>, Fold) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(&fixture.join("journal"), &folder.path().join("journal"));
    let options = Options { min_free_bytes: 0, ..Options::default() };
    let (journal, _) =
        Journal::open(&folder.path().join("journal"), options, Arc::new(OsFs)).expect("the journal opens");
    let library = library(fixture);
    let mut batches = 0;
    loop {
        let store = Store::open(folder.path()).expect("the store opens");
        let env = Env { stored: &store, inputs: &library };
        let mut fold = Fold::restore(store.restore().expect("its state"), &env).expect("the fold goes on");
        let mut reader = journal.reader(fold.position().0.next());
        loop {
            let taken = take(&mut fold, &mut reader, size, &env);
            if taken == 0 {
                return (rows(&folder.path().join("city.db")), fold);
            }
            batches += 1;
            let changes = fold.take_changes();
            if kill.is_some_and(|kill| batches % kill == 1) {
                break;
            }
            store.commit(&changes).expect("the batch is committed");
            fold.committed();
        }
    }
}

/// Folds up to `size` records; says how many.
fn take(fold: &mut Fold, reader: &mut smartpole_journal::Reader, size: usize, env: &Env<'_>) -> usize {
    let mut taken = 0;
    while taken < size {
        let batch = reader.next_batch(size - taken, 1 << 30).expect("the journal can be read");
        if batch.is_empty() {
            break;
        }
        let records: Vec<_> = batch.iter().map(|record| record.expect("a record of the fixture")).collect();
        fold.apply_all(&records, |_| false, env, |_| {}).expect("it folds");
        taken += batch.len();
    }
    taken
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a temporary folder");
    for file in fs::read_dir(from).expect("the fixture's journal").flatten() {
        fs::copy(file.path(), to.join(file.file_name())).expect("a temporary file");
    }
}

/// All that counts, a line a row.
fn rows(city: &Path) -> Vec<String> {
    let connection = Connection::open(city).expect("city.db opens");
    let of_table = |sql: &&str| {
        let mut statement = connection.prepare(sql).expect("the schema has it");
        let columns = statement.column_count();
        let line = |row: &rusqlite::Row<'_>| {
            let values: Vec<Value> = (0..columns).map(|column| row.get(column)).collect::<Result<_, _>>()?;
            Ok(format!("{sql}: {values:?}"))
        };
        statement.query_map([], line).expect("rows").collect::<Result<Vec<String>, _>>().expect("rows")
    };
    TABLES.iter().flat_map(of_table).collect()
}

fn digest(rows: &[String]) -> String {
    let hash = rows.iter().fold(Sha256::new(), |hash, row| hash.chain_update(row).chain_update("\n"));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[track_caller]
fn same(whole: &[String], other: &[String], how: &str) {
    let differs = whole.iter().zip(other).find(|(whole, other)| whole != other);
    assert_eq!((differs, whole.len()), (None, other.len()), "{how} changes the result");
}

fn folds_to_its_digest(name: &str) -> Fold {
    let fixture = fixture(name);
    let (whole, fold_of_whole) = fold(&fixture, 10_000, None);
    let counts = fold_of_whole.ledger();
    assert_eq!(counts.get(Entry::Journalled), counts.sum(|entry| matches!(entry, Entry::Message(_))));
    assert!(fold_of_whole.position().0 > Seq(1_000), "the fixture is there");
    for (size, kill) in [(10_000, Some(2)), (7, None), (7, Some(5)), (1, None), (1, Some(97))] {
        same(&whole, &fold(&fixture, size, kill).0, &format!("batches of {size}, killed every {kill:?}"));
    }
    let line = format!("{FOLD_VERSION} {}", digest(&whole));
    let known = fs::read_to_string(fixture.join("digest.txt")).unwrap_or_default();
    assert!(
        known.lines().any(|known| known == line),
        "the fold gives another result than before. If that is meant, raise FOLD_VERSION and add the line\n{line}\nto digest.txt of {name}, which holds\n{known}"
    );
    fold_of_whole
}

#[test]
fn the_journal_of_a_town_by_mqtt_folds_to_its_digest_however_it_is_split_and_killed() {
    folds_to_its_digest("journal-v1");
}

#[test]
fn the_journal_of_a_town_on_the_air_folds_to_its_digest_however_it_is_split_and_killed() {
    let counts = folds_to_its_digest("journal-v2").ledger();
    for outcome in [Outcome::Uplink, Outcome::Control, Outcome::Duplicate] {
        assert!(counts.get(Entry::Message(outcome)) > 10, "{outcome:?}");
    }
    for reason in [Reason::UnknownGateway, Reason::BadCrc, Reason::WrongMic, Reason::FCntReset, Reason::DevNonceUsed] {
        assert!(counts.get(Entry::Message(Outcome::Quarantined(reason))) > 0, "{reason:?}");
    }
}
