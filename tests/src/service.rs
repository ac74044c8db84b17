//! The service's own binary.

use std::{
    env,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    time::Duration,
};

use firmware_sim::Broker;
use rustix::process::Signal;
use smartpole_model::{
    Inputs,
    registry::{Files, is_input},
};
use tokio::time::timeout;

use crate::{
    Api, Mosquitto,
    artefacts::{Artefacts, repository},
    free_port,
    process::Process,
    wait::eventually,
};

/// The service's own MQTT listener, on a fixed free port so that the fleet finds it after a restart.
#[derive(Clone, Copy, Debug)]
pub struct Listener(pub u16);

impl Listener {
    /// One on a free port.
    pub fn new() -> Self {
        Self(free_port())
    }

    /// Where the fleet publishes.
    pub fn broker(self) -> Broker {
        Broker::new("127.0.0.1", self.0)
    }
}

impl Default for Listener {
    fn default() -> Self {
        Self::new()
    }
}

/// What `smartpole run` is told.
#[derive(Debug)]
pub struct Config {
    files: Artefacts,
    text: String,
    data: PathBuf,
}

impl Config {
    /// A service with the shipped registry of Castrop-Rauxel and no source.
    pub fn new() -> Self {
        let files = Artefacts::new("service");
        copy(&repository().join("deploy/castrop-rauxel"), &files.path().join("registry"));
        let data = files.path().join("data");
        Self { files, text: String::new(), data }
    }

    /// Takes messages from this broker.
    #[must_use]
    pub fn broker(mut self, broker: &Mosquitto) -> Self {
        let port = broker.port();
        write!(
            self.text,
            "[[mqtt]]\nname = \"broker\"\nhost = \"127.0.0.1\"\nport = {port}\nclient_id = \"smartpole\"\n"
        )
        .expect("a string takes all");
        self
    }

    /// Takes messages itself.
    #[must_use]
    pub fn listener(mut self, listener: Listener) -> Self {
        let port = listener.0;
        write!(self.text, "[listener]\naddress = \"127.0.0.1:{port}\"\nallow_anonymous = true\n")
            .expect("a string takes all");
        self
    }

    /// Another section of the configuration, as text.
    #[must_use]
    pub fn section(mut self, text: &str) -> Self {
        writeln!(self.text, "{text}").expect("a string takes all");
        self
    }

    /// Keeps its data here, not in a temporary folder.
    #[must_use]
    pub fn data(mut self, data: &Path) -> Self {
        data.clone_into(&mut self.data);
        self
    }

    /// Adds a line to a file of the registry.
    #[must_use]
    pub fn registry_line(self, file: &str, line: &str) -> Self {
        let path = self.registry().join(file);
        let text = fs::read_to_string(&path).expect("a file of the registry");
        fs::write(path, format!("{}\n{line}\n", text.trim_end())).expect("our own copy can be written");
        self
    }

    /// Puts a file into the registry.
    ///
    /// # Panics
    /// If that fails.
    #[must_use]
    pub fn registry_file(self, file: &str, text: &str) -> Self {
        fs::write(self.registry().join(file), text).expect("our own copy can be written");
        self
    }

    /// Hears gateways at this port.
    #[must_use]
    pub fn gateways(self, port: u16) -> Self {
        // a fleet's gateways have one address here, and a day to tell in a moment
        self.section(&format!("[udp]\naddress = \"127.0.0.1:{port}\"\nknown_per_s = 50000\nunknown_per_s = 5000"))
    }

    /// Where it keeps its data.
    pub fn data_folder(&self) -> PathBuf {
        self.data.clone()
    }

    /// The copy of the registry that it watches.
    pub fn registry(&self) -> PathBuf {
        self.files.path().join("registry")
    }

    /// The registry as the service reads it.
    ///
    /// # Panics
    /// If it has problems.
    pub fn inputs(&self) -> Inputs {
        Inputs::parse(&read(&self.registry())).unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    /// Writes the file for `--config`.
    ///
    /// # Panics
    /// If that fails.
    pub fn write(&self) -> PathBuf {
        let (data, registry) = (self.data.display(), self.registry());
        let registry = registry.display();
        let head = format!("data = \"{data}\"\nregistry = \"{registry}\"\n[http]\nlisten = \"127.0.0.1:0\"\n");
        let path = self.files.path().join("smartpole.toml");
        fs::write(&path, head + &self.text).expect("a temporary file");
        path
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

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
        let log = config.files.path().join("service.log");
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
    let output = Command::new(binary()).args(arguments).output().expect("the binary starts");
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

fn copy(from: &Path, to: &Path) {
    for (name, bytes) in read(from) {
        let target = to.join(name);
        fs::create_dir_all(target.parent().expect("it has a folder")).expect("a temporary folder");
        fs::write(target, bytes).expect("a temporary file");
    }
}

/// The files of a registry.
fn read(folder: &Path) -> Files {
    let mut files = Files::new();
    for prefix in ["", "profiles/"] {
        for entry in fs::read_dir(folder.join(prefix)).expect("the registry's folder").flatten() {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if is_input(&name) {
                files.insert(name, fs::read(entry.path()).expect("a file of the registry"));
            }
        }
    }
    files
}
