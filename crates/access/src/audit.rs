//! What was done by whom: written once, never changed.

use rusqlite::{Connection, Row, params};
use smartpole_model::UtcMillis;

use crate::{Access, AccountId, Error, error::doing};

/// Longest text about what something was done, in characters.
const MOST_ABOUT: usize = 300;

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// An account, by its pseudonym.
    Account(AccountId),
    /// Somebody at the service's own machine or in a network of operators, who did not log in.
    Local,
    /// The command line on the service's own machine.
    CommandLine,
    /// Somebody who is not known.
    Public,
}

impl Who {
    const LOCAL: &'static str = "local";
    const COMMAND_LINE: &'static str = "command_line";
    const PUBLIC: &'static str = "public";

    /// As it is kept and answered.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Account(id) => id.as_str(),
            Self::Local => Self::LOCAL,
            Self::CommandLine => Self::COMMAND_LINE,
            Self::Public => Self::PUBLIC,
        }
    }

    fn read(text: String) -> Self {
        match text.as_str() {
            Self::LOCAL => Self::Local,
            Self::COMMAND_LINE => Self::CommandLine,
            Self::PUBLIC => Self::Public,
            _ => Self::Account(AccountId(text)),
        }
    }
}

/// Defines words that are kept by their code.
macro_rules! words {
    ($(#[$about:meta])* $name:ident, $kind:literal, $($variant:ident = $code:literal: $meaning:literal),+ $(,)?) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $(#[doc = $meaning] $variant),+ }

        impl $name {
            /// All, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its code, which stays.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// What it means.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),+ }
            }

            fn read(text: &str) -> Result<Self, Error> {
                Self::ALL.iter().copied().find(|word| word.code() == text).ok_or(Error::Word($kind))
            }
        }
    };
}

words! {
    /// What was done.
    What, "deed",
    LogIn = "log_in": "Somebody tried to log in; `about` is the account that was tried.",
    OpenIdLogIn = "openid_log_in": "Somebody came by OpenID Connect; `about` is why they were refused.",
    LogOut = "log_out": "Somebody ended a session.",
    FirstAdmin = "first_admin": "The first admin was made by the link that the service printed.",
    AccountMade = "account_made": "An account was made; `about` is its pseudonym, here and below.",
    RoleChanged = "role_changed": "An account was given another role or other zones.",
    AccountDisabled = "account_disabled": "An account was disabled.",
    AccountEnabled = "account_enabled": "An account was enabled again.",
    PasswordChanged = "password_changed": "An account was given another password.",
    AccountDeleted = "account_deleted": "An account was deleted.",
    TokenMade = "token_made": "A token was made; `about` is its number.",
    TokenRevoked = "token_revoked": "A token was revoked; `about` is its number.",
    ReplayOrdered = "replay_ordered": "Messages were ordered to be decoded again, or tried out.",
    RegistryChanged = "registry_changed": "A file of the registry was changed; `about` is its name, the hash of what it was and of what it is.",
    Imported = "imported": "Somebody else's series was imported.",
    ReadingsExported = "readings_exported": "Single readings were exported; `about` are the parameters.",
    AlertSaid = "alert_said": "An alert was acknowledged or muted.",
    MaintenanceSaid = "maintenance_said": "Maintenance was planned or taken back.",
    VisitLogged = "visit_logged": "A visit was logged.",
    AuditRead = "audit_read": "The audit trail was read.",
}

words! {
    /// What came of it.
    AuditOutcome, "outcome",
    Done = "done": "It was done.",
    Failed = "failed": "It was refused or did not work: of a log-in, name or password was wrong.",
    Locked = "locked": "It was refused unseen after too many wrong passwords.",
}

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// When.
    pub at: UtcMillis,
    /// Who.
    pub who: Who,
    /// What.
    pub what: What,
    /// About what: an id, an address, parameters.
    pub about: String,
    /// What came of it.
    pub outcome: AuditOutcome,
}

impl AuditEntry {
    /// One that is to be kept.
    pub fn new(who: Who, what: What, about: &str, outcome: AuditOutcome, at: UtcMillis) -> Self {
        Self { id: 0, at, who, what, about: about.chars().take(MOST_ABOUT).collect(), outcome }
    }
}

impl Access {
    /// Keeps an entry.
    ///
    /// # Errors
    /// [`Error`].
    pub fn note(&self, entry: &AuditEntry) -> Result<(), Error> {
        note(&self.file(), entry)
    }

    /// So many entries before one number, the newest first.
    ///
    /// # Errors
    /// [`Error`].
    pub fn audit(&self, before: i64, limit: usize) -> Result<Vec<AuditEntry>, Error> {
        let (file, reading) = (self.file(), doing("read the audit trail"));
        let sql = "SELECT id, at, who, what, about, outcome FROM audit WHERE id < ?1 ORDER BY id DESC LIMIT ?2";
        let mut statement = file.prepare_cached(sql).map_err(reading)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map([before, limit], read).map_err(reading)?;
        rows.map(|row| row.map_err(reading)?).collect()
    }

    /// The newest entries of one deed, the newest first.
    ///
    /// # Errors
    /// [`Error`].
    pub fn audit_of(&self, what: What, limit: usize) -> Result<Vec<AuditEntry>, Error> {
        let (file, reading) = (self.file(), doing("read the audit trail"));
        let sql = "SELECT id, at, who, what, about, outcome FROM audit WHERE what = ?1 ORDER BY id DESC LIMIT ?2";
        let mut statement = file.prepare_cached(sql).map_err(reading)?;
        let rows = statement.query_map(params![what.code(), i64::try_from(limit).unwrap_or(i64::MAX)], read);
        rows.map_err(reading)?.map(|row| row.map_err(reading)?).collect()
    }

    /// Lets go what is older than so many days; how many entries that were.
    ///
    /// # Errors
    /// [`Error`].
    pub fn trim_audit(&self, days: u32, now: UtcMillis) -> Result<usize, Error> {
        let trimming = doing("trim the audit trail");
        let since = now.0.saturating_sub(i64::from(days) * 86_400_000);
        let mut file = self.file();
        let transaction = file.transaction().map_err(trimming)?;
        transaction.execute("UPDATE audit_kept SET since = max(since, ?1)", [since]).map_err(trimming)?;
        let gone = transaction.execute("DELETE FROM audit WHERE at < ?1", [since]).map_err(trimming)?;
        transaction.commit().map_err(trimming)?;
        Ok(gone)
    }
}

pub(crate) fn note(file: &Connection, entry: &AuditEntry) -> Result<(), Error> {
    let AuditEntry { at, who, what, about, outcome, .. } = entry;
    let sql = "INSERT INTO audit (at, who, what, about, outcome) VALUES (?1, ?2, ?3, ?4, ?5)";
    let row = params![at.0, who.as_str(), what.code(), about, outcome.code()];
    file.execute(sql, row).map(drop).map_err(doing("write the audit trail"))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Result<AuditEntry, Error>> {
    let (what, outcome): (String, String) = (row.get(3)?, row.get(5)?);
    let (id, at, who, about) = (row.get(0)?, UtcMillis(row.get(1)?), Who::read(row.get(2)?), row.get(4)?);
    let entry =
        || Ok(AuditEntry { id, at, who, what: What::read(&what)?, about, outcome: AuditOutcome::read(&outcome)? });
    Ok(entry())
}
