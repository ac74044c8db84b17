//! Carries out what was ordered: appends the steps of a replay, and those of a registry that changes the past.
//!
//! It looks at the fold only, which says what is under way and how far; so it goes on by itself after a restart, kill or not.

use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use smartpole_api::Selection;
use smartpole_journal::Journal;
use smartpole_model::{Record, Seq};
use smartpole_pipeline::{Fold, RESETTLE, Replay};
use smartpole_store::Store;
use tokio::{runtime::Handle, task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;

use super::pick::{PickError, Picker};
use crate::{clock, telemetry::Chain};

/// Steps that may wait to be folded: live messages that come meanwhile wait for no more.
const AHEAD: usize = 4;
/// How long it waits for the fold while there is something to do, and while there is nothing.
const BUSY: Duration = Duration::from_millis(5);
const IDLE: Duration = Duration::from_millis(200);
/// How long it waits after what failed.
const RETRY: Duration = Duration::from_secs(1);

/// Why nothing can be appended now.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("cannot pick messages")]
    Pick(#[from] PickError),
    #[error(transparent)]
    Store(#[from] smartpole_store::Error),
    #[error("cannot journal a step")]
    Append(#[from] smartpole_journal::Error),
}

/// Appends steps.
pub(crate) struct Runner {
    fold: Arc<RwLock<Fold>>,
    store: Store,
    journal: Journal,
    /// What was journalled before: it is folded first, as there may be steps in it.
    begun: Seq,
    /// Steps that are not folded yet.
    ahead: VecDeque<Seq>,
    resettled: Seq,
    picking: Option<Picking>,
}

/// The replay under way.
struct Picking {
    id: Seq,
    picker: Picker,
    ended: bool,
}

impl Runner {
    pub(crate) fn new(fold: &Arc<RwLock<Fold>>, store: &Store, journal: &Journal) -> Self {
        let (fold, store, journal) = (Arc::clone(fold), store.clone(), journal.clone());
        let begun = *journal.durable().borrow();
        Self { fold, store, journal, begun, ahead: VecDeque::new(), resettled: Seq(0), picking: None }
    }

    /// Appends what is due until `stop`, on a thread of its own; a panic counts as a failure of the service.
    pub(crate) fn spawn(self, tasks: &mut JoinSet<()>, stop: CancellationToken, failed: &CancellationToken) {
        let (runtime, guard) = (Handle::current(), failed.clone().drop_guard());
        tasks.spawn_blocking(move || {
            self.run(&runtime, &stop);
            guard.disarm();
        });
    }

    fn run(mut self, runtime: &Handle, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let pause = match self.turn(runtime, stop) {
                Ok(true) => BUSY,
                Ok(false) => IDLE,
                Err(error) => {
                    tracing::error!("decoding messages again stands still: {}", Chain(&error));
                    self.picking = None; // what is appended already is folded first
                    self.begun = self.ahead.back().copied().unwrap_or(self.begun).max(self.begun);
                    RETRY
                }
            };
            runtime.block_on(async { timeout(pause, stop.cancelled()).await.ok() });
        }
    }

    /// Appends what may be appended now, and says whether more is to come.
    fn turn(&mut self, runtime: &Handle, stop: &CancellationToken) -> Result<bool, Error> {
        let (folded, resettling, replay) = {
            let fold = self.fold.read().unwrap_or_else(PoisonError::into_inner);
            (fold.position().0, fold.is_resettling(), fold.replay().filter(|replay| !replay.done).cloned())
        };
        if folded < self.begun {
            return Ok(true);
        }
        while self.ahead.front().is_some_and(|seq| *seq <= folded) {
            self.ahead.pop_front();
        }
        if resettling && self.resettled <= folded {
            let record = Record::Command { received_at: clock::now(), text: RESETTLE.to_owned() };
            self.resettled = self.append(record, runtime, stop)?.unwrap_or(self.resettled);
        }
        match &replay {
            Some(replay) => self.go_on(replay, runtime, stop)?,
            None => self.picking = None,
        }
        Ok(resettling || replay.is_some())
    }

    fn go_on(&mut self, replay: &Replay, runtime: &Handle, stop: &CancellationToken) -> Result<(), Error> {
        let mut picking = match self.picking.take().filter(|picking| picking.id == replay.id) {
            Some(picking) => picking,
            // what left the quarantine just before is there until it is committed
            None if self.store.cursor()? < replay.id => return Ok(()),
            None => self.begin(replay),
        };
        while !picking.ended && self.ahead.len() < AHEAD && !stop.is_cancelled() {
            let seqs = picking.picker.pick()?;
            picking.ended = seqs.is_empty();
            let appended = self.append(Record::ReplayStep { seqs }, runtime, stop)?;
            self.ahead.extend(appended);
        }
        self.picking = Some(picking);
        Ok(())
    }

    fn begin(&self, replay: &Replay) -> Picking {
        let id = replay.id;
        let selection: Selection = serde_json::from_str(&replay.order).unwrap_or_else(|error| {
            tracing::error!(%id, order = replay.order, %error, "an order selects by default, as it cannot be understood");
            Selection::default()
        });
        tracing::info!(%id, next = %replay.next, order = replay.order, "decoding messages again");
        let picker = Picker::new(selection, &self.fold, (&self.store, &self.journal), (replay.next, id));
        Picking { id, picker, ended: false }
    }

    /// Nothing is appended any more once it is told to stop.
    fn append(&self, record: Record, runtime: &Handle, stop: &CancellationToken) -> Result<Option<Seq>, Error> {
        let appended = runtime.block_on(stop.run_until_cancelled(self.journal.append_durable(record)));
        Ok(appended.transpose()?)
    }
}
