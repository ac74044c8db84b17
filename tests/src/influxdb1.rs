//! A real InfluxDB 1, as `tests/servers/influxd1` builds it.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use reqwest::{Client, Url, redirect::Policy};
use rustix::process::Signal;
use serde_json::Value;

use crate::{
    artefacts::Artefacts,
    free_port,
    http::client,
    influxd::{self, InfluxQl},
    process::Process,
    wait::eventually,
};

/// The one that `tests/servers/influxd1` names.
const VERSION: &str = "1.13.2";

/// Those who look after the server, as opposed to the service.
const ADMIN: (&str, &str) = ("tests", "password-of-the-tests");

/// The service's password. Nobody else may see it: tests look for it where it must not be.
const PASSWORD: &str = "password-that-nobody-may-see";

/// A server of its own on a free port that asks who is there. It has no database yet, and keeps its data over a restart.
#[derive(Debug)]
pub struct InfluxDb1 {
    process: Process, // first, so that it is dead when its files go
    files: Artefacts,
    port: u16,
    client: Client,
}

impl InfluxDb1 {
    /// The database.
    pub const DATABASE: &str = "smartpole";
    /// The user that the service is; an administrator.
    pub const USER: &str = "smartpole";

    /// Starts one, and waits until it is ready.
    ///
    /// # Panics
    /// If there is no `influxd`, or if it does not start.
    pub async fn start() -> Self {
        let (files, port) = (Artefacts::new("influxdb1"), free_port());
        configure(files.path(), port);
        let process = launch(&files);
        let mut server = Self { process, files, port, client: client(Policy::default()) };
        server.is_ready().await;
        let user = |(name, password): (&str, &str)| {
            format!("CREATE USER {name} WITH PASSWORD '{password}' WITH ALL PRIVILEGES")
        };
        for user in [user(ADMIN), user((Self::USER, PASSWORD))] {
            server.statement(&user).await;
        }
        server.write_password_file(PASSWORD);
        server
    }

    async fn is_ready(&mut self) {
        let ping = format!("{}/ping", self.url());
        eventually("influxd is ready", async || {
            if let Some(status) = self.process.has_ended() {
                panic!("influxd ended at once ({status}): {}", self.log());
            }
            let answer = self.client.get(&ping).send().await.map_err(|error| error.to_string())?;
            if answer.status().is_success() { Ok(()) } else { Err(answer.status().to_string()) }
        })
        .await;
    }

    /// `kill -9`.
    pub async fn kill(&mut self) {
        self.process.kill().await;
    }

    /// Lets it answer nothing, though it takes connections.
    pub fn freeze(&self) {
        self.process.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.process.signal(Signal::CONT);
    }

    /// Starts it again, at the same address, with what it kept.
    pub async fn start_again(&mut self) {
        self.process = launch(&self.files);
        self.is_ready().await;
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn query(&self, statement: &str) -> Url {
        let parameters = [("db", Self::DATABASE), ("epoch", "ms"), ("q", statement)];
        Url::parse_with_params(&format!("{}/query", self.url()), &parameters).expect("our own address")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.files.path().join("influxd.log")).unwrap_or_default()
    }

    /// The file that holds the password of the service.
    pub fn password_file(&self) -> PathBuf {
        self.files.path().join("influx.password")
    }

    /// Puts another password into the file.
    ///
    /// # Panics
    /// If that fails.
    pub fn write_password_file(&self, secret: &str) {
        let path = self.password_file();
        fs::write(&path, format!("{secret}\n")).expect("a temporary file");
        fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("our own file");
    }

    /// Changes the password of the service's user.
    pub async fn set_password(&self, secret: &str) {
        self.statement(&format!("SET PASSWORD FOR {} = '{secret}'", Self::USER)).await;
    }

    /// Executes a statement that changes something.
    ///
    /// # Panics
    /// If that fails.
    pub async fn statement(&self, statement: &str) {
        let request = self.client.post(self.query(statement)).basic_auth(ADMIN.0, Some(ADMIN.1));
        influxd::series(statement, &influxd::good(request.send().await).await);
    }

    /// Writes lines (times in ms) into the database.
    ///
    /// # Panics
    /// If they are not all taken.
    pub async fn write(&self, lines: &str) {
        let url = format!("{}/write?db={}&precision=ms", self.url(), Self::DATABASE);
        let request = self.client.post(url).basic_auth(ADMIN.0, Some(ADMIN.1)).body(lines.to_owned());
        influxd::good(request.send().await).await;
    }
}

impl InfluxQl for InfluxDb1 {
    async fn influxql(&self, query: &str) -> Vec<Value> {
        let request = self.client.get(self.query(query)).basic_auth(ADMIN.0, Some(ADMIN.1));
        influxd::series(query, &influxd::good(request.send().await).await)
    }
}

fn configure(folder: &Path, port: u16) {
    let folder = folder.display();
    let text = format!(
        "reporting-disabled = true\nbind-address = \"127.0.0.1:0\"\n[meta]\ndir = \"{folder}/meta\"\n\
         [data]\ndir = \"{folder}/data\"\nwal-dir = \"{folder}/wal\"\n[logging]\nlevel = \"warn\"\n[monitor]\nstore-enabled = false\n\
         [http]\nbind-address = \"127.0.0.1:{port}\"\nauth-enabled = true\nlog-enabled = false\n"
    );
    fs::write(format!("{folder}/influxd.conf"), text).expect("a temporary file");
}

fn launch(files: &Artefacts) -> Process {
    let (conf, log) = (files.path().join("influxd.conf"), files.path().join("influxd.log"));
    let conf = conf.to_str().expect("our folder's name is UTF-8");
    let mut process = Process::start(&influxd::program(VERSION, "influxd1"), &["run", "-config", conf], &log);
    process.drain(&log);
    process
}
