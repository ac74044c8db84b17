//! Carries messages from the book to mailboxes and webhooks, each at least once.

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use smartpole_alerting::{Book, Message, Outcome};
use smartpole_model::{
    Inputs,
    registry::{AlertTarget, AlertTargets},
};
use smartpole_notify::{Error, GIVE_UP_MS, Notice, pause, send};
use smartpole_pipeline::Fold;
use tokio_util::sync::CancellationToken;

use crate::{clock, telemetry::Chain};

/// How often it looks for what has to go.
const INTERVAL: Duration = Duration::from_secs(1);

/// What it needs on its way.
#[derive(Clone)]
pub(super) struct Courier {
    book: Book,
    fold: Arc<RwLock<Fold>>,
    registry: PathBuf,
    page: String,
}

impl Courier {
    pub(super) fn new(book: Book, fold: Arc<RwLock<Fold>>, registry: PathBuf, page: String) -> Self {
        Self { book, fold, registry, page }
    }

    /// A message whose sending is cut off is sent again after the next start: the book does not know that it went out.
    pub(super) async fn run(self, shutdown: CancellationToken) {
        let mut former = None;
        while shutdown.run_until_cancelled(tokio::time::sleep(INTERVAL)).await.is_some() {
            let inputs = Arc::clone(self.fold.read().unwrap_or_else(PoisonError::into_inner).inputs());
            let targets = &inputs.registry.alerts.targets;
            if former.as_ref() != Some(targets) {
                self.forget_others(targets).await;
                former = Some(targets.clone());
            }
            let each = targets.all().map(|(target, _)| self.serve(target, Arc::clone(&inputs)));
            if shutdown.run_until_cancelled(futures::future::join_all(each)).await.is_none() {
                return;
            }
        }
    }

    /// What waits for targets that are gone is given up.
    async fn forget_others(&self, targets: &AlertTargets) {
        let names: Vec<AlertTarget> = targets.all().map(|(target, _)| target).collect();
        let forgotten = self.ask(move |book| book.forget_others(&names, clock::now())).await;
        if let Some(given_up) = forgotten.filter(|given_up| *given_up > 0) {
            tracing::warn!(given_up, "messages of alerts were under way to targets that alerts.toml names no more");
        }
    }

    /// Sends one target what it has to be told, if that is anything.
    async fn serve(&self, target: AlertTarget, inputs: Arc<Inputs>) {
        let wanted = target.clone();
        let next = self.ask(move |book| {
            let now = clock::now();
            book.next_message(&wanted, &book.maintained(now)?, now)
        });
        let Some(message) = next.await.flatten() else { return };
        let (id, formed_at, attempts) = (message.id, message.formed_at, message.attempts);
        let outcome = match self.send(message, &target, &inputs).await {
            Ok(said) => {
                tracing::debug!(target = target.name, said, "told of alerts");
                Outcome::Sent
            }
            Err(error) if clock::now().since(formed_at) >= GIVE_UP_MS => Outcome::Failed(error.reason()),
            Err(error) => {
                let (reason, refused) = (error.reason(), error.is_refusal());
                Outcome::Again { reason, at: clock::now().plus(millis(pause(attempts))), refused }
            }
        };
        report(&target, &outcome, attempts);
        self.ask(move |book| book.settle(id, &outcome, clock::now())).await;
    }

    async fn send(&self, message: Message, target: &AlertTarget, inputs: &Inputs) -> Result<String, Error> {
        let notice = Notice::new(message, &inputs.registry, &self.page);
        send(&inputs.registry.alerts.targets, target, &self.registry, &notice, clock::now()).await
    }

    /// What the book says; none if it cannot.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Book) -> Result<T, smartpole_alerting::Error> + Send + 'static,
    ) -> Option<T> {
        let book = self.book.clone();
        match tokio::task::spawn_blocking(move || question(&book)).await {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(error)) => {
                tracing::error!("cannot carry alerts: {}", Chain(&error));
                None
            }
            Err(error) => {
                tracing::error!("carrying alerts panicked: {error}");
                None
            }
        }
    }
}

fn report(target: &AlertTarget, outcome: &Outcome, attempts: u32) {
    let (kind, name) = (target.kind.word(), &target.name);
    let result = match outcome {
        Outcome::Sent => "sent",
        Outcome::Again { reason, at, .. } => {
            tracing::warn!(kind, name, attempts = attempts + 1, again_at = %at, "cannot tell of alerts: {reason}");
            "again"
        }
        Outcome::Failed(reason) => {
            tracing::error!(kind, name, attempts = attempts + 1, "telling of alerts is given up: {reason}");
            "failed"
        }
    };
    metrics::counter!("smartpole_alert_messages_total", "target" => kind, "result" => result).increment(1);
}

fn millis(pause: Duration) -> i64 {
    i64::try_from(pause.as_millis()).unwrap_or(i64::MAX)
}
