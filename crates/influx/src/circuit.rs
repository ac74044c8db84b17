//! How a target is.

use smartpole_model::UtcMillis;
use tokio::sync::watch;

use crate::{Clock, Trouble, answer::Wait};

/// Whether requests are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CircuitState {
    /// All is well.
    #[default]
    Closed,
    /// The target is in trouble: the next request waits.
    Open,
    /// A small request tries whether the trouble is over.
    HalfOpen,
}

/// How a target is.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Circuit {
    /// Whether requests are sent.
    pub state: CircuitState,
    /// What kind of trouble it is in; none while closed.
    pub kind: Option<Trouble>,
    /// The same in words, without any secret.
    pub reason: Option<String>,
    /// Requests that have failed since the trouble began.
    pub failures: u32,
    /// When the trouble began.
    pub since: Option<UtcMillis>,
    /// When the next request is due, while open.
    pub retry_at: Option<UtcMillis>,
}

/// Where delivery writes how its target is, and logs what changes.
#[derive(Debug)]
pub(crate) struct Board {
    target: String,
    circuit: watch::Sender<Circuit>,
    now: Clock,
}

impl Board {
    pub(crate) fn new(target: &str, now: Clock) -> Self {
        Self { target: target.to_owned(), circuit: watch::Sender::default(), now }
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Circuit> {
        self.circuit.subscribe()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.circuit.borrow().state == CircuitState::Closed
    }

    /// Trouble: the next request is due after `pause`. It is logged when it begins, and when it is of another kind.
    pub(crate) fn open(&self, wait: &Wait, pause: std::time::Duration) {
        let now = (self.now)();
        self.circuit.send_modify(|circuit| {
            if circuit.kind != Some(wait.trouble) {
                let (target, kind, reason) = (&*self.target, wait.trouble, &*wait.reason);
                tracing::warn!(target = target, ?kind, reason, "cannot write to InfluxDB, will try again");
            }
            *circuit = Circuit {
                state: CircuitState::Open,
                kind: Some(wait.trouble),
                reason: Some(wait.reason.clone()),
                failures: circuit.failures.saturating_add(1),
                since: circuit.since.or(Some(now)),
                retry_at: Some(now.plus(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX))),
            };
        });
    }

    pub(crate) fn half_open(&self) {
        self.circuit.send_modify(|circuit| {
            circuit.state = CircuitState::HalfOpen;
            circuit.retry_at = None;
        });
    }

    /// The server answered as it should.
    pub(crate) fn close(&self) {
        if self.is_closed() {
            return;
        }
        let failures = self.circuit.send_replace(Circuit::default()).failures;
        tracing::info!(target = &*self.target, failures, "InfluxDB takes lines again");
    }
}
