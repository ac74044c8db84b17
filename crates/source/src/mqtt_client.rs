//! A client of an MQTT broker, which acknowledges what the journal has on disk.

mod acks;
mod link;
mod options;
mod poison;
mod session;
mod tls;
mod v4;
mod v5;

use std::{fs, path::Path};

use smartpole_journal::Journal;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use self::options::{Options, Protocol, Transport};
use self::{session::Session, v4::V4, v5::V5};
use crate::{Clock, Error, SourceStatus, status::Board};

/// One client of one broker.
#[derive(Debug)]
pub struct MqttClient {
    options: Options,
    endpoint: Endpoint,
    journal: Journal,
    board: Board,
    now: Clock,
}

/// Where the broker is and how it lets us in.
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
    /// [`Error::Options`] with all mistakes, [`Error::ReadFile`], [`Error::Certificate`].
    pub fn new(options: Options, journal: &Journal, now: Clock) -> Result<Self, Error> {
        let mistakes = options.validate();
        if !mistakes.is_empty() {
            return Err(Error::Options { name: options.name, mistakes });
        }
        let endpoint = Endpoint::new(&options)?;
        let board = Board::new(&options.name, now);
        Ok(Self { options, endpoint, journal: journal.clone(), board, now })
    }

    /// How it is.
    pub fn status(&self) -> watch::Receiver<SourceStatus> {
        self.board.watch()
    }

    /// Takes messages until it is told to stop; then waits up to a second for what the journal still has to confirm,
    /// acknowledges that and says good-bye. What is not acknowledged by then comes again at the next start.
    ///
    /// # Errors
    /// [`Error::Journal`] once the journal takes nothing more.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), Error> {
        let Self { options, endpoint, journal, board, now } = self;
        match options.protocol {
            Protocol::V311 => {
                Session::new(V4::new(&options, endpoint), &options, &journal, board, now).run(shutdown).await
            }
            Protocol::V5 => {
                Session::new(V5::new(&options, endpoint), &options, &journal, board, now).run(shutdown).await
            }
        }
    }
}

impl Endpoint {
    fn new(options: &Options) -> Result<Self, Error> {
        let Options { host, port, ws_path, .. } = options;
        let tls = || tls::configuration(options);
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
