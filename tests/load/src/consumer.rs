//! Whoever takes the messages: the service, or a peer.

use std::{fs, path::Path, time::Duration};

use reqwest::Client;
use serde_json::Value;
use tokio::{
    process::Command,
    time::{Instant, sleep},
};

use crate::{
    cli::{Programs, System},
    error::{Error, io},
    influx::Influx,
    null_server,
    process::{LIMIT, Process, folder_bytes},
    traffic::{READINGS, Traffic},
};

/// The client's name at the broker, and so that of its session.
pub(crate) const CLIENT: &str = "smartpole";
/// What it subscribes to.
pub(crate) const FILTER: &str = "smartpole/+/+/+/up";
/// What Telegraf calls the value that is counted.
pub(crate) const TELEGRAF_FIELD: &str = "values_pm2_5";
/// How often a consumer is asked how far it is.
pub(crate) const ASK: Duration = Duration::from_millis(20);

/// A consumer at work.
#[derive(Debug)]
pub(crate) enum Consumer {
    Service(Service),
    /// Says itself when it has all.
    Bare(Process),
    /// What it wrote is counted where it wrote it.
    Telegraf(Process, Option<Box<Process>>),
}

impl Consumer {
    /// Starts it in `dir`; it takes messages from the broker at `port`.
    pub(crate) async fn start(
        system: System,
        programs: &Programs,
        traffic: &Traffic,
        port: u16,
        influx: Option<&Influx>,
        dir: &Path,
    ) -> Result<Self, Error> {
        let messages = traffic.messages.to_string();
        Ok(match system {
            System::Smartpole => Self::Service(Service::start(programs, traffic, port, influx, dir).await?),
            System::Bare | System::BareGroup => {
                let mut command = own(&["subscriber", "--messages", &messages, "--port", &port.to_string()])?;
                if system == System::BareGroup {
                    command.arg("--journal").arg(dir.join("journal"));
                }
                Self::Bare(Process::start("subscriber", &mut command, dir)?)
            }
            System::Telegraf => {
                let (null, output) = match influx {
                    Some(influx) => (None, influx.telegraf_output()?),
                    None => {
                        let mut null =
                            Process::start("null-server", &mut own(&["null-server", "--lines", &messages])?, dir)?;
                        let address = null.line(null_server::LISTENS).await?;
                        (Some(null), output(&address, "none", ""))
                    }
                };
                let path = dir.join("telegraf.conf");
                fs::write(&path, telegraf(port, &output)).map_err(io("write telegraf.conf"))?;
                let mut command = Command::new(programs.telegraf()?);
                command.arg("--config").arg(&path).arg("--quiet");
                Self::Telegraf(Process::start("telegraf", &mut command, dir)?, null.map(Box::new))
            }
        })
    }

    pub(crate) fn process(&self) -> &Process {
        match self {
            Self::Service(service) => &service.process,
            Self::Bare(process) | Self::Telegraf(process, _) => process,
        }
    }

    /// What stands behind it, if it is ours.
    pub(crate) fn null_server(&self) -> Option<&Process> {
        match self {
            Self::Telegraf(_, null) => null.as_deref(),
            Self::Service(_) | Self::Bare(_) => None,
        }
    }

    /// Waits until it has done what it does with every message.
    pub(crate) async fn has_all(&mut self, sent: u64, influx: Option<&Influx>) -> Result<(), Error> {
        match (self, influx) {
            (Self::Service(service), influx) => service.has_all(sent, influx.is_some()).await,
            (Self::Bare(process), _) => process.line("all").await.map(drop),
            (Self::Telegraf(_, Some(null)), _) => null.line("all").await.map(drop),
            (Self::Telegraf(_, None), Some(influx)) => influx.has_points(sent, TELEGRAF_FIELD).await,
            (Self::Telegraf(_, None), None) => Ok(()),
        }
    }
}

/// This program again, with another task.
fn own(arguments: &[&str]) -> Result<Command, Error> {
    let mut command = Command::new(std::env::current_exe().map_err(io("find this program"))?);
    command.args(arguments);
    Ok(command)
}

/// Where Telegraf writes to. Without gzip, as on loopback that costs it more than it saves.
pub(crate) fn output(url: &str, bucket: &str, token: &str) -> String {
    format!(
        "[[outputs.influxdb_v2]]\nurls = [\"{url}\"]\norganization = \"city\"\nbucket = \"{bucket}\"\ntoken = \"{token}\"\n\
         content_encoding = \"identity\"\n"
    )
}

/// Telegraf, tuned: its defaults (1,000 undelivered messages, a flush each 10 s) take about a hundred messages a second.
fn telegraf(port: u16, output: &str) -> String {
    format!(
        "[agent]\nmetric_batch_size = 5000\nmetric_buffer_limit = 500000\nflush_interval = \"1s\"\nomit_hostname = true\n\
         [[inputs.mqtt_consumer]]\nservers = [\"tcp://127.0.0.1:{port}\"]\ntopics = [\"{FILTER}\"]\nqos = 1\n\
         persistent_session = true\nclient_id = \"{CLIENT}\"\nmax_undelivered_messages = 100000\ntopic_tag = \"\"\n\
         name_override = \"air_quality\"\n\
         data_format = \"json\"\njson_time_key = \"time\"\njson_time_format = \"2006-01-02T15:04:05.999Z07:00\"\n\
         [[inputs.mqtt_consumer.topic_parsing]]\ntopic = \"smartpole/+/+/+/up\"\ntags = \"_/city/pole/device/_\"\n{output}"
    )
}

/// The service that is measured.
#[derive(Debug)]
pub(crate) struct Service {
    process: Process,
    pub(crate) base: String,
    client: Client,
    data: std::path::PathBuf,
}

impl Service {
    async fn start(
        programs: &Programs,
        traffic: &Traffic,
        port: u16,
        influx: Option<&Influx>,
        dir: &Path,
    ) -> Result<Self, Error> {
        let (registry, data, config) = (dir.join("registry"), dir.join("data"), dir.join("smartpole.toml"));
        write_registry(&registry, traffic).map_err(io("write the registry"))?;
        let text = format!(
            "data = \"data\"\nregistry = \"registry\"\n[http]\nlisten = \"127.0.0.1:0\"\n\
             [[mqtt]]\nhost = \"127.0.0.1\"\nport = {port}\nclient_id = \"{CLIENT}\"\nsubscriptions = [\"{FILTER}\"]\n{}",
            influx.map(Influx::target).unwrap_or_default(),
        );
        fs::write(&config, text).map_err(io("write smartpole.toml"))?;
        let mut command = Command::new(programs.smartpole()?);
        command.arg("run").arg("--config").arg(&config);
        let mut process = Process::start("smartpole", &mut command, dir)?;
        let base = process.line("dashboard ").await?.trim_end_matches('/').to_owned();
        Ok(Self { process, base, client: Client::new(), data })
    }

    async fn ledger(&self) -> Result<Value, Error> {
        let failed = |source| Error::Http { name: "smartpole", source };
        self.client
            .get(format!("{}/api/v1/ledger", self.base))
            .send()
            .await
            .map_err(failed)?
            .json()
            .await
            .map_err(failed)
    }

    /// Waits until the ledger has all messages, each once, and what it says balances.
    async fn has_all(&mut self, sent: u64, forwarded: bool) -> Result<(), Error> {
        let end = Instant::now() + LIMIT;
        loop {
            let ledger = self.ledger().await?;
            if value(&ledger, "messages", "uplink") >= sent && (!forwarded || arrived(&ledger) >= sent * READINGS) {
                return check(&ledger, sent, forwarded);
            }
            if Instant::now() > end {
                return Err(Error::Ledger { sent, ledger: ledger.to_string() });
            }
            self.process.lives().await?;
            sleep(ASK).await;
        }
    }

    /// Waits until what the ledger has is committed to the store.
    pub(crate) async fn committed(&self) -> Result<(), Error> {
        let folded = self.ledger().await?["as_of"]["seq"].as_i64().unwrap_or(i64::MAX);
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let store = rusqlite::Connection::open_with_flags(self.data.join("city.db"), flags)?;
        while store.query_row("SELECT seq FROM cursor", [], |row| row.get::<_, i64>(0))? < folded {
            sleep(ASK).await;
        }
        Ok(())
    }

    /// Bytes on disk: of the journal, and of the store.
    pub(crate) fn stored(&self) -> (u64, u64) {
        let journal = folder_bytes(&self.data.join("journal"));
        (journal, folder_bytes(&self.data) - journal)
    }
}

fn write_registry(dir: &Path, traffic: &Traffic) -> std::io::Result<()> {
    fs::create_dir_all(dir.join("profiles"))?;
    traffic.registry().iter().try_for_each(|(name, bytes)| fs::write(dir.join(name), bytes))
}

/// A term of an equation, all its reasons together.
fn value(ledger: &Value, equation: &str, term: &str) -> u64 {
    let equations = ledger["equations"].as_array().into_iter().flatten();
    let terms = equations.filter(|found| found["name"] == equation).filter_map(|found| found["terms"].as_array());
    terms.flatten().filter(|found| found["name"] == term).filter_map(|found| found["value"].as_u64()).sum()
}

/// Readings that the one target has.
fn arrived(ledger: &Value) -> u64 {
    ledger["targets"][0]["forwarded"].as_u64().unwrap_or(0)
}

/// Every message once, every reading accepted, and forwarded if there is a target.
fn check(ledger: &Value, sent: u64, forwarded: bool) -> Result<(), Error> {
    let all = ["uplink", "duplicate", "quarantined"].map(|term| value(ledger, "messages", term));
    let readings = value(ledger, "readings", "accepted");
    let sound = ledger["balanced"] == true
        && all == [sent, 0, 0]
        && readings == sent * READINGS
        && (!forwarded || arrived(ledger) == sent * READINGS);
    if sound { Ok(()) } else { Err(Error::Ledger { sent, ledger: ledger.to_string() }) }
}
