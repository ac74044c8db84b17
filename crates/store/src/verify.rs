//! Comparing a store with a second fold of its journal: every row that differs, in words.
//!
//! ```text
//! journal ──► Fold ──► Scratch (a store beside, thrown away) ─┐
//!                                                             ├─ compare ──► Difference, one a row
//! city.db of the service ──► View (as of one commit) ─────────┘
//! ```
//!
//! A fold begins at the journal's first record, or at a checkpoint ([`Store::checkpoint_from`]). From the first record on
//! everything is compared. From a checkpoint on, what it does not hold is left out:
//! - blocks and revisions that nothing changed since; one that a late reading changes is folded from what it was then, which is
//!   what the store has of it without what was received later (`as_of`);
//! - hours and days that begin before the last quarter closed at the checkpoint;
//! - the ledger's hours before it: their sums are compared, as the checkpoint holds them, with the hours after it;
//! - the ledger's days of devices and the quarantine before it, and what devices were heard of before.
//!
//! Checkpoints are compared where both have them: of several days in one batch only the newest makes one.
//!
//! Never compared: batches and the number of the last one, as they end where the fold of the day happened to commit; what is
//! kept for targets and what became of it there, as it is not folded; copies of quarantined messages, which are the journal's.
//!
//! Invariants: the service's store is only read; its read transaction lasts for the comparison, not for the fold, as its
//! write-ahead log grows meanwhile.

mod as_of;
mod merge;
mod scratch;
mod sides;
mod sums;
mod tables;
mod under_way;
mod view;
mod words;

use std::fmt;

use smartpole_pipeline::{Fold, LoadInputs};

pub use self::{
    scratch::{Begin, Scratch},
    view::View,
};
use crate::Error;

/// A row that the fold gives otherwise than it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The table, or `state` for what is put together from several.
    pub table: &'static str,
    /// Which row, in words: device, start, hour.
    pub key: String,
    /// What is stored; none if there is no such row.
    pub stored: Option<String>,
    /// What the fold gives; none if it gives no such row.
    pub folded: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
        write!(f, "{}: {}: stored {}; folded {}", self.table, self.key, side(&self.stored), side(&self.folded))
    }
}

/// How much was compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Blocks.
    pub blocks: u64,
    /// Rows of all tables, blocks among them.
    pub rows: u64,
    /// Rows that differ.
    pub differences: u64,
}

/// Compares what is stored with what `fold` has committed to `scratch`; both must be at the same record, and everything
/// committed. Each difference goes to `found`, in the order of tables and keys.
///
/// # Errors
/// If one of the files cannot be read. What is stored and cannot be understood is a difference.
pub fn compare(
    view: &View,
    scratch: &Scratch,
    fold: &Fold,
    inputs: &dyn LoadInputs,
    mut found: impl FnMut(Difference),
) -> Result<Compared, Error> {
    let mut compared = Compared::default();
    let mut report = |difference: Difference| {
        compared.differences += 1;
        found(difference);
    };
    let (mut blocks, mut rows) = (0, 0);
    for table in &tables::ALL {
        let n = merge::compare(table, view, scratch, fold, &mut report)?;
        rows += n;
        blocks += if table.name == tables::BLOCK { n } else { 0 };
    }
    sums::compare(view, scratch, &mut report)?;
    under_way::compare(view, fold, inputs, &mut report)?;
    Ok(Compared { blocks, rows, ..compared })
}
