//! Registries that were in force: a question about an earlier instant is answered by the registry of then.

use std::sync::{Arc, PoisonError};

use smartpole_model::{Inputs, UtcMillis};
use smartpole_pipeline::{BlockMaking, LoadError};

use crate::{Error, Queries, as_of::earlier};

/// Registries by when they were in force.
pub trait InForce: std::fmt::Debug + Send + Sync {
    /// The hash of the registry that had come into force last before an instant, and itself; none if that is not known.
    ///
    /// # Errors
    /// If it is not there or cannot be read.
    fn before(&self, instant: UtcMillis) -> Result<Option<(String, Arc<Inputs>)>, LoadError>;
}

impl Queries {
    /// The registry by which a question is answered: about an earlier instant that of then, if it is known.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn inputs(&self, as_of: Option<UtcMillis>) -> Result<Arc<Inputs>, Error> {
        let (now, hash, newest) = {
            let fold = self.fold.read().unwrap_or_else(PoisonError::into_inner);
            (Arc::clone(fold.inputs()), fold.inputs_hash().to_owned(), fold.position().1)
        };
        let Some((registries, instant)) = self.registries.as_ref().zip(earlier(as_of, newest)) else { return Ok(now) };
        let then = registries.before(instant).map_err(Error::Registry)?;
        Ok(then.filter(|(of_then, _)| *of_then != hash).map_or(now, |(_, then)| then))
    }

    /// How values of blocks count, about an earlier instant as they counted then.
    ///
    /// # Errors
    /// If the registry of then cannot be read.
    pub fn making(&self, as_of: Option<UtcMillis>) -> Result<BlockMaking, Error> {
        let inputs = self.inputs(as_of)?;
        let fold = self.fold.read().unwrap_or_else(PoisonError::into_inner);
        let is_now = Arc::ptr_eq(&inputs, fold.inputs());
        Ok(if is_now { fold.block_making() } else { fold.block_making_by(&inputs) })
    }
}
