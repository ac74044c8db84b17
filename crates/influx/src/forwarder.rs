//! Sends what the store keeps for a target: batch after batch, then windows in their final state.
//!
//! ```text
//! outbox ──► Encoder (blocking thread) ──► Load {lines} ──► Delivery ──► Store::note_sent
//! ```
//! The next load is encoded while one is sent. What was sent and not noted, as the process was killed, is sent again: the same
//! points, which replace themselves.

mod encoder;
mod load;
#[cfg(test)]
mod tests;

use std::time::Duration;

use smartpole_store::{Queries, Sent, Store};
use tokio::{sync::watch, task::spawn_blocking};
use tokio_util::sync::CancellationToken;

pub use self::encoder::SharedInputs;
use self::{encoder::Encoder, load::Load};
use crate::{Circuit, Clock, Delivery, Error, Options};

/// Windows are looked for that became final, though nothing is committed.
const LOOK: Duration = Duration::from_secs(60);
/// How long it waits after a failure of the store.
const RETRY: Duration = Duration::from_secs(5);

/// Keeps one target up to date.
#[derive(Debug)]
pub struct Forwarder {
    name: String,
    store: Store,
    encoder: Encoder,
    delivery: Delivery,
    committed: watch::Receiver<u64>,
}

impl Forwarder {
    /// A forwarder that begins where the target is. `committed` tells the newest batch.
    ///
    /// # Errors
    /// If the store cannot be read, or the settings of the connection are wrong.
    pub fn new(
        options: &Options,
        store: &Store,
        queries: &Queries,
        inputs: SharedInputs,
        committed: watch::Receiver<u64>,
        clock: Clock,
    ) -> Result<Self, Error> {
        let delivery = Delivery::new(options, clock)?;
        let encoder = Encoder::new(options, store, queries, inputs)?;
        Ok(Self { name: options.name.clone(), store: store.clone(), encoder, delivery, committed })
    }

    /// The name of the target.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How the target is.
    pub fn circuit(&self) -> watch::Receiver<Circuit> {
        self.delivery.circuit()
    }

    /// Sends until `stop`. A failure of the store is tried again.
    pub async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = self.forward(&stop).await {
                self.report(&error);
                stop.run_until_cancelled(tokio::time::sleep(RETRY)).await;
            }
        }
    }

    async fn forward(&mut self, stop: &CancellationToken) -> Result<(), Error> {
        let (store, name) = (self.store.clone(), self.name.clone());
        let mut place = spawn_blocking(move || store.place(&name)).await.map_err(Error::Thread)??;
        let mut next = self.encoder.load_after(place).await?;
        while !stop.is_cancelled() {
            let Some(load) = next.take() else {
                self.wait(stop).await;
                next = self.encoder.load_after(place).await?;
                continue;
            };
            place = load.place;
            let sending = self.delivery.deliver(&load.lines, 0..load.lines.len(), stop);
            let (settled, following) = tokio::join!(sending, self.encoder.load_after(place));
            let Some(refusals) = settled else { break };
            self.note(load.sent(refusals)).await?;
            next = following?;
        }
        Ok(())
    }

    fn report(&self, error: &Error) {
        let error: &dyn std::error::Error = error;
        tracing::error!(error, influx = self.name, "cannot forward, will try again");
    }

    async fn note(&self, sent: Sent) -> Result<(), Error> {
        let (store, name) = (self.store.clone(), self.name.clone());
        Ok(spawn_blocking(move || store.note_sent(&name, &sent)).await.map_err(Error::Thread)??)
    }

    /// Until something is committed, or for a while.
    async fn wait(&mut self, stop: &CancellationToken) {
        let news = tokio::time::timeout(LOOK, self.committed.changed());
        if let Some(Ok(Err(_))) = stop.run_until_cancelled(news).await {
            // nothing is committed any more: the service is about to stop
            stop.run_until_cancelled(tokio::time::sleep(RETRY)).await;
        }
    }
}
