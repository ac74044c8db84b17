//! The journal as its users see it, on a disk that can crash. Grouped by kind of claim.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod invariants;
mod known_errors;
mod model;
mod recovery;
mod setup;
mod sim_fs;
