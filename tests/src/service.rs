//! The service's own binary.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    time::Duration,
};

use rustix::process::Signal;
use tokio::time::timeout;

use crate::{Api, Config, process::Process, wait::eventually};

/// A service that runs.
#[derive(Debug)]
pub struct Service {
    process: Process,
    api: Api,
    config: Option<Config>,
    log: PathBuf,
}

impl Service {
    /// Starts `smartpole run` and waits until it says where the dashboard is.
    ///
    /// # Panics
    /// If it does not, with what it logged.
    pub async fn start(config: Config) -> Self {
        let path = config.write();
        let log = config.log();
        let arguments = ["run", "--config", path.to_str().expect("our folder's name is UTF-8")];
        let (process, api) = launch(&arguments, &log).await;
        Self { process, api, config: Some(config), log }
    }

    /// Starts the binary with these arguments (for `demo`).
    ///
    /// # Panics
    /// As [`Service::start`].
    pub async fn with_arguments(arguments: &[&str], log: &Path) -> Self {
        let (process, api) = launch(arguments, log).await;
        Self { process, api, config: None, log: log.to_owned() }
    }

    /// Starts again what was killed or stopped.
    ///
    /// # Panics
    /// If it was not started with a configuration.
    pub async fn start_again(&mut self) {
        let path = self.config().write();
        let arguments = ["run", "--config", path.to_str().expect("our folder's name is UTF-8")];
        (self.process, self.api) = launch(&arguments, &self.log).await;
    }

    /// Lets it be told something else when it starts again.
    pub fn configure(&mut self, change: impl FnOnce(Config) -> Config) {
        self.config = self.config.take().map(change);
    }

    /// `kill -9`.
    pub async fn kill(&mut self) {
        self.process.kill().await;
    }

    /// SIGTERM, as systemd sends it.
    pub async fn terminate(&mut self, limit: Duration) -> ExitStatus {
        self.end_by(Signal::TERM, limit).await
    }

    /// Ctrl-C.
    pub async fn interrupt(&mut self, limit: Duration) -> ExitStatus {
        self.end_by(Signal::INT, limit).await
    }

    async fn end_by(&mut self, signal: Signal, limit: Duration) -> ExitStatus {
        self.process.signal(signal);
        let ended = self.process.end(limit).await;
        ended.unwrap_or_else(|| panic!("no end within {limit:?} of {signal:?}; its log: {}", tail(&self.log)))
    }

    /// Waits until the broker has confirmed its subscription: what is published from now on reaches it.
    pub async fn subscribed(&self) {
        eventually("the service has subscribed", async || {
            match self.api.metric("smartpole_source_connected{source=\"broker\"}").await? {
                1.0 => Ok(()),
                other => Err(format!("connected is {other}")),
            }
        })
        .await;
    }

    /// Whoever asks it.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// How it was configured.
    ///
    /// # Panics
    /// If it was not.
    pub fn config(&self) -> &Config {
        self.config.as_ref().expect("started with a configuration")
    }

    /// Whether it lives.
    pub fn is_alive(&mut self) -> bool {
        self.process.has_ended().is_none()
    }

    /// Its resident memory, in bytes.
    ///
    /// # Panics
    /// If it is dead.
    pub fn resident_bytes(&self) -> u64 {
        let pid = self.process.pid().expect("the service lives");
        let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a process has a status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a process has memory");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("kB") * 1024
    }

    /// What it logged.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

/// Runs a command that ends by itself: its exit code, and what it printed on stdout and stderr.
///
/// # Panics
/// If the binary is not there.
pub fn smartpole(arguments: &[&str]) -> (Option<i32>, String) {
    smartpole_with(&[], arguments)
}

/// The same, with these variables in its environment.
///
/// # Panics
/// If the binary is not there.
pub fn smartpole_with(variables: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String) {
    let variables = variables.iter().copied();
    let output = Command::new(binary()).args(arguments).envs(variables).output().expect("the binary starts");
    let printed = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (output.status.code(), printed.concat())
}

/// Starts the binary; its first line says where the dashboard is.
async fn launch(arguments: &[&str], log: &Path) -> (Process, Api) {
    let mut process = Process::start(&binary(), arguments, log);
    let first = timeout(Duration::from_secs(30), process.line()).await;
    let line = match first {
        Ok(Some(line)) => line,
        other => panic!("the service does not start: {other:?}; its log: {}", tail(log)),
    };
    process.drain(log);
    let address = line.strip_prefix("dashboard ").unwrap_or_else(|| panic!("its first line is {line:?}"));
    let api = Api::new(address.trim().trim_end_matches('/'));
    (process, api)
}

/// The release binary.
fn binary() -> PathBuf {
    if let Some(path) = env::var_os("SMARTPOLE_BIN") {
        return path.into();
    }
    let own = env::current_exe().expect("a test has a path"); // target/debug/deps/e2e-…
    let target = own.ancestors().nth(3).expect("tests lie in a target folder").join("release/smartpole");
    assert!(target.exists(), "no {}: cargo build --release, or use tests/run", target.display());
    target
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}
