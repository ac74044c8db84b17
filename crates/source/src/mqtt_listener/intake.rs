//! The hook: from a publish to the journal.

use std::{future, future::Future, pin::Pin};

use mqtt5::{
    QoS,
    broker::{BrokerEventHandler, ClientPublishEvent, PublishAction},
};
use smartpole_journal::{Error as JournalError, Journal};
use smartpole_model::{RawMessage, Record};
use tokio::sync::mpsc;

use crate::{Clock, counters::Counters, status::Board};

/// Journals what clients publish; the broker sends the PUBACK when it returns.
pub(super) struct Intake {
    name: String,
    journal: Journal,
    now: Clock,
    board: Board,
    /// Told why the journal takes nothing more.
    end: mpsc::Sender<JournalError>,
    counters: Counters,
}

impl Intake {
    pub(super) fn new(
        name: &str,
        journal: &Journal,
        now: Clock,
        board: Board,
        end: mpsc::Sender<JournalError>,
    ) -> Self {
        Self { name: name.to_owned(), journal: journal.clone(), now, board, end, counters: Counters::new(name) }
    }

    async fn take(&self, event: ClientPublishEvent) {
        let acknowledged = event.qos != QoS::AtMostOnce;
        self.counters.received.increment(1);
        self.board.update(|status| {
            status.received += 1;
            status.unacknowledged += 1;
        });
        let waiting = Waiting(&self.board);
        if let Err(error) = self.journal.append_durable(Record::Message(self.raw(event))).await {
            self.end.try_send(error).ok(); // the first one is enough
            return future::pending().await; // returning would acknowledge
        }
        drop(waiting);
        if acknowledged {
            self.counters.acknowledged.increment(1);
        }
    }

    fn raw(&self, event: ClientPublishEvent) -> RawMessage {
        RawMessage {
            source: self.name.clone(),
            topic: event.topic.to_string(),
            payload: event.payload.into(),
            received_at: (self.now)(),
            principal: event.user_id.as_deref().unwrap_or_default().to_owned(),
            peer: String::new(), // the hook is not told
            qos: event.qos as u8,
            retained: event.retain,
        }
    }
}

impl BrokerEventHandler for Intake {
    fn on_client_publish<'a>(
        &'a self,
        event: ClientPublishEvent,
    ) -> Pin<Box<dyn Future<Output = PublishAction> + Send + 'a>> {
        Box::pin(async move {
            self.take(event).await;
            PublishAction::Handled
        })
    }
}

/// A message that waits for the journal, also if its connection goes away.
struct Waiting<'a>(&'a Board);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.update(|status| status.unacknowledged = status.unacknowledged.saturating_sub(1));
    }
}
