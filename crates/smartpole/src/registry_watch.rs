//! Takes a changed registry into force, without a restart.

#[cfg(test)]
mod tests;

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use smartpole_journal::Journal;
use smartpole_model::{Inputs, Problem, Record, registry::Files};
use smartpole_pipeline::{FOLD_VERSION, Fold};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    clock, inputs,
    inputs::{InputLibrary, KeepError},
    service::Error,
    telemetry::Chain,
};

/// How often the folder is looked at. A change counts once it was the same twice, so that a file half saved is not taken.
const INTERVAL: Duration = Duration::from_secs(1);

/// Whether the folder came into force, under which hash or why not.
pub(crate) type Taken = Result<String, String>;

/// Asks the watch to take the folder into force at once.
pub(crate) type TakeNow = mpsc::Sender<oneshot::Sender<Taken>>;

/// Requests to take the folder that may wait: its writers take turns.
const ASKED: usize = 4;

/// The folder that people edit.
#[derive(Debug)]
pub(crate) struct RegistryWatch {
    folder: PathBuf,
    library: InputLibrary,
    journal: Journal,
    /// What is stored, which a registry must fit.
    fold: Arc<RwLock<Fold>>,
    /// Why the folder is not in force, if it is not.
    error: watch::Sender<Option<String>>,
    /// Hash of the files that were tried last.
    tried: String,
    asked: (TakeNow, mpsc::Receiver<oneshot::Sender<Taken>>),
}

impl RegistryWatch {
    /// Journals the registry of the folder if it is another than the one in force. A folder with problems stops a first
    /// start; later the former registry stays in force.
    pub(crate) async fn start(
        folder: PathBuf,
        library: &InputLibrary,
        journal: &Journal,
        fold: &Arc<RwLock<Fold>>,
    ) -> Result<Self, Error> {
        let files = inputs::read(&folder).map_err(|source| Error::Folder { dir: folder.clone(), source })?;
        let in_force = fold.read().map(|fold| fold.inputs_hash().to_owned()).unwrap_or_default();
        let (library, journal, fold) = (library.clone(), journal.clone(), Arc::clone(fold));
        let (error, tried, asked) = (watch::Sender::new(None), hash(&files), mpsc::channel(ASKED));
        let mut watch = Self { folder, library, journal, fold, error, tried, asked };
        match watch.keep(&files) {
            Ok(Ok(hash)) if hash == in_force => {}
            Err(problems) if in_force.is_empty() => {
                let (n, text) = (problems.len(), summary(&problems));
                return Err(Error::Registry { dir: watch.folder, n, text });
            }
            _ => drop(watch.take(&files).await),
        }
        Ok(watch)
    }

    /// For those who wrote the folder themselves, and know that it is whole.
    pub(crate) fn take_now(&self) -> TakeNow {
        self.asked.0.clone()
    }

    /// Why the folder is not in force, if it is not.
    pub(crate) fn error(&self) -> watch::Receiver<Option<String>> {
        self.error.subscribe()
    }

    pub(crate) async fn run(mut self, shutdown: CancellationToken) {
        let mut seen = self.tried.clone();
        loop {
            let asked = tokio::select! {
                () = shutdown.cancelled() => return,
                asked = self.asked.1.recv() => asked,
                () = tokio::time::sleep(INTERVAL) => None,
            };
            let folder = self.folder.clone();
            let Ok(Ok(files)) = tokio::task::spawn_blocking(move || inputs::read(&folder)).await else {
                self.report(Some(&format!("cannot read {}", self.folder.display())));
                continue;
            };
            let now = hash(&files);
            if let Some(asked) = asked {
                (seen, self.tried) = (now.clone(), now);
                asked.send(self.take(&files).await).ok(); // whoever asked may be gone
            } else if now == seen && now != self.tried {
                self.tried = now;
                drop(self.take(&files).await);
            } else {
                seen = now;
            }
        }
    }

    /// Keeps files that are sound, fit what is stored and can be meant now.
    fn keep(&self, files: &Files) -> Result<Result<String, KeepError>, Vec<Problem>> {
        self.library.keep(files, |inputs| {
            let fold = self.fold.read().unwrap_or_else(PoisonError::into_inner);
            let misfits = fold.misfits(&inputs.registry.properties);
            misfits.into_iter().chain(Inputs::premature(files, clock::now())).collect()
        })
    }

    async fn take(&mut self, files: &Files) -> Taken {
        let hash = match self.keep(files) {
            Ok(Ok(hash)) => hash,
            Err(problems) => {
                if !Inputs::premature(files, clock::now()).is_empty() {
                    self.tried.clear(); // time passes, and a clock may be set: try again
                }
                return Err(self.report(Some(&summary(&problems))));
            }
            Ok(Err(error)) => {
                self.tried.clear(); // the files are sound: try again until there is room, or the key file is back
                return Err(self.report(Some(&format!("cannot keep a copy of the registry: {}", Chain(&error)))));
            }
        };
        let received_at = clock::now();
        // before the journal has it: who asks since when it is in force must not be told of an earlier time
        if let Err(error) = self.library.note_in_force(&hash, received_at) {
            return Err(self.report(Some(&format!("cannot note that a registry comes into force: {}", Chain(&error)))));
        }
        let record = Record::Inputs { received_at, hash: hash.clone() };
        match self.journal.append_durable(record).await {
            Ok(seq) => tracing::info!(hash, seq = seq.0, "a registry comes into force"),
            Err(error) => {
                tracing::error!("cannot journal a changed registry: {}", Chain(&error));
                return Err(format!("cannot journal it: {}", Chain(&error)));
            }
        }
        self.report(None);
        Ok(hash)
    }

    /// Says why the folder is not in force, if it is not, and hands that back.
    fn report(&self, error: Option<&str>) -> String {
        let error = error.map(str::to_owned);
        self.error.send_if_modified(|known| {
            let changed = *known != error;
            if let Some(text) = error.as_ref().filter(|_| changed) {
                tracing::error!("the registry in force stays the former one: {text}");
            }
            known.clone_from(&error);
            changed
        });
        error.unwrap_or_default()
    }
}

fn hash(files: &Files) -> String {
    Inputs::hash(files, FOLD_VERSION)
}

/// All problems in one text, the first ones in full.
pub(crate) fn summary(problems: &[Problem]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = problems.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = problems.len().saturating_sub(SHOWN);
    let rest = if more > 0 { format!("\n… and {more} more; `smartpole check` lists all") } else { String::new() };
    shown.join("\n") + &rest
}
