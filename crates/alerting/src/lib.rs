//! What operators were told of and what they said to it, in one small SQLite file `alerts.db`.
//!
//! ```text
//! Change of smartpole_alert::Watch ──► Book::note, one transaction an evaluation ──► Book::alerts, for those who ask
//!                                        └ deliveries, one a target ──► Book::next_message ──► sent ──► Book::settle
//! restart ──► Book::watch goes on with what is open              operators ──► acknowledgements, mutes, maintenance, visits
//! ```
//!
//! Invariants: an alert that is open is a row without an end, one a rule, cause and property; none is ever deleted. What somebody is
//! to be told of an alert is on disk with the alert itself, and stays until it was sent, given up, or is no news. A target that
//! takes nothing has one message under way, behind which all else waits. Nothing here is a function of the journal: a lost file costs history, no reading.

mod alert;
mod book;
mod copy;
mod deliveries;
mod error;
mod forming;
mod message;
mod outbox;
mod plans;

pub use alert::{Alert, Asked, Said, Word};
pub use book::{Book, FILE};
pub use copy::copy;
pub use deliveries::{Deliveries, Delivery, DeliveryState};
pub use error::Error;
pub use message::{Event, Message, Outcome, Told};
pub use plans::{Maintenance, NewMaintenance, NewVisit, Visit};
