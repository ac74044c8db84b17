//! Who may see what: accounts, sessions, tokens and the audit trail, in one small SQLite file `access.db`.
//!
//! ```text
//! name, password ──► log_in ──► Doors (too often? locked?) ──► Argon2id ──► Session: a secret for the cookie, its hash in the file
//! cookie, token  ──► session, token ──► hash ──► Identity {account, role, zones}
//! issuer, subject, claims ──► arrive ──► Account without a password, its role and zones of now ──► Session
//! whoever does something ──► note ──► audit: append-only, by triggers; an account in it is a pseudonym
//! ```
//!
//! Invariants: no secret is kept, only hashes; no error, log or answer of this crate holds one. Time comes in as a value. Nothing is
//! allowed by a role alone that a limit of zones forbids: no list of zones means all, an empty one none. What is kept in memory is bounded.

mod account;
mod audit;
mod error;
mod file;
mod first;
mod limit;
mod lockout;
mod login;
mod name;
mod openid;
mod password;
mod role;
mod secret;
mod session;
mod token;

pub use account::{Account, AccountId, NewAccount};
pub use audit::{AuditEntry, AuditOutcome, What, Who};
pub use error::{Error, Refusal};
pub use file::{Access, FILE};
pub use limit::Pace;
pub use login::LogIn;
pub use name::Name;
pub use openid::Arrival;
pub use password::{Cost, Password};
pub use role::{Role, Zones};
pub use secret::Secret;
pub use session::{ABSOLUTE_MS, Identity};
pub use token::{DEFAULT_DAYS, MOST_DAYS, NewToken, Token};
