//! Whether a registry fits what is stored.

use std::path::Path;

use smartpole_model::{Inputs, Problem};
use smartpole_store::{FILE, Store};

use crate::{config::Config, fold_loop, inputs::InputLibrary, telemetry::Chain};

/// What of the stored readings the registry would make something else of; nothing where nothing is stored. The data folder is only
/// read.
pub(super) fn misfits(config: &Config, inputs: &Inputs) -> Vec<Problem> {
    let unreadable = |error: &dyn std::error::Error| {
        let hint = "run the check as the service's user, or put the folder back from a copy";
        vec![Problem::new(&config.data.join(FILE).display().to_string(), Chain(error).to_string(), hint)]
    };
    let store = match Store::open_to_look(&config.data) {
        Ok(Some(store)) => store,
        Ok(None) => return Vec::new(),
        Err(error) => return unreadable(&error),
    };
    let library = InputLibrary::new(&config.data, config.inputs_key_file.clone());
    match fold_loop::restore(&store, &library) {
        Ok(fold) => located(&config.registry, fold.misfits(&inputs.registry.properties)),
        Err(error) => unreadable(&error),
    }
}

/// Problems with the place of their files.
pub(super) fn located(folder: &Path, problems: Vec<Problem>) -> Vec<Problem> {
    let located = |mut problem: Problem| {
        problem.file = folder.join(&problem.file).display().to_string();
        problem
    };
    problems.into_iter().map(located).collect()
}
