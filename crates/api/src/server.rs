//! Accepts connections, and lets go of them in time.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use hyper::{Request, body::Incoming, server::conn::http1, service::Service};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::sync::CancellationToken;

use crate::{ApiState, Error, Peer, live, router};

/// A head that takes longer to arrive ends its connection, and so does idleness between requests.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Request lines and headers.
const MAX_HEAD: usize = 16 << 10;
/// How long requests under way may take once the service stops.
const DRAIN: Duration = Duration::from_secs(1);

/// Serves until `shutdown`: then nothing more is accepted, live streams end at once, and requests under way get a second.
///
/// # Errors
/// [`Error::Accept`] if the listener is broken; want of file descriptors and connections that fail are waited out.
pub async fn serve(listener: TcpListener, state: ApiState, shutdown: CancellationToken) -> Result<(), Error> {
    let closing = state.closing.clone();
    let live = tokio::spawn(live::run(state.clone()));
    let result = accept(&listener, &state, &shutdown).await;
    closing.cancel();
    live.await.ok();
    result
}

async fn accept(listener: &TcpListener, state: &ApiState, shutdown: &CancellationToken) -> Result<(), Error> {
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
            Ok((accepted, permit)) => connection(accepted, permit, service.clone(), &graceful),
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
    router: TowerToHyperService<axum::Router>,
}

impl Service<Request<Incoming>> for Answering {
    type Response = <TowerToHyperService<axum::Router> as Service<Request<Incoming>>>::Response;
    type Error = <TowerToHyperService<axum::Router> as Service<Request<Incoming>>>::Error;
    type Future = <TowerToHyperService<axum::Router> as Service<Request<Incoming>>>::Future;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(Peer(self.peer));
        self.router.call(request)
    }
}

fn connection(
    (stream, peer): (TcpStream, SocketAddr),
    permit: OwnedSemaphorePermit,
    router: axum::Router,
    graceful: &GracefulShutdown,
) {
    // Without it a live event waits for the acknowledgement of the one before.
    stream.set_nodelay(true).ok();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT).max_buf_size(MAX_HEAD);
    let service = Answering { peer: peer.ip(), router: TowerToHyperService::new(router) };
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "connection ended");
        }
        drop(permit);
    });
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
