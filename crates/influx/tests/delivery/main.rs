//! Delivery to servers that do as InfluxDB does, and to those that do not.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic, their fixtures too")]

mod conformance;
mod influx;
mod random;
mod refusals;
mod server;
mod target;
mod tls;
mod trouble;
