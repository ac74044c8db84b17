//! How a published figure is made of windows: statutory means, indices, limit values, periods, comparisons, what the public may see.
//!
//! ```text
//! windows of devices, poles, zones ──► method ──► figure {value, coverage, method and version, what is missing}
//! ```
//!
//! Invariants: no clock, no I/O; every rule names its source in its documentation; figures are functions of windows alone, so who
//! holds an export can compute them again.

pub mod air;
pub mod calendar;
pub mod compare;
pub mod events;
pub mod heat;
pub mod index;
pub mod limits;
pub mod methods;
pub mod noise;
pub mod peer;
pub mod profile;
pub mod public;

pub use jiff::civil::Date;
