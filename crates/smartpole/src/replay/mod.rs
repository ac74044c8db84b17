//! Decoding messages again: picking them, ordering it, trying it beside, and what the fold reads for it.
//!
//! ```text
//! POST /api/v1/replays ──► Orders ──► Command ──► journal ──► fold: Fold::replay() says which, from where on
//!                            │                       ▲            │
//!                            └─ dry run: dry::dry_run └─ steps ── Runner, which picks the messages
//! ```
//! The journal holds every step, so a replay that was killed goes on where it stopped, and any later fold does the same.

mod command;
mod dry;
mod kept;
mod orders;
mod pick;
mod runner;
pub(crate) mod weight;
pub(crate) mod words;

pub(crate) use self::{
    command::{Error, run},
    kept::{Kept, Messages},
    orders::Orders,
    runner::Runner,
};
