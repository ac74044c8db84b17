//! What each command does.

mod serve;

use std::{
    io::{self, Write},
    net::{SocketAddr, TcpListener, UdpSocket},
    path::PathBuf,
};

use smartpole_api::{Legal, Networks, Publish};
use smartpole_source::{mqtt_listener, udp};
use tokio::runtime::Runtime;

use self::serve::serve;
use crate::{
    access, alerts, backup,
    cli::{
        self, Demo, Run, Wanted,
        ledger::{Command, Ledger, Of},
        replay::Replay as Asked,
    },
    config::{AccessOptions, Config, LogFormat, Mistakes},
    demo,
    demo::Play,
    export, import, influx, ledger_verify, replay,
    service::{self, Setup},
    telemetry::{self, TelemetryError},
    trace,
};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Service(#[from] service::Error),
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    #[error("the configuration has mistakes\n{0}")]
    Config(Mistakes),
    #[error("cannot start the runtime")]
    Runtime(#[source] io::Error),
    #[error("cannot write the demo's registry to {dir}", dir = dir.display())]
    Registry { dir: PathBuf, source: io::Error },
    #[error("cannot start measuring")]
    Metrics(#[source] metrics_exporter_prometheus::BuildError),
    #[error("cannot print")]
    Print(#[source] io::Error),
    #[error("the service failed; the log says why")]
    Failed,
    #[error(transparent)]
    Store(#[from] smartpole_store::Error),
    #[error(transparent)]
    Influx(#[from] influx::Error),
    #[error(transparent)]
    Verify(#[from] ledger_verify::Error),
    #[error(transparent)]
    Replay(#[from] replay::Error),
    #[error(transparent)]
    Trace(#[from] trace::Error),
    #[error(transparent)]
    Export(#[from] export::Error),
    #[error(transparent)]
    Backup(#[from] backup::Error),
    #[error(transparent)]
    Access(#[from] access::command::Error),
    #[error(transparent)]
    Import(#[from] import::Error),
    #[error(transparent)]
    Alerts(#[from] alerts::TestError),
    #[error("there is no store in {dir}: name the data folder of a service or demo", dir = dir.display())]
    NoStore { dir: PathBuf },
}

/// The service on the user's own broker.
pub(crate) fn run(run: &Run, log: Option<LogFormat>) -> Result<(), Error> {
    let config = Config::load(&run.config).map_err(Error::Config)?;
    telemetry::start(log.unwrap_or(config.log.format))?;
    let setup = Setup {
        data: config.data,
        registry: config.registry,
        inputs_key_file: config.inputs_key_file,
        http: config.http.listen,
        tls: config.http.tls(),
        networks: Networks {
            operators: config.http.operators,
            proxies: config.http.proxies,
            local_operators: config.access.local_operators,
        },
        limits: smartpole_api::Options { requests_per_minute: config.http.requests_per_minute, ..Default::default() },
        audit_days: config.access.audit_days,
        openid: config.openid,
        publish: config.publish,
        legal: config.legal,
        mqtt: config.mqtt,
        listener: config.listener,
        udp: config.udp,
        influx: config.influx,
        history: config.history,
        journal: config.journal,
        journal_days: config.retention.journal_days,
    };
    serve(setup, None)
}

/// A simulated city on the embedded listener.
pub(crate) fn demo(demo: &Demo, log: Option<LogFormat>) -> Result<(), Error> {
    telemetry::start(log.unwrap_or_default())?;
    let registry = demo.data.join("registry");
    let poles = demo.poles.map(|poles| poles as usize);
    let play = Play { days: demo.days, seed: demo.seed };
    demo::provide_registry(&registry, poles, play)
        .map_err(|source| Error::Registry { dir: registry.clone(), source })?;
    let listener = mqtt_listener::Options {
        name: "demo".to_owned(),
        address: free(demo.mqtt(), bind_tcp),
        allow_anonymous: true,
        ..mqtt_listener::Options::default()
    };
    let gateways = udp::Options {
        name: "gateways".to_owned(),
        address: free(demo.udp(), bind_udp),
        // all simulated gateways have one address, and a month of frames to tell
        known_per_s: 20_000,
        ..udp::Options::default()
    };
    let setup = Setup {
        data: demo.data.clone(),
        registry,
        inputs_key_file: None,
        http: free(demo.http(), bind_tcp),
        tls: None,
        networks: Networks::default(),
        limits: smartpole_api::Options::default(),
        audit_days: AccessOptions::default().audit_days,
        openid: None,
        publish: Publish::default(),
        legal: Legal::default(),
        mqtt: Vec::new(),
        listener: Some(listener),
        udp: Some(gateways),
        influx: Vec::new(),
        history: None,
        journal: smartpole_journal::Options::default(),
        journal_days: DEMO_JOURNAL_DAYS,
    };
    serve(setup, Some(play))
}

/// The demo's journal is kept as long as its history.
const DEMO_JOURNAL_DAYS: u32 = 30;

/// A default address that is taken gives way to a free one; an address the user named does not.
fn free(wanted: Wanted, bind: fn(SocketAddr) -> bool) -> SocketAddr {
    let taken = !wanted.named && !bind(wanted.address);
    let port = if taken { 0 } else { wanted.address.port() };
    SocketAddr::new(wanted.address.ip(), port)
}

fn bind_tcp(address: SocketAddr) -> bool {
    TcpListener::bind(address).is_ok()
}

fn bind_udp(address: SocketAddr) -> bool {
    UdpSocket::bind(address).is_ok()
}

/// The equations of a store's ledger, or whether a second fold gives the same store.
pub(crate) fn ledger(ledger: &Ledger) -> Result<(), Error> {
    match &ledger.command {
        Some(Command::Verify(asked)) => {
            let (data, key_file) = data_of(&asked.of)?;
            Ok(ledger_verify::run(&data, key_file, asked)?)
        }
        None => {
            let (data, _) = data_of(&ledger.of)?;
            io::stdout().write_all(crate::ledger::of(&data)?.as_bytes()).map_err(Error::Print)
        }
    }
}

/// The data folder that is meant, and the configured file of the sealing key.
fn folder_of(of: &Of) -> Result<(PathBuf, Option<PathBuf>), Error> {
    match (&of.data, &of.config) {
        (_, Some(config)) => {
            let config = Config::load(config).map_err(Error::Config)?;
            Ok((config.data, config.inputs_key_file))
        }
        (data, None) => Ok((data.clone().unwrap_or_default(), None)), // clap asks for one of them
    }
}

/// The same, if there is a store in it.
fn data_of(of: &Of) -> Result<(PathBuf, Option<PathBuf>), Error> {
    let (data, key_file) = folder_of(of)?;
    if !data.join(smartpole_store::FILE).is_file() {
        return Err(Error::NoStore { dir: data });
    }
    Ok((data, key_file))
}

/// A copy of all that is kept.
pub(crate) fn backup(asked: &cli::backup::Backup) -> Result<(), Error> {
    let (data, key_file) = data_of(&asked.of)?;
    Ok(backup::backup(&data, key_file, asked)?)
}

/// A data folder out of a copy.
pub(crate) fn restore(asked: &cli::backup::Restore) -> Result<(), Error> {
    let (data, key_file) = folder_of(&asked.of)?;
    Ok(backup::restore(&data, key_file.as_deref(), &asked.from)?)
}

/// The store without its free pages.
pub(crate) fn compact(asked: &cli::backup::Compact) -> Result<(), Error> {
    let (data, _) = data_of(&asked.of)?;
    Ok(backup::compact(&data)?)
}

/// Makes, lists, changes, disables and deletes accounts.
pub(crate) fn accounts(asked: &cli::access::Accounts) -> Result<(), Error> {
    use cli::access::AccountCommand::{Add, Delete, Disable, Enable, List, Password, Role};
    let (Add { of, .. }
    | List { of }
    | Role { of, .. }
    | Password { of, .. }
    | Disable { of, .. }
    | Enable { of, .. }
    | Delete { of, .. }) = &asked.command;
    Ok(access::command::accounts(&folder_of(of)?.0, &asked.command)?)
}

/// Makes, lists and revokes tokens.
pub(crate) fn tokens(asked: &cli::access::Tokens) -> Result<(), Error> {
    use cli::access::TokenCommand::{Add, List, Revoke};
    let (Add { of, .. } | List { of, .. } | Revoke { of, .. }) = &asked.command;
    Ok(access::command::tokens(&folder_of(of)?.0, &asked.command)?)
}

/// Prints who did what.
pub(crate) fn audit(asked: &cli::access::Audit) -> Result<(), Error> {
    Ok(access::command::audit(&folder_of(&asked.of)?.0, asked)?)
}

/// Decodes messages again, by the service that runs.
pub(crate) fn replay(asked: &Asked) -> Result<(), Error> {
    let data = match &asked.at.config {
        Some(path) => {
            let config = Config::load(path).map_err(Error::Config)?;
            Some((config.data, config.inputs_key_file))
        }
        None => asked.data.clone().map(|data| (data, None)),
    };
    Ok(replay::run(asked, data)?)
}

/// A test of those who are told of alerts.
pub(crate) fn alerts(asked: &cli::alerts::Alerts) -> Result<(), Error> {
    let cli::alerts::Command::Test(test) = &asked.command;
    let config = Config::load(&test.config).map_err(Error::Config)?;
    Runtime::new().map_err(Error::Runtime)?.block_on(alerts::test(&config))?;
    Ok(())
}

/// The description of the HTTP interface.
pub(crate) fn openapi() -> Result<(), Error> {
    writeln!(io::stdout(), "{}", smartpole_api::openapi()).map_err(Error::Print)
}
