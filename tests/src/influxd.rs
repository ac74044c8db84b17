//! What real InfluxDBs have in common, of whatever generation.

use std::{
    env,
    path::{Path, PathBuf},
};

use reqwest::Response;
use serde_json::Value;

/// A server that can be asked by InfluxQL.
pub trait InfluxQl {
    /// The series of a query's answer, times in ms.
    ///
    /// # Panics
    /// If the query fails.
    fn influxql(&self, query: &str) -> impl Future<Output = Vec<Value>>;
}

/// The program of a version, in the cache of servers; `script` of `tests/servers` builds it.
pub(crate) fn program(version: &str, script: &str) -> PathBuf {
    let home = || Path::new(&env::var_os("HOME").expect("a home")).join(".cache/smartpole");
    let cache = env::var_os("SMARTPOLE_CACHE").map_or_else(home, PathBuf::from);
    let path = cache.join(format!("bin/influxd-{version}"));
    assert!(path.exists(), "no {}: tests/servers/{script} builds it, or use tests/run", path.display());
    path
}

/// The body of an answer that is no error.
pub(crate) async fn good(answer: reqwest::Result<Response>) -> String {
    let answer = answer.expect("influxd answers");
    let status = answer.status();
    let text = answer.text().await.expect("a whole answer");
    assert!(status.is_success(), "influxd says {status}: {text}");
    text
}

/// The series of an answer to one statement of InfluxQL.
pub(crate) fn series(query: &str, answer: &str) -> Vec<Value> {
    let answer: Value = serde_json::from_str(answer).expect("JSON");
    let result = &answer["results"][0];
    assert!(result["error"].is_null(), "{query}: {answer}");
    result["series"].as_array().cloned().unwrap_or_default()
}
