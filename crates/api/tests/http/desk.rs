//! Keeps the registries of a test, and puts its folder in force as the service does.

use std::{
    error::Error,
    path::Path,
    sync::{Arc, Mutex, RwLock},
};

use futures::future::{BoxFuture, FutureExt};
use smartpole_api::{KeptRegistry, NotTried, Registries, Tried};
use smartpole_journal::Journal;
use smartpole_model::{Inputs, Quarter, Record, UtcMillis, registry::Files};
use smartpole_pipeline::{Effect, Env, FOLD_VERSION, Fold, LoadError, Settling};
use smartpole_registry::Folder;
use smartpole_store::{InForce, Queries, Store};

use crate::fixture::{Library, at, borrowed};

pub(crate) struct Desk {
    pub(crate) folder: Folder,
    kept: Kept,
    /// Registries that were tried out.
    pub(crate) tried: Mutex<Vec<Arc<Inputs>>>,
    fold: Arc<RwLock<Fold>>,
    journal: Journal,
    store: Store,
    library: Library,
}

/// Registries as they came into force.
type Kept = Arc<Mutex<Vec<(KeptRegistry, Files)>>>;

/// The same for questions about earlier instants.
#[derive(Debug)]
struct Former(Kept);

impl InForce for Former {
    fn before(&self, instant: UtcMillis) -> Result<Option<(String, Arc<Inputs>)>, LoadError> {
        let kept = self.0.lock().unwrap();
        let last = kept.iter().rev().find(|(of, _)| of.since < instant);
        Ok(last.map(|(of, files)| (of.hash.clone(), Arc::new(Inputs::parse(files).unwrap()))))
    }
}

impl Desk {
    /// Questions that know the registries of this desk.
    pub(crate) fn teach(&self, queries: Queries) -> Queries {
        queries.with_former(Arc::new(Former(Arc::clone(&self.kept))))
    }

    pub(crate) fn new(
        fold: &Arc<RwLock<Fold>>,
        journal: &Journal,
        store: &Store,
        library: &Library,
        dir: &Path,
    ) -> Self {
        let folder = Folder::new(dir.join("registry"));
        let (fold, journal, store, library) = (Arc::clone(fold), journal.clone(), store.clone(), library.clone());
        Self { folder, kept: Kept::default(), tried: Mutex::default(), fold, journal, store, library }
    }

    async fn put_in_force(&self) -> Result<String, String> {
        let files = self.folder.read().map_err(|error| error.to_string())?;
        let inputs = Inputs::parse(&files).map_err(|problems| problems[0].to_string())?;
        let hash = Inputs::hash(&files, FOLD_VERSION);
        let known = self.fold.read().unwrap().position().1;
        let since = at(self.kept.lock().unwrap().len() as i64).max(known);
        *self.library.0.lock().unwrap() = Arc::new(inputs);
        let mut kept = std::mem::take(&mut *self.kept.lock().unwrap());
        if kept.last().is_none_or(|(of, _)| of.hash != hash) {
            kept.push((KeptRegistry { since, hash: hash.clone() }, files));
        }
        *self.kept.lock().unwrap() = kept;
        let record = Record::Inputs { received_at: since, hash: hash.clone() };
        let seq = self.journal.append_durable(record.clone()).await.unwrap();
        let env = Env { stored: &self.store, inputs: &self.library };
        self.fold.write().unwrap().apply(seq, &borrowed(&record), false, &env).unwrap();
        Ok(hash)
    }
}

impl Registries for Desk {
    fn kept(&self) -> Result<Vec<KeptRegistry>, Box<dyn Error + Send + Sync>> {
        Ok(self.kept.lock().unwrap().iter().map(|(of, _)| of.clone()).collect())
    }

    fn file(&self, registry: &str, name: &str) -> Result<Option<Vec<u8>>, Box<dyn Error + Send + Sync>> {
        let kept = self.kept.lock().unwrap();
        Ok(kept.iter().find(|(of, _)| of.hash == registry).and_then(|(_, files)| files.get(name).cloned()))
    }

    fn try_out(&self, next: Arc<Inputs>) -> Result<Tried, NotTried> {
        self.tried.lock().unwrap().push(next);
        let settling = Settling { devices: 1, quarters: 96, first: Some(Quarter(0)) };
        Ok(Tried { settling, replay: Some(Effect { messages: 2, recovered: 1, readings: 1, ..Effect::default() }) })
    }

    fn take(&self) -> BoxFuture<'_, Result<String, String>> {
        self.put_in_force().boxed()
    }
}
