//! What the handlers share.

use std::{
    fmt,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard},
    time::Duration,
};

use metrics_exporter_prometheus::PrometheusHandle;
use smartpole_access::{Access, Pace};
use smartpole_journal::Journal;
use smartpole_model::UtcMillis;
use smartpole_openid::Provider;
use smartpole_pipeline::{Fold, Live};
use smartpole_registry::Folder;
use smartpole_store::Queries;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    Health, Legal, Networks, Publish, Registries, Replays,
    export::Slots,
    live::Hub,
    problem::Problem,
    routes::{Days, first_words::FirstWords},
};

/// Limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Connections at once; more wait to be accepted.
    pub connections: usize,
    /// Live streams at once; more get 503.
    pub live_streams: usize,
    /// Questions to fold and store at once; more wait up to two seconds, then get 503.
    pub questions: usize,
    /// Exports at once, of the public, one for each address, and as many of all others; more get 503.
    pub exports: usize,
    /// Requests a minute from one address, and by the tokens of one account; more get 429.
    pub requests_per_minute: u32,
    /// How often a live stream that is open asks whether its session or token still holds.
    pub asked_again: Duration,
    /// Records yet to be folded above which the service is not ready.
    pub max_lag: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 4_096,
            live_streams: 2_000,
            questions: 8,
            exports: 6,
            requests_per_minute: 6_000,
            asked_again: Duration::from_secs(60),
            max_lag: 100_000,
        }
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
    /// Keeps registries, and puts them in force.
    pub registries: Arc<dyn Registries>,
    /// The files of the registry, which people edit.
    pub folder: Folder,
    /// Where readings are that the store keeps no more, if they are anywhere.
    pub history: Option<Arc<dyn crate::History>>,
    /// What operators were told of.
    pub alerts: smartpole_alerting::Book,
    /// What time it is.
    pub clock: fn() -> UtcMillis,
    /// Accounts, sessions, tokens and the audit trail.
    pub access: Access,
    /// By whom people may log in beside passwords.
    pub openid: Option<Arc<Provider>>,
    /// Which addresses are more than addresses.
    pub networks: Networks,
    /// Who publishes; its `base_url` is not empty.
    pub publish: Publish,
    /// What the law asks of the page.
    pub legal: Legal,
    /// How long things are kept that the registry does not speak of.
    pub keeping: Keeping,
}

/// How many days things are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeping {
    /// Messages, in the journal.
    pub journal_days: u32,
    /// Who did what, in the audit trail.
    pub audit_days: u32,
}

/// All that the handlers share; clones are the same one.
#[derive(Clone)]
pub struct ApiState {
    pub(crate) parts: Parts,
    pub(crate) options: Options,
    pub(crate) hub: Arc<Hub>,
    questions: Arc<Semaphore>,
    requests: Arc<Mutex<Pace>>,
    /// Passwords that are hashed at once, each of which takes 19 MiB.
    hashing: Arc<Semaphore>,
    pub(crate) exports: Slots,
    /// What the public sees of days that are over.
    pub(crate) days: Days,
    /// What the page says first.
    pub(crate) first_words: FirstWords,
    /// Ends live streams.
    pub(crate) closing: CancellationToken,
}

const PATIENCE: Duration = Duration::from_secs(2);
/// Passwords that are hashed at once.
const HASHES: usize = 2;

impl ApiState {
    /// The state of an interface over `parts`.
    pub fn new(parts: Parts, options: Options) -> Self {
        let hub = Arc::new(Hub::new(options.live_streams));
        let questions = Arc::new(Semaphore::new(options.questions));
        let (requests, hashing) = (Pace::new(options.requests_per_minute), Semaphore::new(HASHES));
        let (requests, hashing) = (Arc::new(Mutex::new(requests)), Arc::new(hashing));
        let exports = Slots::new(options.exports);
        Self {
            parts,
            options,
            hub,
            questions,
            requests,
            hashing,
            exports,
            days: Days::default(),
            first_words: FirstWords::default(),
            closing: CancellationToken::new(),
        }
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

    /// Asks the file of accounts on a thread that may block. It waits for no turn: who asks has to be known first.
    pub(crate) async fn access<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Access) -> Result<T, smartpole_access::Error> + Send + 'static,
    ) -> Result<T, Problem> {
        let access = self.parts.access.clone();
        let answer = tokio::task::spawn_blocking(move || question(&access)).await;
        answer.map_err(|error| Problem::internal(&error))?.map_err(Problem::from)
    }

    /// A turn to hash a password; none if too many wait.
    pub(crate) async fn hashing(&self) -> Option<OwnedSemaphorePermit> {
        tokio::time::timeout(PATIENCE, Arc::clone(&self.hashing).acquire_owned()).await.ok()?.ok()
    }

    /// Counts a request.
    ///
    /// # Errors
    /// Milliseconds until the next one is within the limit.
    pub(crate) fn count(&self, who: impl Hash) -> Result<(), i64> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).take(who, (self.parts.clock)())
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
