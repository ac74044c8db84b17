//! A real Mosquitto.

use std::{fs, process::Stdio, time::Duration};

use firmware_sim::Broker;
use rustix::process::Signal;
use tokio::net::TcpStream;

use crate::{
    artefacts::Artefacts,
    free_port,
    process::{Process, program},
    wait::eventually,
};

/// A broker of its own on a free port, which keeps sessions and messages over a restart and drops nothing.
#[derive(Debug)]
pub struct Mosquitto {
    files: Artefacts,
    port: u16,
    process: Process,
}

impl Mosquitto {
    /// Starts one and waits until it takes connections.
    ///
    /// # Panics
    /// If there is no `mosquitto`.
    pub async fn start() -> Self {
        let (files, port) = (Artefacts::new("mosquitto"), free_port());
        let folder = files.path().display();
        let user = if rustix::process::geteuid().is_root() { "user root\n" } else { "" };
        let configuration = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\n{user}\
             persistence true\npersistence_location {folder}/\n\
             max_inflight_messages 0\nmax_queued_messages 0\nset_tcp_nodelay true\n\
             log_dest file {folder}/mosquitto.log\nlog_type all\n"
        );
        fs::write(files.path().join("mosquitto.conf"), configuration).expect("a temporary file");
        let process = Self::launch(&files);
        let mut broker = Self { files, port, process };
        broker.listens().await;
        broker
    }

    fn launch(files: &Artefacts) -> Process {
        let configuration = files.path().join("mosquitto.conf");
        let arguments = ["-c", configuration.to_str().expect("our folder's name is UTF-8")];
        Process::start(&program("mosquitto", "mosquitto"), &arguments, &files.path().join("stderr.log"))
    }

    async fn listens(&mut self) {
        let port = self.port;
        eventually("mosquitto listens", async || {
            if let Some(status) = self.process.has_ended() {
                panic!("mosquitto ended at once ({status}): {}", self.log());
            }
            TcpStream::connect(("127.0.0.1", port)).await.map(drop).map_err(|error| error.to_string())
        })
        .await;
    }

    /// Stops it in good form: what it holds is on disk.
    ///
    /// # Panics
    /// If it does not end.
    pub async fn stop(&mut self) {
        self.process.signal(Signal::TERM);
        let ended = self.process.end(Duration::from_secs(20)).await;
        assert!(ended.is_some(), "mosquitto does not stop");
    }

    /// Starts it again with what it kept.
    pub async fn start_again(&mut self) {
        self.process = Self::launch(&self.files);
        self.listens().await;
    }

    /// What it logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.files.path().join("mosquitto.log")).unwrap_or_default()
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where the fleet publishes.
    pub fn broker(&self) -> Broker {
        Broker::new("127.0.0.1", self.port)
    }

    /// Subscribes with the real `mosquitto_sub`; the next `count` messages are its lines, topic and payload in hex.
    ///
    /// # Panics
    /// If it is not there.
    pub async fn mosquitto_sub(&self, topic: &str, count: usize) -> Subscription {
        let (port, count) = (self.port.to_string(), count.to_string());
        let mut command = tokio::process::Command::new(program("mosquitto_sub", "mosquitto-clients"));
        command.args(["-h", "127.0.0.1", "-p", &port, "-t", topic, "-C", &count, "-W", "30", "-F", "%t %x"]);
        let id = format!("sub{}", free_port());
        let child = command.args(["-i", &id]).stdout(Stdio::piped()).kill_on_drop(true).spawn();
        let child = child.expect("mosquitto_sub starts");
        eventually("mosquitto_sub has subscribed", async || {
            let said = format!("Sending SUBACK to {id}");
            if self.log().contains(&said) { Ok(()) } else { Err("not yet".to_owned()) }
        })
        .await;
        Subscription(child)
    }

    /// Publishes a file with the real `mosquitto_pub`, QoS 1.
    ///
    /// # Panics
    /// If it is not there or fails.
    pub async fn mosquitto_pub(&self, topic: &str, file: &std::path::Path) {
        let port = self.port.to_string();
        let mut command = tokio::process::Command::new(program("mosquitto_pub", "mosquitto-clients"));
        command.args(["-h", "127.0.0.1", "-p", &port, "-q", "1", "-t", topic, "-f"]).arg(file);
        let output = command.output().await.expect("mosquitto_pub starts");
        assert!(output.status.success(), "mosquitto_pub: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A `mosquitto_sub` that waits for messages.
#[derive(Debug)]
pub struct Subscription(tokio::process::Child);

impl Subscription {
    /// Topic and payload of each message, once all have come.
    ///
    /// # Panics
    /// If they do not come in half a minute.
    pub async fn messages(self) -> Vec<(String, Vec<u8>)> {
        let output = self.0.wait_with_output().await.expect("mosquitto_sub ends");
        assert!(output.status.success(), "not all messages came: {}", String::from_utf8_lossy(&output.stdout));
        let text = String::from_utf8(output.stdout).expect("topics are UTF-8");
        text.lines().map(message).collect()
    }
}

fn message(line: &str) -> (String, Vec<u8>) {
    let (topic, hex) = line.split_once(' ').expect("as the format says");
    let bytes = (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex"));
    (topic.to_owned(), bytes.collect())
}
