//! A record each minute, so that silence is part of the journal too.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use smartpole_journal::Journal;
use smartpole_model::Record;
use smartpole_pipeline::{Fold, NameKind};
use smartpole_source::{SourceState, SourceStatus};
use tokio::{sync::watch, task::spawn_blocking};
use tokio_util::sync::CancellationToken;

use crate::clock;

const MINUTE_MS: i64 = 60_000;

/// Appends a tick at the start of each minute, with the sources whose silence counts.
pub(crate) async fn run(
    journal: Journal,
    sources: Vec<watch::Receiver<SourceStatus>>,
    fold: Arc<RwLock<Fold>>,
    shutdown: CancellationToken,
) {
    loop {
        let now = clock::now();
        let left = MINUTE_MS - now.0.rem_euclid(MINUTE_MS);
        let next = Duration::from_millis(left.unsigned_abs());
        if shutdown.run_until_cancelled(tokio::time::sleep(next)).await.is_none() {
            return;
        }
        let statuses: Vec<SourceStatus> = sources.iter().map(|source| source.borrow().clone()).collect();
        let fold = Arc::clone(&fold);
        // while the fold is busy this waits, so not where messages are taken in
        let connected = spawn_blocking(move || counted(&statuses, &known(&fold))).await.unwrap_or_default();
        if let Err(error) = journal.append_durable(Record::Tick { received_at: clock::now(), connected }).await {
            tracing::error!(%error, "cannot journal a tick");
            return;
        }
    }
}

/// All that ever brought messages.
fn known(fold: &RwLock<Fold>) -> Vec<String> {
    let fold = fold.read().unwrap_or_else(PoisonError::into_inner);
    let names = (0..fold.count(NameKind::Source)).filter_map(|number| fold.name(NameKind::Source, number));
    names.map(str::to_owned).collect()
}

/// Whose silence counts in a minute: of a source that is connected as it ends, since whenever, as a service that is started again and
/// again would else keep windows open for ever; and of one that is not configured, as imports are, and sources that left: from there
/// nothing comes that would be worth waiting for.
fn counted(statuses: &[SourceStatus], known: &[String]) -> Vec<String> {
    let connected = statuses.iter().filter(|status| status.state == SourceState::Connected);
    let left = known.iter().filter(|name| statuses.iter().all(|status| status.name != **name));
    connected.map(|status| &status.name).chain(left).cloned().collect()
}

#[cfg(test)]
mod tests {
    use smartpole_model::UtcMillis;

    use super::*;

    fn status(name: &str, state: SourceState, since: i64) -> SourceStatus {
        SourceStatus { name: name.to_owned(), state, since: UtcMillis(since), ..SourceStatus::default() }
    }

    #[test]
    fn a_minute_counts_in_which_a_restarted_service_has_just_connected_and_none_in_which_it_has_not() {
        let just_now = clock::now().0;
        let statuses = [
            status("broker", SourceState::Connected, just_now),
            status("far", SourceState::Failed, 0),
            status("late", SourceState::Connecting, just_now),
        ];
        assert_eq!(counted(&statuses, &["broker", "far", "late"].map(str::to_owned)), ["broker"]);
    }

    #[test]
    fn the_silence_of_imports_and_of_a_source_that_left_the_configuration_counts_always() {
        let statuses = [status("broker", SourceState::Failed, 0)];
        assert_eq!(counted(&statuses, &["old", "import", "broker"].map(str::to_owned)), ["old", "import"]);
    }
}
