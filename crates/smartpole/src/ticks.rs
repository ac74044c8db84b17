//! A record each minute, so that silence is part of the journal too.

use std::time::Duration;

use smartpole_journal::Journal;
use smartpole_model::{Record, UtcMillis};
use smartpole_source::{SourceState, SourceStatus};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock;

const MINUTE_MS: i64 = 60_000;

/// Appends a tick at the start of each minute, with the sources that were connected all through the one before.
pub(crate) async fn run(journal: Journal, sources: Vec<watch::Receiver<SourceStatus>>, shutdown: CancellationToken) {
    loop {
        let now = clock::now();
        let left = MINUTE_MS - now.0.rem_euclid(MINUTE_MS);
        let next = Duration::from_millis(left.unsigned_abs());
        if shutdown.run_until_cancelled(tokio::time::sleep(next)).await.is_none() {
            return;
        }
        let received_at = clock::now();
        let connected = sources.iter().filter_map(|source| connected(&source.borrow(), received_at)).collect();
        if let Err(error) = journal.append_durable(Record::Tick { received_at, connected }).await {
            tracing::error!(%error, "cannot journal a tick");
            return;
        }
    }
}

fn connected(source: &SourceStatus, now: UtcMillis) -> Option<String> {
    let all_through = source.state == SourceState::Connected && now.since(source.since) >= MINUTE_MS;
    all_through.then(|| source.name.clone())
}
