//! The simulator's command line.

mod cli;

use std::{collections::BTreeMap, fs, path::Path as FilePath, process::ExitCode, time::Duration};

use clap::Parser;
use cli::{Cli, Command, Run, Town, Via};
use firmware_sim::{
    Broker, Fleet, LorawanTruth, Pace, Path, Sent, Spec, Truth,
    lorawan::{self, Content, Delivery, Play, Played},
    publish::publish_fleet,
    synthetic, synthetic_with_lorawan,
};
use indicatif::{ProgressBar, ProgressStyle};
use smartpole_model::{Inputs, UtcMillis, registry::Files};

type Error = Box<dyn std::error::Error>;

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

impl Run {
    fn start(&self) -> Result<(), Error> {
        let (inputs, fleet) = self.town.load_live(self.rate == Pace::OnTime)?;
        let radio = lorawan::Fleet::new(&inputs, fleet.spec().clone());
        let by_radio = if self.udp.is_some() { radio.planned() } else { 0 };
        let bar = progress(fleet.planned() + by_radio);
        let both = async { tokio::try_join!(self.publish(&fleet, &bar), self.play(&radio, &bar)) };
        let (sent, (played, deliveries)) = tokio::runtime::Runtime::new()?.block_on(both)?;
        bar.finish_and_clear();
        let (devices, seconds) = (fleet.devices().len(), bar.elapsed().as_secs_f64());
        let Sent { acknowledged, resent, broken } = sent;
        println!(
            "acknowledged {acknowledged} messages of {devices} devices in {seconds:.1} s; \
             {resent} sent again after {broken} broken connections"
        );
        if self.udp.is_some() {
            let Played { copies, datagrams, resent, downlinks, refused_downlinks } = played;
            println!(
                "gateways: {copies} frames of {} devices in {datagrams} datagrams acknowledged; {resent} datagrams sent again, \
                 {downlinks} downlinks sent, {refused_downlinks} refused",
                radio.devices().len()
            );
        }
        match &self.town.truth {
            None => Ok(()),
            Some(_) if self.udp.is_none() => self.town.write_truth(&inputs, &fleet),
            Some(file) => {
                let radio = LorawanTruth::of(&inputs, &radio, &deliveries);
                write_json(file, &serde_json::json!({ "mqtt": self.town.truth(&inputs, &fleet), "lorawan": radio }))
            }
        }
    }

    async fn publish(&self, fleet: &Fleet, bar: &ProgressBar) -> Result<Sent, Error> {
        if fleet.devices().is_empty() {
            return Ok(Sent::default());
        }
        let (host, port) = self.mqtt.rsplit_once(':').ok_or("--mqtt: write HOST:PORT")?;
        let mut broker = Broker { window: self.window, ..Broker::new(host, port.parse()?) };
        let password = std::env::var("MQTT_PASSWORD").unwrap_or_default();
        broker.credentials = self.user.clone().map(|user| (user, password));
        let (connections, counting) = (self.connections.unwrap_or(100), bar.clone());
        Ok(publish_fleet(fleet, &broker, connections, self.rate, move |_| counting.inc(1)).await?)
    }

    /// Plays the LoRaWAN devices; what was delivered is kept if the truth about it is asked for.
    async fn play(&self, fleet: &lorawan::Fleet, bar: &ProgressBar) -> Result<(Played, Vec<Delivery>), Error> {
        let (mut deliveries, Some(service)) = (Vec::new(), &self.udp) else { return Ok(Default::default()) };
        let service = tokio::net::lookup_host(service).await?.next().ok_or("--udp: the host has no address")?;
        let play = Play { pace: self.rate, ..Play::new(service, now()?) };
        let mut newest = 0;
        let delivered = |delivery: &Delivery| {
            // Frames are numbered as they begin; several gateways hear one.
            if let Content::Frames(copies) = &delivery.content {
                let number = copies.iter().map(|copy| copy.frame.number).max().unwrap_or(0);
                bar.inc(number.saturating_sub(newest));
                newest = newest.max(number);
            }
            if self.town.truth.is_some() {
                deliveries.push(delivery.clone());
            }
        };
        let played = lorawan::play(fleet, &play, delivered).await?;
        Ok((played, deliveries))
    }
}

/// A bar over the measurements that are planned; faults make a few more or less.
fn progress(planned: u64) -> ProgressBar {
    let bar = ProgressBar::new(planned);
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
            (None, poles) if self.lorawan => synthetic_with_lorawan(poles.unwrap_or(0), self.seed),
            (None, poles) => synthetic(poles.unwrap_or(0), self.seed),
        };
        if let Some(folder) = &self.write_registry {
            write_files(folder, &files)?;
        }
        let inputs = Inputs::parse(&files)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
        let length = (self.days * 86_400_000.0) as i64;
        let now = now()?;
        let from = self.from.unwrap_or(if live { now } else { self.to.unwrap_or(now).plus(-length) });
        let to = self.to.unwrap_or(from.plus(length));
        let spec = Spec { seed: self.seed, from, to, step_s: self.step, json_share: self.json, faults: self.faults };
        let fleet = Fleet::new(&inputs, spec);
        Ok((inputs, fleet))
    }

    fn truth(&self, inputs: &Inputs, fleet: &Fleet) -> Truth {
        let path = match self.via {
            Via::Broker => Path::Broker,
            Via::Direct => Path::Direct,
        };
        let truth = Truth::of(inputs, path, fleet.transmissions());
        let Truth { sent, messages, windows, .. } = &truth;
        println!("truth: {sent} sent, {messages:?}, {} windows", windows.len());
        truth
    }

    fn write_truth(&self, inputs: &Inputs, fleet: &Fleet) -> Result<(), Error> {
        let truth = self.truth(inputs, fleet);
        self.truth.as_ref().map_or(Ok(()), |file| write_json(file, &truth))
    }
}

fn write_json(file: &FilePath, value: &impl serde::Serialize) -> Result<(), Error> {
    Ok(serde_json::to_writer(std::io::BufWriter::new(fs::File::create(file)?), value)?)
}

fn now() -> Result<UtcMillis, Error> {
    Ok(UtcMillis(std::time::SystemTime::UNIX_EPOCH.elapsed()?.as_millis() as i64))
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
