//! Sources: bound before anything runs, run when all behind them does.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use smartpole_journal::Journal;
use smartpole_pipeline::{Fold, Offer};
use smartpole_source::{Error, MqttClient, MqttListener, SourceStatus, UdpServer, mqtt_client, mqtt_listener, udp};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use crate::{clock, downlinks::Downlinks, registry_watch::RegistryWatch, telemetry::Chain, ticks};

/// All that appends to the journal.
pub(crate) struct Sources {
    clients: Vec<MqttClient>,
    listener: Option<MqttListener>,
    gateways: Option<UdpServer>,
    /// Where the embedded listener listens.
    pub(crate) listens: Option<SocketAddr>,
    /// Where gateways are listened to.
    pub(crate) hears: Option<SocketAddr>,
    pub(crate) statuses: Vec<watch::Receiver<SourceStatus>>,
    pub(crate) tasks: JoinSet<()>,
    pub(crate) stop: CancellationToken,
}

/// How the gateways of a source are reached.
pub(crate) enum Way {
    /// By Semtech's protocol.
    Udp(udp::Downlinks),
    /// By a Gateway Bridge behind a broker.
    Mqtt(mqtt_client::Publisher),
}

impl Sources {
    /// Binds all sources; `known` says whether the registry knows a gateway.
    pub(crate) async fn bind(
        mqtt: Vec<mqtt_client::Options>,
        listener: Option<mqtt_listener::Options>,
        gateways: Option<udp::Options>,
        known: udp::Known,
        journal: &Journal,
    ) -> Result<Self, Error> {
        let client = |options| MqttClient::new(options, journal, clock::now);
        let clients = mqtt.into_iter().map(client).collect::<Result<Vec<_>, _>>()?;
        let listener = match listener {
            Some(options) => Some(MqttListener::bind(options, journal, clock::now).await?),
            None => None,
        };
        let gateways = match gateways {
            Some(options) => Some(UdpServer::bind(options, journal, clock::now, known).await?),
            None => None,
        };
        let listens = listener.as_ref().map(MqttListener::local_addr);
        let hears = gateways.as_ref().map(UdpServer::local_addr);
        let servers =
            listener.as_ref().map(MqttListener::status).into_iter().chain(gateways.as_ref().map(UdpServer::status));
        let statuses = clients.iter().map(MqttClient::status).chain(servers).collect();
        let (tasks, stop) = (JoinSet::new(), CancellationToken::new());
        Ok(Self { clients, listener, gateways, listens, hears, statuses, tasks, stop })
    }

    /// How the gateways of each source are reached, by the name of the source.
    fn ways(&self) -> HashMap<String, Way> {
        let by_mqtt = self.clients.iter().filter_map(|client| Some((client.name(), Way::Mqtt(client.publisher()?))));
        let by_udp = self.gateways.iter().map(|server| (server.name(), Way::Udp(server.downlinks())));
        by_mqtt.chain(by_udp).map(|(name, way)| (name.to_owned(), way)).collect()
    }

    /// Starts taking messages, ticks and changed registries in, and answering devices.
    pub(crate) fn run(
        &mut self,
        registry: RegistryWatch,
        offers: mpsc::Receiver<Vec<Offer>>,
        (journal, fold): (&Journal, &Arc<RwLock<Fold>>),
        failed: &CancellationToken,
    ) {
        let stop = || self.stop.clone();
        self.tasks.spawn(Downlinks::new(self.ways()).run(offers, stop()));
        self.tasks.spawn(registry.run(stop()));
        self.tasks.spawn(ticks::run(journal.clone(), self.statuses.clone(), Arc::clone(fold), stop()));
        for client in self.clients.drain(..) {
            self.tasks.spawn(watched(client.run(stop()), failed.clone()));
        }
        if let Some(listener) = self.listener.take() {
            self.tasks.spawn(watched(listener.run(stop()), failed.clone()));
        }
        if let Some(gateways) = self.gateways.take() {
            self.tasks.spawn(watched(gateways.run(stop()), failed.clone()));
        }
    }
}

/// Whether the registry in force has a gateway. It never waits for the fold: while that is busy, what was seen last counts.
pub(crate) fn known_gateways(fold: &Arc<RwLock<Fold>>) -> udp::Known {
    let seen = Mutex::new(Arc::clone(fold.read().unwrap_or_else(PoisonError::into_inner).inputs()));
    let fold = Arc::clone(fold);
    Arc::new(move |gateway| {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(fold) = fold.try_read() {
            *seen = Arc::clone(fold.inputs());
        }
        seen.registry.gateway(gateway).is_some()
    })
}

/// Runs a source; if it ends by an error or a panic, so does the service.
async fn watched(run: impl Future<Output = Result<(), Error>>, failed: CancellationToken) {
    let guard = failed.drop_guard();
    match run.await {
        Ok(()) => drop(guard.disarm()),
        Err(error) => tracing::error!("a source ended: {}", Chain(&error)),
    }
}
