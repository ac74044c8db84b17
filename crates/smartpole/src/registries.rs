//! What the interface needs of registries beside their folder: copies of those that were in force, and another one coming into force.

use std::{error::Error, sync::Arc};

use futures::future::{BoxFuture, FutureExt};
use smartpole_api::{KeptRegistry, NotTried, Registries, Tried};
use smartpole_model::Inputs;
use tokio::sync::oneshot;

use crate::{
    inputs::InputLibrary,
    registry_watch::{RegistryWatch, TakeNow, Taken},
    replay::Orders,
};

/// Messages in quarantine that a preview decodes again at most: about a second.
const MOST: u64 = 50_000;

/// Those of this service.
pub(crate) struct Kept {
    library: InputLibrary,
    orders: Arc<Orders>,
    take: TakeNow,
}

impl Kept {
    pub(crate) fn new(library: &InputLibrary, orders: &Arc<Orders>, watch: &RegistryWatch) -> Self {
        Self { library: library.clone(), orders: Arc::clone(orders), take: watch.take_now() }
    }
}

impl Registries for Kept {
    fn kept(&self) -> Result<Vec<KeptRegistry>, Box<dyn Error + Send + Sync>> {
        let in_force = self.library.in_force()?.into_iter();
        Ok(in_force.map(|(since, hash)| KeptRegistry { since, hash }).collect())
    }

    fn file(&self, registry: &str, name: &str) -> Result<Option<Vec<u8>>, Box<dyn Error + Send + Sync>> {
        Ok(self.library.file(registry, name)?)
    }

    fn try_out(&self, next: Arc<Inputs>) -> Result<Tried, NotTried> {
        self.orders.try_registry(next, MOST)
    }

    fn take(&self) -> BoxFuture<'_, Taken> {
        let stopping = |_| "the service is stopping".to_owned();
        async move {
            let (answer, answered) = oneshot::channel();
            self.take.send(answer).await.map_err(|_| "the service is stopping".to_owned())?;
            answered.await.map_err(stopping)?
        }
        .boxed()
    }
}
