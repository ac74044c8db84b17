//! HTTP, and what looks after the service beside it.

use smartpole_api::{ApiState, Parts};
use smartpole_tls::ServerTls;
use tokio::{
    net::TcpListener,
    runtime::{self, Runtime},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::{Error, Setup, drain};
use crate::{access::AuditTrail, alerts::Alerts, health::HealthWatch, ledger_check::LedgerCheck, telemetry::Chain};

/// Where the interface is reached.
pub(super) struct Door {
    http: TcpListener,
    tls: Option<ServerTls>,
}

impl Door {
    /// Where it is wanted, or on this machine alone while the page lacks what the law asks of one that everybody reaches; with its address
    /// for browsers.
    pub(super) async fn open(setup: &Setup) -> Result<(Self, String), Error> {
        let (wanted, address) = (setup.http, setup.legal.allows(setup.http));
        if address != wanted {
            let missing = setup.legal.missing().join(", ");
            tracing::warn!(
                "the interface listens on {address} instead of {wanted}: give {missing} in the section [legal] of the configuration"
            );
        }
        let tls = setup.tls.clone().map(ServerTls::load).transpose()?;
        let http = TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })?;
        let address = http.local_addr().map_err(Error::Address)?;
        let url = format!("{}://{address}", if tls.is_some() { "https" } else { "http" });
        Ok((Self { http, tls }, url))
    }
}

/// HTTP and what it needs beside.
///
/// It has threads of its own: a thousand browsers that are told something at once must not stand before an acknowledgement in the
/// queue of the threads that take messages in.
pub(super) struct Interface {
    stop: CancellationToken,
    tasks: JoinSet<()>,
    threads: Threads,
}

/// A runtime that may be let go of anywhere.
struct Threads(Option<Runtime>);

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Interface {
    pub(super) fn spawn(
        Door { http, tls }: Door,
        (parts, options): (Parts, smartpole_api::Options),
        (health, check, alerts, trail): (HealthWatch, LedgerCheck, Alerts, AuditTrail),
        failed: &CancellationToken,
    ) -> Result<Self, Error> {
        let (stop, mut tasks) = (CancellationToken::new(), JoinSet::new());
        let runtime = runtime::Builder::new_multi_thread().thread_name("http").enable_all().build();
        let runtime = runtime.map_err(Error::Thread)?;
        let http = {
            let _entered = runtime.enter();
            http.into_std().and_then(TcpListener::from_std).map_err(Error::Thread)?
        };
        let state = ApiState::new(parts, options);
        let (stopped, guard) = (stop.clone(), failed.clone().drop_guard());
        let serve = async move {
            match smartpole_api::serve(http, tls, state, stopped).await {
                Ok(()) => drop(guard.disarm()),
                Err(error) => tracing::error!("the interface ended: {}", Chain(&error)),
            }
        };
        tasks.spawn_on(serve, runtime.handle());
        tasks.spawn(health.run(stop.clone()));
        tasks.spawn(check.run(stop.clone()));
        tasks.spawn(alerts.run(stop.clone()));
        tasks.spawn(trail.run(stop.clone()));
        Ok(Self { stop, tasks, threads: Threads(Some(runtime)) })
    }

    pub(super) async fn stop(mut self) {
        self.stop.cancel();
        drain("interface", &mut self.tasks).await;
        drop(self.threads);
    }
}
