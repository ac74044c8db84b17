//! InfluxDB targets: line protocol and its delivery.

#[cfg(feature = "admin")]
mod admin;
mod error;
mod line;
mod options;
mod retention;
mod schema;
mod series;
mod token;

#[cfg(feature = "admin")]
pub use admin::{Admin, AdminError, Bucket, Organisation};
pub use error::Error;
pub use line::{Field, Lines, Points, Value};
pub use options::Options;
pub use retention::Retention;
pub use schema::{Left, Names, Schema};
pub use series::Series;
pub use token::Token;

/// Tells the time; only the binary knows a real one.
pub type Clock = fn() -> smartpole_model::UtcMillis;
