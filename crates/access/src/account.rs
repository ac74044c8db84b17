//! Accounts.

use std::fmt;

use rusqlite::{Connection, OptionalExtension, Row, params};
use smartpole_model::UtcMillis;

use crate::{Access, Error, Name, Password, Refusal, Role, Zones, error::doing, openid::NO_PASSWORD, secret::random};

/// The pseudonym of an account: the audit trail knows nobody by another name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub(crate) String);

/// Somebody who can log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Names it for ever.
    pub id: AccountId,
    /// What its owner types.
    pub name: String,
    /// What it may do …
    pub role: Role,
    /// … and where it sees exact figures.
    pub zones: Zones,
    /// When it was made.
    pub made: UtcMillis,
    /// Whether an OpenID provider vouches for it: it has no password, and its role is what its claims come to at each log-in.
    pub by_openid: bool,
    /// Whether it is disabled: nobody comes in by it, and its tokens do not hold, until an admin enables it.
    pub disabled: bool,
}

/// One that is to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// What its owner types.
    pub name: Name,
    /// What it may do …
    pub role: Role,
    /// … and where it sees exact figures.
    pub zones: Zones,
}

const COLUMNS: &str = "id, name, role, zones, made, password = '' AS by_openid, disabled";

impl AccountId {
    pub(crate) fn new() -> Result<Self, Error> {
        let hex: String = random::<8>()?.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self(format!("acc-{hex}")))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Access {
    /// Makes an account.
    ///
    /// # Errors
    /// [`Refusal::NameTaken`], [`Refusal::PublicRole`]; [`Error`].
    pub fn add_account(&self, new: &NewAccount, password: &Password, now: UtcMillis) -> Result<Account, Error> {
        let hash = password.hash(self.cost)?; // before the file is locked: it takes a while
        insert(&self.file(), AccountId::new()?, new, &hash, now)
    }

    /// All accounts by name.
    ///
    /// # Errors
    /// [`Error`].
    pub fn accounts(&self) -> Result<Vec<Account>, Error> {
        let (file, reading) = (self.file(), doing("read accounts"));
        let mut statement =
            file.prepare_cached(&format!("SELECT {COLUMNS} FROM account ORDER BY name")).map_err(reading)?;
        let rows = statement.query_map([], read).map_err(reading)?;
        rows.map(|row| row.map_err(reading)?).collect()
    }

    /// The account of an id or, if there is none, of a name.
    ///
    /// # Errors
    /// [`Refusal::NoAccount`]; [`Error`].
    pub fn account(&self, id_or_name: &str) -> Result<Account, Error> {
        let sql = format!("SELECT {COLUMNS} FROM account WHERE id = ?1 OR name = ?1 ORDER BY id <> ?1 LIMIT 1");
        one(&self.file(), &sql, id_or_name)?.ok_or(Refusal::NoAccount.into())
    }

    /// Gives an account another role and other zones, and ends all of its sessions.
    ///
    /// # Errors
    /// [`Refusal::NoAccount`], [`Refusal::LastAdmin`], [`Refusal::PublicRole`], [`Refusal::ByOpenId`]; [`Error`].
    pub fn set_role(&self, id: &AccountId, role: Role, zones: &Zones) -> Result<(), Error> {
        let changing = doing("change a role");
        check(role)?;
        let mut file = self.file();
        let transaction = file.transaction().map_err(changing)?;
        is_ours(&transaction, id)?;
        if role < Role::Admin {
            keeps_an_admin_without(&transaction, id)?;
        }
        give(&transaction, id, role, zones)?;
        transaction.commit().map_err(changing)
    }

    /// Gives an account another password, and ends all of its sessions.
    ///
    /// # Errors
    /// [`Refusal::NoAccount`], [`Refusal::ByOpenId`]; [`Error`].
    pub fn set_password(&self, id: &AccountId, password: &Password) -> Result<(), Error> {
        let changing = doing("change a password");
        let hash = password.hash(self.cost)?;
        let mut file = self.file();
        let transaction = file.transaction().map_err(changing)?;
        is_ours(&transaction, id)?;
        let changed = transaction.execute("UPDATE account SET password = ?2 WHERE id = ?1", params![id.0, hash]);
        changed.map_err(changing)?;
        end_sessions(&transaction, id)?;
        transaction.commit().map_err(changing)
    }

    /// Disables an account, and ends all of its sessions, or enables it again.
    ///
    /// # Errors
    /// [`Refusal::NoAccount`], [`Refusal::LastAdmin`]; [`Error`].
    pub fn set_disabled(&self, id: &AccountId, disabled: bool) -> Result<(), Error> {
        let changing = doing("disable or enable an account");
        let mut file = self.file();
        let transaction = file.transaction().map_err(changing)?;
        if disabled {
            keeps_an_admin_without(&transaction, id)?;
            end_sessions(&transaction, id)?;
        }
        let sql = "UPDATE account SET disabled = ?2 WHERE id = ?1";
        let changed = transaction.execute(sql, params![id.0, disabled]).map_err(changing)?;
        transaction.commit().map_err(changing)?;
        if changed == 0 { Err(Refusal::NoAccount.into()) } else { Ok(()) }
    }

    /// Deletes an account with its sessions and tokens. Its pseudonym stays in the audit trail, and nothing says whose it was.
    ///
    /// # Errors
    /// [`Refusal::NoAccount`], [`Refusal::LastAdmin`]; [`Error`].
    pub fn delete_account(&self, id: &AccountId) -> Result<(), Error> {
        let deleting = doing("delete an account");
        let mut file = self.file();
        let transaction = file.transaction().map_err(deleting)?;
        keeps_an_admin_without(&transaction, id)?;
        let deleted = transaction.execute("DELETE FROM account WHERE id = ?1", [&id.0]).map_err(deleting)?;
        transaction.commit().map_err(deleting)?;
        if deleted == 0 { Err(Refusal::NoAccount.into()) } else { Ok(()) }
    }

    /// The account of a name and the hash of its password, if it has one.
    pub(crate) fn with_password(&self, name: &str) -> Result<Option<(Account, String)>, Error> {
        let reading = doing("look an account up");
        let file = self.file();
        let Some(account) = one(&file, &format!("SELECT {COLUMNS} FROM account WHERE name = ?1"), name.trim())? else {
            return Ok(None);
        };
        let hash = file.query_row("SELECT password FROM account WHERE id = ?1", [&account.id.0], |row| row.get(0));
        let hash: String = hash.map_err(reading)?;
        Ok((hash != NO_PASSWORD).then_some((account, hash)))
    }
}

pub(crate) fn insert(
    file: &Connection,
    id: AccountId,
    new: &NewAccount,
    hash: &str,
    now: UtcMillis,
) -> Result<Account, Error> {
    let NewAccount { name, role, zones } = new;
    check(*role)?;
    let sql = "INSERT INTO account (id, name, role, zones, password, made) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (name) DO NOTHING";
    let row = params![id.0, name.as_str(), role.code(), to_json(zones), hash, now.0];
    match file.execute(sql, row).map_err(doing("make an account"))? {
        0 => Err(Refusal::NameTaken.into()),
        _ => Ok(Account {
            id,
            name: name.as_str().to_owned(),
            role: *role,
            zones: zones.clone(),
            made: now,
            by_openid: hash == NO_PASSWORD,
            disabled: false,
        }),
    }
}

/// Gives an account another role and other zones, and ends all of its sessions.
pub(crate) fn give(file: &Connection, id: &AccountId, role: Role, zones: &Zones) -> Result<(), Error> {
    let sql = "UPDATE account SET role = ?2, zones = ?3 WHERE id = ?1";
    file.execute(sql, params![id.0, role.code(), to_json(zones)]).map_err(doing("change a role"))?;
    end_sessions(file, id)
}

/// Refuses what is not there, and what a provider decides.
fn is_ours(file: &Connection, id: &AccountId) -> Result<(), Error> {
    match of_id(file, &id.0)? {
        None => Err(Refusal::NoAccount.into()),
        Some(Account { by_openid: true, .. }) => Err(Refusal::ByOpenId.into()),
        Some(_) => Ok(()),
    }
}

pub(crate) fn of_id(file: &Connection, id: &str) -> Result<Option<Account>, Error> {
    one(file, &format!("SELECT {COLUMNS} FROM account WHERE id = ?1"), id)
}

pub(crate) fn check(role: Role) -> Result<(), Refusal> {
    if role == Role::Public { Err(Refusal::PublicRole) } else { Ok(()) }
}

/// Refuses what would leave nobody to make an admin.
fn keeps_an_admin_without(file: &Connection, id: &AccountId) -> Result<(), Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM account WHERE id = ?1 AND role = 'admin' AND NOT disabled)
        AND NOT EXISTS (SELECT 1 FROM account WHERE id <> ?1 AND role = 'admin' AND NOT disabled)";
    let is_last: bool = file.query_row(sql, [&id.0], |row| row.get(0)).map_err(doing("look for admins"))?;
    if is_last { Err(Refusal::LastAdmin.into()) } else { Ok(()) }
}

pub(crate) fn end_sessions(file: &Connection, id: &AccountId) -> Result<(), Error> {
    file.execute("DELETE FROM session WHERE account = ?1", [&id.0]).map_err(doing("end sessions"))?;
    Ok(())
}

fn one(file: &Connection, sql: &str, key: &str) -> Result<Option<Account>, Error> {
    let row = file.prepare_cached(sql).and_then(|mut statement| statement.query_row([key], read).optional());
    row.map_err(doing("look an account up"))?.transpose()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Result<Account, Error>> {
    let (role, zones): (String, String) = (row.get("role")?, row.get("zones")?);
    let (id, name, made) = (AccountId(row.get("id")?), row.get("name")?, UtcMillis(row.get("made")?));
    let (by_openid, disabled) = (row.get("by_openid")?, row.get("disabled")?);
    let account =
        || Ok(Account { id, name, role: to_role(&role)?, zones: to_zones(&zones)?, made, by_openid, disabled });
    Ok(account())
}

pub(crate) fn to_role(text: &str) -> Result<Role, Error> {
    text.parse().map_err(|_| Error::Word("role"))
}

pub(crate) fn to_zones(text: &str) -> Result<Zones, Error> {
    serde_json::from_str(text).map_err(|_| Error::Word("list of zones"))
}

/// As JSON; what cannot be written is no zone at all, as a limit is never lost.
pub(crate) fn to_json(zones: &Zones) -> String {
    serde_json::to_string(zones).unwrap_or_else(|_| "[]".to_owned())
}
