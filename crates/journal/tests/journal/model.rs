//! Random histories, compared with a list in memory: whatever happens, what was acknowledged is there, in order, and
//! what is there was handed over.

use std::collections::VecDeque;

use proptest::{collection::vec, prelude::*};
use smartpole_journal::{Error, Journal, LaneReceipts, LaneSender, Reader, Recovery, State};
use smartpole_model::{Record, Seq, UtcMillis};

use crate::{
    setup::{message, open, read_all, run, until},
    sim_fs::SimFs,
};

#[derive(Clone, Debug)]
enum Action {
    /// Messages of these sizes, until all are acknowledged.
    Append(Vec<usize>),
    /// The disk is full while they are handed over, then is not.
    Full {
        sizes: Vec<usize>,
        free: u64,
    },
    /// The power goes after so many calls to the disk.
    Crash {
        sizes: Vec<usize>,
        calls: u32,
        seed: u64,
    },
    /// fdatasync fails; then the process alone starts again, or the power goes as well.
    FailSync {
        sizes: Vec<usize>,
        seed: Option<u64>,
    },
    Reopen,
    Read {
        records: usize,
        bytes: usize,
    },
    /// Everything below this percentage of the records.
    Trim(u64),
}

fn action() -> impl Strategy<Value = Action> {
    let sizes = || vec(prop_oneof![4 => 0usize..40, 2 => 500usize..1_500, 1 => 4_000usize..6_000], 1..20);
    prop_oneof![
        3 => sizes().prop_map(Action::Append),
        1 => (sizes(), 0u64..3_000).prop_map(|(sizes, free)| Action::Full { sizes, free }),
        4 => (sizes(), 0u32..14, any::<u64>()).prop_map(|(sizes, calls, seed)| Action::Crash { sizes, calls, seed }),
        1 => (sizes(), any::<Option<u64>>()).prop_map(|(sizes, seed)| Action::FailSync { sizes, seed }),
        1 => Just(Action::Reopen),
        2 => (1usize..30, 0usize..5_000).prop_map(|(records, bytes)| Action::Read { records, bytes }),
        1 => (0u64..110).prop_map(Action::Trim),
    ]
}

proptest! {
    #[test]
    fn what_was_acknowledged_is_there_after_any_history(actions in vec(action(), 1..25), short in any::<bool>()) {
        let fs = SimFs::default();
        fs.set_short_writes(short);
        run(async {
            let mut model = Model::new(fs);
            for action in actions {
                model.act(action).await;
                model.compare();
            }
        });
    }
}

struct Model {
    fs: SimFs,
    session: Session,
    /// All durable records, from the first ever.
    durable: Vec<Record>,
    /// Handed over, not acknowledged.
    waiting: VecDeque<Record>,
    oldest: Seq,
    handed: u64,
}

/// From one start to the next.
struct Session {
    journal: Journal,
    lane: LaneSender,
    receipts: LaneReceipts,
    reader: Reader,
}

impl Session {
    fn start(fs: &SimFs, from: Seq) -> (Self, Recovery) {
        let (journal, recovery) = open(fs).unwrap();
        let (lane, receipts) = journal.lane();
        let reader = journal.reader(from);
        (Self { journal, lane, receipts, reader }, recovery)
    }
}

impl Model {
    fn new(fs: SimFs) -> Self {
        let (session, recovery) = Session::start(&fs, Seq(1));
        let oldest = recovery.oldest;
        Self { fs, session, durable: Vec::new(), waiting: VecDeque::new(), oldest, handed: 0 }
    }

    async fn act(&mut self, action: Action) {
        match action {
            Action::Append(sizes) => {
                self.hand_over(&sizes).await;
                self.receive().await.unwrap();
            }
            Action::Full { sizes, free } => {
                self.fs.set_free(free);
                self.hand_over(&sizes).await;
                let all = self.durable.len() + self.waiting.len();
                let settled = |state, durable: Seq| state == State::Full || durable.0 == all as u64;
                until(&self.session.journal, |status| settled(status.state, status.durable)).await;
                self.fs.set_free(u64::MAX);
                self.receive().await.unwrap();
            }
            Action::Crash { sizes, calls, seed } => {
                self.fs.lose_power_after(calls);
                self.hand_over(&sizes).await;
                self.receive().await.ok();
                self.fs.crash(seed);
                self.restart();
            }
            Action::FailSync { sizes, seed } => {
                self.fs.set_fail_sync(true);
                self.hand_over(&sizes).await;
                assert!(matches!(self.receive().await, Err(Error::Poisoned)));
                assert!(self.session.journal.close().await.is_err());
                self.fs.set_fail_sync(false);
                seed.inspect(|seed| self.fs.crash(*seed));
                self.restart();
            }
            Action::Reopen => {
                self.session.journal.close().await.unwrap();
                self.restart();
            }
            Action::Read { records, bytes } => self.read(records, bytes),
            Action::Trim(percent) => {
                let below = Seq(self.durable.len() as u64 * percent / 100);
                self.session.journal.trim(below).unwrap();
                let oldest = self.session.journal.status().borrow().oldest;
                assert!(oldest <= below || oldest == self.oldest);
                self.oldest = oldest;
            }
        }
    }

    /// Hands messages over without waiting for receipts; their times jump.
    async fn hand_over(&mut self, sizes: &[usize]) {
        for size in sizes {
            let mut payload = self.handed.to_le_bytes().to_vec();
            payload.resize(payload.len() + size, if size % 2 == 0 { 0 } else { 0xa5 });
            let message = message(self.handed as i64 + (*size as i64 % 50), &payload);
            if self.session.lane.append(self.handed, message.clone()).await.is_err() {
                return;
            }
            self.handed += 1;
            self.waiting.push_back(Record::Message(message));
        }
    }

    /// Takes receipts until nothing waits, or the journal has ended.
    async fn receive(&mut self) -> Result<(), Error> {
        while !self.waiting.is_empty() {
            for token in self.session.receipts.recv().await? {
                assert_eq!(token, self.handed - self.waiting.len() as u64, "receipts are in the order of appends");
                self.acknowledge();
            }
        }
        Ok(())
    }

    fn acknowledge(&mut self) {
        let floor = self.floor();
        let Some(Record::Message(mut message)) = self.waiting.pop_front() else { panic!("nothing was waiting") };
        // all are of one topic
        message.received_at = message.received_at.max(floor.plus(1));
        self.durable.push(Record::Message(message));
    }

    fn floor(&self) -> UtcMillis {
        self.durable.last().and_then(Record::received_at).unwrap_or_default()
    }

    /// Opens again. A first part of what waited may have become durable without being acknowledged.
    fn restart(&mut self) {
        let (session, recovery) = Session::start(&self.fs, self.session.reader.next_seq());
        self.session = session;
        assert!(recovery.durable.0 >= self.durable.len() as u64, "acknowledged records are missing");
        while (self.durable.len() as u64) < recovery.durable.0 {
            self.acknowledge();
        }
        self.waiting.clear();
        assert_eq!(recovery.oldest, self.oldest);
        assert_eq!(recovery.received_at, self.floor());
    }

    fn read(&mut self, records: usize, bytes: usize) {
        let next = self.session.reader.next_seq();
        if next < self.oldest {
            assert!(matches!(self.session.reader.next_batch(records, bytes), Err(Error::Gone { .. })));
            self.session.reader = self.session.journal.reader(self.oldest);
            return;
        }
        let batch = self.session.reader.next_batch(records, bytes).unwrap();
        let left = self.durable.len() - (next.0 - 1) as usize;
        assert!(batch.len() <= records && batch.is_empty() == (left == 0));
        for item in batch.iter() {
            let (seq, record) = item.unwrap();
            assert_eq!(record.to_record(), self.durable[seq.0 as usize - 1]);
        }
    }

    fn compare(&self) {
        let read = read_all(&self.session.journal, self.oldest).unwrap();
        let kept = (self.oldest.0 as usize - 1).min(self.durable.len());
        let expected: Vec<_> = (self.oldest.0..).map(Seq).zip(self.durable[kept..].iter().cloned()).collect();
        assert!(read == expected, "{} records read, {} expected", read.len(), expected.len());
    }
}
