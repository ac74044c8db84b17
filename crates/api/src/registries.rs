//! Registries beside their folder: those that were in force, what another one would bring, and taking the folder into force.

use std::{error::Error, sync::Arc};

use futures::future::BoxFuture;
use smartpole_model::{Inputs, UtcMillis};
use smartpole_pipeline::{Effect, Settling};

use crate::NotTried;

/// A registry that was in force, of which a copy is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRegistry {
    /// When it came into force.
    pub since: UtcMillis,
    /// Its hash.
    pub hash: String,
}

/// What another registry would bring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// What of the past would be settled anew.
    pub settling: Settling,
    /// What would come of reading again all that is in quarantine; none if that is too much to try out.
    pub replay: Option<Effect>,
}

/// Who keeps registries, and puts them in force.
pub trait Registries: Send + Sync {
    /// Those that were in force here, the oldest first; one that came back stands there once more.
    ///
    /// # Errors
    /// If they cannot be read.
    fn kept(&self) -> Result<Vec<KeptRegistry>, Box<dyn Error + Send + Sync>>;

    /// A file of one of them as it was; none if it had no such file. Files with keys are not given.
    ///
    /// # Errors
    /// If it cannot be read.
    fn file(&self, registry: &str, name: &str) -> Result<Option<Vec<u8>>, Box<dyn Error + Send + Sync>>;

    /// What another registry would bring. Blocks while it folds beside the service.
    ///
    /// # Errors
    /// If one is tried out already, or something cannot be read.
    fn try_out(&self, next: Arc<Inputs>) -> Result<Tried, NotTried>;

    /// Takes the folder into force as it is now; comes back when the journal has that, with the hash.
    ///
    /// # Errors
    /// Why the registry in force stays the former one.
    fn take(&self) -> BoxFuture<'_, Result<String, String>>;
}
