//! An MQTT listener inside the service, for poles that connect directly and for trying things out.
//!
//! It is the broker of the crate `mqtt5`, whose publish hook is awaited before the PUBACK: the hook appends to the
//! journal, and routes nothing on. What follows from that:
//!
//! - **One message in flight per connection.** A connection carries as many messages a second as the disk syncs, all
//!   connections together tens of thousands, as the journal groups them. That suits poles, each with a connection and
//!   a message a minute; a bridge or gateway with a backlog goes through a broker and [`crate::MqttClient`].
//! - There is no rate limit per client: the crate answers what is beyond it with a PUBACK whose reason MQTT 3.1.1
//!   cannot carry, so the message would be lost as if acknowledged. The bound above is the limit, and a pole's backlog
//!   passes at the disk's pace.
//! - The hook cannot refuse. While the journal has no room it waits; once the journal takes nothing more it waits for
//!   ever, so that nothing is acknowledged, and [`MqttListener::run`] ends with the error.
//! - A client that gives up waiting and connects again leaves its waiting message behind; all of these count as
//!   connections, so a full disk costs at most `max_connections` of them.
//! - A QoS 2 message is journalled before its PUBREC; sent again after a lost connection it is journalled again, and
//!   counts once. QoS 0 is journalled without anybody waiting for it. Last wills are not journalled.
//! - With a certificate it speaks TLS, and a pole may have to show one of its own ([`front`]).
//! - Subscribing is allowed and brings nothing. Nothing is kept on disk beside the journal.

mod front;
mod gate;
mod intake;
mod options;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use mqtt5::broker::{BrokerConfig, MqttBroker, PasswordAuthProvider, StorageConfig, config::AuthConfig};
use smartpole_journal::{Error as JournalError, Journal};
use smartpole_tls::ServerTls;
use tokio::{
    net::TcpListener,
    select,
    sync::{mpsc, watch},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

pub use self::options::Options;
use self::{front::Front, gate::Gate, intake::Intake};
use crate::{Clock, Error, SourceState, SourceStatus, status::Board};

/// How long a stop waits for open connections.
const STOP_LIMIT: Duration = Duration::from_millis(800);

/// A listener that is bound, and listens once it runs.
pub struct MqttListener {
    broker: MqttBroker,
    /// Before the broker, if it speaks TLS.
    front: Option<Front>,
    address: SocketAddr,
    ended: mpsc::Receiver<JournalError>,
    board: Board,
    name: String,
}

impl std::fmt::Debug for MqttListener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MqttListener").field("name", &self.name).field("address", &self.address).finish_non_exhaustive()
    }
}

impl MqttListener {
    /// Binds the address. Clients that connect before it runs wait.
    ///
    /// # Errors
    /// [`Error::Options`] with all mistakes, [`Error::Listen`].
    pub async fn bind(options: Options, journal: &Journal, now: Clock) -> Result<Self, Error> {
        let mistakes = options.validate();
        if !mistakes.is_empty() {
            return Err(Error::Options { name: options.name, mistakes });
        }
        let board = Board::new(&options.name, now);
        let (end, ended) = mpsc::channel(1);
        let intake = Intake::new(&options.name, journal, now, board.clone(), end);
        let listen = |reason: String| Error::Listen { address: options.address, reason };
        let mut config = config(&options, Arc::new(intake));
        let files = options.tls();
        if files.is_some() {
            config.bind_addresses = vec![(Ipv4Addr::LOCALHOST, 0).into()];
            config.auth_config = AuthConfig::new().with_allow_anonymous(true); // the gate takes its place
        }
        let broker = MqttBroker::with_config(config).await.map_err(|error| listen(error.to_string()))?;
        let inner = broker.local_addr().ok_or_else(|| listen("the address is not known".to_owned()))?;
        let (broker, front, address) = match files {
            None => (broker, None, inner),
            Some(files) => {
                let (front, address) = front(&options, files, inner).await?;
                (broker.with_auth_provider(Arc::clone(&front.gate) as _), Some(front), address)
            }
        };
        if options.allow_anonymous && !address.ip().is_loopback() {
            tracing::warn!(source = options.name, %address, "anyone who reaches this address can publish");
        }
        Ok(Self { broker, front, address, ended, board, name: options.name })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// How it is.
    pub fn status(&self) -> watch::Receiver<SourceStatus> {
        self.board.watch()
    }

    /// Takes messages until it is told to stop; what is not acknowledged within a second then, the clients send again.
    ///
    /// # Errors
    /// [`Error::Journal`] once the journal takes nothing more, [`Error::Listen`] if the listener fails.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), Error> {
        let Self { mut broker, front, address, mut ended, board, name } = self;
        let stop = broker.shutdown_handle();
        let failed = |error: mqtt5::MqttError| Error::Listen { address, reason: error.to_string() };
        board.enter(SourceState::Connected, None);
        tracing::info!(source = name, %address, "listening");
        let fronting = async {
            match front {
                Some(front) => front.run(shutdown.clone()).await,
                None => std::future::pending().await,
            }
        };
        let mut running = std::pin::pin!(broker.run());
        let result = select! {
            result = &mut running => result.map_err(failed),
            () = shutdown.cancelled() => Ok(()),
            result = fronting => result.map_err(|error| Error::Listen { address, reason: error.to_string() }),
            Some(source) = ended.recv() => Err(Error::Journal { name, source }),
        };
        stop.shutdown();
        let stopped = timeout(STOP_LIMIT, running).await.is_ok();
        if !stopped {
            tracing::warn!(%address, "connections were still open when the listener stopped");
        }
        board.enter(SourceState::Stopped, result.as_ref().err().map(ToString::to_string));
        result
    }
}

/// The listener that poles see, and its address.
async fn front(
    options: &Options,
    files: smartpole_tls::Files,
    broker: SocketAddr,
) -> Result<(Front, SocketAddr), Error> {
    let listen = |reason: String| Error::Listen { address: options.address, reason };
    let tls = ServerTls::load(files).map_err(|source| Error::Tls { name: options.name.clone(), source })?;
    let passwords = match &options.password_file {
        Some(path) => Some(PasswordAuthProvider::from_file(path).await.map_err(|error| listen(error.to_string()))?),
        None => None,
    };
    let listener = TcpListener::bind(options.address).await.map_err(|error| listen(error.to_string()))?;
    let address = listener.local_addr().map_err(|error| listen(error.to_string()))?;
    let gate = Arc::new(Gate::new(&options.name, passwords, options.topics.clone()));
    let (asks_name, max_connections) = (options.client_ca_file.is_some(), options.max_connections as usize);
    Ok((Front { listener, tls, asks_name, broker, gate, max_connections }, address))
}

fn config(options: &Options, intake: Arc<Intake>) -> BrokerConfig {
    let auth = AuthConfig::new().with_allow_anonymous(options.allow_anonymous);
    let auth = match &options.password_file {
        Some(path) => auth.with_password_file(path.clone()),
        None => auth,
    };
    BrokerConfig {
        bind_addresses: vec![options.address],
        max_clients: options.max_connections as usize,
        max_packet_size: options.max_packet_bytes as usize,
        session_expiry_interval: Duration::from_secs(options.session_expiry_s.into()),
        topic_alias_maximum: 16,
        max_message_rate_per_client: 0,
        max_bandwidth_per_client: 0,
        max_subscriptions_per_client: 16,
        client_channel_capacity: 16,
        sys_topics_enabled: false,
        auth_config: auth,
        storage_config: StorageConfig::new().with_persistence(false),
        event_handler: Some(intake),
        ..BrokerConfig::default()
    }
}
