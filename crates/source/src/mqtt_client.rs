//! A client of an MQTT broker, which acknowledges what the journal has on disk.
//!
//! Downlinks have a connection of their own, so that neither what comes in nor what goes out waits for the other, and a broker
//! that does not let us publish still lets us listen.

mod acks;
mod link;
mod options;
mod poison;
mod publisher;
mod session;
mod v4;
mod v5;

use std::{convert::Infallible, fs, future, path::Path, sync::Arc};

use rumqttc::TlsConfiguration;
use smartpole_journal::Journal;
use tokio::{select, sync::watch};
use tokio_util::sync::CancellationToken;

pub use self::{
    options::{Options, Protocol, Transport},
    publisher::Publisher,
};
use self::{
    publisher::{Outbox, Publishing},
    session::Session,
    v4::V4,
    v5::V5,
};
use crate::{Clock, Error, SourceStatus, status::Board};

/// One client of one broker.
#[derive(Debug)]
pub struct MqttClient {
    options: Options,
    endpoint: Endpoint,
    journal: Journal,
    board: Board,
    downlinks: Option<(Publisher, Outbox)>,
    now: Clock,
}

/// Where the broker is and how it lets us in.
#[derive(Clone)]
pub(crate) struct Endpoint {
    /// Host name, or the whole URL of a WebSocket.
    pub(crate) address: String,
    pub(crate) transport: rumqttc::Transport,
    pub(crate) login: Option<(String, String)>,
}

impl MqttClient {
    /// A client that is not connected yet. Reads password, certificates and key.
    ///
    /// # Errors
    /// [`Error::Options`] with all mistakes, [`Error::ReadFile`], [`Error::Tls`].
    pub fn new(options: Options, journal: &Journal, now: Clock) -> Result<Self, Error> {
        let mistakes = options.validate();
        if !mistakes.is_empty() {
            return Err(Error::Options { name: options.name, mistakes });
        }
        let endpoint = Endpoint::new(&options)?;
        let board = Board::new(&options.name, now);
        let downlinks = options.downlinks.then(publisher::queue);
        Ok(Self { options, endpoint, journal: journal.clone(), board, downlinks, now })
    }

    /// Name of the source.
    pub fn name(&self) -> &str {
        &self.options.name
    }

    /// How it is.
    pub fn status(&self) -> watch::Receiver<SourceStatus> {
        self.board.watch()
    }

    /// Publishes downlinks, if the options want that.
    pub fn publisher(&self) -> Option<Publisher> {
        self.downlinks.as_ref().map(|(publisher, _)| publisher.clone())
    }

    /// Takes messages until it is told to stop; then waits up to a second for what the journal still has to confirm,
    /// acknowledges that and says good-bye. What is not acknowledged by then comes again at the next start.
    ///
    /// # Errors
    /// [`Error::Journal`] once the journal takes nothing more.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), Error> {
        let Self { options, endpoint, journal, board, downlinks, now } = self;
        let outbox = downlinks.map(|(_, outbox)| outbox);
        let publishing = outbox.map(|outbox| Publishing::new(&options, endpoint.clone(), outbox));
        let session = async {
            match options.protocol {
                Protocol::V311 => {
                    Session::new(V4::new(&options, endpoint), &options, &journal, board, now).run(shutdown).await
                }
                Protocol::V5 => {
                    Session::new(V5::new(&options, endpoint), &options, &journal, board, now).run(shutdown).await
                }
            }
        };
        select! {
            ended = session => ended,
            never = run_if_wanted(publishing) => match never {},
        }
    }
}

async fn run_if_wanted(publishing: Option<Publishing>) -> Infallible {
    match publishing {
        Some(publishing) => publishing.run().await,
        None => future::pending().await,
    }
}

impl Endpoint {
    fn new(options: &Options) -> Result<Self, Error> {
        let Options { host, port, ws_path, .. } = options;
        let tls = || tls(options);
        let (address, transport) = match options.transport {
            Transport::Tcp => (host.clone(), rumqttc::Transport::Tcp),
            Transport::Tls => (host.clone(), rumqttc::Transport::Tls(tls()?)),
            Transport::Ws => (format!("ws://{host}:{port}{ws_path}"), rumqttc::Transport::Ws),
            Transport::Wss => (format!("wss://{host}:{port}{ws_path}"), rumqttc::Transport::Wss(tls()?)),
        };
        let password = options.password_file.as_deref().map(first_line).transpose()?.unwrap_or_default();
        let login = options.username.clone().map(|username| (username, password));
        Ok(Self { address, transport, login })
    }
}

/// With a provider of our own choice: a process that has two of them panics at the first configuration that does not say which.
fn tls(options: &Options) -> Result<TlsConfiguration, Error> {
    let Options { ca_file, cert_file, key_file, .. } = options;
    let config = smartpole_tls::client(ca_file.as_deref(), cert_file.as_deref().zip(key_file.as_deref()));
    let config = config.map_err(|source| Error::Tls { name: options.name.clone(), source })?;
    Ok(TlsConfiguration::Rustls(Arc::new(config)))
}

/// Without the password.
impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").field("address", &self.address).finish_non_exhaustive()
    }
}

fn first_line(path: &Path) -> Result<String, Error> {
    let text = fs::read_to_string(path).map_err(|source| Error::ReadFile { path: path.to_owned(), source })?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
