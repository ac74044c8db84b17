//! How a source is.

use smartpole_model::UtcMillis;
use tokio::sync::watch;

use crate::Clock;

/// What a source is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceState {
    /// It has not been connected and subscribed yet.
    #[default]
    Connecting,
    /// It takes messages; a server listens.
    Connected,
    /// The broker refuses the login or a subscription: somebody has to do something.
    Refused,
    /// The connection is lost, or a message blocks it; it is tried again.
    Failed,
    /// It was told to stop, or the journal takes nothing more.
    Stopped,
}

/// How a source is; counters start at zero with the process.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct SourceStatus {
    /// Name of the source in the configuration.
    pub name: String,
    /// What it is doing.
    pub state: SourceState,
    /// Since when.
    pub since: UtcMillis,
    /// How often the connection was lost or could not be made.
    pub reconnects: u64,
    /// Messages received, redelivered ones included.
    pub received: u64,
    /// Messages of QoS 0 or by UDP, dropped because the journal had no room.
    pub dropped: u64,
    /// Messages that wait for the journal.
    pub unacknowledged: u64,
    /// What went wrong last; none while all is well.
    pub last_error: Option<String>,
}

/// Where a source writes how it is.
#[derive(Clone, Debug)]
pub(crate) struct Board {
    status: watch::Sender<SourceStatus>,
    now: Clock,
}

impl Board {
    pub(crate) fn new(name: &str, now: Clock) -> Self {
        let status = SourceStatus { name: name.to_owned(), since: now(), ..SourceStatus::default() };
        Self { status: watch::Sender::new(status), now }
    }

    pub(crate) fn watch(&self) -> watch::Receiver<SourceStatus> {
        self.status.subscribe()
    }

    /// Enters a state; `error` says why it is a bad one.
    pub(crate) fn enter(&self, state: SourceState, error: Option<String>) {
        self.status.send_modify(|status| {
            if status.state != state {
                status.state = state;
                status.since = (self.now)();
            }
            status.last_error = error;
        });
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut SourceStatus)) {
        self.status.send_modify(change);
    }
}
