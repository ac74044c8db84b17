//! A real InfluxDB 2 behind whoever is measured.

use std::{
    fs,
    path::{Path, PathBuf},
};

use reqwest::Client;
use serde_json::{Value, json};
use tokio::{
    process::Command,
    time::{Duration, Instant, sleep},
};

use crate::{
    broker::free_port,
    cli::Programs,
    consumer,
    error::{Error, io},
    process::{LIMIT, Process, Usage},
};

const NAME: &str = "influxd";
const TOKEN: &str = "load-test-token";
const BUCKET: &str = "smartpole";
/// To ask it costs it some milliseconds.
const ASK: Duration = Duration::from_millis(200);

/// A server of its own, with an empty bucket.
#[derive(Debug)]
pub(crate) struct Influx {
    process: Process,
    url: String,
    client: Client,
    token_file: PathBuf,
}

impl Influx {
    pub(crate) async fn start(programs: &Programs, dir: &Path) -> Result<Self, Error> {
        let (port, files) = (free_port()?, dir.join("influxdb"));
        fs::create_dir_all(&files).map_err(io("make a folder for InfluxDB"))?;
        let token_file = dir.join("influx.token");
        write_secret(&token_file).map_err(io("write influx.token"))?;
        let mut command = Command::new(programs.influxd()?);
        command
            .arg("--bolt-path")
            .arg(files.join("influxd.bolt"))
            .arg("--sqlite-path")
            .arg(files.join("influxd.sqlite"));
        command.arg("--engine-path").arg(files.join("engine")).args(["--reporting-disabled", "--log-level", "error"]);
        command.arg("--http-bind-address").arg(format!("127.0.0.1:{port}"));
        let process = Process::start(NAME, &mut command, dir)?;
        let mut server = Self { process, url: format!("http://127.0.0.1:{port}"), client: Client::new(), token_file };
        server.set_up().await?;
        Ok(server)
    }

    async fn set_up(&mut self) -> Result<(), Error> {
        while self.client.get(format!("{}/health", self.url)).send().await.is_err() {
            self.process.lives().await?;
            sleep(ASK).await;
        }
        let body =
            json!({"username": "load", "password": "load-test", "org": "city", "bucket": BUCKET, "token": TOKEN});
        let answer = self.client.post(format!("{}/api/v2/setup", self.url)).json(&body).send().await.map_err(failed)?;
        let status = answer.status();
        if status.is_success() { Ok(()) } else { Err(Error::Answer { name: NAME, answer: status.to_string() }) }
    }

    /// The section of smartpole's configuration. Readings alone, as a peer sends them: an hour of messages in seconds would bring
    /// the windows of an hour in seconds, too, which no city does.
    pub(crate) fn target(&self) -> String {
        format!(
            "[[influx]]\nname = \"city\"\nurl = \"{}\"\norg = \"city\"\nbucket = \"{BUCKET}\"\ntoken_file = \"{}\"\nresolution = [\"raw\"]\n",
            self.url,
            self.token_file.display()
        )
    }

    /// The section of Telegraf's.
    pub(crate) fn telegraf_output(&self) -> Result<String, Error> {
        Ok(consumer::output(&self.url, BUCKET, TOKEN))
    }

    /// Waits until the bucket has so many values of a field. Its own count is asked when its counter says that it may be there.
    pub(crate) async fn has_points(&self, sent: u64, field: &str) -> Result<(), Error> {
        let end = Instant::now() + LIMIT;
        while self.points_written().await? < sent || self.count(field).await? < sent {
            if Instant::now() > end {
                break;
            }
            sleep(ASK).await;
        }
        Ok(())
    }

    /// What stands in the bucket must be what was sent, whatever the counters said.
    pub(crate) async fn check(&self, sent: u64, field: &str) -> Result<(), Error> {
        let found = self.count(field).await?;
        if found == sent { Ok(()) } else { Err(Error::Count { name: NAME, sent, found }) }
    }

    async fn count(&self, field: &str) -> Result<u64, Error> {
        let query = format!("SELECT count({field}) FROM air_quality");
        let url = format!("{}/query", self.url);
        let request = self.client.get(url).query(&[("db", BUCKET), ("q", &query)]);
        let answer = request.header("Authorization", format!("Token {TOKEN}")).send().await.map_err(failed)?;
        let answer: Value = answer.json().await.map_err(failed)?;
        Ok(answer["results"][0]["series"][0]["values"][0][1].as_u64().unwrap_or(0))
    }

    async fn points_written(&self) -> Result<u64, Error> {
        let text = self.client.get(format!("{}/metrics", self.url)).send().await.map_err(failed)?;
        let text = text.text().await.map_err(failed)?;
        let sums = text.lines().filter(|line| line.starts_with("storage_writer_req_points_sum"));
        Ok(sums.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum::<f64>() as u64)
    }

    pub(crate) fn usage(&self) -> Result<Usage, Error> {
        self.process.usage()
    }
}

fn failed(source: reqwest::Error) -> Error {
    Error::Http { name: NAME, source }
}

/// Readable by its owner alone, as the service wants it.
fn write_secret(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, TOKEN)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}
