//! Accepts connections, and lets go of them in time.

use std::{io, net::IpAddr, sync::Arc, time::Duration};

use hyper::{Request, body::Incoming, server::conn::http1, service::Service};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
    service::TowerToHyperService,
};
use smartpole_tls::ServerTls;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::sync::CancellationToken;

use crate::{ApiState, Error, Peer, asker::Secure, live, router};

/// A head that takes longer to arrive ends its connection, and so does idleness between requests.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Request lines and headers that are read: those above [`crate::head::MOST`] are refused in words, those above this without.
const MAX_HEAD: usize = 64 << 10;
/// Bytes of an answer that the kernel holds before they are on their way: more would hide for long that a client takes none.
const MAX_UNSENT: u32 = 128 << 10;
/// How long requests under way may take once the service stops.
const DRAIN: Duration = Duration::from_secs(1);

/// Serves until `shutdown`, over TLS alone if there is a certificate: then nothing more is accepted, live streams end at once, and requests under way get a second.
///
/// # Errors
/// [`Error::Accept`] if the listener is broken; want of file descriptors and connections that fail are waited out.
pub async fn serve(
    listener: TcpListener,
    tls: Option<ServerTls>,
    state: ApiState,
    shutdown: CancellationToken,
) -> Result<(), Error> {
    let closing = state.closing.clone();
    let live = tokio::spawn(live::run(state.clone()));
    if let Some(tls) = tls.clone() {
        tokio::spawn(tls.reload(shutdown.clone()));
    }
    let result = accept(&listener, tls.as_ref(), &state, &shutdown).await;
    closing.cancel();
    live.await.ok();
    result
}

async fn accept(
    listener: &TcpListener,
    tls: Option<&ServerTls>,
    state: &ApiState,
    shutdown: &CancellationToken,
) -> Result<(), Error> {
    let (service, connections) = (router(state.clone()), Arc::new(Semaphore::new(state.options.connections)));
    let graceful = GracefulShutdown::new();
    loop {
        let next = async {
            let permit = Arc::clone(&connections).acquire_owned().await.map_err(io::Error::other)?;
            Ok((listener.accept().await?, permit))
        };
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = next => accepted,
        };
        match accepted {
            Ok(((stream, peer), permit)) => {
                let answering = Answering::new(peer.ip(), tls.is_some(), service.clone());
                tokio::spawn(connection(stream, tls.cloned(), answering, graceful.watcher(), permit));
            }
            Err(error) if passes(&error) => tokio::time::sleep(Duration::from_millis(100)).await,
            Err(error) => return Err(Error::Accept(error)),
        }
    }
    state.closing.cancel();
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::debug!("requests under way were cut off");
    }
    Ok(())
}

/// The router, which is told whom it answers.
struct Answering {
    peer: IpAddr,
    is_tls: bool,
    router: TowerToHyperService<axum::Router>,
}

impl Answering {
    fn new(peer: IpAddr, is_tls: bool, router: axum::Router) -> Self {
        Self { peer, is_tls, router: TowerToHyperService::new(router) }
    }
}

impl Service<Request<Incoming>> for Answering {
    type Response = <TowerToHyperService<axum::Router> as Service<Request<Incoming>>>::Response;
    type Error = <TowerToHyperService<axum::Router> as Service<Request<Incoming>>>::Error;
    type Future = <TowerToHyperService<axum::Router> as Service<Request<Incoming>>>::Future;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(Peer(self.peer));
        if self.is_tls {
            request.extensions_mut().insert(Secure);
        }
        self.router.call(request)
    }
}

/// The handshake, then requests until the client has enough or the service stops.
async fn connection(
    stream: TcpStream,
    tls: Option<ServerTls>,
    answering: Answering,
    watcher: Watcher,
    permit: OwnedSemaphorePermit,
) {
    // Without it a live event waits for the acknowledgement of the one before.
    stream.set_nodelay(true).ok();
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(&stream).set_tcp_notsent_lowat(MAX_UNSENT).ok();
    let Some(tls) = tls else { return answer(stream, answering, watcher, permit).await };
    match tls.accept(stream).await {
        Ok(stream) => answer(stream, answering, watcher, permit).await,
        Err(error) => tracing::debug!(%error, "no TLS came of a connection"),
    }
}

async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    answering: Answering,
    watcher: Watcher,
    permit: OwnedSemaphorePermit,
) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT).max_buf_size(MAX_HEAD);
    let connection = watcher.watch(builder.serve_connection(TokioIo::new(stream), answering));
    if let Err(error) = connection.await {
        tracing::debug!(%error, "connection ended");
    }
    drop(permit);
}

/// Whether the listener can go on after this.
fn passes(error: &io::Error) -> bool {
    const EMFILE: i32 = 24;
    const ENFILE: i32 = 23;
    let kind = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
            | io::ErrorKind::OutOfMemory
    );
    kind || matches!(error.raw_os_error(), Some(EMFILE | ENFILE))
}
