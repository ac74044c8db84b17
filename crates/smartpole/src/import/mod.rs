//! Foreign series: a CSV file by a mapping, into the journal of a running service.
//!
//! ```text
//! lines ──► table: cells by the mapping ──► when: instants ──► parts of a device ──► POST /api/v1/imports
//!                       └── mistakes: line, column, what to do
//! ```
//! A line and a part are bounded, so that memory is, whatever the file is.

mod command;
mod fit;
mod lines;
mod mapping;
mod mistakes;
mod part;
mod table;
mod when;

pub(crate) use command::{Error, run};
