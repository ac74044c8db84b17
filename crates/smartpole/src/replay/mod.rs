//! Decoding messages again: picking them, ordering it, trying it beside, and what the fold reads for it.
//!
//! ```text
//! POST /api/v1/replays ──► Orders ──► Command ──► journal ──► fold: Fold::replay() says which, from where on
//!                            │                       ▲            │
//!                            └─ dry run: DryFold     └── steps ── Runner, which picks the messages
//! ```
//! The journal holds every step, so a replay that was killed goes on where it stopped, and any later fold does the same.

mod kept;
pub(crate) mod weight;

pub(crate) use self::kept::{Kept, Messages};
