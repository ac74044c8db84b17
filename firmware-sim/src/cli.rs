//! The command line's words.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use firmware_sim::{Faults, Pace};
use smartpole_model::UtcMillis;

const EXAMPLES: &str = "\
Examples:
  A month of Castrop-Rauxel into a broker, as fast as it takes it:
    firmware-sim run --registry deploy/castrop-rauxel --mqtt localhost:1883 --from 2026-10-25T00:00:00Z --days 30
  A bad week, and what must come of it:
    firmware-sim run --registry deploy/castrop-rauxel --from 2026-11-01T00:00:00Z --days 7 --faults typical --truth truth.json
  10,000 devices, each once a minute, live:
    firmware-sim run --poles 5000 --step 60 --rate live
  A day of 100 poles, half of them by LoRaWAN, to a service that listens for gateways:
    firmware-sim run --poles 100 --lorawan --write-registry registry --udp localhost:1700 --truth truth.json

Faults are rates from 0 to 1, joined by commas (loss=0.01,duplicate=0.02); `typical` is a bit of each, `all=0.01` each at
that rate. A run that ends in the past is needed for the truth: the service takes no times from the future. With --udp the truth file has
the poles that publish under `mqtt` and those of LoRaWAN under `lorawan`.";

/// A town of street lamps that measure: publishes what they say by MQTT, with faults if you like, and writes what must come
/// of it. The same seed gives the same bytes.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Publish with QoS 1; a message counts as sent when the broker has acknowledged it.
    Run(Run),
    /// Publish nothing, write the truth only.
    Truth(Town),
}

#[derive(Args)]
pub(crate) struct Town {
    /// Folder with poles.csv, devices.csv, zones.geojson, properties.toml and profiles/.
    #[arg(long, value_name = "DIR", conflicts_with = "poles", required_unless_present = "poles")]
    pub(crate) registry: Option<PathBuf>,
    /// Take a made-up registry of that many poles with two devices each instead.
    #[arg(long, value_name = "N")]
    pub(crate) poles: Option<usize>,
    /// In the made-up registry, let every second pole speak LoRaWAN.
    #[arg(long, requires = "poles")]
    pub(crate) lorawan: bool,
    /// Write the made-up registry to this folder, for the service.
    #[arg(long, value_name = "DIR", requires = "poles")]
    pub(crate) write_registry: Option<PathBuf>,
    /// Chooses weather, chance and faults.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// First instant measured, RFC 3339; by default so that the run ends now.
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<UtcMillis>,
    /// First instant not measured any more.
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<UtcMillis>,
    /// Length of the run, unless --from and --to say it.
    #[arg(long, default_value_t = 1.0)]
    pub(crate) days: f64,
    /// Seconds between two measurements of a device; by default what its profile says.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) step: Option<u32>,
    /// Share of the devices that speak JSON instead of protobuf, 0 to 1.
    #[arg(long, default_value_t = 0.25)]
    pub(crate) json: f64,
    /// What goes wrong, e.g. loss=0.01,delay=0.001 or typical.
    #[arg(long, default_value = "")]
    pub(crate) faults: Faults,
    /// Write what must come of it to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) truth: Option<PathBuf>,
    /// How the service gets the messages: its listener sees the retain flag, behind a broker it does not.
    #[arg(long, value_enum, default_value_t = Via::Broker)]
    pub(crate) via: Via,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Via {
    Broker,
    Direct,
}

#[derive(Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) town: Town,
    /// The broker, or the service's own listener.
    #[arg(long, value_name = "HOST:PORT", default_value = "localhost:1883")]
    pub(crate) mqtt: String,
    /// Where the service listens for LoRaWAN gateways: plays the registry's devices with keys of their own, too.
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) udp: Option<String>,
    /// User of the broker; the password is taken from the environment variable MQTT_PASSWORD.
    #[arg(long)]
    pub(crate) user: Option<String>,
    /// Messages a second of all connections together, `max`, or `live`: each at its own time.
    #[arg(long, default_value = "max", value_parser = pace)]
    pub(crate) rate: Pace,
    /// Connections, each for its share of the devices; by default one a device, at most 100.
    #[arg(long, value_name = "N")]
    pub(crate) connections: Option<usize>,
    /// Unacknowledged messages of a connection at most.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) window: u16,
}

fn pace(text: &str) -> Result<Pace, String> {
    match text {
        "max" => Ok(Pace::Max),
        "live" => Ok(Pace::OnTime),
        _ => match text.parse::<f64>() {
            Ok(rate) if rate > 0.0 => Ok(Pace::PerSecond(rate)),
            _ => Err("write messages a second, max or live".to_owned()),
        },
    }
}
