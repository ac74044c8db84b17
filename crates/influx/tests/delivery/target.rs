//! A delivery to a server, with its token in a file.

use std::{
    fs,
    time::{SystemTime, UNIX_EPOCH},
};

use smartpole_influx::{
    Circuit, CircuitState, Delivery, Field, Lines, Options, Points, Refusal, Series, Value, Version,
};
use smartpole_model::{Decimal, UtcMillis};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::server::Server;

const TOKEN: &str = "hush-hush";

pub(crate) fn now() -> UtcMillis {
    UtcMillis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64)
}

/// The delivery, and the folder of its token.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) delivery: Delivery,
    folder: tempfile::TempDir,
}

impl Target {
    pub(crate) fn of(server: &Server) -> Self {
        Self::with(Options { url: format!("http://127.0.0.1:{}", server.port), ..Options::default() })
    }

    pub(crate) fn with(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let token_file = folder.path().join("token");
        fs::write(&token_file, TOKEN).unwrap();
        let named = match options.version {
            Version::V1 => Options {
                database: "smart pole".into(),
                retention_policy: "kept".into(),
                username: Some("city".into()),
                password_file: Some(token_file),
                ..options
            },
            Version::V2 => Options { org: "castrop-rauxel".into(), bucket: "smart pole".into(), token_file, ..options },
            Version::V3 => Options { database: "smart pole".into(), token_file, ..options },
        };
        let delivery = Delivery::new(&Options { name: "city".into(), ..named }, now).unwrap();
        Self { delivery, folder }
    }

    /// One of a version.
    pub(crate) fn of_version(server: &Server, version: Version) -> Self {
        Self::with(Options { url: format!("http://127.0.0.1:{}", server.port), version, ..Options::default() })
    }

    /// Changes the file of the token or password.
    pub(crate) fn write_token(&self, token: &str) {
        fs::write(self.folder.path().join("token"), token).unwrap();
    }

    /// Delivers all lines.
    pub(crate) async fn deliver(&mut self, lines: &Lines) -> Vec<Refusal> {
        self.delivery.deliver(lines, 0..lines.len(), &CancellationToken::new()).await.unwrap()
    }

    /// What the circuit went through, beginning with the first change, until it was closed again.
    pub(crate) fn watch(&self) -> tokio::task::JoinHandle<Vec<Circuit>> {
        let circuit = self.delivery.circuit();
        tokio::spawn(history(circuit))
    }
}

async fn history(mut circuit: watch::Receiver<Circuit>) -> Vec<Circuit> {
    let mut seen = Vec::new();
    loop {
        circuit.changed().await.unwrap();
        seen.push(circuit.borrow_and_update().clone());
        if seen.last().is_some_and(|last| last.state == CircuitState::Closed) {
            return seen;
        }
    }
}

/// Lines of one day.
pub(crate) fn lines(n: usize) -> Lines {
    lines_each(10_000, n)
}

/// Lines as the service makes them, one each so many milliseconds: two readings and two remarks.
pub(crate) fn lines_each(millis: i64, n: usize) -> Lines {
    let mut lines = Lines::default();
    for i in 0..n {
        let device = format!("device-{}", i % 7);
        let series = Series::new("air_quality", &[("device", &device), ("pole", "CR, 001")]);
        let fields = [
            Field { key: "pm2_5", value: Value::Decimal(Decimal { mantissa: 730 + i as i64, decimals: 2 }) },
            Field { key: "pm10", value: Value::Decimal(Decimal { mantissa: 1200 + i as i64, decimals: 2 }) },
            Field { key: "received_at", value: Value::Int(1000 + i as i64) },
            Field { key: "time_source", value: Value::Text("de\"vice") },
        ];
        lines.point(&series, &fields, UtcMillis(1_764_400_000_000 + millis * i as i64), 2);
    }
    lines
}
