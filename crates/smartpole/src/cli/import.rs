//! `smartpole import …`.

use std::path::PathBuf;

use clap::Args;

use super::At;

/// Import a foreign series: counts by hand, of the chamber of commerce, of hystreet.com or Eco-Counter, hours of official stations.
///
/// A mapping file says how the CSV file is written and what its columns mean; deploy/import has ready ones. What is
/// imported hangs on a device of devices.csv whose profile has the codec `foreign`, at a place of poles.csv with a
/// `provider`, and stands beside our own figures with both named.
///
/// The file is read twice: first everything is checked, and nothing is sent if a row has a mistake; then it is sent in
/// parts, each of which is in the journal before the next. What is known already is not imported again, so a broken import
/// is gone on with by the same command, and a second one changes nothing. A value that is known otherwise is a conflict:
/// the first one counts.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Import {
    /// The CSV file
    pub(crate) file: PathBuf,
    /// How it is written and what its columns mean
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: PathBuf,
    #[command(flatten)]
    pub(crate) at: At,
    /// Only check, and say what would be imported
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Import the good rows of a file with bad ones
    #[arg(long)]
    pub(crate) skip_bad: bool,
}

const EXAMPLES: &str = "\
Examples:
  smartpole import --mapping deploy/import/hystreet.toml --dry-run 2026-10.csv
      every mistake of the file, and what would be new
  smartpole import --config smartpole.toml --mapping deploy/import/uba.toml eving.csv
      each night, what is new of an official station";
