//! `smartpole ledger …`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

/// Print what became of every message: the equations of the ledger, as stored.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Ledger {
    #[command(flatten)]
    pub(crate) of: Of,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Which store.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Of {
    /// The data folder
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The configuration that names it
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// What to do with it.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Verify(Verify),
}

/// Fold the kept journal again beside the store and print every difference; exits 1 if there is one.
///
/// The fold begins with the journal's first record if it is still kept, else at the oldest of the three daily checkpoints
/// whose state is kept, and ends where the store is. Blocks with their revisions, hours and days, the ledger by source and by
/// device, the quarantine, LoRaWAN sessions, gateways and the states of devices are compared. From a checkpoint on, that is
/// what was received since: blocks that changed since, hours and days that began since. Nothing is changed, and the service
/// may be running.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) of: Of,
    /// Begin at the oldest checkpoint, even if the journal's first record is still kept: less to fold
    #[arg(long)]
    pub(crate) from_checkpoint: bool,
    /// Differences to print; all are counted
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: u64,
    /// Folder for the second store, which needs about the room of city.db and is deleted afterwards [default: in the data
    /// folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) scratch: Option<PathBuf>,
}

impl Verify {
    /// Of a data folder, with the second store in another one.
    pub(crate) fn of(data: &Path, scratch: &Path) -> Self {
        let of = Of { data: Some(data.to_owned()), config: None };
        Self { of, from_checkpoint: false, limit: 100, scratch: Some(scratch.to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::Cli;

    #[test]
    fn ledger_and_its_verification_want_one_store() {
        let ledger = |line: &[&str]| Cli::try_parse_from(["smartpole", "ledger"].iter().chain(line)).is_ok();
        assert!(ledger(&["--data", "a"]) && ledger(&["--config", "a.toml"]));
        assert!(ledger(&["verify", "--data", "a", "--limit", "3"]) && ledger(&["verify", "--config", "a.toml"]));
        for wrong in
            [&[][..], &["verify"], &["--data", "a", "verify"], &["verify", "--data", "a", "--config", "a.toml"]]
        {
            assert!(!ledger(wrong), "{wrong:?}");
        }
    }
}
