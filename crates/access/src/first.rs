//! The way in while there is no account.

use rusqlite::{TransactionBehavior, params};
use smartpole_model::UtcMillis;

use crate::{
    Access, Account, AccountId, Error, Name, NewAccount, Password, Refusal, Role, Secret, Zones, account, error::doing,
};

/// How long a link holds.
const HOLDS_MS: i64 = 3_600_000;

impl Access {
    /// A link by which the first admin is made, if there is no account; the one before holds no more.
    ///
    /// # Errors
    /// [`Error`].
    pub fn first_link(&self, now: UtcMillis) -> Result<Option<Secret>, Error> {
        let (file, making) = (self.file(), doing("make the first link"));
        let any: bool =
            file.query_row("SELECT EXISTS (SELECT 1 FROM account)", [], |row| row.get(0)).map_err(making)?;
        if any {
            file.execute("DELETE FROM first_link", []).map_err(making)?;
            return Ok(None);
        }
        let secret = Secret::random("")?;
        let sql = "INSERT INTO first_link VALUES (1, ?1, ?2) ON CONFLICT DO UPDATE SET hash = ?1, expires = ?2";
        file.execute(sql, params![secret.hashed(), now.plus(HOLDS_MS).0]).map_err(making)?;
        Ok(Some(secret))
    }

    /// Whether a link holds.
    ///
    /// # Errors
    /// [`Error`].
    pub fn holds(&self, link: &str, now: UtcMillis) -> Result<bool, Error> {
        let sql = "SELECT EXISTS (SELECT 1 FROM first_link WHERE hash = ?1 AND expires > ?2)
            AND NOT EXISTS (SELECT 1 FROM account)";
        let holds = self.file().query_row(sql, params![Secret::hash(link), now.0], |row| row.get(0));
        holds.map_err(doing("look the first link up"))
    }

    /// Makes the first admin by a link, which holds no more then.
    ///
    /// # Errors
    /// [`Refusal::NoLink`]; [`Error`].
    pub fn first_admin(&self, link: &str, name: Name, password: &Password, now: UtcMillis) -> Result<Account, Error> {
        let making = doing("make the first admin");
        if !self.holds(link, now)? {
            return Err(Refusal::NoLink.into()); // before anything costs anything
        }
        let hash = password.hash(self.cost)?;
        let mut file = self.file();
        let transaction = file.transaction_with_behavior(TransactionBehavior::Immediate).map_err(making)?;
        let sql = "DELETE FROM first_link WHERE hash = ?1 AND expires > ?2 AND NOT EXISTS (SELECT 1 FROM account)";
        if transaction.execute(sql, params![Secret::hash(link), now.0]).map_err(making)? == 0 {
            return Err(Refusal::NoLink.into());
        }
        let new = NewAccount { name, role: Role::Admin, zones: Zones::ALL };
        let admin = account::insert(&transaction, AccountId::new()?, &new, &hash, now)?;
        transaction.commit().map_err(making)?;
        Ok(admin)
    }
}
