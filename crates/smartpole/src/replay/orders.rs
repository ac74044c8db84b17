//! Takes orders: one replay at a time.

use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant},
};

use futures::future::{BoxFuture, FutureExt};
use smartpole_api::{NotOrdered, NotTried, Replays, Selection, Tried};
use smartpole_journal::Journal;
use smartpole_model::{Inputs, Record, Seq};
use smartpole_pipeline::{Effect, Fold, REPLAY, Replay};
use smartpole_store::Store;

use super::dry::{DryError, dry_registry, dry_run};
use crate::{clock, inputs::InputLibrary};

/// How long a dry run waits for what is folded to be committed, and how often it looks.
const COMMITTED: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(50);

/// Orders of this service.
pub(crate) struct Orders {
    fold: Arc<RwLock<Fold>>,
    store: Store,
    journal: Journal,
    library: InputLibrary,
    ordering: tokio::sync::Mutex<()>,
    /// The newest order, which may not be folded yet.
    newest: Mutex<Option<Replay>>,
    trying: Mutex<()>,
}

impl Orders {
    pub(crate) fn new(fold: &Arc<RwLock<Fold>>, store: &Store, journal: &Journal, library: &InputLibrary) -> Arc<Self> {
        let (fold, store, journal, library) = (Arc::clone(fold), store.clone(), journal.clone(), library.clone());
        let (ordering, newest, trying) = (tokio::sync::Mutex::default(), Mutex::default(), Mutex::default());
        Arc::new(Self { fold, store, journal, library, ordering, newest, trying })
    }

    async fn append(&self, selection: Selection) -> Result<Replay, NotOrdered> {
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| NotOrdered::Failed(error);
        let _ordering = self.ordering.lock().await;
        if let Some(replay) = self.under_way() {
            return Err(NotOrdered::UnderWay(Box::new(replay)));
        }
        let order = serde_json::to_string(&selection).map_err(|error| failed(error.into()))?;
        let (ordered_at, text) = (clock::now(), format!("{REPLAY}{order}"));
        let record = Record::Command { received_at: ordered_at, text };
        let id = self.journal.append_durable(record).await.map_err(|error| failed(error.into()))?;
        let replay = Replay { id, ordered_at, order, ..Replay::default() };
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = Some(replay.clone());
        Ok(replay)
    }

    /// What was ordered and is not done, folded or not.
    fn under_way(&self) -> Option<Replay> {
        let folded = || {
            let fold = self.fold.read().unwrap_or_else(PoisonError::into_inner);
            fold.replay().filter(|replay| !replay.done).cloned()
        };
        self.waiting().or_else(folded)
    }

    /// What is folded is the registry in force, too: it is waited for until the store has it.
    fn wait_for_commit(&self) -> Result<(), smartpole_store::Error> {
        let (asked, begun) = (self.position(), Instant::now());
        while self.store.cursor()? < asked && begun.elapsed() < COMMITTED {
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    /// Tries something out beside the fold; one at a time.
    fn beside<T>(&self, attempt: impl FnOnce() -> Result<T, DryError>) -> Result<T, NotTried> {
        let Ok(_trying) = self.trying.try_lock() else { return Err(NotTried::Busy) };
        let tried = self.wait_for_commit().map_err(DryError::Store).and_then(|()| attempt());
        tried.map_err(|error| match error {
            DryError::TooMany => NotTried::TooMany(super::dry::MOST),
            error => NotTried::Failed(Box::new(error)),
        })
    }

    /// What another registry would bring.
    pub(crate) fn try_registry(&self, next: Arc<Inputs>, most: u64) -> Result<Tried, NotTried> {
        self.beside(|| dry_registry(&self.store, &self.journal, &self.library, next, most))
    }

    fn position(&self) -> Seq {
        self.fold.read().unwrap_or_else(PoisonError::into_inner).position().0
    }
}

impl Replays for Orders {
    fn order(&self, selection: Selection) -> BoxFuture<'_, Result<Replay, NotOrdered>> {
        self.append(selection).boxed()
    }

    fn waiting(&self) -> Option<Replay> {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        newest.filter(|replay| self.position() < replay.id)
    }

    fn try_out(&self, selection: &Selection) -> Result<Effect, NotTried> {
        self.beside(|| dry_run(&self.store, &self.journal, &self.library, selection))
    }
}
