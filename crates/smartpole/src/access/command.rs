//! What `smartpole account`, `token` and `audit` do, by the file itself: whoever may write to it may do all.

use std::{
    collections::HashMap,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use console::Term;
use smartpole_access::{
    Access, AccountId, AuditEntry, AuditOutcome, Cost, Name, NewAccount, NewToken, Password, Refusal, Token, What, Who,
    Zones,
};
use smartpole_model::UtcMillis;

use crate::{
    cli::access::{AccountCommand, Audit, May, TokenCommand},
    clock,
};

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Access(#[from] smartpole_access::Error),
    #[error("there is no data folder {dir}: name that of a service or demo", dir = dir.display())]
    NoFolder { dir: PathBuf },
    #[error("cannot read a password")]
    Read(#[source] io::Error),
    #[error("the two passwords differ: type the same one twice")]
    Differ,
    #[error("cannot print")]
    Print(#[from] io::Error),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Access(refusal.into())
    }
}

fn open(dir: &Path) -> Result<Access, Error> {
    if !dir.is_dir() {
        return Err(Error::NoFolder { dir: dir.to_owned() });
    }
    Ok(Access::open(dir, Cost::default())?)
}

/// Notes what was done by whoever sits at this machine.
fn note(access: &Access, what: What, about: &str, now: UtcMillis) -> Result<(), Error> {
    Ok(access.note(&AuditEntry::new(Who::CommandLine, what, about, AuditOutcome::Done, now))?)
}

/// Does something with accounts.
pub(crate) fn accounts(dir: &Path, command: &AccountCommand) -> Result<(), Error> {
    let (access, now) = (open(dir)?, clock::now());
    let (what, id) = match command {
        AccountCommand::List { .. } => return list_accounts(&access),
        AccountCommand::Add { name, may: May { role, zone }, .. } => {
            let new = NewAccount { name: Name::new(name)?, role: *role, zones: Zones::named(zone.clone()) };
            (What::AccountMade, access.add_account(&new, &password()?, now)?.id)
        }
        AccountCommand::Role { name, role, zone, .. } => {
            let id = access.account(name)?.id;
            access.set_role(&id, *role, &Zones::named(zone.clone()))?;
            (What::RoleChanged, id)
        }
        AccountCommand::Password { name, .. } => {
            let id = access.account(name)?.id;
            access.set_password(&id, &password()?)?;
            (What::PasswordChanged, id)
        }
        AccountCommand::Disable { name, .. } => (What::AccountDisabled, set_disabled(&access, name, true)?),
        AccountCommand::Enable { name, .. } => (What::AccountEnabled, set_disabled(&access, name, false)?),
        AccountCommand::Delete { name, .. } => {
            let id = access.account(name)?.id;
            access.delete_account(&id)?;
            (What::AccountDeleted, id)
        }
    };
    note(&access, what, id.as_str(), now)?;
    Ok(writeln!(io::stdout(), "{} {id}", what.code())?)
}

fn set_disabled(access: &Access, name: &str, disabled: bool) -> Result<AccountId, Error> {
    let id = access.account(name)?.id;
    access.set_disabled(&id, disabled)?;
    Ok(id)
}

fn list_accounts(access: &Access) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    for account in access.accounts()? {
        let (zones, by) = (zones(&account.zones), if account.by_openid { ", by OpenID Connect" } else { "" });
        let disabled = if account.disabled { ", disabled" } else { "" };
        writeln!(
            out,
            "{:<20} {:<9} {:<24} {zones:<20} since {}{by}{disabled}",
            account.id, account.role, account.name, account.made
        )?;
    }
    Ok(())
}

fn zones(zones: &Zones) -> String {
    zones.0.as_ref().map_or_else(|| "all zones".to_owned(), |ids| ids.join(","))
}

/// Does something with tokens.
pub(crate) fn tokens(dir: &Path, command: &TokenCommand) -> Result<(), Error> {
    let (access, now) = (open(dir)?, clock::now());
    match command {
        TokenCommand::Add { account, name, may: May { role, zone }, days, .. } => {
            let zones = Zones::named(zone.clone());
            let new = NewToken { name: Name::new(name)?, role: *role, zones, days: *days };
            let (token, secret) = access.make_token(&access.account(account)?, &new, now)?;
            note(&access, What::TokenMade, &token.id.to_string(), now)?;
            writeln!(
                io::stderr(),
                "token {}, valid until {}; its secret is not shown again:",
                token.id,
                token.expires
            )?;
            Ok(writeln!(io::stdout(), "{}", secret.reveal())?)
        }
        TokenCommand::List { account, .. } => {
            let of = account.as_ref().map(|account| access.account(account)).transpose()?;
            let names = names(&access)?;
            let tokens = access.tokens(of.as_ref().map(|account| &account.id))?;
            tokens.iter().try_for_each(|token| print_token(token, &names))
        }
        TokenCommand::Revoke { id, .. } => {
            access.revoke_token(*id, None)?;
            note(&access, What::TokenRevoked, &id.to_string(), now)?;
            Ok(writeln!(io::stdout(), "token {id} is revoked")?)
        }
    }
}

fn print_token(token: &Token, names: &HashMap<String, String>) -> Result<(), Error> {
    let used = token.used.map_or_else(|| "never used".to_owned(), |day| format!("last used on {}", date(day)));
    let (of, zones) = (names.get(token.account.as_str()).map_or("", String::as_str), zones(&token.zones));
    let Token { id, role, name, expires, .. } = token;
    Ok(writeln!(io::stdout(), "{id:>5} {role:<9} {of:<24} {name:<24} {zones:<20} until {expires}, {used}")?)
}

fn date(time: UtcMillis) -> String {
    time.to_string().get(..10).unwrap_or_default().to_owned()
}

fn names(access: &Access) -> Result<HashMap<String, String>, Error> {
    Ok(access.accounts()?.into_iter().map(|of| (of.id.to_string(), of.name)).collect())
}

/// Prints who did what.
pub(crate) fn audit(dir: &Path, asked: &Audit) -> Result<(), Error> {
    let access = open(dir)?;
    let (names, mut out) = (names(&access)?, io::stdout().lock());
    for entry in access.audit(i64::MAX, asked.limit)? {
        let name = names.get(entry.who.as_str()).map_or_else(String::new, |name| format!(" ({name})"));
        let (who, what, outcome) = (entry.who.as_str(), entry.what.code(), entry.outcome.code());
        writeln!(out, "{} {who}{name} {what} {outcome} {}", entry.at, entry.about)?;
    }
    Ok(())
}

/// A new password: typed twice and not shown, or a line of stdin.
fn password() -> Result<Password, Error> {
    if io::stdin().is_terminal() {
        let (first, again) = (typed("New password: ")?, typed("Once more: ")?);
        if first != again {
            return Err(Error::Differ);
        }
        return Ok(Password::new(&first)?);
    }
    let mut line = String::new();
    io::stdin().read_line(&mut line).map_err(Error::Read)?;
    Ok(Password::new(line.trim_end_matches(['\r', '\n']))?)
}

fn typed(prompt: &str) -> Result<String, Error> {
    let terminal = Term::stderr();
    terminal.write_str(prompt).and_then(|()| terminal.read_secure_line()).map_err(Error::Read)
}
