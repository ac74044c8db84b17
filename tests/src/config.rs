//! What the service is told: its configuration and its registry.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use firmware_sim::Broker;
use smartpole_model::{
    Inputs,
    registry::{Files, is_input},
};

use crate::{
    InfluxDb, InfluxDb1, Mosquitto,
    artefacts::{Artefacts, repository},
    free_port,
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
    /// What stands before the first table.
    head: String,
    text: String,
    data: PathBuf,
    /// Where it listens; 0 picks a free port.
    port: u16,
}

impl Config {
    /// A service with the shipped registry of Castrop-Rauxel and no source.
    pub fn new() -> Self {
        let files = Artefacts::new("service");
        copy(&repository().join("deploy/castrop-rauxel"), &files.path().join("registry"));
        let data = files.path().join("data");
        Self { files, head: String::new(), text: String::new(), data, port: 0 }
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

    /// Sends what it accepts to this InfluxDB.
    #[must_use]
    pub fn influx(self, server: &InfluxDb) -> Self {
        self.influx_at(&server.url(), server)
    }

    /// Sends what it accepts to this InfluxDB, which it finds at another address.
    #[must_use]
    pub fn influx_at(self, url: &str, server: &InfluxDb) -> Self {
        let (org, bucket, token) = (InfluxDb::ORG, InfluxDb::BUCKET, server.token_file());
        let token = token.display();
        let name = "[[influx]]\nname = \"city\"";
        self.section(&format!(
            "{name}\nurl = \"{url}\"\norg = \"{org}\"\nbucket = \"{bucket}\"\ntoken_file = \"{token}\""
        ))
    }

    /// Sends what it accepts to this InfluxDB 1, a target of this name.
    #[must_use]
    pub fn influx1(self, name: &str, server: &InfluxDb1) -> Self {
        let (database, user) = (InfluxDb1::DATABASE, InfluxDb1::USER);
        let (url, password) = (server.url(), server.password_file());
        self.section(&format!(
            "[[influx]]\nname = \"{name}\"\nversion = 1\nurl = \"{url}\"\ndatabase = \"{database}\"\n\
             username = \"{user}\"\npassword_file = \"{}\"",
            password.display()
        ))
    }

    /// Reads older readings from the target of this name.
    #[must_use]
    pub fn history(mut self, target: &str) -> Self {
        self.head = format!("history = \"influxdb\"\nhistory_target = \"{target}\"\n");
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

    /// Listens here, also after a restart.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
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

    /// Puts another registry in the place of Castrop-Rauxel's.
    ///
    /// # Panics
    /// If that fails.
    #[must_use]
    pub fn whole_registry(self, files: &Files) -> Self {
        fs::remove_dir_all(self.registry()).expect("our own copy");
        for (name, bytes) in files {
            let path = self.registry().join(name);
            fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("our own folder");
            fs::write(path, bytes).expect("our own copy can be written");
        }
        self
    }

    /// Hears gateways at this port.
    #[must_use]
    pub fn gateways(self, port: u16) -> Self {
        // a fleet's gateways have one address here, and a day to tell in a moment
        self.section(&format!("[udp]\naddress = \"127.0.0.1:{port}\"\nknown_per_s = 50000\nunknown_per_s = 5000"))
    }

    /// Where the service logs.
    pub(crate) fn log(&self) -> PathBuf {
        self.files.path().join("service.log")
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
        let (head, port) = (&self.head, self.port);
        let head =
            format!("data = \"{data}\"\nregistry = \"{registry}\"\n{head}[http]\nlisten = \"127.0.0.1:{port}\"\n");
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
