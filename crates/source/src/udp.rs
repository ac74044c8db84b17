//! A server for LoRaWAN gateways that run Semtech's UDP packet forwarder, protocol version 2.
//!
//! ```text
//! PUSH_DATA ─► split ─► a message an object ─► Journal::lane ─► all durable ─► PUSH_ACK
//! PULL_DATA ─► PULL_ACK, and the gateway's address is remembered for Downlinks::send
//! TX_ACK ────► a message
//! ```
//!
//! - A gateway does not send again what is not acknowledged; it only counts it. So the acknowledgement says to its operator how
//!   much has become durable here.
//! - The protocol has no login. Limits stand before the journal, a pull of a gateway that the registry does not know is not
//!   answered, and what is remembered of pulls is bounded by the registry. Whoever can send in a known gateway's name can
//!   take its downlinks away; its frames are still judged by their signatures.
//! - A datagram that finds no room is dropped and not acknowledged. Frames of it that had found room before stay, as if it had
//!   been sent twice.
//! - A stop waits a moment for the journal, and acknowledges what is durable by then.

mod counts;
mod downlinks;
mod intake;
mod limits;
mod options;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use smartpole_journal::{Error as JournalError, Journal, LaneReceipts};
use smartpole_model::Eui;
use tokio::{
    net::UdpSocket,
    select,
    sync::watch,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use self::{downlinks::Answer, intake::Intake};
pub use self::{downlinks::Downlinks, options::Options};
use crate::{Clock, Error, SourceState, SourceStatus, status::Board, throttle::Throttle};

/// Whether the registry knows a gateway. It is asked for each datagram and must not wait.
pub type Known = Arc<dyn Fn(Eui) -> bool + Send + Sync>;

/// How long a stop waits for the journal.
const DRAIN_LIMIT: Duration = Duration::from_millis(700);
/// How long the server leaves a socket alone that fails.
const PAUSE: Duration = Duration::from_millis(100);
/// More than a datagram has, so that none is cut off unseen.
const BUFFER: usize = 1 << 16;

/// A server that is bound, and takes datagrams once it runs.
pub struct UdpServer {
    intake: Intake,
    receipts: LaneReceipts,
    downlinks: Downlinks,
    address: SocketAddr,
    board: Board,
    name: String,
    failures: Throttle,
}

impl std::fmt::Debug for UdpServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UdpServer").field("name", &self.name).field("address", &self.address).finish_non_exhaustive()
    }
}

impl UdpServer {
    /// Binds the address.
    ///
    /// # Errors
    /// [`Error::Options`] with all mistakes, [`Error::Listen`].
    pub async fn bind(options: Options, journal: &Journal, now: Clock, known: Known) -> Result<Self, Error> {
        let mistakes = options.validate();
        if !mistakes.is_empty() {
            return Err(Error::Options { name: options.name, mistakes });
        }
        let failed = |error: io::Error| Error::Listen { address: options.address, reason: error.to_string() };
        let socket = UdpSocket::bind(options.address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        if options.allow.is_empty() && !address.ip().is_loopback() {
            tracing::warn!(source = options.name, %address, "anyone who reaches this address can send frames");
        }
        let (lane, receipts) = journal.lane();
        let board = Board::new(&options.name, now);
        let downlinks = Downlinks::new(Arc::new(socket));
        let intake = Intake::new(&options, lane, downlinks.clone(), known, board.clone(), now);
        let failures = Throttle::default();
        Ok(Self { intake, receipts, downlinks, address, board, name: options.name, failures })
    }

    /// Name of the source.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// How it is.
    pub fn status(&self) -> watch::Receiver<SourceStatus> {
        self.board.watch()
    }

    /// Sends to its gateways.
    pub fn downlinks(&self) -> Downlinks {
        self.downlinks.clone()
    }

    /// Takes datagrams until it is told to stop.
    ///
    /// # Errors
    /// [`Error::Journal`] once the journal takes nothing more.
    pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), Error> {
        self.board.enter(SourceState::Connected, None);
        tracing::info!(source = self.name, address = %self.address, "listening for gateways");
        let served = self.serve(&shutdown).await;
        let ended = match served {
            Ok(()) => timeout(DRAIN_LIMIT, self.drain()).await.unwrap_or(Ok(())),
            Err(error) => Err(error),
        };
        self.board.enter(SourceState::Stopped, ended.as_ref().err().map(ToString::to_string));
        ended.map_err(|source| Error::Journal { name: self.name, source })
    }

    async fn serve(&mut self, shutdown: &CancellationToken) -> Result<(), JournalError> {
        let mut buffer = vec![0; BUFFER];
        loop {
            let failure = select! {
                biased;
                () = shutdown.cancelled() => return Ok(()),
                tokens = self.receipts.recv() => {
                    self.acknowledge(tokens?.len()).await;
                    None
                }
                received = self.downlinks.socket.recv_from(&mut buffer) => match received {
                    Ok((length, peer)) => {
                        let answer = self.intake.take(&buffer[..length], peer)?;
                        self.send(answer).await;
                        None
                    }
                    Err(error) => Some(error),
                },
            };
            if let Some(error) = failure {
                self.warn(&error);
                sleep(PAUSE).await;
            }
        }
    }

    async fn drain(&mut self) -> Result<(), JournalError> {
        while self.intake.is_waiting() {
            let tokens = self.receipts.recv().await?;
            self.acknowledge(tokens.len()).await;
        }
        Ok(())
    }

    async fn acknowledge(&mut self, messages: usize) {
        let due = self.intake.durable(messages);
        self.send(due).await;
    }

    /// An answer that cannot be sent is as good as lost on its way.
    async fn send(&mut self, answers: impl IntoIterator<Item = Answer, IntoIter: Send> + Send) {
        for answer in answers {
            if let Err(error) = self.downlinks.answer(&answer).await {
                self.warn(&error);
            }
        }
    }

    fn warn(&mut self, error: &io::Error) {
        if self.failures.pass() {
            tracing::warn!(source = self.name, address = %self.address, "the socket fails: {error}");
        }
    }
}
