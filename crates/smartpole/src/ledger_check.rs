//! The ledger's check of itself, at the start and each hour.

use std::time::Duration;

use smartpole_store::{LedgerFault, Queries};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::telemetry::Chain;

const INTERVAL: Duration = Duration::from_secs(3_600);
/// A batch is on its way into the file for some milliseconds of a second, so a few attempts find it at rest.
const RETRY: Duration = Duration::from_millis(250);
const ATTEMPTS: u32 = 40;

/// Holds the ledger's rows against their equations and against what was counted in memory.
pub(crate) struct LedgerCheck {
    queries: Queries,
    found: watch::Sender<Option<String>>,
}

impl LedgerCheck {
    pub(crate) fn new(queries: Queries) -> Self {
        Self { queries, found: watch::Sender::new(None) }
    }

    /// What the last check found, if anything.
    pub(crate) fn error(&self) -> watch::Receiver<Option<String>> {
        self.found.subscribe()
    }

    pub(crate) async fn run(self, shutdown: CancellationToken) {
        let checks = async {
            loop {
                self.check().await;
                tokio::time::sleep(INTERVAL).await;
            }
        };
        shutdown.run_until_cancelled(checks).await;
    }

    async fn check(&self) {
        for _ in 0..ATTEMPTS {
            let queries = self.queries.clone();
            let checked = tokio::task::spawn_blocking(move || queries.check_ledger()).await;
            match checked {
                Ok(Ok(Some(faults))) => return self.tell(&faults),
                Ok(Ok(None)) => tokio::time::sleep(RETRY).await,
                Ok(Err(error)) => return tracing::error!("the ledger cannot be checked: {}", Chain(&error)),
                Err(error) => return tracing::error!("the ledger cannot be checked: {}", Chain(&error)),
            }
        }
        tracing::warn!("the ledger was not checked: commits took all the time");
    }

    /// Faults are logged once, not each hour.
    fn tell(&self, faults: &[LedgerFault]) {
        let texts: Vec<_> = faults.iter().map(ToString::to_string).collect();
        let found = (!texts.is_empty()).then(|| texts.join("; "));
        self.found.send_if_modified(|known| {
            let changed = *known != found;
            if changed {
                texts.iter().for_each(|fault| tracing::error!(fault, "the ledger does not add up"));
            }
            *known = found;
            changed
        });
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        sync::{Arc, RwLock},
    };

    use smartpole_pipeline::{Counts, Entry, Env, Fold, Restore};
    use smartpole_store::Store;

    use super::*;
    use crate::inputs::InputLibrary;

    #[tokio::test]
    async fn sums_that_the_file_does_not_have_are_told_once_and_no_more_when_they_agree() {
        let dir = tempfile::tempdir().unwrap();
        let (store, library) = (Store::open(dir.path()).unwrap(), InputLibrary::new(dir.path(), None));
        let env = Env { stored: &store, inputs: &library };
        let fold = |ledger| Fold::restore(Restore { ledger, ..Restore::default() }, &env).unwrap();
        let counted = Counts(BTreeMap::from([(Entry::Journalled.number(), 1)]));
        let fold_now = Arc::new(RwLock::new(fold(counted)));
        let check = LedgerCheck::new(Queries::new(&store, Arc::clone(&fold_now)));
        let mut error = check.error();

        check.check().await;
        let found = error.borrow_and_update().clone();
        assert_eq!(found.as_deref(), Some("messages journalled: the rows sum up to 0, 1 were counted"));
        check.check().await;
        assert!(!error.has_changed().unwrap(), "told again");
        *fold_now.write().unwrap() = fold(Counts::default());
        check.check().await;
        assert_eq!(*error.borrow_and_update(), None);
    }
}
