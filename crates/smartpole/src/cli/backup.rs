//! `smartpole backup`, `smartpole restore`, `smartpole compact`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::ledger::Of;

/// Copy all that is kept into a folder, while the service runs.
///
/// Each run makes a folder of its own in DIR, named by its instant. It is a data folder: city.db as of one commit, the journal
/// up to later than that, alerts.db, accounts and tokens (without sessions), and the registries that were in force. What never
/// changes again (full files of the journal,
/// registries) is a hard link to the backup before and takes no room a second time. A backup is read once before it counts
/// as one; what a killed run left is deleted by the next.
///
/// InfluxDB is no part of it: what it lacks is sent again after a restore.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Backup {
    #[command(flatten)]
    pub(crate) of: Of,
    /// Where backups are kept; better on another disk
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
    /// How many are kept; the oldest go when a new one is complete
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) keep: u32,
    /// Fold the copied journal again and compare, as `smartpole ledger verify` does; takes room for a third city.db for that time
    #[arg(long)]
    pub(crate) verify: bool,
    /// Leave out inputs.key, which unseals the kept keys of LoRaWAN devices and without which the service does not start; keep
    /// it elsewhere, then. One that is configured elsewhere (`inputs_key_file`) is left out anyway
    #[arg(long)]
    pub(crate) without_key: bool,
}

const EXAMPLES: &str = "\
Examples:
  smartpole backup --config smartpole.toml --to /mnt/backup          every night, by cron or a systemd timer
  smartpole backup --data smartpole-data --to /mnt/backup --verify   once a week
  smartpole restore --config smartpole.toml --from /mnt/backup       of the newest";

/// Put a backup back where a data folder was.
///
/// Every file is compared with the checksum that was taken when it was copied. The data folder must be missing or empty: move
/// away what is there. An interrupted restore leaves no data folder; run it again.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    #[command(flatten)]
    pub(crate) of: Of,
    /// A backup, or the folder of several, of which the newest is taken
    #[arg(long, value_name = "DIR")]
    pub(crate) from: PathBuf,
}

/// Give the room of deleted rows back to the disk; the service must be stopped.
///
/// What retention deletes leaves free pages in city.db, which are written to again, so that the file does not grow: this is
/// needed only after retention was shortened, or an InfluxDB that was away for long has caught up. Takes room for a second
/// city.db while it works.
#[derive(Debug, Args)]
pub(crate) struct Compact {
    #[command(flatten)]
    pub(crate) of: Of,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::Cli;

    #[test]
    fn backup_restore_and_compact_say_what_they_need() {
        let parses = |line: &str| Cli::try_parse_from(format!("smartpole {line}").split(' ')).is_ok();
        assert!(
            parses("backup --data a --to b")
                && parses("backup --config a.toml --to b --keep 30 --verify --without-key")
        );
        assert!(parses("restore --data a --from b") && parses("compact --config a.toml"));
        for wrong in
            ["backup --data a", "backup --to b", "backup --data a --to b --keep 0", "restore --data a", "compact"]
        {
            assert!(!parses(wrong), "{wrong}");
        }
    }
}
