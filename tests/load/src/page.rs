//! A real Chromium that looks at the operators' view while messages come.

use std::path::Path;

use tokio::{process::Command, task::JoinHandle};

use crate::error::{Error, io};

/// How the page kept up.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Page {
    pub(crate) frames_per_s: f64,
    /// Between frames, in milliseconds.
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) longest_ms: f64,
    /// Frames that the browser's tracing says were dropped.
    pub(crate) dropped: u64,
    /// The share of the time in which the page's thread had work to do.
    pub(crate) busy: f64,
}

/// Begins to look; what comes of it.
pub(crate) fn look(base: String) -> JoinHandle<Result<Page, Error>> {
    tokio::spawn(async move {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../browser/frames.mjs");
        let output = Command::new("node").arg(script).arg(base).kill_on_drop(true).output();
        let output = output.await.map_err(io("run node"))?;
        let answer = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = |_| format!("{answer}{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(&answer).map_err(|error| Error::Answer { name: "frames.mjs", answer: said(error) })
    })
}
