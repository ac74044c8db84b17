//! Who is logged in.

use rusqlite::{OptionalExtension, params};
use smartpole_model::UtcMillis;

use crate::{
    Access, AccountId, Error, Role, Secret, Zones,
    account::{to_role, to_zones},
    error::doing,
};

/// A session ends after so long without a request: a working day.
const IDLE_MS: i64 = 12 * 3_600_000;
/// A session ends after so long in any case: a week.
pub const ABSOLUTE_MS: i64 = 7 * 86_400_000;
/// One whose account a provider vouches for asks the provider again after so long: whom it knows no more is out by then.
const VOUCHED_MS: i64 = 12 * 3_600_000;
/// A session is noted to be in use at most this often.
const NOTED_MS: i64 = 60_000;
/// Sessions of an account; the one that is quiet for longest makes room.
const MOST: i64 = 20;

/// Whom a request comes from, as its cookie or token proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// What it may do here: a token less than its account, perhaps …
    pub role: Role,
    /// … and where it sees exact figures.
    pub zones: Zones,
}

impl Access {
    /// Begins a session of an account: what its cookie is to hold.
    ///
    /// # Errors
    /// [`Error`].
    pub fn begin_session(&self, account: &AccountId, now: UtcMillis) -> Result<Secret, Error> {
        let beginning = doing("begin a session");
        let secret = Secret::random("")?;
        let file = self.file();
        let ended = "DELETE FROM session WHERE used <= ?1 OR began <= ?2";
        file.execute(ended, [now.0 - IDLE_MS, now.0 - ABSOLUTE_MS]).map_err(beginning)?;
        let surplus = "DELETE FROM session WHERE hash IN
            (SELECT hash FROM session WHERE account = ?1 ORDER BY used DESC LIMIT -1 OFFSET ?2)";
        file.execute(surplus, params![account.0, MOST - 1]).map_err(beginning)?;
        let sql = "INSERT INTO session (hash, account, began, used) VALUES (?1, ?2, ?3, ?3)";
        file.execute(sql, params![secret.hashed(), account.0, now.0]).map_err(beginning)?;
        Ok(secret)
    }

    /// Whom a cookie is of, if its session goes on. What it holds is looked up by its hash, so that no comparison tells how much of a
    /// guess is right.
    ///
    /// # Errors
    /// [`Error`].
    pub fn session(&self, secret: &str, now: UtcMillis) -> Result<Option<Identity>, Error> {
        let (file, looking) = (self.file(), doing("look a session up"));
        let hash = Secret::hash(secret);
        let sql = "SELECT account.id, name, role, zones, used FROM session JOIN account ON account.id = session.account
            WHERE hash = ?1 AND used > ?2 AND began > iif(password = '', ?4, ?3)";
        let mut statement = file.prepare_cached(sql).map_err(looking)?;
        let row = statement.query_row(params![hash, now.0 - IDLE_MS, now.0 - ABSOLUTE_MS, now.0 - VOUCHED_MS], |row| {
            let texts: [String; 4] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?];
            Ok((texts, row.get::<_, i64>(4)?))
        });
        let Some(([id, name, role, zones], used)) = row.optional().map_err(looking)? else { return Ok(None) };
        if now.0 - used >= NOTED_MS {
            file.execute("UPDATE session SET used = ?2 WHERE hash = ?1", params![hash, now.0]).map_err(looking)?;
        }
        Ok(Some(Identity { account: AccountId(id), name, role: to_role(&role)?, zones: to_zones(&zones)? }))
    }

    /// Ends the session of a cookie.
    ///
    /// # Errors
    /// [`Error`].
    pub fn end_session(&self, secret: &str) -> Result<(), Error> {
        let ended = self.file().execute("DELETE FROM session WHERE hash = ?1", [Secret::hash(secret)]);
        ended.map(drop).map_err(doing("end a session"))
    }
}
