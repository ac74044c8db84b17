//! The way out without a database: points are encoded, packed and sent to a server that takes everything and keeps nothing, in a
//! process of its own. `cargo bench -p smartpole-influx --bench null_server`
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::time::{ClockId, clock_gettime};
use smartpole_influx::{Delivery, Lines, Options};
use smartpole_model::UtcMillis;
use tokio_util::sync::CancellationToken;

const SERVER: &str = "SMARTPOLE_NULL_SERVER";
const BATCH: usize = 5000;
const BATCHES: usize = 200;
const ROUNDS: usize = 3;

fn main() {
    if env::var_os(SERVER).is_some() {
        return serve();
    }
    let (mut child, port) = start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let series = common::series(BATCH);
    println!("{:>12} {:>14} {:>14} {:>12}", "points/s", "CPU s/million", "bytes a line", "one core");
    for _ in 0..ROUNDS {
        let (wall, cpu, bytes) = runtime.block_on(round(port, &series));
        let points = (BATCHES * BATCH) as f64;
        println!(
            "{:>12.0} {:>14.2} {:>14.1} {:>10.0} %",
            points / wall.as_secs_f64(),
            cpu.as_secs_f64() / points * 1e6,
            bytes as f64 / points,
            100.0 * cpu.as_secs_f64() / wall.as_secs_f64()
        );
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

async fn round(port: u16, series: &[smartpole_influx::Series]) -> (Duration, Duration, usize) {
    let token = tempfile::NamedTempFile::new().unwrap();
    fs::write(token.path(), "token").unwrap();
    let options = Options {
        url: format!("http://127.0.0.1:{port}"),
        org: "o".into(),
        bucket: "b".into(),
        token_file: token.path().to_owned(),
        ..Options::default()
    };
    let mut delivery = Delivery::new(&options, || UtcMillis(0)).unwrap();
    let (mut lines, stop, mut bytes) = (Lines::default(), CancellationToken::new(), 0);
    let (begun, cpu) = (Instant::now(), cpu());
    for batch in 0..BATCHES {
        lines.clear();
        common::write(&mut lines, series, 1_764_400_000_000 + 60_000 * batch as i64);
        bytes += lines.byte_len();
        let refusals = delivery.deliver(&lines, 0..lines.len(), &stop).await;
        assert_eq!(refusals, Some(Vec::new()));
    }
    (begun.elapsed(), self::cpu() - cpu, bytes)
}

/// What this process has used, all threads.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The server, and where it listens.
fn start() -> (Child, u16) {
    let mut child = Command::new(env::current_exe().unwrap()).env(SERVER, "1").stdout(Stdio::piped()).spawn().unwrap();
    let mut port = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
    (child, port.trim().parse().unwrap())
}

/// Takes requests, one connection after another.
fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    for stream in listener.incoming() {
        let mut reader = BufReader::new(stream.unwrap());
        while let Some(length) = head(&mut reader) {
            io::copy(&mut reader.by_ref().take(length), &mut io::sink()).unwrap();
            reader.get_mut().write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        }
    }
}

/// Reads a head; the length of the body, if there is one.
fn head(reader: &mut impl BufRead) -> Option<u64> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim().to_lowercase();
        if line.is_empty() {
            return length;
        }
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().ok();
        }
    }
}
