//! InfluxDB targets: points as line protocol, and their delivery.
//!
//! ```text
//!  Points::point ──► Lines ──► Delivery::deliver ──► POST /write, /api/v2/write, /api/v3/write_lp ──► written, or a Refusal
//!                                    └──► Circuit: how the target is
//! ```
//!
//! # Invariants
//! - A line is settled by InfluxDB's own words alone: written by 204, refused by a refusal in the form of its version. Whatever else
//!   answers, the lines are sent again.
//! - Sending again does no harm: the same line is the same point, and replaces itself.
//! - No line that the server takes is refused for one that it does not take.
//! - One request at a time is in flight for a target; memory is bounded by its batch.
//! - The token or password stands in a header that is marked as secret, and in no error, log or state.
//! - No clock is read but the one that was passed in, and timers.

mod access;
#[cfg(feature = "admin")]
mod admin;
mod answer;
mod backoff;
mod circuit;
mod client;
mod delivery;
mod error;
mod forwarder;
mod history;
mod limits;
mod line;
mod options;
mod part;
mod query;
mod refusal;
mod retention;
mod schema;
mod series;
mod token;

#[cfg(feature = "admin")]
pub use admin::{Admin, AdminError, Bucket, Organisation};
pub use answer::Trouble;
pub use circuit::{Circuit, CircuitState};
pub use delivery::Delivery;
pub use error::Error;
pub use forwarder::{Forwarder, SharedInputs};
pub use history::{History, Wanted};
pub use line::{Field, Lines, Points, Value};
pub use options::{Options, Resolution, Version};
pub use query::{Cell, Policy, Queries, QueryError, Table};
pub use refusal::{Refusal, RefusedReason};
pub use retention::Retention;
pub use schema::{Left, Names, Schema};
pub use series::Series;
pub use token::Token;

/// Tells the time; only the binary knows a real one.
pub type Clock = fn() -> smartpole_model::UtcMillis;
