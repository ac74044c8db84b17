//! The thread that folds and commits: it follows the journal, shows what it understood at once, and commits once a second.
//!
//! Folding and committing share a thread, so a closed block is in memory or in the store and there is nothing between that a
//! question could miss or count twice: readers see the batch under way by its number.

use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError, RwLock, RwLockWriteGuard},
    time::{Duration, Instant},
};

use smartpole_journal::{Error as JournalError, Journal, Reader};
use smartpole_model::{Record, RecordRef, Seq};
use smartpole_pipeline::{Env, Fold, Live, LoadError, Offer};
use smartpole_store::Store;
use tokio::{
    runtime::Handle,
    sync::{broadcast, mpsc, watch},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::{
    began_anew,
    inputs::InputLibrary,
    replay::{Kept, Messages, weight},
    telemetry::Chain,
};

/// Messages folded under one lock, or records that take as long: a question waits for no more than these.
const STEP_MESSAGES: u64 = 500;
const STEP_RECORDS: usize = STEP_MESSAGES as usize;
const STEP_BYTES: usize = 1 << 20;
/// A commit comes after so many messages, or records that take as long …
const COMMIT_MESSAGES: u64 = 10_000;
/// … or so long after the first change.
const COMMIT_AFTER: Duration = Duration::from_secs(1);
/// How long a failed commit or load waits before it is tried again.
const RETRY: Duration = Duration::from_millis(250);
/// How long a stop goes on folding what was journalled; the rest is folded at the next start.
const CATCH_UP: Duration = Duration::from_millis(500);

/// Why folding cannot go on at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A record cannot be read.
    #[error("cannot read the journal")]
    Journal(#[from] JournalError),
    /// The state cannot be read back.
    #[error("cannot restore the fold")]
    Restore(#[from] LoadError),
    /// The store is broken.
    #[error("cannot use the store")]
    Store(#[from] smartpole_store::Error),
}

/// Everything the thread works with.
pub(crate) struct FoldLoop {
    pub(crate) journal: Journal,
    /// Its messages, for those that are decoded again.
    pub(crate) messages: Messages,
    pub(crate) store: Store,
    pub(crate) library: InputLibrary,
    pub(crate) fold: Arc<RwLock<Fold>>,
    pub(crate) live: broadcast::Sender<Arc<Live>>,
    /// What devices shall be told.
    pub(crate) offers: mpsc::Sender<Vec<Offer>>,
    /// The newest batch in the store.
    pub(crate) committed: watch::Sender<u64>,
    /// Why folding stands still, if it does.
    pub(crate) trouble: watch::Sender<Option<String>>,
    /// Days after which a message may leave the journal.
    pub(crate) journal_days: u32,
}

/// Where the thread is.
struct Progress {
    reader: Reader,
    /// Messages whose folding panicked.
    broken: HashSet<Seq>,
    committed: Seq,
    /// Messages folded since, or records that take as long.
    uncommitted: u64,
    first_change: Option<Instant>,
    /// A checkpoint was committed, and the journal was not trimmed by it yet.
    trim_due: bool,
    /// When a stop waits no longer for what was journalled.
    deadline: Option<Instant>,
}

impl Progress {
    fn new(reader: Reader, committed: Seq) -> Self {
        let (broken, first_change, trim_due, deadline) = (HashSet::new(), None, false, None);
        Self { reader, broken, committed, uncommitted: 0, first_change, trim_due, deadline }
    }

    /// Whether what is left is folded at the next start.
    fn gives_up(&mut self, stop: &CancellationToken) -> bool {
        stop.is_cancelled() && Instant::now() > *self.deadline.get_or_insert_with(|| Instant::now() + CATCH_UP)
    }
}

impl FoldLoop {
    /// Folds until `stop`, then what is left for a moment, and commits.
    pub(crate) fn run(self, runtime: &Handle, stop: &CancellationToken) -> Result<(), Error> {
        let cursor = self.write().position().0;
        let mut progress = Progress::new(self.journal.reader(cursor.next()), cursor);
        loop {
            let batch = progress.reader.next_batch(STEP_RECORDS, STEP_BYTES)?;
            let records = batch.iter().collect::<Result<Vec<_>, _>>()?;
            self.fold_all(&records, &mut progress, runtime, stop)?;
            self.commit_if_due(&mut progress, stop)?;
            let given_up = progress.gives_up(stop);
            if stop.is_cancelled() && (batch.is_empty() || given_up) {
                return self.commit(&mut progress, stop);
            } else if batch.is_empty() {
                wait(&mut progress, runtime, stop);
            }
        }
    }

    fn fold_all(
        &self,
        records: &[(Seq, RecordRef<'_>)],
        progress: &mut Progress,
        runtime: &Handle,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        let mut rest = records;
        while !rest.is_empty() && !progress.gives_up(stop) {
            let (n, weight) = weight::part(rest, STEP_MESSAGES);
            let (part, after) = rest.split_at(n);
            if !self.step(part, progress, runtime)? {
                break; // what is left is read again
            }
            progress.uncommitted += weight;
            self.commit_if_due(progress, stop)?;
            rest = after;
        }
        Ok(())
    }

    /// Folds records; if that fails, the state is restored and folding goes on from the cursor. Whether it did not fail.
    fn step(&self, records: &[(Seq, RecordRef<'_>)], progress: &mut Progress, runtime: &Handle) -> Result<bool, Error> {
        let folded = catch_unwind(AssertUnwindSafe(|| self.apply(records, &progress.broken)));
        match folded {
            Ok(Ok(())) => {
                progress.first_change.get_or_insert_with(Instant::now);
                return Ok(true);
            }
            Ok(Err(error)) => {
                self.report(Some(&Chain(&error).to_string()));
                runtime.block_on(tokio::time::sleep(RETRY));
            }
            Err(_) => {
                let seq = self.write().at();
                tracing::error!(seq = seq.0, "folding a message failed by a fault of this program");
                progress.broken.insert(seq);
            }
        }
        self.restore(progress).map(|()| false)
    }

    fn apply(&self, records: &[(Seq, RecordRef<'_>)], broken: &HashSet<Seq>) -> Result<(), LoadError> {
        let mut fold = self.write();
        fold.watch(self.live.receiver_count() > 0);
        let stored = Kept { stored: &self.store, messages: &self.messages };
        let env = Env { stored: &stored, inputs: &self.library };
        fold.answer(true);
        fold.apply_all(records, |seq| broken.contains(&seq), &env, |offers| self.offer(offers))?;
        let live = fold.take_live();
        drop(fold);
        let replayed = records.iter().map(|(_, record)| weight::replayed(record)).sum();
        metrics::counter!("smartpole_replay_messages_total").increment(replayed);
        if !live.readings.is_empty() || !live.windows.is_empty() {
            // nobody listening any more is no fault
            self.live.send(Arc::new(live)).ok();
        }
        Ok(())
    }

    /// Passes on what devices shall be told. Whoever answers them is only behind if far more asks than can be answered.
    fn offer(&self, offers: Vec<Offer>) {
        if let Err(error) = self.offers.try_send(offers) {
            metrics::counter!("smartpole_downlinks_total", "result" => "overload").increment(1);
            tracing::debug!("devices go unanswered: {error}");
        }
    }

    fn restore(&self, progress: &mut Progress) -> Result<(), Error> {
        let restored = restore(&self.store, &self.library)?;
        let cursor = restored.position().0;
        *self.write() = restored;
        self.fold.clear_poison();
        progress.reader = self.journal.reader(cursor.next());
        (progress.committed, progress.uncommitted, progress.first_change) = (cursor, 0, None);
        Ok(())
    }

    fn commit_if_due(&self, progress: &mut Progress, stop: &CancellationToken) -> Result<(), Error> {
        let waited = progress.first_change.is_some_and(|first| first.elapsed() >= COMMIT_AFTER);
        if waited || progress.uncommitted >= COMMIT_MESSAGES {
            self.commit(progress, stop)?;
        }
        Ok(())
    }

    /// Commits what changed, and waits for room on the disk if there is none.
    fn commit(&self, progress: &mut Progress, stop: &CancellationToken) -> Result<(), Error> {
        if self.write().position().0 == progress.committed {
            return Ok(());
        }
        let changes = self.write().take_changes();
        while let Err(error) = self.store.commit(&changes) {
            self.report(Some(&Chain(&error).to_string()));
            if !error.is_full() {
                return Err(error.into());
            }
            if stop.is_cancelled() {
                return Ok(()); // folded again at the next start
            }
            std::thread::sleep(RETRY);
        }
        self.write().committed();
        began_anew::tell(&self.fold, &changes.began_anew);
        self.committed.send_replace(changes.batch);
        (progress.committed, progress.uncommitted, progress.first_change) = (changes.cursor, 0, None);
        self.report(None);
        progress.trim_due |= changes.checkpoint.is_some();
        if progress.trim_due {
            // what cannot be trimmed now is kept and tried again: it must not stop the folding
            match self.trim(changes.received_at) {
                Ok(()) => progress.trim_due = false,
                Err(error) => tracing::warn!("the journal is not trimmed: {}", Chain(&error)),
            }
        }
        Ok(())
    }

    /// Lets go of journal segments that a durable checkpoint and the retention of raw messages both allow; quarantined messages
    /// in them are copied before.
    fn trim(&self, now: smartpole_model::UtcMillis) -> Result<(), Error> {
        let day = now.utc_day().saturating_sub_unsigned(self.journal_days);
        let Some(below) = self.store.checkpoint_by(day)? else { return Ok(()) };
        let quarantined = self.store.quarantined_before(below.next())?;
        let message = |seq| match self.journal.read_one(seq) {
            Ok(Some(Record::Message(message))) => Some((seq, message)),
            _ => None,
        };
        let evicted = self.store.keep_quarantined(quarantined.into_iter().filter_map(message))?;
        metrics::counter!("smartpole_quarantine_evicted_total").increment(evicted as u64);
        let unlinked = self.journal.trim(below.next())?;
        tracing::info!(unlinked, evicted, below = below.0, "trimmed the journal");
        Ok(())
    }

    fn report(&self, trouble: Option<&str>) {
        let trouble = trouble.map(str::to_owned);
        self.trouble.send_if_modified(|known| {
            let changed = *known != trouble;
            if let Some(text) = trouble.as_ref().filter(|_| changed) {
                tracing::error!("folding stands still: {text}");
            }
            *known = trouble;
            changed
        });
    }

    fn write(&self) -> RwLockWriteGuard<'_, Fold> {
        self.fold.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The fold where the store says it was.
pub(crate) fn restore(store: &Store, library: &InputLibrary) -> Result<Fold, Error> {
    let restore = store.restore()?;
    Ok(Fold::restore(restore, &Env { stored: store, inputs: library })?)
}

/// Waits for records, but not beyond the next commit.
fn wait(progress: &mut Progress, runtime: &Handle, stop: &CancellationToken) {
    let due = progress.first_change.map_or(COMMIT_AFTER, |first| COMMIT_AFTER.saturating_sub(first.elapsed()));
    let ready = progress.reader.ready();
    runtime.block_on(async {
        let news = timeout(due, stop.run_until_cancelled(ready)).await;
        if let Ok(Some(Err(_))) = news {
            // the journal has ended: nothing comes any more until we are stopped
            timeout(due, stop.cancelled()).await.ok();
        }
    });
}
