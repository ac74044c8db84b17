//! TLS before the broker: the broker listens on this machine alone, and everybody comes by here.
//!
//! ```text
//! pole ──TLS──► Front ──► Gate: this connection is that device's ──TCP on loopback──► broker, which asks the Gate
//! ```
//!
//! So certificates are read anew without a restart, and a connection can be cut off, neither of which the broker's own TLS can.

use std::{io, net::SocketAddr, sync::Arc};

use smartpole_tls::ServerTls;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    select,
    sync::Semaphore,
};
use tokio_util::sync::CancellationToken;

use super::gate::Gate;

/// What no name of a device may hold, as it would be a level of its own or stand for others.
const SPECIAL: [char; 3] = ['/', '+', '#'];

/// The listener that poles see.
pub(super) struct Front {
    pub(super) listener: TcpListener,
    pub(super) tls: ServerTls,
    /// Whether clients have to show a certificate.
    pub(super) asks_name: bool,
    pub(super) broker: SocketAddr,
    pub(super) gate: Arc<Gate>,
    pub(super) max_connections: usize,
}

impl Front {
    /// Takes connections until `shutdown`.
    pub(super) async fn run(self, shutdown: CancellationToken) -> io::Result<()> {
        tokio::spawn(self.tls.clone().reload(shutdown.clone()));
        let (front, room) = (Arc::new(self), Arc::new(Semaphore::new(0)));
        room.add_permits(front.max_connections);
        loop {
            let turn = Arc::clone(&room).acquire_owned().await.map_err(io::Error::other)?;
            let accepted = select! {
                () = shutdown.cancelled() => return Ok(()),
                accepted = front.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let (front, shutdown) = (Arc::clone(&front), shutdown.clone());
                    tokio::spawn(async move {
                        if let Err(error) = front.relay(stream, shutdown).await {
                            tracing::debug!(%peer, %error, "connection ended");
                        }
                        drop(turn);
                    });
                }
                // Want of file descriptors passes.
                Err(error) => {
                    tracing::debug!(%error, "no connection could be accepted");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            }
        }
    }

    async fn relay(&self, stream: TcpStream, shutdown: CancellationToken) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut outside = self.tls.accept(stream).await?;
        let name = smartpole_tls::client_name(&outside);
        if self.asks_name && name.as_deref().is_none_or(|name| name.contains(SPECIAL)) {
            return Err(io::Error::other("the certificate has no DNS name, or none of a device"));
        }
        let mut inside = TcpStream::connect(self.broker).await?;
        inside.set_nodelay(true)?;
        let address = inside.local_addr()?;
        let cut = self.gate.enter(address, name.filter(|_| self.asks_name));
        let _guard = Entered { gate: &self.gate, address };
        // Biased: nothing the broker says after a cut gets out.
        select! {
            biased;
            () = cut.cancelled() => Ok(()),
            () = shutdown.cancelled() => Ok(()),
            copied = copy_bidirectional(&mut outside, &mut inside) => copied.map(drop),
        }
    }
}

/// A connection that the gate knows, also if its task is dropped.
struct Entered<'a> {
    gate: &'a Gate,
    address: SocketAddr,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.gate.leave(self.address);
    }
}
