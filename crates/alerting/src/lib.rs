//! What operators were told of and what they said to it, in one small SQLite file `alerts.db`.
//!
//! ```text
//! Change of smartpole_alert::Watch ──► Book::note, one transaction an evaluation ──► Book::alerts, for those who ask
//! restart ──► Book::watch goes on with what is open              operators ──► acknowledgements, mutes, maintenance, visits
//! ```
//!
//! Invariants: an alert that is open is a row without an end, one a rule, cause and property; nothing is ever deleted but maintenance
//! that somebody takes back. Nothing here is a function of the journal: a lost file costs history, no reading.

mod alert;
mod book;
mod error;
mod plans;

pub use alert::{Alert, Asked, Said, Word};
pub use book::{Book, FILE};
pub use error::Error;
pub use plans::{Maintenance, NewMaintenance, NewVisit, Visit};
