//! The simulator's command line.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path as FilePath, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use firmware_sim::{Broker, Faults, Fleet, Pace, Path, Spec, Truth, publish::publish_fleet, synthetic};
use indicatif::{ProgressBar, ProgressStyle};
use smartpole_model::{Inputs, UtcMillis, registry::Files};

type Error = Box<dyn std::error::Error>;

const EXAMPLES: &str = "\
Examples:
  A month of Castrop-Rauxel into a broker, as fast as it takes it:
    firmware-sim run --registry deploy/castrop-rauxel --mqtt localhost:1883 --from 2026-10-25T00:00:00Z --days 30
  A bad week, and what must come of it:
    firmware-sim run --registry deploy/castrop-rauxel --from 2026-11-01T00:00:00Z --days 7 --faults typical --truth truth.json
  10,000 devices, each once a minute, live:
    firmware-sim run --poles 5000 --step 60 --rate live

Faults are rates from 0 to 1, joined by commas (loss=0.01,duplicate=0.02); `typical` is a bit of each, `all=0.01` each at
that rate. A run that ends in the past is needed for the truth: the service takes no times from the future.";

/// A town of street lamps that measure: publishes what they say by MQTT, with faults if you like, and writes what must come
/// of it. The same seed gives the same bytes.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Publish with QoS 1; a message counts as sent when the broker has acknowledged it.
    Run(Run),
    /// Publish nothing, write the truth only.
    Truth(Town),
}

#[derive(Args)]
struct Town {
    /// Folder with poles.csv, devices.csv, zones.geojson, properties.toml and profiles/.
    #[arg(long, value_name = "DIR", conflicts_with = "poles", required_unless_present = "poles")]
    registry: Option<PathBuf>,
    /// Take a made-up registry of that many poles with two devices each instead.
    #[arg(long, value_name = "N")]
    poles: Option<usize>,
    /// Write the made-up registry to this folder, for the service.
    #[arg(long, value_name = "DIR", requires = "poles")]
    write_registry: Option<PathBuf>,
    /// Chooses weather, chance and faults.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// First instant measured, RFC 3339; by default so that the run ends now.
    #[arg(long, value_name = "TIME")]
    from: Option<UtcMillis>,
    /// First instant not measured any more.
    #[arg(long, value_name = "TIME")]
    to: Option<UtcMillis>,
    /// Length of the run, unless --from and --to say it.
    #[arg(long, default_value_t = 1.0)]
    days: f64,
    /// Seconds between two measurements of a device; by default what its profile says.
    #[arg(long, value_name = "SECONDS")]
    step: Option<u32>,
    /// Share of the devices that speak JSON instead of protobuf, 0 to 1.
    #[arg(long, default_value_t = 0.25)]
    json: f64,
    /// What goes wrong, e.g. loss=0.01,delay=0.001 or typical.
    #[arg(long, default_value = "")]
    faults: Faults,
    /// Write what must come of it to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
    /// How the service gets the messages: its listener sees the retain flag, behind a broker it does not.
    #[arg(long, value_enum, default_value_t = Via::Broker)]
    via: Via,
}

#[derive(Clone, Copy, ValueEnum)]
enum Via {
    Broker,
    Direct,
}

#[derive(Args)]
struct Run {
    #[command(flatten)]
    town: Town,
    /// The broker, or the service's own listener.
    #[arg(long, value_name = "HOST:PORT", default_value = "localhost:1883")]
    mqtt: String,
    /// User of the broker; the password is taken from the environment variable MQTT_PASSWORD.
    #[arg(long)]
    user: Option<String>,
    /// Messages a second of all connections together, `max`, or `live`: each at its own time.
    #[arg(long, default_value = "max", value_parser = pace)]
    rate: Pace,
    /// Connections, each for its share of the devices; by default one a device, at most 100.
    #[arg(long, value_name = "N")]
    connections: Option<usize>,
    /// Unacknowledged messages of a connection at most.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..))]
    window: u16,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Run(run) => run.start(),
        Command::Truth(town) => town.load().and_then(|(inputs, fleet)| town.write_truth(&inputs, &fleet)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("firmware-sim: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("  because: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
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

impl Run {
    fn start(&self) -> Result<(), Error> {
        let (inputs, fleet) = self.town.load_live(self.rate == Pace::OnTime)?;
        let (host, port) = self.mqtt.rsplit_once(':').ok_or("--mqtt: write HOST:PORT")?;
        let mut broker = Broker { window: self.window, ..Broker::new(host, port.parse()?) };
        let password = std::env::var("MQTT_PASSWORD").unwrap_or_default();
        broker.credentials = self.user.clone().map(|user| (user, password));
        let connections = self.connections.unwrap_or(100);
        let bar = progress(&fleet);
        let counting = bar.clone();
        let publishing = publish_fleet(&fleet, &broker, connections, self.rate, move |_| counting.inc(1));
        let sent = tokio::runtime::Runtime::new()?.block_on(publishing)?;
        bar.finish_and_clear();
        println!(
            "acknowledged {} messages of {} devices in {:.1} s; {} sent again after {} broken connections",
            sent.acknowledged,
            fleet.devices().len(),
            bar.elapsed().as_secs_f64(),
            sent.resent,
            sent.broken
        );
        if self.town.truth.is_some() { self.town.write_truth(&inputs, &fleet) } else { Ok(()) }
    }
}

/// A bar over the measurements that are planned; faults make a few more or less.
fn progress(fleet: &Fleet) -> ProgressBar {
    let bar = ProgressBar::new(fleet.planned());
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} messages, {per_sec}, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

impl Town {
    fn load(&self) -> Result<(Inputs, Fleet), Error> {
        self.load_live(false)
    }

    /// A live run begins now, any other one ends now if it does not say when it begins.
    fn load_live(&self, live: bool) -> Result<(Inputs, Fleet), Error> {
        let files = match (&self.registry, self.poles) {
            (Some(folder), _) => read_files(folder)?,
            (None, poles) => synthetic(poles.unwrap_or(0), self.seed),
        };
        if let Some(folder) = &self.write_registry {
            write_files(folder, &files)?;
        }
        let inputs = Inputs::parse(&files)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
        let length = (self.days * 86_400_000.0) as i64;
        let now = UtcMillis(std::time::SystemTime::UNIX_EPOCH.elapsed()?.as_millis() as i64);
        let from = self.from.unwrap_or(if live { now } else { self.to.unwrap_or(now).plus(-length) });
        let to = self.to.unwrap_or(from.plus(length));
        let spec = Spec { seed: self.seed, from, to, step_s: self.step, json_share: self.json, faults: self.faults };
        let fleet = Fleet::new(&inputs, spec);
        Ok((inputs, fleet))
    }

    fn write_truth(&self, inputs: &Inputs, fleet: &Fleet) -> Result<(), Error> {
        let path = match self.via {
            Via::Broker => Path::Broker,
            Via::Direct => Path::Direct,
        };
        let truth = Truth::of(inputs, path, fleet.transmissions());
        let Truth { sent, messages, windows, .. } = &truth;
        println!("truth: {sent} sent, {messages:?}, {} windows", windows.len());
        if let Some(file) = &self.truth {
            serde_json::to_writer(std::io::BufWriter::new(fs::File::create(file)?), &truth)?;
        }
        Ok(())
    }
}

/// The files of a registry folder and of its `profiles`.
fn read_files(folder: &FilePath) -> Result<Files, Error> {
    let mut files = BTreeMap::new();
    for (prefix, folder) in [("", folder.to_owned()), ("profiles/", folder.join("profiles"))] {
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if let (true, Some(name)) = (path.is_file(), path.file_name()) {
                files.insert(format!("{prefix}{}", name.to_string_lossy()), fs::read(&path)?);
            }
        }
    }
    Ok(files)
}

fn write_files(folder: &FilePath, files: &Files) -> Result<(), Error> {
    fs::create_dir_all(folder.join("profiles"))?;
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}
