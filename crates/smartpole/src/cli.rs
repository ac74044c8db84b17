//! The command line. Its doc comments are the help.

pub(crate) mod access;
pub(crate) mod alerts;
pub(crate) mod backup;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod influx;
pub(crate) mod ledger;
pub(crate) mod replay;
pub(crate) mod trace;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    str::FromStr,
};

use clap::{Args, Parser, Subcommand};
use smartpole_model::UtcMillis;

use crate::config::LogFormat;

/// Takes in what a city's street lamps measure, and serves it as a live page
#[derive(Debug, Parser)]
#[command(version, max_term_width = 110, long_about = ABOUT, after_long_help = EXAMPLES)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// How logs are written to stderr [default: as in the configuration, else text]
    #[arg(long, global = true, value_name = "FORMAT", display_order = 100)]
    pub(crate) log_format: Option<LogFormat>,
}

const ABOUT: &str = "\
Takes in what a city's street lamps measure (air, people passing, weather, noise), and serves it as a live page and an \
HTTP interface.

Messages come by MQTT, from a broker or from poles directly. Each one is written to a journal on disk before it is \
acknowledged; readings, 15-minute windows and the ledger are computed from that journal, so that nothing acknowledged \
is lost and nothing counts twice.";

const EXAMPLES: &str = "\
Examples:
  smartpole demo                                       a simulated city, nothing else needed
  smartpole check --config smartpole.toml              every mistake in configuration and registry
  smartpole run --config smartpole.toml                your own broker
  SMARTPOLE__HTTP__LISTEN=127.0.0.1:9000 smartpole run --config smartpole.toml
  smartpole ledger --data smartpole-data               what became of every message
  smartpole ledger verify --data smartpole-data        whether a second fold of the journal gives the same
  smartpole replay --config smartpole.toml --dry-run   what a mended registry would bring out of the quarantine
  smartpole trace DEVICE PROPERTY TIME                 the way of one reading, from its message to InfluxDB
  smartpole export --from TIME --to TIME -o FILE       months of readings or windows as CSV, GeoJSON or Parquet
  smartpole import --mapping hystreet.toml 2026.csv    counts of others, hours of official stations
  smartpole alerts test --config smartpole.toml        whether those who are told of alerts can be reached
  smartpole influx verify --config smartpole.toml      whether an InfluxDB has all that is kept here
  smartpole backup --config smartpole.toml --to DIR    a copy of all that is kept, while the service runs
  smartpole account add Eva --config smartpole.toml    who may see what; `token` is for programs, `audit` says who did what

Where data lie:
  The data folder (`data` in the configuration, --data of the demo) holds everything that is kept: the journal, the
  store city.db and copies of the registries that were in force. Delete it to start anew. The registry is a folder of
  files you edit: poles.csv, devices.csv, calibrations.csv, counts.csv, events.csv, gateways.csv, keys.csv, zones.geojson,
  properties.toml, rules.toml, alerts.toml, calendar.toml, profiles/*.toml, fold.toml. The service never writes there. In its copies
  the keys of LoRaWAN devices are sealed: a copy of the data folder needs inputs.key as well, which is better kept
  elsewhere.

Environment:
  SMARTPOLE__SECTION__KEY  overrides the configuration: SMARTPOLE__DATA, SMARTPOLE__HTTP__LISTEN,
                           SMARTPOLE__MQTT__0__HOST for the first [[mqtt]]
  SMARTPOLE_TOKEN          a token for commands that ask the service, where this machine is no operator by its address
  RUST_LOG                 what is logged, `info` by default; `info,smartpole_source=debug` says more of one part";

/// What to do; the help of each command stands at its options.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(Demo),
    Run(Run),
    Check(Check),
    Ledger(ledger::Ledger),
    Replay(Box<replay::Replay>),
    Trace(trace::Trace),
    Export(Box<export::Export>),
    Import(import::Import),
    Influx(influx::Influx),
    Alerts(alerts::Alerts),
    Backup(backup::Backup),
    Restore(backup::Restore),
    Compact(backup::Compact),
    #[command(name = "account")]
    Accounts(access::Accounts),
    #[command(name = "token")]
    Tokens(access::Tokens),
    Audit(access::Audit),
    /// Print the OpenAPI description of the HTTP interface
    Openapi,
}

/// Which running service is asked.
#[derive(Debug, Args)]
pub(crate) struct At {
    /// The configuration of the service, which says where it answers
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where the service answers [default: as configured, else http://127.0.0.1:8080]
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
}

/// An instant of the command line.
fn time(text: &str) -> Result<UtcMillis, String> {
    text.parse().map_err(|_| "write it as 2026-11-29T10:00:00Z".to_owned())
}

/// Run a simulated city with everything embedded: no broker, no database.
///
/// Fills the days before with history, then goes on live; poles and page are reachable from this machine only. A second
/// start goes on from the same data. Its registry is DIR/registry; edit it while the demo runs. The first line on stdout
/// is the address of the page.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Folder of journal and store; made if it is not there
    #[arg(long, value_name = "DIR", default_value = "./smartpole-data")]
    pub(crate) data: PathBuf,
    /// Where the page is served; port 0 picks a free one [default: 127.0.0.1:8080]
    ///
    /// `:8080` is short for 127.0.0.1:8080. If the default is taken, a free port is used instead; an address given here
    /// is used as it is.
    #[arg(long, value_name = "ADDR")]
    http: Option<Loopback>,
    /// Where poles publish by MQTT; port 0 picks a free one [default: 127.0.0.1:1883]
    #[arg(long, value_name = "ADDR")]
    mqtt: Option<Loopback>,
    /// Where LoRaWAN gateways send (Semtech UDP); port 0 picks a free one [default: 127.0.0.1:1700]
    #[arg(long, value_name = "ADDR")]
    udp: Option<Loopback>,
    /// How many days of history to begin with
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(0..=366))]
    pub(crate) days: u32,
    /// How many poles to simulate, counted when the data folder is new [default: all of Castrop-Rauxel's registry]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) poles: Option<u32>,
    /// The same seed gives the same city
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
}

impl Demo {
    /// Where the page is served.
    pub(crate) fn http(&self) -> Wanted {
        Wanted::new(self.http, 8080)
    }

    /// Where poles publish.
    pub(crate) fn mqtt(&self) -> Wanted {
        Wanted::new(self.mqtt, 1883)
    }

    /// Where gateways send.
    pub(crate) fn udp(&self) -> Wanted {
        Wanted::new(self.udp, 1700)
    }
}

/// An address to listen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The address; port 0 means any free one.
    pub(crate) address: SocketAddr,
    /// Whether the user named it. If not, and it is taken, a free port does as well.
    pub(crate) named: bool,
}

impl Wanted {
    fn new(given: Option<Loopback>, port: u16) -> Self {
        let default = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self { address: given.map_or(default, |given| given.0), named: given.is_some() }
    }
}

/// An address that only this machine reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Loopback(SocketAddr);

impl FromStr for Loopback {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let full = match text.strip_prefix("localhost:").or_else(|| text.strip_prefix(':')) {
            Some(port) => format!("{}:{port}", Ipv4Addr::LOCALHOST),
            None => text.to_owned(),
        };
        let address: SocketAddr =
            full.parse().map_err(|_| "write it as address and port, like 127.0.0.1:8080, or :8080".to_owned())?;
        match address.ip().is_loopback() {
            true => Ok(Self(address)),
            false => Err(format!(
                "other machines could reach it, and the demo asks nobody for a password; use :{}, or `smartpole run`",
                address.port()
            )),
        }
    }
}

/// Run the service as configured, until it is told to stop (Ctrl-C or SIGTERM).
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The configuration
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
}

/// Name every mistake in configuration and registry; exits 1 if there is one.
///
/// Nothing is started, written or connected to.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Check {
    /// The configuration, and the registry it names
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// A registry's folder alone
    #[arg(long, value_name = "DIR")]
    pub(crate) registry: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use expect_test::{Expect, expect};

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    fn demo(arguments: &[&str]) -> Result<Demo, String> {
        let line = ["smartpole", "demo"].iter().chain(arguments);
        match Cli::try_parse_from(line).map_err(|error| error.to_string())?.command {
            Command::Demo(demo) => Ok(demo),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn a_demo_without_options_has_the_defaults_of_the_help() {
        let demo = demo(&[]).unwrap();
        let default = |port| Wanted { address: (Ipv4Addr::LOCALHOST, port).into(), named: false };
        assert_eq!((demo.http(), demo.mqtt()), (default(8080), default(1883)));
        assert_eq!((demo.data.to_str(), demo.days, demo.poles, demo.seed), (Some("./smartpole-data"), 30, None, 1));
    }

    #[test]
    fn an_address_may_be_short_and_is_then_on_loopback() {
        let address = |text: &str| demo(&["--http", text]).map(|demo| demo.http());
        for (text, full) in [
            (":9000", "127.0.0.1:9000"),
            ("localhost:9000", "127.0.0.1:9000"),
            (":0", "127.0.0.1:0"),
            ("127.0.0.2:80", "127.0.0.2:80"),
            ("[::1]:8080", "[::1]:8080"),
        ] {
            assert_eq!(address(text).unwrap(), Wanted { address: full.parse().unwrap(), named: true }, "{text}");
        }
    }

    #[track_caller]
    fn refused(arguments: &[&str], expected: &Expect) {
        let error = demo(arguments).unwrap_err();
        expected.assert_eq(error.lines().next().unwrap_or_default());
    }

    #[test]
    fn what_is_no_loopback_address_is_refused_with_the_reason() {
        refused(
            &["--http", "0.0.0.0:8080"],
            &expect![
                "error: invalid value '0.0.0.0:8080' for '--http <ADDR>': other machines could reach it, and the demo asks nobody for a password; use :8080, or `smartpole run`"
            ],
        );
        refused(
            &["--mqtt", "1883"],
            &expect![
                "error: invalid value '1883' for '--mqtt <ADDR>': write it as address and port, like 127.0.0.1:8080, or :8080"
            ],
        );
        refused(
            &["--udp", "192.168.1.4:1700"],
            &expect![
                "error: invalid value '192.168.1.4:1700' for '--udp <ADDR>': other machines could reach it, and the demo asks nobody for a password; use :1700, or `smartpole run`"
            ],
        );
        refused(
            &["--udp", ":70000"],
            &expect![
                "error: invalid value ':70000' for '--udp <ADDR>': write it as address and port, like 127.0.0.1:8080, or :8080"
            ],
        );
        refused(&["--poles", "0"], &expect!["error: invalid value '0' for '--poles <N>': 0 is not in 1..=4294967295"]);
    }

    #[test]
    fn check_wants_a_configuration_or_a_registry() {
        let check = |line: &[&str]| Cli::try_parse_from(["smartpole", "check"].iter().chain(line)).is_ok();
        assert!(check(&["--config", "a.toml"]) && check(&["--registry", "a", "--log-format", "json"]));
        assert!(!check(&[]) && !check(&["--config", "a.toml", "--registry", "a"]));
    }
}
