//! `smartpole alerts …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Look after those who are told of alerts.
#[derive(Debug, Args)]
pub(crate) struct Alerts {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Test(Test),
}

/// Send a test to each mailbox and webhook of alerts.toml, and say what each said; exits 1 if one could not be reached.
///
/// It may run beside the service. What it reads is the registry's folder as it is now.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// The configuration, and the registry it names
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
}
