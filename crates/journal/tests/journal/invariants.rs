use std::path::Path;

use smartpole_journal::{Journal, State};
use smartpole_model::{Record, Seq, UtcMillis};

use crate::{
    setup::{DIR, append_as_one_write, message, open, read_all, record, run, small, until},
    sim_fs::SimFs,
};

#[test]
fn every_kind_of_record_is_read_back_as_it_was_appended() {
    let received_at = UtcMillis(1_000);
    let records = [
        record(1_000, b"{}"),
        Record::Tick { received_at, connected: vec!["broker".to_owned(), "listener".to_owned()] },
        Record::Inputs { received_at, hash: "0a1b".to_owned() },
        Record::CodecStalled { seq: Seq(1) },
        Record::ReplayStep { seqs: vec![Seq(1), Seq(300), Seq(2)] },
        Record::Command { received_at, text: "erase".to_owned() },
    ];
    run(async {
        let (journal, _) = open(&SimFs::default()).unwrap();
        for (record, seq) in records.iter().zip(1..) {
            assert_eq!(journal.append_durable(record.clone()).await.unwrap(), Seq(seq));
        }
        let read: Vec<_> = read_all(&journal, Seq(1)).unwrap().into_iter().map(|(_, record)| record).collect();
        assert_eq!(read, records);
        assert_eq!(journal.read_one(Seq(5)).unwrap().as_ref(), Some(&records[4]));
        assert_eq!(journal.read_one(Seq(7)).unwrap(), None);
        assert_eq!(journal.read_one(Seq(0)).unwrap(), None);
    });
}

#[test]
fn received_at_never_goes_back_also_across_a_restart_with_an_empty_last_segment() {
    let fs = SimFs::default();
    run(async {
        let (journal, _) = open(&fs).unwrap();
        for received_at in [60, 50, 40] {
            journal.append_durable(record(received_at, &[1; 3_000])).await.unwrap();
        }
        journal.close().await.unwrap();
        // A segment that was created, and nothing written to it.
        let last = Path::new(DIR).join(format!("{:020}.log", 3));
        fs.put(&last, &fs.get(&last)[..36]);
        let (journal, recovery) = open(&fs).unwrap();
        assert_eq!((recovery.durable, recovery.received_at), (Seq(2), UtcMillis(61)));
        journal.append_durable(record(55, b"")).await.unwrap();
        let times: Vec<_> =
            read_all(&journal, Seq(1)).unwrap().iter().filter_map(|(_, record)| record.received_at()).collect();
        assert_eq!(times, [60, 61, 62].map(UtcMillis), "and no two messages of a topic have the same");
    });
}

#[test]
fn a_day_begins_a_segment_so_that_a_quiet_day_can_go_without_the_ones_after_it() {
    const DAY: i64 = 86_400_000;
    let fs = SimFs::default();
    run(async {
        let (journal, _) = open(&fs).unwrap();
        for received_at in [DAY - 2, DAY - 1, DAY, DAY + 5] {
            journal.append_durable(record(received_at, b"")).await.unwrap();
        }
        journal.close().await.unwrap();
        let (journal, _) = open(&fs).unwrap();
        journal.append_durable(record(2 * DAY - 1, b"the same day, after a restart")).await.unwrap();
        journal.append_durable(record(4 * DAY, b"two days later")).await.unwrap();
        assert_eq!(journal.status().borrow().segments, 3);
        assert_eq!(journal.trim(Seq(6)).unwrap(), 2, "those of the first two days");
        assert_eq!(read_all(&journal, Seq(6)).unwrap().len(), 1);
    });
}

#[test]
fn what_waits_during_a_sync_becomes_one_group_told_in_order_to_each_lane() {
    let fs = SimFs::default();
    run(async {
        let (journal, _) = open(&fs).unwrap();
        let (first, mut first_receipts) = journal.lane();
        let (second, mut second_receipts) = journal.lane();
        fs.set_free(0);
        first.append(10, message(0, b"a")).await.unwrap();
        until(&journal, |status| status.state == State::Full).await;
        for (lane, token) in [(&first, 11), (&second, 7), (&first, 12), (&second, 6)] {
            lane.append(token, message(0, b"b")).await.unwrap();
        }
        assert_eq!(first_receipts.try_recv().unwrap(), None);
        fs.set_free(u64::MAX);
        assert_eq!(first_receipts.recv().await.unwrap(), [10]);
        assert_eq!(first_receipts.recv().await.unwrap(), [11, 12]);
        assert_eq!(second_receipts.recv().await.unwrap(), [7, 6]);
    });
}

#[test]
fn while_the_disk_is_full_nothing_is_acknowledged_and_it_goes_on_by_itself() {
    let fs = SimFs::default();
    run(async {
        let (journal, _) = open(&fs).unwrap();
        journal.append_durable(record(1, b"before")).await.unwrap();
        fs.set_free(20); // a write is cut short, then fails
        let (lane, mut receipts) = journal.lane();
        lane.append(1, message(2, b"waits")).await.unwrap();
        let status = until(&journal, |status| status.state == State::Full).await;
        assert_eq!(status.durable, Seq(1));
        assert_eq!(receipts.try_recv().unwrap(), None);
        assert_eq!(read_all(&journal, Seq(1)).unwrap().len(), 1);
        fs.set_free(u64::MAX);
        assert_eq!(receipts.recv().await.unwrap(), [1]);
        assert_eq!(until(&journal, |status| status.state == State::Running).await.durable, Seq(2));
        assert_eq!(read_all(&journal, Seq(1)).unwrap().len(), 2);
    });
}

#[test]
fn closing_writes_what_was_appended_but_does_not_wait_for_a_full_disk() {
    let fs = SimFs::default();
    run(async {
        let (journal, _) = open(&fs).unwrap();
        let (lane, mut receipts) = journal.lane();
        for token in 0..20 {
            lane.append(token, message(0, b"x")).await.unwrap();
        }
        journal.close().await.unwrap();
        let mut told = Vec::new();
        while let Ok(tokens) = receipts.recv().await {
            told.extend(tokens);
        }
        assert_eq!(told, (0..20).collect::<Vec<_>>());

        let (journal, recovery) = open(&fs).unwrap();
        assert_eq!(recovery.durable, Seq(20));
        fs.set_free(0);
        let (lane, mut receipts) = journal.lane();
        lane.append(1, message(0, b"never acknowledged")).await.unwrap();
        until(&journal, |status| status.state == State::Full).await;
        journal.close().await.unwrap();
        assert!(receipts.recv().await.is_err());
    });
}

#[test]
fn what_waits_is_bounded_in_bytes_and_given_back_by_try_append() {
    let fs = SimFs::default();
    run(async {
        let (journal, _) = open(&fs).unwrap();
        fs.set_free(0);
        let (lane, _receipts) = journal.lane();
        let mut taken = 0;
        while lane.try_append(0, message(0, &[0; 1_000])).unwrap().is_none() {
            taken += 1;
        }
        assert!((40..64).contains(&taken), "{taken} of 1,000 bytes in 64 KiB");
        fs.set_free(u64::MAX);
        lane.append(0, message(0, &[0; 1_000])).await.unwrap();
    });
}

#[test]
fn trimming_unlinks_whole_segments_and_never_the_last() {
    let fs = SimFs::default();
    run(async {
        let (journal, _) = open(&fs).unwrap();
        for _ in 0..9 {
            journal.append_durable(record(0, &[7; 1_200])).await.unwrap(); // three a segment
        }
        assert_eq!(journal.trim(Seq(4)).unwrap(), 1);
        assert_eq!(journal.trim(Seq(6)).unwrap(), 0);
        let status = *journal.status().borrow();
        assert_eq!((status.segments, status.oldest), (2, Seq(4)));
        assert_eq!(journal.read_one(Seq(3)).unwrap(), None);
        assert_eq!(journal.trim(Seq(1_000)).unwrap(), 1);
        assert_eq!(read_all(&journal, Seq(7)).unwrap().len(), 3);
        journal.close().await.unwrap();
        let (_, recovery) = open(&fs).unwrap();
        assert_eq!((recovery.oldest, recovery.durable), (Seq(7), Seq(9)));
    });
}

#[test]
fn readers_have_places_of_their_own_and_follow_the_durable_position() {
    run(async {
        let (journal, _) = open(&SimFs::default()).unwrap();
        let mut early = journal.reader(Seq(1));
        let mut late = journal.reader(Seq(3));
        assert!(early.next_batch(10, 1_000).unwrap().is_empty());
        for payload in [b"a", b"b", b"c"] {
            journal.append_durable(record(0, payload)).await.unwrap();
        }
        late.ready().await.unwrap();
        let batch = late.next_batch(10, 1_000).unwrap();
        assert_eq!((batch.first(), batch.last(), batch.len()), (Seq(3), Seq(3), 1));
        assert_eq!(early.next_batch(2, 1_000).unwrap().last(), Seq(2));
        assert_eq!(early.next_batch(2, 1).unwrap().last(), Seq(3), "a record larger than the limit is read");
        journal.close().await.unwrap();
        assert!(late.ready().await.is_err());
    });
}

#[test]
fn a_record_larger_than_a_segment_and_a_write_of_short_writes_are_kept() {
    let fs = SimFs::default();
    fs.set_short_writes(true);
    run(async {
        let (journal, _) = open(&fs).unwrap();
        let large = |at| record(at, &[9; 300_000]);
        for at in 1..=3 {
            journal.append_durable(large(at)).await.unwrap();
        }
        append_as_one_write(&journal, &fs, &[message(0, b"x"), message(0, b"y")]).await;
        assert_eq!(journal.read_one(Seq(2)).unwrap(), Some(large(2)));
        assert_eq!(read_all(&journal, Seq(1)).unwrap().len(), 5);
    });
}

#[test]
fn the_last_handle_dropped_leaves_nothing_unwritten() {
    let dir = tempfile::tempdir().unwrap();
    let fs = std::sync::Arc::new(smartpole_journal::OsFs);
    run(async {
        let (journal, _) = Journal::open(dir.path(), small(), fs).unwrap();
        let (lane, receipts) = journal.lane();
        let mut status = journal.status();
        lane.append(1, message(0, b"x")).await.unwrap();
        drop((journal, lane, receipts));
        status.wait_for(|status| status.state == State::Closed).await.unwrap();
        assert_eq!(status.borrow().durable, Seq(1));
    });
}
