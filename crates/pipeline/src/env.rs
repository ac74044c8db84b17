//! What the fold asks others for.

use crate::{LoadInputs, StoredBlocks};

/// What the fold may ask for while it folds: nothing else comes from outside the journal.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// Blocks that were committed.
    pub stored: &'a dyn StoredBlocks,
    /// Registries by hash.
    pub inputs: &'a dyn LoadInputs,
}

impl std::fmt::Debug for Env<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Env")
    }
}
