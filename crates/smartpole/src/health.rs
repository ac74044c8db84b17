//! Gathers how the parts are, for the interface.

use std::time::Duration;

use smartpole_api::{CircuitState, Health, SourceHealth, TargetHealth};
use smartpole_influx::{Circuit, Trouble};
use smartpole_source::{SourceState, SourceStatus};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{ledger_check::LedgerCheck, registry_watch::RegistryWatch, targets::Watched};

const INTERVAL: Duration = Duration::from_millis(500);

/// Looks at the parts twice a second.
pub(crate) struct HealthWatch {
    health: watch::Sender<Health>,
    trouble: watch::Receiver<Option<String>>,
    registry: watch::Receiver<Option<String>>,
    ledger: watch::Receiver<Option<String>>,
    sources: Vec<watch::Receiver<SourceStatus>>,
    targets: Vec<Watched>,
}

impl HealthWatch {
    pub(crate) fn new(
        trouble: &watch::Sender<Option<String>>,
        registry: &RegistryWatch,
        ledger: &LedgerCheck,
        (sources, targets): (&[watch::Receiver<SourceStatus>], &[Watched]),
    ) -> Self {
        let watch = Self {
            health: watch::Sender::new(Health::default()),
            trouble: trouble.subscribe(),
            registry: registry.error(),
            ledger: ledger.error(),
            sources: sources.to_vec(),
            targets: targets.to_vec(),
        };
        watch.look();
        watch
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Health> {
        self.health.subscribe()
    }

    pub(crate) async fn run(self, shutdown: CancellationToken) {
        while shutdown.run_until_cancelled(tokio::time::sleep(INTERVAL)).await.is_some() {
            self.look();
        }
    }

    fn look(&self) {
        let now = Health {
            fold_error: self.trouble.borrow().clone(),
            registry_error: self.registry.borrow().clone(),
            ledger_error: self.ledger.borrow().clone(),
            sources: self.sources.iter().map(|source| of(&source.borrow())).collect(),
            targets: self.targets.iter().map(target).collect(),
        };
        self.health.send_if_modified(|known| std::mem::replace(known, now.clone()) != now);
    }
}

fn of(status: &SourceStatus) -> SourceHealth {
    let refused = (status.state == SourceState::Refused).then(|| status.last_error.clone().unwrap_or_default());
    SourceHealth { name: status.name.clone(), connected: status.state == SourceState::Connected, refused }
}

fn target(target: &Watched) -> TargetHealth {
    let (name, filter) = (target.name.clone(), target.filter.clone());
    let circuit = target.circuit.borrow();
    let state = match circuit.state {
        smartpole_influx::CircuitState::Closed => CircuitState::Closed,
        smartpole_influx::CircuitState::Open => CircuitState::Open,
        smartpole_influx::CircuitState::HalfOpen => CircuitState::HalfOpen,
    };
    let kind = circuit.kind.map_or("", Trouble::code);
    let Circuit { ref reason, since, retry_at, .. } = *circuit;
    TargetHealth { name, filter, circuit: state, kind, reason: reason.clone(), since, retry_at }
}
