//! Where readings and windows are forwarded: one task a target, behind the store.

use std::sync::Arc;

use smartpole_api::TargetFilter;
use smartpole_influx::{Circuit, Forwarder, Options, Resolution};
use smartpole_store::{Queries, Store};
use tokio::{sync::watch, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{clock, history::Confirmer, inputs::InputLibrary, service::Error};

/// All targets.
pub(crate) struct Targets {
    forwarders: Vec<Forwarder>,
    /// Asks the one that is the history what it has.
    confirmer: Option<Confirmer>,
    /// How each one is.
    pub(crate) circuits: Vec<Watched>,
    pub(crate) tasks: JoinSet<()>,
    pub(crate) stop: CancellationToken,
}

/// A target as others see it.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    pub(crate) name: String,
    /// Which readings it gets.
    pub(crate) filter: TargetFilter,
    pub(crate) circuit: watch::Receiver<Circuit>,
}

/// Which readings a target gets, as a traced one is told.
fn filter(options: &Options) -> TargetFilter {
    let Options { themes, properties, zones, .. } = options.clone();
    TargetFilter { windows_only: !options.wants(Resolution::Raw), themes, properties, zones }
}

impl Targets {
    /// Prepares the targets, of which one may be the history; `committed` tells the newest batch of the store.
    pub(crate) fn new(
        (options, history): (&[Options], Option<&Options>),
        store: &Store,
        queries: &Queries,
        library: &InputLibrary,
        committed: &watch::Sender<u64>,
    ) -> Result<Self, Error> {
        let names: Vec<String> = options.iter().map(|options| options.name.clone()).collect();
        for gone in store.set_targets(&names)? {
            let (pending, forwarded) = (gone.pending, gone.forwarded);
            tracing::warn!(influx = gone.target, pending, forwarded, "no longer a target: what it lacks is not sent");
        }
        store.hold(history.map(|target| target.name.as_str()))?;
        let confirmer = history.map(|target| Confirmer::new(target, store, queries)).transpose()?;
        let forwarder = |options| {
            let inputs = Arc::new(library.clone());
            Forwarder::new(options, store, queries, inputs, committed.subscribe(), clock::now)
        };
        let forwarders = options.iter().map(forwarder).collect::<Result<Vec<_>, _>>()?;
        let watched = |(forwarder, options): (&Forwarder, &Options)| Watched {
            name: forwarder.name().to_owned(),
            filter: filter(options),
            circuit: forwarder.circuit(),
        };
        let circuits = forwarders.iter().zip(options).map(watched).collect();
        Ok(Self { forwarders, confirmer, circuits, tasks: JoinSet::new(), stop: CancellationToken::new() })
    }

    /// Starts sending, and asking what has arrived. One that ends by a fault ends the service: it would be as if the target were away
    /// for ever.
    pub(crate) fn run(&mut self, failed: &CancellationToken) {
        for forwarder in self.forwarders.drain(..) {
            let stop = self.stop.clone();
            spawn(&mut self.tasks, failed, forwarder.run(stop));
        }
        if let Some(confirmer) = self.confirmer.take() {
            spawn(&mut self.tasks, failed, confirmer.run(self.stop.clone()));
        }
    }
}

fn spawn(tasks: &mut JoinSet<()>, failed: &CancellationToken, task: impl Future<Output = ()> + Send + 'static) {
    let guard = failed.clone().drop_guard();
    tasks.spawn(async move {
        task.await;
        drop(guard.disarm());
    });
}
