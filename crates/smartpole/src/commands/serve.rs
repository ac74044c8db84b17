//! The service from its start to the signal that ends it.

use std::io::{self, Write};

use metrics_exporter_prometheus::PrometheusBuilder;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use super::Error;
use crate::{
    demo::{self, Play},
    service::{Service, Setup},
};

/// Serves until it is told to stop, with a play on the stage if there is one.
pub(super) fn serve(setup: Setup, play: Option<Play>) -> Result<(), Error> {
    allow_open_files();
    let recorder = PrometheusBuilder::new().install_recorder().map_err(Error::Metrics)?;
    let runtime = Runtime::new().map_err(Error::Runtime)?;
    let result = runtime.block_on(async {
        let service = Service::start(setup, recorder).await?;
        announce(&service).map_err(Error::Print)?;
        let stop = CancellationToken::new();
        let failed = service.failed.clone();
        {
            let mut playing = std::pin::pin!(async {
                if let Some(play) = play {
                    Box::pin(demo::play(&service, play, stop.clone())).await;
                }
                std::future::pending::<()>().await;
            });
            tokio::select! {
                () = &mut playing => {}
                () = told_to_stop() => {}
                () = failed.cancelled() => {}
            }
            stop.cancel();
        }
        let failed = failed.is_cancelled(); // before the stop, which may cut off what does not end in time
        service.stop().await;
        if failed { Err(Error::Failed) } else { Ok(()) }
    });
    runtime.shutdown_background();
    result
}

/// As many as the system allows: a browser that watches is one, and the usual 1,024 are soon too few.
fn allow_open_files() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum && setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_err() {
        tracing::warn!(?current, "the limit of open files stays as it is");
    }
}

/// The first line on stdout is the address of the page. As long as there is no account, the last one is the way to make the first.
fn announce(service: &Service) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "dashboard {}", service.url)?;
    if let Some(mqtt) = service.mqtt {
        writeln!(out, "mqtt      {mqtt}")?;
    }
    if let Some(udp) = service.udp {
        writeln!(out, "gateways  {udp}")?;
    }
    if let Some(link) = &service.first_link {
        writeln!(out, "first     {link}")?;
    }
    out.flush()
}

/// Ctrl-C or SIGTERM.
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupted = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! { _ = interrupted => {}, _ = terminate.recv() => {} },
        Err(error) => {
            tracing::warn!(%error, "SIGTERM will end the process at once");
            interrupted.await.ok();
        }
    }
}
