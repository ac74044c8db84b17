//! What the fold yields, in one SQLite file `city.db`; and questions about it together with what the fold has in memory.
//!
//! ```text
//! Changes ──► Store::commit   ONE transaction: batch row, blocks, roll-ups, revisions, ledger, quarantine, state, cursor
//! restart ──► Store::restore  the state at the cursor
//! question ─► Queries         blocks in memory + a snapshot of the file
//! ```
//!
//! Invariants: one writer; the cursor moves in the same transaction as everything it stands for; nothing here decides, it keeps.

mod commit;
mod error;
mod restore;
mod schema;
mod store;

pub use error::Error;
pub use store::Store;
