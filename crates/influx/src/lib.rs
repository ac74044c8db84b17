//! InfluxDB targets: line protocol and its delivery.

mod error;
mod line;
mod options;
mod series;
mod token;

pub use error::Error;
pub use line::{Field, Lines, Points, Value};
pub use options::Options;
pub use series::Series;
pub use token::Token;

/// Tells the time; only the binary knows a real one.
pub type Clock = fn() -> smartpole_model::UtcMillis;
