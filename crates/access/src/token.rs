//! Secrets of programs.

use rusqlite::{OptionalExtension, Row, params};
use smartpole_model::UtcMillis;

use crate::{
    Access, Account, AccountId, Error, Identity, Name, Refusal, Role, Secret, Zones,
    account::{to_json, to_role, to_zones},
    error::doing,
};

/// What a token begins with, so that whoever finds one knows what it is.
const PREFIX: &str = "sp_";
/// Days that a token holds if nobody says.
pub const DEFAULT_DAYS: u32 = 90;
/// Days that a token holds at most: a year.
pub const MOST_DAYS: u32 = 366;
/// Tokens of an account.
const MOST: i64 = 50;
const DAY_MS: i64 = 86_400_000;

/// A token, without its secret, which is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Names it.
    pub id: i64,
    /// Whose it is.
    pub account: AccountId,
    /// What it is for, in its owner's words.
    pub name: String,
    /// What it may do, as far as its account may …
    pub role: Role,
    /// … and where it sees exact figures, as far as its account does.
    pub zones: Zones,
    /// When it was made.
    pub made: UtcMillis,
    /// From when on it holds no more.
    pub expires: UtcMillis,
    /// The beginning of the UTC day of its last use.
    pub used: Option<UtcMillis>,
}

/// One that is to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What it is for.
    pub name: Name,
    /// What it may do.
    pub role: Role,
    /// Where it sees exact figures.
    pub zones: Zones,
    /// How long it holds.
    pub days: u32,
}

const COLUMNS: &str = "id, account, name, role, zones, made, expires, used";

impl Access {
    /// Makes a token of an account: the token, and the secret, which is shown this once.
    ///
    /// # Errors
    /// [`Refusal::AboveOwn`], [`Refusal::OtherZones`], [`Refusal::PublicRole`], [`Refusal::Days`], [`Refusal::TooManyTokens`]; [`Error`].
    pub fn make_token(&self, of: &Account, new: &NewToken, now: UtcMillis) -> Result<(Token, Secret), Error> {
        let making = doing("make a token");
        let NewToken { name, role, zones, days } = new;
        let zones = if zones.0.is_none() { &of.zones } else { zones };
        check(of, *role, zones, *days)?;
        let secret = Secret::random(PREFIX)?;
        let expires = now.plus(i64::from(*days) * DAY_MS);
        let file = self.file();
        file.execute("DELETE FROM token WHERE expires <= ?1", [now.0 - i64::from(MOST_DAYS) * DAY_MS])
            .map_err(making)?;
        let count: i64 = file
            .query_row("SELECT count(*) FROM token WHERE account = ?1", [&of.id.0], |row| row.get(0))
            .map_err(making)?;
        if count >= MOST {
            return Err(Refusal::TooManyTokens.into());
        }
        let sql =
            "INSERT INTO token (hash, account, name, role, zones, made, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let row = params![secret.hashed(), of.id.0, name.as_str(), role.code(), to_json(zones), now.0, expires.0];
        file.execute(sql, row).map_err(making)?;
        let (id, name) = (file.last_insert_rowid(), name.as_str().to_owned());
        let token = Token {
            id,
            account: of.id.clone(),
            name,
            role: *role,
            zones: zones.clone(),
            made: now,
            expires,
            used: None,
        };
        Ok((token, secret))
    }

    /// Tokens of one account or of all, the newest first, those that hold no more among them for a year.
    ///
    /// # Errors
    /// [`Error`].
    pub fn tokens(&self, of: Option<&AccountId>) -> Result<Vec<Token>, Error> {
        let (file, reading) = (self.file(), doing("read tokens"));
        let sql = format!("SELECT {COLUMNS} FROM token WHERE ?1 IS NULL OR account = ?1 ORDER BY id DESC");
        let mut statement = file.prepare_cached(&sql).map_err(reading)?;
        let rows = statement.query_map([of.map(AccountId::as_str)], read).map_err(reading)?;
        rows.map(|row| row.map_err(reading)?).collect()
    }

    /// Whom a token is of and what it may, if it holds. It is looked up by its hash, so that no comparison tells how much of a guess is right.
    ///
    /// # Errors
    /// [`Error`].
    pub fn bearer(&self, secret: &str, now: UtcMillis) -> Result<Option<Identity>, Error> {
        if !secret.starts_with(PREFIX) {
            return Ok(None);
        }
        let (file, looking) = (self.file(), doing("look a token up"));
        let sql = "SELECT account.id, account.name, token.role, account.role, token.zones, account.zones, token.id, token.used
            FROM token JOIN account ON account.id = token.account WHERE hash = ?1 AND expires > ?2 AND NOT disabled";
        let mut statement = file.prepare_cached(sql).map_err(looking)?;
        let row = statement.query_row(params![Secret::hash(secret), now.0], |row| {
            let texts: [String; 6] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?];
            Ok((texts, row.get::<_, i64>(6)?, row.get::<_, Option<i64>>(7)?))
        });
        let Some(([account, name, own, most, zones, all_zones], id, used)) = row.optional().map_err(looking)? else {
            return Ok(None);
        };
        let today = now.0.div_euclid(DAY_MS) * DAY_MS;
        if used != Some(today) {
            file.execute("UPDATE token SET used = ?2 WHERE id = ?1", [id, today]).map_err(looking)?;
        }
        // an account that was given less takes it from its tokens as well
        let (role, zones) = (to_role(&own)?.min(to_role(&most)?), to_zones(&zones)?.and(&to_zones(&all_zones)?));
        Ok(Some(Identity { account: AccountId(account), name, role, zones }))
    }

    /// Ends a token, of one account or of any.
    ///
    /// # Errors
    /// [`Refusal::NoToken`]; [`Error`].
    pub fn revoke_token(&self, id: i64, of: Option<&AccountId>) -> Result<(), Error> {
        let sql = "DELETE FROM token WHERE id = ?1 AND (?2 IS NULL OR account = ?2)";
        let revoked = self.file().execute(sql, params![id, of.map(AccountId::as_str)]);
        if revoked.map_err(doing("revoke a token"))? == 0 { Err(Refusal::NoToken.into()) } else { Ok(()) }
    }
}

fn check(of: &Account, role: Role, zones: &Zones, days: u32) -> Result<(), Refusal> {
    match role {
        Role::Public => Err(Refusal::PublicRole),
        role if role > of.role => Err(Refusal::AboveOwn(of.role)),
        _ if !zones.are_within(&of.zones) => Err(Refusal::OtherZones),
        _ if !(1..=MOST_DAYS).contains(&days) => Err(Refusal::Days),
        _ => Ok(()),
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Result<Token, Error>> {
    let (role, zones): (String, String) = (row.get("role")?, row.get("zones")?);
    let (made, expires) = (UtcMillis(row.get("made")?), UtcMillis(row.get("expires")?));
    let used = row.get::<_, Option<i64>>("used")?.map(UtcMillis);
    let (id, account, name) = (row.get("id")?, AccountId(row.get("account")?), row.get("name")?);
    let token =
        || Ok(Token { id, account, name, role: to_role(&role)?, zones: to_zones(&zones)?, made, expires, used });
    Ok(token())
}
