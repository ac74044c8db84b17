//! `smartpole account`, `smartpole token`, `smartpole audit`.

use clap::{Args, Subcommand};
use smartpole_access::{DEFAULT_DAYS, MOST_DAYS, Role};

use super::ledger::Of;

/// Make, list, change, disable and delete the accounts of people, in the data folder of this machine.
///
/// An account has a role, and perhaps zones it is limited to: beyond them it gets what the public gets. Roles are planner
/// (exact counts, comparisons, exports), operator (devices, ledger, alerts, replays as well) and admin (accounts, the tokens
/// of others, the audit trail as well). The service may be running; what is changed holds at once.
///
/// A password is asked for without being shown, or read as one line from stdin if that is no terminal; it is never an
/// argument, which others could read in the list of processes.
#[derive(Debug, Args)]
#[command(after_long_help = ACCOUNTS)]
pub(crate) struct Accounts {
    #[command(subcommand)]
    pub(crate) command: AccountCommand,
}

const ACCOUNTS: &str = "\
Examples:
  smartpole account add Eva --role planner --zone altstadt --config smartpole.toml
  smartpole account list --data smartpole-data
  smartpole account role Eva operator --config smartpole.toml
  pass show smartpole/eva | smartpole account password Eva --config smartpole.toml
  smartpole account disable Eva --config smartpole.toml
  smartpole account delete Eva --config smartpole.toml";

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Make an account; asks for its password
    Add {
        /// What its owner types to log in
        name: String,
        #[command(flatten)]
        may: May,
        #[command(flatten)]
        of: Of,
    },
    /// List all accounts
    List {
        #[command(flatten)]
        of: Of,
    },
    /// Give an account another role and other zones, and end its sessions
    Role {
        /// Name or pseudonym
        name: String,
        /// planner, operator or admin
        role: Role,
        /// Limit it to this zone, by its id; may be given several times [default: all zones]
        #[arg(long, value_name = "ID")]
        zone: Vec<String>,
        #[command(flatten)]
        of: Of,
    },
    /// Give an account another password, and end its sessions; asks for it
    Password {
        /// Name or pseudonym
        name: String,
        #[command(flatten)]
        of: Of,
    },
    /// Disable an account, and end its sessions: nobody comes in by it, and its tokens do not hold, until it is enabled
    Disable {
        /// Name or pseudonym
        name: String,
        #[command(flatten)]
        of: Of,
    },
    /// Enable an account again
    Enable {
        /// Name or pseudonym
        name: String,
        #[command(flatten)]
        of: Of,
    },
    /// Delete an account with its sessions and tokens; its pseudonym stays in the audit trail, without the name
    Delete {
        /// Name or pseudonym
        name: String,
        #[command(flatten)]
        of: Of,
    },
}

/// What somebody or something may do, and where.
#[derive(Debug, Args)]
pub(crate) struct May {
    /// planner, operator or admin
    #[arg(long, default_value = "planner")]
    pub(crate) role: Role,
    /// Limit it to this zone, by its id; may be given several times [default: all zones]
    #[arg(long, value_name = "ID")]
    pub(crate) zone: Vec<String>,
}

/// Make, list and revoke tokens, by which programs ask the service.
///
/// A token belongs to an account and may do no more than it. Its secret is printed once, as the only line on stdout; a program
/// sends it as `Authorization: Bearer sp_…`, commands of smartpole take it from the environment variable SMARTPOLE_TOKEN.
#[derive(Debug, Args)]
#[command(after_long_help = TOKENS)]
pub(crate) struct Tokens {
    #[command(subcommand)]
    pub(crate) command: TokenCommand,
}

const TOKENS: &str = "\
Examples:
  smartpole token add Eva --name \"R scripts\" --days 30 --config smartpole.toml
  curl -H \"Authorization: Bearer $(cat token)\" http://127.0.0.1:8080/api/v1/coverage?zone=altstadt
  smartpole token list --config smartpole.toml
  smartpole token revoke 7 --config smartpole.toml";

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token of an account, and print its secret
    Add {
        /// Name or pseudonym of the account
        account: String,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        name: String,
        #[command(flatten)]
        may: May,
        /// How long it holds
        #[arg(long, value_name = "N", default_value_t = DEFAULT_DAYS, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_DAYS)))]
        days: u32,
        #[command(flatten)]
        of: Of,
    },
    /// List tokens, without their secrets, which are not kept
    List {
        /// Name or pseudonym of an account [default: all]
        account: Option<String>,
        #[command(flatten)]
        of: Of,
    },
    /// Revoke a token at once
    Revoke {
        /// Its number in the list
        id: i64,
        #[command(flatten)]
        of: Of,
    },
}

/// Print who did what, the newest first: log-ins, accounts, tokens, replays, imports, exports of readings, what was said to alerts.
///
/// The trail is append-only and kept for as many days as the configuration says ([access] audit_days). It knows accounts by
/// their pseudonyms; names are shown beside as long as there is such an account.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(flatten)]
    pub(crate) of: Of,
    /// Entries to print
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: usize,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::Cli;

    #[test]
    fn accounts_and_tokens_want_a_folder_and_never_take_a_password_as_an_argument() {
        let parses = |line: &str| Cli::try_parse_from(format!("smartpole {line}").split(' ')).is_ok();
        for right in [
            "account add Eva --data a",
            "account add Eva --role admin --zone a --zone b --config a.toml",
            "account role Eva operator --data a",
            "account password Eva --data a",
            "account disable Eva --data a",
            "account enable Eva --data a",
            "token add Eva --name x --data a",
            "token list --data a",
            "token revoke 7 --data a",
            "audit --data a --limit 3",
        ] {
            assert!(parses(right), "{right}");
        }
        for wrong in [
            "account add Eva",
            "account add Eva --role root --data a",
            "account add Eva secret --data a",
            "account add Eva --password secret --data a",
            "account password Eva secret --data a",
            "token add Eva --data a",
            "token add Eva --name x --days 367 --data a",
            "token revoke x --data a",
            "audit",
        ] {
            assert!(!parses(wrong), "{wrong}");
        }
    }
}
