//! Sources: bound before anything runs, run when all behind them does.

use std::net::SocketAddr;

use smartpole_journal::Journal;
use smartpole_source::{Error, MqttClient, MqttListener, SourceStatus, mqtt_client, mqtt_listener};
use tokio::{sync::watch, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{clock, registry_watch::RegistryWatch, telemetry::Chain, ticks};

/// All that appends to the journal.
pub(crate) struct Sources {
    clients: Vec<MqttClient>,
    listener: Option<MqttListener>,
    /// Where the embedded listener listens.
    pub(crate) listens: Option<SocketAddr>,
    pub(crate) statuses: Vec<watch::Receiver<SourceStatus>>,
    pub(crate) tasks: JoinSet<()>,
    pub(crate) stop: CancellationToken,
}

impl Sources {
    pub(crate) async fn bind(
        mqtt: Vec<mqtt_client::Options>,
        listener: Option<mqtt_listener::Options>,
        journal: &Journal,
    ) -> Result<Self, Error> {
        let client = |options| MqttClient::new(options, journal, clock::now);
        let clients = mqtt.into_iter().map(client).collect::<Result<Vec<_>, _>>()?;
        let listener = match listener {
            Some(options) => Some(MqttListener::bind(options, journal, clock::now).await?),
            None => None,
        };
        let listens = listener.as_ref().map(MqttListener::local_addr);
        let of_clients = clients.iter().map(MqttClient::status);
        let statuses = of_clients.chain(listener.as_ref().map(MqttListener::status)).collect();
        Ok(Self { clients, listener, listens, statuses, tasks: JoinSet::new(), stop: CancellationToken::new() })
    }

    /// Starts taking messages, ticks and changed registries in.
    pub(crate) fn run(&mut self, registry: RegistryWatch, journal: &Journal, failed: &CancellationToken) {
        let stop = || self.stop.clone();
        self.tasks.spawn(registry.run(stop()));
        self.tasks.spawn(ticks::run(journal.clone(), self.statuses.clone(), stop()));
        for client in self.clients.drain(..) {
            self.tasks.spawn(watched(client.run(stop()), failed.clone()));
        }
        if let Some(listener) = self.listener.take() {
            self.tasks.spawn(watched(listener.run(stop()), failed.clone()));
        }
    }
}

/// Runs a source; if it ends by an error or a panic, so does the service.
async fn watched(run: impl Future<Output = Result<(), Error>>, failed: CancellationToken) {
    let guard = failed.drop_guard();
    match run.await {
        Ok(()) => drop(guard.disarm()),
        Err(error) => tracing::error!("a source ended: {}", Chain(&error)),
    }
}
