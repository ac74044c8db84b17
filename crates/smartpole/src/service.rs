//! The wiring, from the store back to the sources; and the way out, from the sources to the store.

mod interface;

use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, RwLock},
    thread::JoinHandle,
    time::Duration,
};

use metrics_exporter_prometheus::PrometheusHandle;
use smartpole_api::{Keeping, Legal, Networks, Parts, Publish};
use smartpole_journal::{Journal, OsFs, Recovery};
use smartpole_model::Seq;
use smartpole_openid::Provider;
use smartpole_pipeline::Fold;
use smartpole_registry::Folder;
use smartpole_source::{mqtt_client, mqtt_listener, udp};
use smartpole_store::{Queries, Store};
use tokio::{
    runtime::Handle,
    sync::{broadcast, mpsc, watch},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use self::interface::{Door, Interface};
use crate::{
    access::AuditTrail,
    alerts::{Alerts, Places},
    clock, fold_loop,
    fold_loop::FoldLoop,
    health::HealthWatch,
    history::TargetHistory,
    inputs::InputLibrary,
    ledger_check::LedgerCheck,
    registries::Kept,
    registry_watch::RegistryWatch,
    replay::{Messages, Orders, Runner},
    sources::{Sources, known_gateways},
    targets::Targets,
    telemetry::Chain,
};

/// Steps of the fold that a slow watcher may be behind before it is told that it missed some.
const LIVE_STEPS: usize = 256;

/// Steps whose devices may wait to be answered.
const OFFERS: usize = 1_024;

/// What to run.
#[derive(Debug)]
pub(crate) struct Setup {
    /// Folder of journal, store and kept inputs.
    pub(crate) data: PathBuf,
    /// Folder of the registry.
    pub(crate) registry: PathBuf,
    /// File of the key that seals copies of the registry's keys, if it is not among the data.
    pub(crate) inputs_key_file: Option<PathBuf>,
    pub(crate) http: SocketAddr,
    /// The interface's certificate, if it speaks HTTPS.
    pub(crate) tls: Option<smartpole_tls::Files>,
    /// Which addresses are more than addresses.
    pub(crate) networks: Networks,
    pub(crate) limits: smartpole_api::Options,
    pub(crate) audit_days: u32,
    /// The provider by which people log in beside passwords, if there is one.
    pub(crate) openid: Option<smartpole_openid::Options>,
    pub(crate) publish: Publish,
    /// While it lacks something, the interface listens on this machine alone.
    pub(crate) legal: Legal,
    pub(crate) mqtt: Vec<mqtt_client::Options>,
    pub(crate) listener: Option<mqtt_listener::Options>,
    pub(crate) udp: Option<udp::Options>,
    pub(crate) influx: Vec<smartpole_influx::Options>,
    /// The target that keeps readings for longer than the store does, if any.
    pub(crate) history: Option<smartpole_influx::Options>,
    pub(crate) journal: smartpole_journal::Options,
    pub(crate) journal_days: u32,
}

/// Why the service does not start, or ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot use the folder {dir}", dir = dir.display())]
    Folder { dir: PathBuf, source: io::Error },
    #[error("the registry in {dir} has {n} problems\n{text}", dir = dir.display())]
    Registry { dir: PathBuf, n: usize, text: String },
    #[error("cannot open the journal")]
    Journal(#[from] smartpole_journal::Error),
    #[error(
        "city.db was folded up to record {folded}, but the journal has {oldest} to {durable}: they do not belong together; put back the one that is missing, or start with an empty data folder"
    )]
    OtherJournal { folded: Seq, oldest: Seq, durable: Seq },
    #[error("cannot open the store")]
    Store(#[from] smartpole_store::Error),
    #[error("cannot open the file of accounts")]
    Access(#[from] smartpole_access::Error),
    #[error(transparent)]
    OpenId(#[from] smartpole_openid::Error),
    #[error("cannot open the file of alerts")]
    Alerts(#[from] smartpole_alerting::Error),
    #[error(transparent)]
    Fold(#[from] fold_loop::Error),
    #[error("cannot listen on {address}; is something else using it?")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("cannot tell its own address")]
    Address(#[source] io::Error),
    #[error("cannot speak HTTPS")]
    Tls(#[from] smartpole_tls::Error),
    #[error("cannot use a target")]
    Target(#[from] smartpole_influx::Error),
    #[error("cannot start a source")]
    Source(#[from] smartpole_source::Error),
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
}

/// A service that runs.
pub(crate) struct Service {
    /// Where the page is.
    pub(crate) url: String,
    pub(crate) mqtt: Option<SocketAddr>,
    pub(crate) udp: Option<SocketAddr>,
    /// Where the first admin is made, as long as there is no account.
    pub(crate) first_link: Option<String>,
    pub(crate) fold: Arc<RwLock<Fold>>,
    pub(crate) journal: Journal,
    /// Cancelled when something failed for good.
    pub(crate) failed: CancellationToken,
    sources: Sources,
    folding: Folding,
    targets: Targets,
    interface: Interface,
}

impl Service {
    /// Starts everything, sink first: a source takes messages only when all behind it runs.
    pub(crate) async fn start(setup: Setup, metrics: PrometheusHandle) -> Result<Self, Error> {
        let ((door, url), failed) = (Door::open(&setup).await?, CancellationToken::new());
        let (store, library, fold) = open_store(&setup.data, setup.inputs_key_file)?;
        let queries = Queries::new(&store, Arc::clone(&fold)).with_former(Arc::new(library.clone()));
        let journal = open_journal(&setup.data, setup.journal, &fold)?;
        let watch = RegistryWatch::start(setup.registry.clone(), &library, &journal, &fold).await?;
        let (commits, trouble, (offers, offered)) =
            (watch::Sender::new(0), watch::Sender::new(None), mpsc::channel(OFFERS));
        let mut targets = Targets::new((&setup.influx, setup.history.as_ref()), &store, &queries, &library, &commits)?;
        let history = setup.history.as_ref().map(TargetHistory::new).transpose()?.map(|history| Arc::new(history) as _);
        let (runner, orders) = (Runner::new(&fold, &store, &journal), Orders::new(&fold, &store, &journal, &library));
        let (registries, live) = (Kept::new(&library, &orders, &watch), broadcast::Sender::new(LIVE_STEPS));
        let folding = FoldLoop {
            messages: Messages::new(journal.clone()),
            journal: journal.clone(),
            store,
            library,
            fold: Arc::clone(&fold),
            live: live.clone(),
            offers,
            committed: commits,
            trouble: trouble.clone(),
            journal_days: setup.journal_days,
        };
        let folding = Folding::spawn(folding, &failed)?;
        targets.run(&failed);

        let mut sources = Sources::bind(setup.mqtt, setup.listener, setup.udp, known_gateways(&fold), &journal).await?;
        let (book, publish) = (smartpole_alerting::Book::open(&setup.data)?, reached(setup.publish, &url));
        let (trail, first_link) = AuditTrail::open(&setup.data, setup.audit_days, &publish.base_url)?;
        let places = Places::new(&setup.data, setup.registry.clone(), &publish.base_url);
        let alerts = Alerts::new(book.clone(), &queries, sources.statuses.clone(), places)?;
        let check = LedgerCheck::new(queries.clone());
        let health = HealthWatch::new(&trouble, &watch, &check, (&sources.statuses, &targets.circuits));
        let parts = Parts {
            fold: Arc::clone(&fold),
            queries,
            journal: journal.clone(),
            live,
            health: health.subscribe(),
            metrics,
            replays: orders,
            registries: Arc::new(registries),
            folder: Folder::new(setup.registry),
            history,
            alerts: book,
            clock: clock::now,
            access: trail.access.clone(),
            openid: provider(setup.openid, &publish.base_url)?,
            networks: setup.networks,
            publish,
            legal: setup.legal,
            keeping: Keeping { journal_days: setup.journal_days, audit_days: setup.audit_days },
        };
        let interface = Interface::spawn(door, (parts, setup.limits), (health, check, alerts, trail), &failed)?;
        sources.run(watch, offered, (&journal, &fold), &failed);
        runner.spawn(&mut sources.tasks, sources.stop.clone(), &failed);
        let (mqtt, udp) = (sources.listens, sources.hears);
        Ok(Self { url, mqtt, udp, first_link, fold, journal, failed, sources, folding, targets, interface })
    }

    /// Stops in the order in which messages go through: sources, journal, fold and store, targets, interface.
    pub(crate) async fn stop(mut self) {
        self.sources.stop.cancel();
        drain("sources", &mut self.sources.tasks).await;
        if let Err(error) = self.journal.close().await {
            tracing::error!("the journal did not close cleanly: {}", Chain(&error));
        }
        self.folding.stop().await;
        self.targets.stop.cancel();
        drain("targets", &mut self.targets.tasks).await;
        self.interface.stop().await;
        tracing::info!("stopped");
    }
}

/// The folder of all that is kept, with the store, the registries that were in force, and the fold as it was stored.
fn open_store(data: &Path, key_file: Option<PathBuf>) -> Result<(Store, InputLibrary, Arc<RwLock<Fold>>), Error> {
    fs::create_dir_all(data.join("inputs")).map_err(|source| Error::Folder { dir: data.to_owned(), source })?;
    let (store, library) = (Store::open(data)?, InputLibrary::new(data, key_file));
    let fold = Arc::new(RwLock::new(fold_loop::restore(&store, &library)?));
    Ok((store, library, fold))
}

/// Where nobody says how everybody reaches the service, its own address stands.
fn reached(publish: Publish, own: &str) -> Publish {
    let base_url = if publish.base_url.is_empty() { own.to_owned() } else { publish.base_url };
    Publish { base_url, ..publish }
}

/// The provider by which people log in beside passwords, which leads back to where everybody reaches the page.
fn provider(options: Option<smartpole_openid::Options>, base_url: &str) -> Result<Option<Arc<Provider>>, Error> {
    let back = format!("{base_url}{}", smartpole_api::OPENID_BACK);
    Ok(options.map(|options| Provider::new(options, &back, clock::now)).transpose()?.map(Arc::new))
}

/// Opens the journal that the store was folded from: with another one, new messages would be taken for old.
fn open_journal(data: &Path, options: smartpole_journal::Options, fold: &RwLock<Fold>) -> Result<Journal, Error> {
    let (journal, recovery) = Journal::open(&data.join("journal"), options, Arc::new(OsFs))?;
    let folded = fold.read().map_or(Seq(0), |fold| fold.position().0);
    if recovery.durable < folded || recovery.oldest > folded.next() {
        let Recovery { oldest, durable, .. } = recovery;
        return Err(Error::OtherJournal { folded, oldest, durable });
    }
    Ok(journal)
}

/// The thread that folds. It is waited for when it is let go of, too: it waits by the runtime, which ends after a start that failed.
struct Folding {
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Folding {
    fn spawn(folding: FoldLoop, failed: &CancellationToken) -> Result<Self, Error> {
        let (runtime, stop) = (Handle::current(), CancellationToken::new());
        let stopped = stop.clone();
        // a panic counts as a failure, too: without folding nothing that is acknowledged would ever be seen
        let guard = failed.clone().drop_guard();
        let run = move || {
            let trouble = folding.trouble.clone();
            match folding.run(&runtime, &stopped) {
                Ok(()) => drop(guard.disarm()),
                Err(error) => {
                    let text = Chain(&error).to_string();
                    tracing::error!("folding ended: {text}");
                    trouble.send_replace(Some(text));
                }
            }
        };
        let thread = std::thread::Builder::new().name("fold".to_owned()).spawn(run).map_err(Error::Thread)?;
        Ok(Self { stop, thread: Some(thread) })
    }

    async fn stop(self) {
        tokio::task::spawn_blocking(move || drop(self)).await.ok();
    }
}

impl Drop for Folding {
    fn drop(&mut self) {
        self.stop.cancel();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the folding thread failed");
        }
    }
}

/// Waits for tasks that were told to stop, and says which did not in time.
async fn drain(what: &str, tasks: &mut JoinSet<()>) {
    const GRACE: Duration = Duration::from_millis(1_500);
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, all).await.is_err() {
        tracing::warn!(what, left = tasks.len(), "did not stop in time");
        tasks.abort_all();
    }
}
