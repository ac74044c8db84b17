//! The command line. Its doc comments are the help.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{error::Error, traffic::Format};

/// Measures how fast messages of simulated poles go through a real broker into smartpole, or into a peer
#[derive(Debug, Parser)]
#[command(version, max_term_width = 110, long_about = ABOUT, after_long_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const ABOUT: &str = "\
Measures how fast messages of simulated poles go through a real Mosquitto into smartpole, or into a peer.

A run starts everything on free ports in a temporary folder (TMPDIR chooses the disk), sends every message at QoS 1, each with \
an identity of its own, and ends only when the consumer has all of them: smartpole's ledger must balance with the number \
sent, and its store must have committed it; a peer must have acknowledged it or written it on. Anything else is an error.";

const EXAMPLES: &str = "\
Examples:
  smartpole-load measure                                          300,000 messages, as fast as the broker passes them on
  smartpole-load measure --mode backlog --format protobuf         the broker has them all when the service starts
  smartpole-load measure --rate 5000 --watch                      also: how soon acknowledged, how soon on the page
  smartpole-load measure --rate 5000 --watch --browsers 1000      while a thousand browsers look on
  smartpole-load measure --influx                                 and until all of it is in a real InfluxDB
  smartpole-load measure --system telegraf --influx               a peer
  smartpole-load report results.jsonl                             tables and bars of lines that `measure --json` printed

tests/bench/run does all of it, three rounds, and writes deploy/BENCHMARKS.md.

Build before: cargo build --release -p smartpole -p smartpole-load; mosquitto must be installed. Figures of a machine that does
something else meanwhile are worth nothing; CPU seconds suffer least.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Measure(Measure),
    Report(Report),
    /// A peer: acknowledges and does nothing else.
    #[command(hide = true)]
    Subscriber {
        #[arg(long)]
        port: u16,
        #[arg(long)]
        messages: u64,
        /// Acknowledge only what this file has.
        #[arg(long)]
        journal: Option<PathBuf>,
    },
    /// Counts lines sent by HTTP and forgets them.
    #[command(hide = true)]
    NullServer {
        #[arg(long)]
        lines: u64,
    },
}

/// Measure one run
///
/// Rates count from the first message that is sent (live) or that the broker passes on (backlog) to the last one that is
/// folded or forwarded. CPU, memory and written bytes are those that the kernel counted for each process.
#[derive(Clone, Debug, Args)]
pub(crate) struct Measure {
    /// Who takes the messages
    #[arg(long, value_enum, default_value = "smartpole")]
    pub(crate) system: System,
    /// Whether messages come while they are taken, or wait in the broker for a client that was away
    #[arg(long, value_enum, default_value = "live")]
    pub(crate) mode: Mode,
    /// How a message is written: 8 values and a time (Telegraf reads JSON only)
    #[arg(long, value_enum, default_value = "json")]
    pub(crate) format: Format,
    /// How many poles send in turn; each has one device, whose messages are a minute apart by their own time
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(1..1_000_000))]
    pub(crate) poles: u64,
    /// How many messages they send together
    #[arg(long, value_name = "N", default_value_t = 300_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) messages: u64,
    /// Messages a second of all poles together [default: as fast as the broker takes them]
    #[arg(long, value_name = "N", conflicts_with_all = ["mode"])]
    pub(crate) rate: Option<f64>,
    /// Look how soon messages are acknowledged behind the broker and shown on the live page; costs CPU itself
    #[arg(long, requires = "rate")]
    pub(crate) watch: bool,
    /// Let so many browsers look at the live page, each at what it shows at a glance; they cost CPU themselves
    #[arg(long, value_name = "N", requires = "rate", default_value_t = 0)]
    pub(crate) browsers: u64,
    /// Look at the operators' view with a real Chromium and count its frames; needs what tests/run installs for that
    #[arg(long, requires = "rate")]
    pub(crate) page: bool,
    /// Forward to a real InfluxDB 2, and count until all is there
    #[arg(long)]
    pub(crate) influx: bool,
    /// Print one line of JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) programs: Programs,
}

/// Say what results mean: tables of medians and spreads, and the bars they are held against
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Lines that `measure --json` printed
    #[arg(value_name = "FILE")]
    pub(crate) results: PathBuf,
    /// What is said before the tables: machine, versions, command
    #[arg(long, value_name = "FILE")]
    pub(crate) head: Option<PathBuf>,
    /// What is said after them
    #[arg(long, value_name = "FILE")]
    pub(crate) notes: Option<PathBuf>,
    /// Write the report here instead of printing it, with its chart beside it as .svg
    #[arg(long, value_name = "FILE")]
    pub(crate) write: Option<PathBuf>,
}

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum System {
    /// The service
    Smartpole,
    /// A rumqttc subscriber that acknowledges at once and does nothing else
    Bare,
    /// A rumqttc subscriber that acknowledges what it has written and synced, a group at a time
    BareGroup,
    /// Telegraf's mqtt_consumer, tuned, writing to a server that forgets, or with --influx to a real one
    Telegraf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    Live,
    Backlog,
}

/// Where programs are.
#[derive(Clone, Debug, Args)]
pub(crate) struct Programs {
    /// The service [default: beside this program]
    #[arg(long, value_name = "FILE", env = "SMARTPOLE_BIN")]
    smartpole: Option<PathBuf>,
    /// Telegraf 1.39.0 [default: ~/.cache/smartpole/bin/telegraf-1.39.0, where tests/servers/telegraf puts it]
    #[arg(long, value_name = "FILE")]
    telegraf: Option<PathBuf>,
    /// InfluxDB 2.9.1 [default: ~/.cache/smartpole/bin/influxd-2.9.1, where tests/servers/influxd puts it]
    #[arg(long, value_name = "FILE")]
    influxd: Option<PathBuf>,
}

impl Programs {
    pub(crate) fn smartpole(&self) -> Result<PathBuf, Error> {
        let beside = std::env::current_exe().unwrap_or_default().with_file_name("smartpole");
        there("smartpole", self.smartpole.clone().unwrap_or(beside), "cargo build --release")
    }

    pub(crate) fn telegraf(&self) -> Result<PathBuf, Error> {
        there("telegraf", cached(self.telegraf.as_deref(), "telegraf-1.39.0"), "tests/servers/telegraf builds it")
    }

    pub(crate) fn influxd(&self) -> Result<PathBuf, Error> {
        there("influxd", cached(self.influxd.as_deref(), "influxd-2.9.1"), "tests/servers/influxd builds it")
    }
}

fn cached(given: Option<&Path>, name: &str) -> PathBuf {
    if let Some(path) = given {
        return path.to_owned();
    }
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache/smartpole");
    std::env::var_os("SMARTPOLE_CACHE").map_or_else(home, PathBuf::from).join("bin").join(name)
}

fn there(name: &'static str, path: PathBuf, hint: &'static str) -> Result<PathBuf, Error> {
    if path.is_file() { Ok(path) } else { Err(Error::NoProgram { name, path, hint }) }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
