//! Accounts of people whom an OpenID provider knows.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use smartpole_model::UtcMillis;

use crate::{
    Access, Account, AccountId, AuditEntry, AuditOutcome, Error, Name, NewAccount, Refusal, Role, What, Who, Zones,
    account, audit, error::doing, secret::Secret,
};

/// What stands for the password of an account that has none; no hash looks like it.
pub(crate) const NO_PASSWORD: &str = "";

/// Somebody whom a provider vouches for, with what its claims come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The provider's issuer identifier …
    pub issuer: String,
    /// … and whom it means: this pair stays, a name may not (OpenID Connect Core 1.0, 5.7).
    pub subject: String,
    /// What a new account is called, if that is a name and nobody has it yet; else it is called by its pseudonym.
    pub name: Option<String>,
    /// What it may do from now on …
    pub role: Role,
    /// … and where it sees exact figures.
    pub zones: Zones,
}

impl Access {
    /// The account of somebody whom a provider vouches for, made if there is none. Its role and zones are those of now; if they were
    /// others, all of its sessions end. An account that is less than before is so even if it was the last admin: the provider says so,
    /// and the command line makes another one.
    ///
    /// None if the account is disabled here.
    ///
    /// # Errors
    /// [`Refusal::PublicRole`]; [`Error`].
    pub fn arrive(&self, arrival: &Arrival, now: UtcMillis) -> Result<Option<Account>, Error> {
        let arriving = doing("let somebody in by OpenID Connect");
        let Arrival { issuer, subject, role, zones, .. } = arrival;
        account::check(*role)?;
        let mut file = self.file();
        let transaction = file.transaction().map_err(arriving)?;
        let note = |who: &AccountId, what, about: &str, outcome| {
            audit::note(&transaction, &AuditEntry::new(Who::Account(who.clone()), what, about, outcome, now))
        };
        let done = |who: &AccountId, what, about: &str| note(who, what, about, AuditOutcome::Done);
        let account = match known(&transaction, issuer, subject)? {
            None => {
                let made = make(&transaction, arrival, now)?;
                done(&made.id, What::AccountMade, made.id.as_str())?;
                made
            }
            Some(Account { id, disabled: true, .. }) => {
                note(&id, What::OpenIdLogIn, "disabled", AuditOutcome::Failed)?;
                transaction.commit().map_err(arriving)?;
                return Ok(None);
            }
            Some(account) if (account.role, &account.zones) == (*role, zones) => account,
            Some(account) => {
                account::give(&transaction, &account.id, *role, zones)?;
                done(&account.id, What::RoleChanged, account.id.as_str())?;
                Account { role: *role, zones: zones.clone(), ..account }
            }
        };
        done(&account.id, What::OpenIdLogIn, "")?;
        transaction.commit().map_err(arriving)?;
        Ok(Some(account))
    }

    /// Notes that somebody was not let in, and why. Whoever had an account, but has no role any more, loses its sessions and tokens.
    ///
    /// # Errors
    /// [`Error`].
    pub fn turn_away(&self, whom: Option<(&str, &str)>, reason: &str, now: UtcMillis) -> Result<(), Error> {
        let turning = doing("turn somebody away");
        let mut file = self.file();
        let transaction = file.transaction().map_err(turning)?;
        let account = whom.map(|(issuer, subject)| known(&transaction, issuer, subject)).transpose()?.flatten();
        let who = match account {
            None => Who::Public,
            Some(Account { id, .. }) => {
                account::end_sessions(&transaction, &id)?;
                transaction.execute("DELETE FROM token WHERE account = ?1", [&id.0]).map_err(turning)?;
                Who::Account(id)
            }
        };
        audit::note(&transaction, &AuditEntry::new(who, What::OpenIdLogIn, reason, AuditOutcome::Failed, now))?;
        transaction.commit().map_err(turning)
    }
}

/// What is kept of whom a provider means.
fn hash(issuer: &str, subject: &str) -> [u8; 32] {
    Secret::hash(&format!("{issuer}\0{subject}"))
}

fn known(file: &Connection, issuer: &str, subject: &str) -> Result<Option<Account>, Error> {
    let reading = doing("look an account up");
    let sql = "SELECT account FROM openid WHERE hash = ?1";
    let id = file.query_row(sql, [hash(issuer, subject)], |row| row.get::<_, String>(0)).optional();
    let Some(id) = id.map_err(reading)? else { return Ok(None) };
    account::of_id(file, &id)
}

fn make(file: &Transaction<'_>, arrival: &Arrival, now: UtcMillis) -> Result<Account, Error> {
    let Arrival { issuer, subject, name, role, zones } = arrival;
    let id = AccountId::new()?;
    let pseudonym = Name::new(id.as_str())?;
    let wanted = name.as_deref().and_then(|name| Name::new(name).ok());
    let mut made = Err(Refusal::NameTaken.into());
    for name in wanted.into_iter().chain([pseudonym]) {
        let new = NewAccount { name, role: *role, zones: zones.clone() };
        made = account::insert(file, id.clone(), &new, NO_PASSWORD, now);
        if !matches!(made, Err(Error::Refused(Refusal::NameTaken))) {
            break;
        }
    }
    let made = made?;
    let sql = "INSERT INTO openid (hash, account) VALUES (?1, ?2)";
    file.execute(sql, params![hash(issuer, subject), made.id.0]).map_err(doing("make an account"))?;
    Ok(made)
}
