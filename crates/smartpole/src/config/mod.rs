//! The configuration: one TOML file, overridden by the environment; every mistake at once.
//!
//! ```text
//! file ──► Section (values with their lines) ──► read: each key by itself into its Options ──► Config
//! SMARTPOLE__… ──┘                                                  └──► Mistakes: file, line, key, remedy
//! ```
//!
//! Each part's `Options` are the manual of its section, and an unknown key is a mistake. Paths are relative to the
//! file. Secrets stand in files that are named here, never in the configuration itself.

mod fields;
mod history;
mod influx;
mod mistakes;
mod openid;
mod overrides;
mod read;
mod section;
mod sources;
#[cfg(test)]
mod tests;
mod wording;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use smartpole_source::{mqtt_client, mqtt_listener, udp};

pub(crate) use self::mistakes::Mistakes;
pub(crate) use self::overrides::variables;

/// All that is configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Config {
    /// Folder of journal, store and copies of the registry.
    pub(crate) data: PathBuf,
    /// Folder of the registry.
    pub(crate) registry: PathBuf,
    /// File of the key that seals copies of the registry's keys, if it is not among the data.
    pub(crate) inputs_key_file: Option<PathBuf>,
    /// The HTTP interface.
    pub(crate) http: Http,
    /// Who is let in without an account, and how long what was done is remembered.
    pub(crate) access: AccessOptions,
    /// The provider by which people log in beside passwords, if there is one.
    pub(crate) openid: Option<smartpole_openid::Options>,
    /// Who publishes, and under which licence.
    pub(crate) publish: smartpole_api::Publish,
    /// What the law asks of the page.
    pub(crate) legal: smartpole_api::Legal,
    /// Brokers; their names are unique.
    pub(crate) mqtt: Vec<mqtt_client::Options>,
    /// The embedded MQTT listener, if it is wanted.
    pub(crate) listener: Option<mqtt_listener::Options>,
    /// The server for LoRaWAN gateways, if it is wanted.
    pub(crate) udp: Option<udp::Options>,
    /// InfluxDB targets; their names are unique.
    pub(crate) influx: Vec<smartpole_influx::Options>,
    /// The one of them that keeps readings for longer than the store does, if any.
    pub(crate) history: Option<smartpole_influx::Options>,
    /// The journal.
    pub(crate) journal: smartpole_journal::Options,
    /// How long things are kept.
    pub(crate) retention: Retention,
    /// Logs.
    pub(crate) log: Log,
}

/// The HTTP interface.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Http {
    /// Where it listens; port 0 picks a free one.
    pub(crate) listen: SocketAddr,
    /// Networks whose machines are operators without an account, beside this machine.
    pub(crate) operators: Vec<ipnet::IpNet>,
    /// Its certificate in PEM, and those between it and its authority. With it the interface speaks HTTPS alone.
    pub(crate) cert_file: Option<PathBuf>,
    /// The private key of `cert_file`, in PEM.
    pub(crate) key_file: Option<PathBuf>,
    /// Networks of proxies that are believed when they say for whom they ask (`X-Forwarded-For`) and whether by https
    /// (`X-Forwarded-Proto`); by others nobody can log in.
    pub(crate) proxies: Vec<ipnet::IpNet>,
    /// Requests a minute from one address, and by the tokens of one account; more get 429. This machine is not counted.
    pub(crate) requests_per_minute: u32,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 8080).into(),
            operators: Vec::new(),
            cert_file: None,
            key_file: None,
            proxies: Vec::new(),
            requests_per_minute: smartpole_api::Options::default().requests_per_minute,
        }
    }
}

impl Http {
    /// The files of TLS, if it speaks HTTPS.
    pub(crate) fn tls(&self) -> Option<smartpole_tls::Files> {
        let (cert, key) = (self.cert_file.clone()?, self.key_file.clone()?);
        Some(smartpole_tls::Files { cert, key, client_ca: None })
    }
}

/// Who is let in without an account, and how long what was done is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AccessOptions {
    /// Whether the service's own machine is an operator without an account; commands that ask the service need a token otherwise.
    pub(crate) local_operators: bool,
    /// Days that the audit trail is kept.
    pub(crate) audit_days: u32,
}

impl Default for AccessOptions {
    fn default() -> Self {
        Self { local_operators: true, audit_days: 365 }
    }
}

/// How long things are kept. Readings are kept as long as the registry's `fold.toml` says.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Retention {
    /// Days that messages stay in the journal as they were received; only these can be decoded again. Messages of persons are among
    /// them, so by default it is as long as their readings are kept.
    pub(crate) journal_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { journal_days: 14 }
    }
}

/// Logs.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Log {
    /// How they are written.
    pub(crate) format: LogFormat,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

impl Config {
    /// The configuration of a file, with the overrides of the environment.
    ///
    /// # Errors
    /// All mistakes in it. The registry is not read.
    pub(crate) fn load(path: &Path) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::new(path);
        let config = Self::read(path, variables(), &mut mistakes);
        if mistakes.is_empty() { Ok(config) } else { Err(mistakes) }
    }
}
