//! Publishing downlinks, on a connection of its own.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    select,
    sync::mpsc,
    time::{Instant, sleep},
};

use super::{
    Endpoint, Options,
    link::{Event, Failure, Link},
    v4::V4,
};
use crate::{NotSent, backoff::Backoff};

/// Most downlinks that wait for the broker: a second's worth of a city.
const QUEUE: usize = 64;

/// Publishes downlinks; clones are the same one.
#[derive(Clone, Debug)]
pub struct Publisher {
    queue: mpsc::Sender<Downlink>,
    connected: Arc<AtomicBool>,
}

/// The other end of a [`Publisher`].
#[derive(Debug)]
pub(super) struct Outbox {
    queue: mpsc::Receiver<Downlink>,
    connected: Arc<AtomicBool>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Downlink {
    topic: String,
    payload: Vec<u8>,
}

/// A publisher and its other end.
pub(super) fn queue() -> (Publisher, Outbox) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    let connected = Arc::new(AtomicBool::new(false));
    (Publisher { queue: sender, connected: Arc::clone(&connected) }, Outbox { queue: receiver, connected })
}

impl Publisher {
    /// Hands a message to the broker at QoS 0, at once or not at all. Nobody can tell whether the broker passes it on.
    ///
    /// # Errors
    /// [`NotSent::NotConnected`], [`NotSent::Full`], [`NotSent::Topic`].
    pub fn publish(&self, topic: String, payload: Vec<u8>) -> Result<(), NotSent> {
        if !rumqttc::valid_topic(&topic) || topic.is_empty() || topic.len() > usize::from(u16::MAX) {
            return Err(NotSent::Topic);
        }
        if !self.connected.load(Ordering::Acquire) {
            return Err(NotSent::NotConnected);
        }
        self.queue.try_send(Downlink { topic, payload }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => NotSent::Full,
            mpsc::error::TrySendError::Closed(_) => NotSent::NotConnected,
        })
    }
}

impl Outbox {
    /// From now on downlinks are taken. One that slipped in while the connection was lost is late by now.
    fn open(&mut self) {
        while self.queue.try_recv().is_ok() {}
        self.connected.store(true, Ordering::Release);
    }

    /// From now on none is taken.
    fn close(&mut self) {
        self.connected.store(false, Ordering::Release);
    }
}

/// The connection that publishes.
pub(super) struct Publishing {
    link: V4,
    outbox: Outbox,
    backoff: Backoff,
    name: String,
}

impl Publishing {
    pub(super) fn new(options: &Options, endpoint: Endpoint, outbox: Outbox) -> Self {
        let link = V4::publishing(options, endpoint);
        Self { link, outbox, backoff: Backoff::default(), name: options.name.clone() }
    }

    /// Keeps connected and publishes, until it is dropped.
    pub(super) async fn run(mut self) -> Infallible {
        loop {
            let failure = match self.link.next().await {
                Ok(Event::Connected { .. }) => self.serve().await,
                Ok(_) => continue,
                Err(failure) => failure,
            };
            tracing::warn!(source = self.name, "no downlinks: {failure}");
            let refused = matches!(failure, Failure::Refused(_));
            sleep(if refused { Backoff::slow() } else { self.backoff.next() }).await;
        }
    }

    async fn serve(&mut self) -> Failure {
        tracing::info!(source = self.name, "connected for downlinks");
        let connected_at = Instant::now();
        self.outbox.open();
        let failure = loop {
            let step = select! {
                Some(Downlink { topic, payload }) = self.outbox.queue.recv() => self.link.publish(topic, payload).await,
                event = self.link.next() => event.map(drop),
            };
            if let Err(failure) = step {
                break failure;
            }
        };
        self.outbox.close();
        self.backoff.lasted(connected_at.elapsed());
        failure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publish(publisher: &Publisher, payload: u8) -> Result<(), NotSent> {
        publisher.publish("gateway/0000000000000001/command/down".to_owned(), vec![payload])
    }

    #[test]
    fn nothing_waits_for_a_connection() {
        let (publisher, mut outbox) = queue();
        assert!(matches!(publish(&publisher, 1), Err(NotSent::NotConnected)));
        outbox.open();
        publish(&publisher, 2).unwrap();
        outbox.close();
        assert!(matches!(publish(&publisher, 3), Err(NotSent::NotConnected)));
        outbox.open();
        publish(&publisher, 4).unwrap();
        assert_eq!(outbox.queue.try_recv().unwrap().payload, [4], "what waited when the connection was lost is late");
    }

    #[test]
    fn the_queue_is_bounded_and_ends_with_its_client() {
        let (publisher, mut outbox) = queue();
        outbox.open();
        for _ in 0..QUEUE {
            publish(&publisher, 0).unwrap();
        }
        assert!(matches!(publish(&publisher, 0), Err(NotSent::Full)));
        drop(outbox);
        assert!(matches!(publish(&publisher, 0), Err(NotSent::NotConnected)));
    }

    #[test]
    fn only_topics_are_published_to() {
        let (publisher, mut outbox) = queue();
        outbox.open();
        for topic in ["", "gateway/+/command/down", &"x".repeat(70_000)] {
            assert!(matches!(publisher.publish(topic.to_owned(), Vec::new()), Err(NotSent::Topic)));
        }
    }
}
