//! A real InfluxDB 2, as `tests/servers/influxd` builds it.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::{Client, Method, StatusCode, redirect::Policy};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::{
    artefacts::Artefacts,
    free_port,
    http::client,
    influxd::{InfluxQl, good, program, series},
    process::Process,
    wait::eventually,
};

/// The one that `tests/servers/influxd-module/go.mod` names.
const VERSION: &str = "2.9.1";

/// May do all. Nobody else may see it: tests look for it where it must not be.
const TOKEN: &str = "token-of-the-tests-that-nobody-may-see";

/// A row of a Flux query's answer: column → value.
pub type Row = BTreeMap<String, String>;

/// A token of less rights.
#[derive(Clone, Debug)]
pub struct Token {
    id: String,
    /// The secret.
    pub secret: String,
}

/// A server of its own on a free port, with an organisation, a bucket and a token, which keeps its data over a restart.
#[derive(Debug)]
pub struct InfluxDb {
    process: Process, // first, so that it is dead when its files go
    files: Artefacts,
    data: PathBuf,
    port: u16,
    client: Client,
    org_id: String,
}

impl InfluxDb {
    /// The organisation.
    pub const ORG: &str = "castrop-rauxel";
    /// The bucket.
    pub const BUCKET: &str = "smartpole";

    /// Starts one, with an empty bucket, and waits until it is ready.
    ///
    /// # Panics
    /// If there is no `influxd`, or if it does not start.
    pub async fn start() -> Self {
        let files = Artefacts::new("influxdb");
        let data = files.path().to_owned();
        Self::start_with(files, data).await
    }

    /// As [`InfluxDb::start`], with its data in this folder.
    pub async fn start_in(data: &Path) -> Self {
        Self::start_with(Artefacts::new("influxdb"), data.to_owned()).await
    }

    async fn start_with(files: Artefacts, data: PathBuf) -> Self {
        let port = free_port();
        let process = launch(&files, &data, port);
        let mut server = Self { process, files, data, port, client: client(Policy::default()), org_id: String::new() };
        server.is_ready().await;
        server.set_up().await;
        server.write_token_file(TOKEN);
        server
    }

    async fn is_ready(&mut self) {
        let health = format!("{}/health", self.url());
        eventually("influxd is ready", async || {
            if let Some(status) = self.process.has_ended() {
                panic!("influxd ended at once ({status}): {}", self.log());
            }
            let answer = self.client.get(&health).send().await.map_err(|error| error.to_string())?;
            if answer.status() == StatusCode::OK { Ok(()) } else { Err(answer.status().to_string()) }
        })
        .await;
    }

    async fn set_up(&mut self) {
        let [org, bucket] = [Self::ORG, Self::BUCKET];
        let user = json!({"username": "tests", "password": "of-no-use", "org": org, "bucket": bucket, "token": TOKEN});
        let made = self.ask(Method::POST, "/api/v2/setup", Some(user)).await;
        made["org"]["id"].as_str().expect("an organisation").clone_into(&mut self.org_id);
    }

    /// `kill -9`.
    pub async fn kill(&mut self) {
        self.process.kill().await;
    }

    /// SIGTERM.
    ///
    /// # Panics
    /// If it does not end.
    pub async fn stop(&mut self) {
        self.process.signal(Signal::TERM);
        let ended = self.process.end(Duration::from_secs(20)).await;
        assert!(ended.is_some(), "influxd does not stop");
    }

    /// Starts it again, at the same address, with what it kept.
    pub async fn start_again(&mut self) {
        self.process = launch(&self.files, &self.data, self.port);
        self.is_ready().await;
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.files.path().join("influxd.log")).unwrap_or_default()
    }

    /// The token that may do all.
    pub fn token(&self) -> &str {
        TOKEN
    }

    /// The file that holds the token of the service.
    pub fn token_file(&self) -> PathBuf {
        self.files.path().join("influx.token")
    }

    /// Puts another token into the file.
    ///
    /// # Panics
    /// If that fails.
    pub fn write_token_file(&self, secret: &str) {
        let path = self.token_file();
        fs::write(&path, format!("{secret}\n")).expect("a temporary file");
        fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("our own file");
    }

    /// A token for `(action, resource)`, as `("write", "buckets")`.
    ///
    /// # Panics
    /// If it cannot be had.
    pub async fn make_token(&self, permissions: &[(&str, &str)]) -> Token {
        let org = &self.org_id;
        let permission = |(action, of)| json!({"action": action, "resource": {"type": of, "orgID": org}});
        let permissions: Vec<Value> = permissions.iter().copied().map(permission).collect();
        let wanted = Some(json!({"orgID": org, "permissions": permissions}));
        let made = self.ask(Method::POST, "/api/v2/authorizations", wanted).await;
        let text = |key: &str| made[key].as_str().expect("a token").to_owned();
        Token { id: text("id"), secret: text("token") }
    }

    /// Takes a token back.
    pub async fn revoke(&self, token: &Token) {
        self.ask(Method::DELETE, &format!("/api/v2/authorizations/{}", token.id), None).await;
    }

    /// The bucket as the server describes it, if it is there.
    pub async fn bucket(&self) -> Option<Value> {
        let found = self.ask(Method::GET, &format!("/api/v2/buckets?orgID={}", self.org_id), None).await;
        let buckets = found["buckets"].as_array().cloned().unwrap_or_default();
        buckets.into_iter().find(|bucket| bucket["name"] == Self::BUCKET)
    }

    /// Databases of InfluxQL that somebody mapped to buckets; those that the server assumes are left out.
    pub async fn mappings(&self) -> Vec<Value> {
        let found = self.ask(Method::GET, &format!("/api/v2/dbrps?orgID={}", self.org_id), None).await;
        let mappings = found["content"].as_array().cloned().unwrap_or_default();
        mappings.into_iter().filter(|mapping| mapping["virtual"] != true).collect()
    }

    /// Maps the database of the bucket's name to a bucket.
    pub async fn map(&self, bucket_id: &str) {
        let (org, bucket) = (&self.org_id, Self::BUCKET);
        let body =
            json!({"orgID": org, "bucketID": bucket_id, "database": bucket, "retention_policy": "x", "default": true});
        self.ask(Method::POST, "/api/v2/dbrps", Some(body)).await;
    }

    /// Makes another bucket, and tells its identifier.
    ///
    /// # Panics
    /// If it cannot be made.
    pub async fn make_bucket(&self, name: &str) -> String {
        let made = self.ask(Method::POST, "/api/v2/buckets", Some(json!({"orgID": self.org_id, "name": name}))).await;
        made["id"].as_str().expect("an id").to_owned()
    }

    async fn bucket_path(&self) -> String {
        let bucket = self.bucket().await.expect("the bucket is there");
        format!("/api/v2/buckets/{}", bucket["id"].as_str().expect("an id"))
    }

    /// Deletes the bucket.
    ///
    /// # Panics
    /// If there is none.
    pub async fn delete_bucket(&self) {
        let path = self.bucket_path().await;
        self.ask(Method::DELETE, &path, None).await;
    }

    /// Lets the bucket forget what is older than so many days; 0 keeps all.
    ///
    /// # Panics
    /// If there is none.
    pub async fn keep_days(&self, days: u32) {
        let path = self.bucket_path().await;
        // a group of shards must not be longer than what is kept
        let group = if days == 0 { 7 * 86_400 } else { 3_600 };
        let rule = json!({"type": "expire", "everySeconds": days * 86_400, "shardGroupDurationSeconds": group});
        let rules = json!({ "retentionRules": [rule] });
        self.ask(Method::PATCH, &path, Some(rules)).await;
    }

    /// Writes lines (times in ms) into the bucket.
    ///
    /// # Panics
    /// If they are not all taken.
    pub async fn write(&self, lines: &str) {
        let path = format!("/api/v2/write?org={}&bucket={}&precision=ms", Self::ORG, Self::BUCKET);
        let request = self.client.post(self.url() + &path).header("Authorization", authorization());
        good(request.body(lines.to_owned()).send().await).await;
    }

    /// Deletes points of the bucket from one instant (RFC 3339) to before another, which a predicate like
    /// `_measurement="air_quality"` fits.
    pub async fn delete(&self, from: &str, to: &str, predicate: &str) {
        let path = format!("/api/v2/delete?org={}&bucket={}", Self::ORG, Self::BUCKET);
        self.ask(Method::POST, &path, Some(json!({"start": from, "stop": to, "predicate": predicate}))).await;
    }

    /// Deletes all points of the bucket.
    pub async fn wipe(&self) {
        self.delete("1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "").await;
    }

    /// The rows of a Flux query's answer, of all its tables.
    ///
    /// # Panics
    /// If the query fails.
    pub async fn flux(&self, query: &str) -> Vec<Row> {
        // each table has a head of its own, after an empty line
        let text = self.csv(query).await.replace("\r\n", "\n");
        text.split("\n\n").flat_map(rows).collect()
    }

    /// A Flux query's answer as it comes: tables as CSV, one after the other.
    ///
    /// # Panics
    /// If the query fails.
    pub async fn csv(&self, query: &str) -> String {
        let request = self.client.post(format!("{}/api/v2/query?org={}", self.url(), Self::ORG));
        let request = request.header("Authorization", authorization()).header("Accept", "application/csv");
        let answer = request.header("Content-Type", "application/vnd.flux").body(query.to_owned()).send().await;
        good(answer).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let request = self.client.request(method, self.url() + path).header("Authorization", authorization());
        let request = match body {
            Some(body) => request.header("Content-Type", "application/json").body(body.to_string()),
            None => request,
        };
        let text = good(request.send().await).await;
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect("JSON") }
    }
}

impl InfluxQl for InfluxDb {
    async fn influxql(&self, query: &str) -> Vec<Value> {
        let request = self.client.post(format!("{}/query?db={}&epoch=ms", self.url(), Self::BUCKET));
        let request = request.header("Authorization", authorization());
        let answer = request.header("Content-Type", "application/vnd.influxql").body(query.to_owned()).send().await;
        series(query, &good(answer).await)
    }
}

fn launch(files: &Artefacts, data: &Path, port: u16) -> Process {
    let file = |name: &str| data.join(name).to_str().expect("our folder's name is UTF-8").to_owned();
    let (bolt, sqlite, engine) = (file("influxd.bolt"), file("influxd.sqlite"), file("engine"));
    let (address, log) = (format!("127.0.0.1:{port}"), files.path().join("influxd.log"));
    let places = ["--bolt-path", &bolt, "--sqlite-path", &sqlite, "--engine-path", &engine];
    let others = ["--http-bind-address", &address, "--reporting-disabled", "--log-level", "warn"];
    let mut process = Process::start(&program(VERSION, "influxd"), &[&places[..], &others].concat(), &log);
    process.drain(&log);
    process
}

fn authorization() -> String {
    format!("Token {TOKEN}")
}

fn rows(table: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    reader.deserialize().map(|row| row.expect("CSV with a head")).collect()
}
