use std::path::Path;

use smartpole_journal::{Error, State};
use smartpole_model::{Record, Seq};

use crate::{
    setup::{DIR, message, open, record, run, until},
    sim_fs::SimFs,
};

#[test]
fn a_failed_sync_poisons_the_journal_until_it_is_opened_again() {
    let fs = SimFs::default();
    run(async {
        let (journal, _) = open(&fs).unwrap();
        journal.append_durable(record(1, b"kept")).await.unwrap();
        let (lane, mut receipts) = journal.lane();
        fs.set_fail_sync(true);
        assert!(matches!(journal.append_durable(record(2, b"lost")).await, Err(Error::Poisoned)));
        fs.set_fail_sync(false);
        assert_eq!(until(&journal, |_| true).await.state, State::Poisoned);
        assert!(matches!(lane.append(1, message(3, b"")).await, Err(Error::Poisoned)));
        assert!(matches!(lane.try_append(1, message(3, b"")), Err(Error::Poisoned)));
        assert!(matches!(receipts.recv().await, Err(Error::Poisoned)));
        assert!(matches!(journal.close().await, Err(Error::Poisoned)));
        drop((journal, lane, receipts));
        let (journal, recovery) = open(&fs).unwrap();
        assert_eq!(recovery.durable, Seq(1));
        assert_eq!(journal.append_durable(record(2, b"again")).await.unwrap(), Seq(2));
    });
}

#[test]
fn a_second_opener_is_refused() {
    let fs = SimFs::default();
    let _journal = open(&fs).unwrap();
    assert!(matches!(open(&fs), Err(Error::InUse { .. })));
    let dir = tempfile::tempdir().unwrap();
    let open = || {
        smartpole_journal::Journal::open(
            dir.path(),
            crate::setup::small(),
            std::sync::Arc::new(smartpole_journal::OsFs),
        )
    };
    let _journal = open().unwrap();
    assert!(matches!(open(), Err(Error::InUse { .. })));
}

#[test]
fn a_closed_journal_takes_nothing() {
    run(async {
        let (journal, _) = open(&SimFs::default()).unwrap();
        journal.close().await.unwrap();
        journal.close().await.unwrap();
        assert!(matches!(journal.append_durable(record(1, b"")).await, Err(Error::Closed)));
        let (lane, mut receipts) = journal.lane();
        assert!(matches!(lane.append(1, message(1, b"")).await, Err(Error::Closed)));
        assert!(matches!(receipts.recv().await, Err(Error::Closed)));
    });
}

#[test]
fn what_is_too_large_is_refused_and_the_rest_goes_on() {
    run(async {
        let (journal, _) = open(&SimFs::default()).unwrap();
        let large = record(1, &vec![0; 16 << 20]);
        assert!(matches!(journal.append_durable(large).await, Err(Error::TooLarge)));
        let long = Record::ReplayStep { seqs: vec![Seq(1); 1_001] };
        assert!(matches!(journal.append_durable(long).await, Err(Error::TooLarge)));
        assert_eq!(journal.append_durable(record(1, b"")).await.unwrap(), Seq(1));
    });
}

#[test]
fn reading_what_was_trimmed_says_what_is_left() {
    run(async {
        let (journal, _) = open(&SimFs::default()).unwrap();
        for _ in 0..4 {
            journal.append_durable(record(1, &[1; 3_000])).await.unwrap();
        }
        journal.trim(Seq(3)).unwrap();
        let error = journal.reader(Seq(1)).next_batch(1, 1).unwrap_err();
        assert!(matches!(error, Error::Gone { seq: Seq(1), oldest: Seq(3) }), "{error}");
    });
}

/// Three segments with a record each; `change` damages the file of one of them.
fn damaged(first: u64, change: impl FnOnce(&mut Vec<u8>)) -> SimFs {
    let fs = SimFs::default();
    run(async {
        let (journal, _) = open(&fs).unwrap();
        for _ in 0..3 {
            journal.append_durable(record(1, &[1; 3_000])).await.unwrap();
        }
        journal.close().await.unwrap();
    });
    let path = Path::new(DIR).join(format!("{first:020}.log"));
    let mut bytes = fs.get(&path);
    change(&mut bytes);
    fs.put(&path, &bytes);
    fs
}

#[test]
fn a_damaged_header_and_a_later_format_are_named() {
    for first in 1..=3 {
        let error = open(&damaged(first, |bytes| bytes[17] ^= 1)).unwrap_err();
        assert!(matches!(error, Error::BadHeader { .. }), "{error}");
        assert!(error.to_string().contains("has no valid header; put that file back from a backup"), "{error}");
    }
    let later = |bytes: &mut Vec<u8>| {
        bytes[8] = 2;
        let crc = crc32c::crc32c(&bytes[..32]);
        bytes[32..36].copy_from_slice(&crc.to_le_bytes());
    };
    let error = open(&damaged(2, later)).unwrap_err();
    let said = "segment /journal/00000000000000000002.log has format version 2, known is 1; run the version of the service that wrote it";
    assert_eq!(error.to_string(), said);
}

#[test]
fn a_damaged_or_cut_segment_before_the_last_is_an_error_when_it_is_read_and_stays_one() {
    let changes: [fn(&mut Vec<u8>); 3] =
        [|bytes| bytes[1_000] ^= 1, |bytes| bytes.truncate(500), |bytes| bytes.truncate(36)];
    for change in changes {
        let (journal, _) = open(&damaged(2, change)).unwrap();
        let mut reader = journal.reader(Seq(1));
        assert_eq!(reader.next_batch(10, 10_000).unwrap().last(), Seq(1));
        for _ in 0..2 {
            let error = reader.next_batch(10, 10_000).unwrap_err();
            let said = "bad frame in segment /journal/00000000000000000002.log at byte 36, record 2; put that file back from a backup";
            assert!(error.to_string().starts_with(said), "{error}");
        }
        assert_eq!(journal.reader(Seq(3)).next_batch(10, 10_000).unwrap().last(), Seq(3));
    }
}
