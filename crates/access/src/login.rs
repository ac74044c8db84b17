//! Whether a name and a password belong together.

use std::net::IpAddr;

use smartpole_model::UtcMillis;

use crate::{Access, Account, AuditEntry, AuditOutcome, Error, What, Who, lockout::Door, password};

/// What comes of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogIn {
    /// The password is right.
    Right(Account),
    /// It is not, or there is no such account, or it is disabled: which of them nobody is told.
    Wrong,
    /// After too many wrong passwords nothing is looked at until then.
    Locked(UtcMillis),
    /// Too many attempts came from this address; the next one may come then.
    TooMany(UtcMillis),
}

impl Access {
    /// Looks whether a password is that of a name, and notes what came of it. It costs a hash, whether there is such an account or not,
    /// so no more than two should be under way at once.
    ///
    /// # Errors
    /// [`Error`].
    pub fn log_in(&self, name: &str, given: &str, from: IpAddr, now: UtcMillis) -> Result<LogIn, Error> {
        if let Err(until) = self.doors().knock(from, now) {
            return Ok(LogIn::TooMany(until));
        }
        let door = Door::new(name, from);
        let found = self.with_password(name)?;
        let account = found.as_ref().map(|(account, _)| account.id.as_str()).unwrap_or_default();
        let shut = self.doors().shut(&door, now);
        if let Some(until) = shut {
            self.attempted(account, AuditOutcome::Locked, now)?;
            return Ok(LogIn::Locked(until));
        }
        let hash = found.as_ref().map_or(&*self.nobody, |(_, hash)| hash);
        match (password::is_it(given, hash)?, &found) {
            (true, Some((account, _))) if !account.disabled => {
                self.doors().opened(&door);
                self.note(&AuditEntry::new(
                    Who::Account(account.id.clone()),
                    What::LogIn,
                    "",
                    AuditOutcome::Done,
                    now,
                ))?;
                Ok(LogIn::Right(account.clone()))
            }
            _ => {
                self.doors().failed(door, now);
                self.attempted(account, AuditOutcome::Failed, now)?;
                Ok(LogIn::Wrong)
            }
        }
    }

    /// Counts an attempt of an address to log in by other means than a password.
    ///
    /// # Errors
    /// When the next one is allowed.
    pub fn knock(&self, from: IpAddr, now: UtcMillis) -> Result<(), UtcMillis> {
        self.doors().knock(from, now)
    }

    /// Notes an attempt at an account. The name of one that is not there is not kept: it may be a password in the wrong field.
    fn attempted(&self, account: &str, outcome: AuditOutcome, now: UtcMillis) -> Result<(), Error> {
        self.note(&AuditEntry::new(Who::Public, What::LogIn, account, outcome, now))
    }
}
