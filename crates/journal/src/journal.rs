//! The handle.

use std::{
    hash::{BuildHasher, RandomState},
    io,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
};

use tokio::sync::{Semaphore, TryAcquireError, mpsc, oneshot, watch};

use smartpole_model::{Record, Seq};

use crate::{
    Error, File, Fs, LaneReceipts, LaneSender, Options, Reader, Recovery, State, Status,
    frame::MAX_BODY,
    group::{Group, Reply, Waiting},
    instants::Instants,
    record,
    recovery::{self, Active},
    segment::io_error,
    segments::Segments,
    writer::{Input, Writer},
};

/// Most messages of a [`Record::ReplayStep`].
const MAX_REPLAY: usize = 1_000;
/// What a waiting record takes beside its own bytes.
const OVERHEAD: usize = 256;

/// An open journal; clones are the same one. When the last handle is dropped, what was appended is still written.
#[derive(Clone, Debug)]
pub struct Journal {
    shared: Arc<Shared>,
}

/// What handles share.
#[derive(Debug)]
pub(crate) struct Shared {
    inbox: mpsc::UnboundedSender<Input>,
    gate: Arc<Gate>,
    waiting_bytes: u32,
    segments: Arc<Segments>,
    durable: watch::Receiver<Seq>,
    status: watch::Sender<Status>,
    lanes: AtomicU64,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Between appenders and the writer.
#[derive(Debug)]
pub(crate) struct Gate {
    /// Bytes that may still be handed over; closed when the writer has ended.
    pub(crate) room: Semaphore,
    /// Whether a full disk is no longer waited for.
    pub(crate) closing: AtomicBool,
}

impl Journal {
    /// Opens the journal in `dir`, creating it if there is none, cuts a torn write off its end and starts the writer.
    /// Blocks while it reads the last segment.
    ///
    /// # Errors
    /// [`Error::InUse`], [`Error::BadHeader`], [`Error::Version`], [`Error::BadFrame`], [`Error::BadRecord`],
    /// [`Error::Io`], [`Error::Sync`]. Nothing was changed then, a torn write apart.
    pub fn open(dir: &Path, options: Options, fs: Arc<dyn Fs>) -> Result<(Self, Recovery), Error> {
        fs.create_dir(dir).map_err(io_error("create", dir))?;
        let lock = fs.lock(&dir.join("lock")).map_err(|source| match source.kind() {
            io::ErrorKind::WouldBlock => Error::InUse { dir: dir.to_owned() },
            _ => io_error("lock", dir)(source),
        })?;
        let segments = Arc::new(Segments::new(fs, dir));
        let (active, recovery) = recovery::recover(&segments)?;
        if recovery.cut_bytes > 0 {
            tracing::warn!(bytes = recovery.cut_bytes, after = %recovery.durable, "cut off a torn write");
        }
        let journal = Self::start(segments, options, active, recovery, lock)?;
        Ok((journal, recovery))
    }

    fn start(
        segments: Arc<Segments>,
        options: Options,
        active: Option<Active>,
        recovery: Recovery,
        lock: Box<dyn File>,
    ) -> Result<Self, Error> {
        let (inbox, inputs) = mpsc::unbounded_channel();
        let (durable, durable_seen) = watch::channel(recovery.durable);
        let mut status = Status { durable: recovery.durable, ..Status::default() };
        segments.describe(&mut status);
        let status = watch::Sender::new(status);
        let room = Semaphore::new(options.waiting_bytes as usize);
        let gate = Arc::new(Gate { room, closing: AtomicBool::new(false) });
        let waiting_bytes = options.waiting_bytes;
        let salt = active.as_ref().map_or_else(|| RandomState::new().hash_one(0) as u32, |active| active.header.salt);
        let writer = Writer {
            segments: Arc::clone(&segments),
            options,
            inbox: inputs,
            gate: Arc::clone(&gate),
            active,
            group: Group::default(),
            next: recovery.durable.next(),
            instants: Instants::after(recovery.received_at),
            durable_floor: recovery.received_at,
            salt,
            durable,
            status: status.clone(),
            _lock: lock,
        };
        let thread = thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || writer.run())
            .map_err(io_error("start the writer of", &segments.dir))?;
        let shared = Shared {
            inbox,
            gate,
            waiting_bytes,
            segments,
            durable: durable_seen,
            status,
            lanes: AtomicU64::new(0),
            thread: Mutex::new(Some(thread)),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// A way to append many messages. Lanes are independent of each other.
    pub fn lane(&self) -> (LaneSender, LaneReceipts) {
        let lane = self.shared.lanes.fetch_add(1, Ordering::Relaxed);
        let (sender, receipts) = mpsc::unbounded_channel();
        // If the writer has ended, the receipts end with it.
        self.shared.inbox.send(Input::Lane { lane, receipts: sender }).ok();
        let shared = || Arc::clone(&self.shared);
        (LaneSender { shared: shared(), lane }, LaneReceipts { shared: shared(), receipts })
    }

    /// Appends a record and waits until it is durable. If it is cancelled, the record may or may not be journalled.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Poisoned`], [`Error::Closed`]; after the last two the record may or may not be
    /// there at the next start.
    pub async fn append_durable(&self, record: Record) -> Result<Seq, Error> {
        let (reply, answer) = oneshot::channel();
        let cost = self.shared.admit(&record).await?;
        self.shared.send(record, Reply::One(reply), cost)?;
        answer.await.map_err(|_| self.shared.ended())
    }

    /// The newest durable record; readers follow it.
    pub fn durable(&self) -> watch::Receiver<Seq> {
        self.shared.durable.clone()
    }

    /// State, segments and positions.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.shared.status.subscribe()
    }

    /// A reader whose first record is `from`.
    pub fn reader(&self, from: Seq) -> Reader {
        Reader::new(Arc::clone(&self.shared.segments), self.durable(), from)
    }

    /// One record; `None` if it is not durable yet or was trimmed. Blocks while it reads.
    ///
    /// # Errors
    /// As [`Reader::next_batch`].
    pub fn read_one(&self, seq: Seq) -> Result<Option<Record>, Error> {
        const GLANCE: usize = 4 << 10;
        match self.reader(seq).next_batch(1, GLANCE) {
            Ok(batch) if seq == batch.first() => {
                batch.iter().next().transpose().map(|found| found.map(|(_, record)| record.to_record()))
            }
            Ok(_) | Err(Error::Gone { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Unlinks the segments all of whose records are below `below`, except the one written to, and says how many.
    /// The caller answers for it that nobody needs them: a checkpoint at their end is durable and retention has passed.
    /// Blocks while it unlinks.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Sync`].
    pub fn trim(&self, below: Seq) -> Result<usize, Error> {
        let count = self.shared.segments.trim(below)?;
        self.shared.status.send_modify(|status| self.shared.segments.describe(status));
        Ok(count)
    }

    /// Writes what was appended, syncs, and ends the writer. What waits for a full disk is given up: it was never
    /// acknowledged. Closing twice is fine.
    ///
    /// # Errors
    /// [`Error::Poisoned`] if a write had failed.
    pub async fn close(&self) -> Result<(), Error> {
        self.shared.gate.closing.store(true, Ordering::Release);
        // An error says that the writer has ended already.
        self.shared.inbox.send(Input::Close).ok();
        let ended = |status: &Status| matches!(status.state, State::Poisoned | State::Closed);
        let state = self.status().wait_for(ended).await.map_or(State::Closed, |status| status.state);
        if let Some(thread) = self.shared.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            thread.join().map_err(|_| Error::Poisoned)?;
        }
        if state == State::Poisoned { Err(Error::Poisoned) } else { Ok(()) }
    }
}

impl Drop for Shared {
    /// Nobody is left to make room: the writer ends instead of waiting for it.
    fn drop(&mut self) {
        self.gate.closing.store(true, Ordering::Release);
    }
}

impl Shared {
    /// Waits until the record may be handed over.
    pub(crate) async fn admit(&self, record: &Record) -> Result<u32, Error> {
        let cost = self.cost(record)?;
        self.gate.room.acquire_many(cost).await.map_err(|_| self.ended())?.forget();
        Ok(cost)
    }

    /// `None` if it would have to wait.
    pub(crate) fn try_admit(&self, record: &Record) -> Result<Option<u32>, Error> {
        let cost = self.cost(record)?;
        match self.gate.room.try_acquire_many(cost) {
            Ok(permit) => {
                permit.forget();
                Ok(Some(cost))
            }
            Err(TryAcquireError::NoPermits) => Ok(None),
            Err(TryAcquireError::Closed) => Err(self.ended()),
        }
    }

    pub(crate) fn send(&self, record: Record, reply: Reply, cost: u32) -> Result<(), Error> {
        self.inbox.send(Input::Append(Waiting { record, reply, cost })).map_err(|_| self.ended())
    }

    /// Why nothing is taken any more.
    pub(crate) fn ended(&self) -> Error {
        match self.status.borrow().state {
            State::Poisoned => Error::Poisoned,
            _ => Error::Closed,
        }
    }

    fn cost(&self, record: &Record) -> Result<u32, Error> {
        let size = record::size_bound(record);
        let steps = if let Record::ReplayStep { seqs, .. } = record { seqs.len() } else { 0 };
        if size > MAX_BODY || steps > MAX_REPLAY {
            return Err(Error::TooLarge);
        }
        Ok(((size + OVERHEAD) as u32).min(self.waiting_bytes))
    }
}
