use std::{fs, path::Path, sync::Arc};

use expect_test::expect;
use smartpole_model::Seq;

use smartpole_journal::{Error, Journal, Options, OsFs};

use crate::{
    setup::{DIR, append_as_one_write, message, open, read_all, record, run},
    sim_fs::SimFs,
};

const HEADER: usize = 36;

fn first_segment() -> std::path::PathBuf {
    Path::new(DIR).join(format!("{:020}.log", 1))
}

/// A log of five records, a write each, and where each frame starts and the last ends.
fn small_log() -> (Vec<u8>, Vec<usize>) {
    let fs = SimFs::default();
    let mut borders = vec![HEADER];
    run(async {
        let (journal, _) = open(&fs).unwrap();
        for length in [0usize, 1, 30, 5, 12] {
            journal.append_durable(record(1, &vec![0; length])).await.unwrap();
            borders.push(fs.get(&first_segment()).len());
        }
    });
    (fs.get(&first_segment()), borders)
}

#[test]
fn a_tail_torn_at_any_byte_is_cut_and_the_journal_goes_on() {
    let (log, borders) = small_log();
    for cut in 0..=log.len() {
        let fs = SimFs::with_file(&first_segment(), &log[..cut]);
        let (journal, recovery) = open(&fs).unwrap();
        let whole = borders[1..].iter().filter(|border| **border <= cut).count();
        let kept = if cut < HEADER { 0 } else { borders[whole] };
        assert_eq!((recovery.durable, recovery.cut_bytes), (Seq(whole as u64), (cut - kept) as u64), "cut at {cut}");
        let next = run(journal.append_durable(record(2, b"next"))).unwrap();
        assert_eq!(next, Seq(whole as u64 + 1), "cut at {cut}");
        assert_eq!(read_all(&journal, Seq(1)).unwrap().len(), whole + 1, "cut at {cut}");
    }
}

#[test]
fn zeros_behind_the_last_record_are_cut() {
    let (mut log, _) = small_log();
    log.extend([0; 10_000]);
    let (_, recovery) = open(&SimFs::with_file(&first_segment(), &log)).unwrap();
    assert_eq!((recovery.durable, recovery.cut_bytes), (Seq(5), 10_000));
}

#[test]
fn any_changed_byte_before_the_last_write_is_named_and_nothing_is_changed() {
    let (log, borders) = small_log();
    for at in HEADER..borders[4] {
        let mut damaged = log.clone();
        damaged[at] ^= 0x10;
        let fs = SimFs::with_file(&first_segment(), &damaged);
        let frame = borders.iter().rposition(|border| *border <= at).unwrap();
        match open(&fs).unwrap_err() {
            Error::BadFrame { segment, offset, seq } => {
                assert_eq!(segment, first_segment());
                assert_eq!((offset, seq), (borders[frame] as u64, Seq(frame as u64 + 1)), "byte {at}");
            }
            error => panic!("byte {at}: {error}"),
        }
        assert_eq!(fs.get(&first_segment()), damaged);
    }
}

/// Record 1 is a write, records 2 to 5 are one write; each is 600 bytes and more.
fn one_write_of_four() -> Vec<u8> {
    let fs = SimFs::default();
    run(async {
        let (journal, _) = open(&fs).unwrap();
        let messages: Vec<_> = (0..5).map(|byte| message(1, &[byte + 1; 600])).collect();
        append_as_one_write(&journal, &fs, &messages).await;
    });
    fs.get(&first_segment())
}

#[test]
fn a_sector_lost_in_the_last_write_is_torn_but_a_changed_byte_is_named() {
    let log = one_write_of_four();
    let mut torn = log.clone();
    torn[1_536..2_048].fill(0);
    let (_, recovery) = open(&SimFs::with_file(&first_segment(), &torn)).unwrap();
    assert_eq!(recovery.durable, Seq(2));

    let mut changed = log.clone();
    changed[1_600] ^= 1;
    let error = open(&SimFs::with_file(&first_segment(), &changed)).unwrap_err();
    expect!["bad frame in segment /journal/00000000000000000001.log at byte 1336, record 3; put that file back from a backup that has it in the same size, or else restore the whole backup (`smartpole restore`): what is damaged is never skipped, and records before it are whole"]
        .assert_eq(&error.to_string());
}

#[test]
fn a_sector_lost_may_begin_in_front_of_the_first_damaged_record() {
    let fs = SimFs::default();
    run(async {
        let (journal, _) = open(&fs).unwrap();
        let messages: Vec<_> = [0, 600, 300, 10].map(|length| message(1, &vec![0; length])).into();
        append_as_one_write(&journal, &fs, &messages).await;
    });
    let mut log = fs.get(&first_segment());
    assert!(log[512..700].iter().all(|byte| *byte == 0), "record 2 is not damaged by the loss");
    log[512..1_024].fill(0);
    let (_, recovery) = open(&SimFs::with_file(&first_segment(), &log)).unwrap();
    assert_eq!(recovery.durable, Seq(2));
}

#[test]
fn a_sector_lost_before_the_last_write_is_named() {
    let fs = SimFs::with_file(&first_segment(), &one_write_of_four());
    run(async {
        let (journal, _) = open(&fs).unwrap();
        journal.append_durable(record(2, b"a later write")).await.unwrap();
        journal.close().await.unwrap();
    });
    let mut log = fs.get(&first_segment());
    log[1_536..2_048].fill(0);
    let error = open(&SimFs::with_file(&first_segment(), &log)).unwrap_err();
    assert!(matches!(error, Error::BadFrame { seq: Seq(3), .. }), "{error}");
}

#[test]
fn a_payload_that_holds_frames_of_another_journal_does_not_hide_a_torn_write() {
    let (foreign, borders) = small_log();
    let fs = SimFs::default();
    run(async {
        let (journal, _) = open(&fs).unwrap();
        journal.append_durable(record(1, b"x")).await.unwrap();
        journal.append_durable(record(1, &foreign[borders[0]..])).await.unwrap();
    });
    let log = fs.get(&first_segment());
    let (_, recovery) = open(&SimFs::with_file(&first_segment(), &log[..log.len() - 1])).unwrap();
    assert_eq!(recovery.durable, Seq(1));
}

#[test]
fn a_journal_of_version_1_opens_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v1");
    for entry in fs::read_dir(fixture).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, dir.path().join(path.file_name().unwrap())).unwrap();
    }
    let options = Options { min_free_bytes: 0, ..Options::default() };
    let (journal, recovery) = Journal::open(dir.path(), options, Arc::new(OsFs)).unwrap();
    let records = read_all(&journal, recovery.oldest).unwrap();
    let lines: String = records.iter().map(|(seq, record)| format!("{seq} {record:?}\n")).collect();
    expect![[r#"
        Recovery { oldest: Seq(1), durable: Seq(7), received_at: UtcMillis(1763979061000), cut_bytes: 0 }
        1 Inputs { received_at: UtcMillis(1763979000000), hash: "9f86d081" }
        2 Tick { received_at: UtcMillis(1763979060000), connected: ["broker", "listener"] }
        3 Message(RawMessage { source: "broker", topic: "smartpole/castrop-rauxel/p1/d1/up", payload: [123, 34, 118, 97, 108, 117, 101, 115, 34, 58, 123, 34, 112, 109, 50, 95, 53, 34, 58, 55, 46, 51, 125, 125], received_at: UtcMillis(1763979060010), principal: "d1", peer: "192.0.2.7:1883", qos: 1, retained: false })
        4 Message(RawMessage { source: "broker", topic: "smartpole/castrop-rauxel/p1/d1/up", payload: [0, 255, 128], received_at: UtcMillis(1763979060010), principal: "d1", peer: "192.0.2.7:1883", qos: 2, retained: true })
        5 CodecStalled { seq: Seq(4) }
        6 ReplayStep { seqs: [Seq(4), Seq(3)] }
        7 Command { received_at: UtcMillis(1763979061000), text: "Größe" }
    "#]].assert_eq(&format!("{recovery:?}\n{lines}"));
}
