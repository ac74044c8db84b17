//! What the handlers share.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
    time::Duration,
};

use metrics_exporter_prometheus::PrometheusHandle;
use smartpole_journal::Journal;
use smartpole_model::UtcMillis;
use smartpole_pipeline::{Fold, Live};
use smartpole_store::Queries;
use tokio::sync::{Semaphore, broadcast, watch};
use tokio_util::sync::CancellationToken;

use crate::{Health, Legal, Operators, Publish, Replays, export::Slots, live::Hub, problem::Problem, routes::Days};

/// Limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Connections at once; more wait to be accepted.
    pub connections: usize,
    /// Live streams at once; more get 503.
    pub live_streams: usize,
    /// Questions to fold and store at once; more wait up to two seconds, then get 503.
    pub questions: usize,
    /// Exports at once, of the public and as many of operators; more get 503.
    pub exports: usize,
    /// Records yet to be folded above which the service is not ready.
    pub max_lag: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { connections: 1_024, live_streams: 200, questions: 8, exports: 2, max_lag: 100_000 }
    }
}

/// Where the interface reads.
#[derive(Clone)]
pub struct Parts {
    /// What is known beside the store.
    pub fold: Arc<RwLock<Fold>>,
    /// Answers about history, and now.
    pub queries: Queries,
    /// What was received.
    pub journal: Journal,
    /// What the fold shows before it is committed. The interface subscribes only while somebody watches.
    pub live: broadcast::Sender<Arc<Live>>,
    /// How the other parts are.
    pub health: watch::Receiver<Health>,
    /// Renders what the process measured about itself.
    pub metrics: PrometheusHandle,
    /// Decodes messages again.
    pub replays: Arc<dyn Replays>,
    /// Where readings are that the store keeps no more, if they are anywhere.
    pub history: Option<Arc<dyn crate::History>>,
    /// What operators were told of.
    pub alerts: smartpole_alerting::Book,
    /// What time it is.
    pub clock: fn() -> UtcMillis,
    /// Who may know and do all.
    pub operators: Operators,
    /// Who publishes; its `base_url` is not empty.
    pub publish: Publish,
    /// What the law asks of the page.
    pub legal: Legal,
    /// Days that messages stay in the journal.
    pub journal_days: u32,
}

/// All that the handlers share; clones are the same one.
#[derive(Clone)]
pub struct ApiState {
    pub(crate) parts: Parts,
    pub(crate) options: Options,
    pub(crate) hub: Arc<Hub>,
    questions: Arc<Semaphore>,
    pub(crate) exports: Slots,
    /// What the public sees of days that are over.
    pub(crate) days: Days,
    /// Ends live streams.
    pub(crate) closing: CancellationToken,
}

const PATIENCE: Duration = Duration::from_secs(2);

impl ApiState {
    /// The state of an interface over `parts`.
    pub fn new(parts: Parts, options: Options) -> Self {
        let hub = Arc::new(Hub::new(options.live_streams));
        let questions = Arc::new(Semaphore::new(options.questions));
        let exports = Slots::new(options.exports);
        Self { parts, options, hub, questions, exports, days: Days::default(), closing: CancellationToken::new() }
    }

    /// Asks fold or store on a thread that may block, a bounded number at once.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Parts) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.questions).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Problem::busy("too many questions at once")) };
        let parts = self.parts.clone();
        let answer = tokio::task::spawn_blocking(move || {
            let answer = question(&parts);
            drop(turn);
            answer
        });
        answer.await.unwrap_or_else(|error| Err(Problem::internal(&error)))
    }
}

impl Parts {
    /// The fold as it is. Its keeper rolls back what panicked, so a poisoned lock holds a whole state.
    pub(crate) fn fold(&self) -> RwLockReadGuard<'_, Fold> {
        self.fold.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").field("journal", &self.journal).finish_non_exhaustive()
    }
}

impl fmt::Debug for ApiState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiState").field("options", &self.options).finish_non_exhaustive()
    }
}
