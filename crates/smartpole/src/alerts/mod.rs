//! Tells operators what is wrong: once a minute, beside the fold, which is only looked at. A courier carries it to mailboxes and
//! webhooks.

mod courier;
mod devices;
mod gather;
mod slow;
mod test;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError},
    time::Duration,
};

use smartpole_alert::Watch;
use smartpole_alerting::Book;
use smartpole_source::SourceStatus;
use smartpole_store::Queries;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub(crate) use self::test::{Error as TestError, test};
use self::{courier::Courier, gather::Gather};
use crate::{clock, telemetry::Chain};

const MINUTE_MS: i64 = 60_000;

/// Seconds into a minute at which it is evaluated: its tick is folded by then.
const OFFSET_MS: i64 = 5_000;

/// Evaluates the rules, and has the result carried to people.
pub(crate) struct Alerts {
    evaluation: Evaluation,
    courier: Courier,
}

/// Where things are.
pub(crate) struct Places {
    /// The data folder.
    data: PathBuf,
    /// The registry's folder, at which files of secrets begin.
    registry: PathBuf,
    /// Where everybody reaches the page, without a slash at the end.
    page: String,
}

impl Places {
    pub(crate) fn new(data: &Path, registry: PathBuf, page: &str) -> Self {
        Self { data: data.to_owned(), registry, page: page.to_owned() }
    }
}

struct Evaluation {
    book: Book,
    watch: Watch,
    gather: Gather,
}

impl Alerts {
    /// Goes on with what is open in the book.
    ///
    /// # Errors
    /// If the book cannot be read.
    pub(crate) fn new(
        book: Book,
        queries: &Queries,
        sources: Vec<watch::Receiver<SourceStatus>>,
        places: Places,
    ) -> Result<Self, smartpole_alerting::Error> {
        let watch = book.watch(clock::now())?;
        let gather = Gather::new(queries.clone(), sources, places.data);
        let courier = Courier::new(book.clone(), Arc::clone(queries.fold()), places.registry, places.page);
        Ok(Self { evaluation: Evaluation { book, watch, gather }, courier })
    }

    pub(crate) async fn run(self, shutdown: CancellationToken) {
        tokio::join!(self.evaluation.run(shutdown.clone()), self.courier.run(shutdown));
    }
}

impl Evaluation {
    async fn run(mut self, shutdown: CancellationToken) {
        loop {
            let next = MINUTE_MS - (clock::now().0 - OFFSET_MS).rem_euclid(MINUTE_MS);
            let next = Duration::from_millis(next.unsigned_abs());
            if shutdown.run_until_cancelled(tokio::time::sleep(next)).await.is_none() {
                return;
            }
            let evaluated = tokio::task::spawn_blocking(move || {
                let result = self.evaluate();
                (self, result)
            });
            let Ok((this, result)) = evaluated.await else {
                tracing::error!("evaluating alerts panicked: there are none until a restart");
                return;
            };
            self = this;
            if let Err(error) = result {
                tracing::error!("cannot evaluate alerts: {}", Chain(error.as_ref()));
            }
        }
    }

    /// If the book cannot be written, the next evaluation begins where the book is.
    fn evaluate(&mut self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let now = clock::now();
        let maintained = self.book.maintained(now)?;
        let facts = self.gather.facts(now, maintained)?;
        let inputs = Arc::clone(self.gather.fold().read().unwrap_or_else(PoisonError::into_inner).inputs());
        let rules = &inputs.registry.alerts;
        let changes = self.watch.step(&facts, rules);
        if let Err(error) = self.book.note(&changes, &rules.targets, now) {
            self.watch = self.book.watch(now)?;
            return Err(error.into());
        }
        Ok(())
    }
}
