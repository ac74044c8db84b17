//! A real Mosquitto between the poles and whoever is measured.

use std::{fs, net::TcpListener, path::Path, time::Duration};

use rustix::process::Signal;
use tokio::{
    net::TcpStream,
    process::Command,
    time::{Instant, sleep},
};

use crate::{
    error::{Error, io},
    process::{Process, Usage, installed},
};

/// How often something that must happen is looked for.
const LOOK: Duration = Duration::from_millis(20);
/// Nothing of the broker takes so long.
const LIMIT: Duration = Duration::from_secs(20);

/// A broker on a free port that drops nothing.
#[derive(Debug)]
pub(crate) struct Broker {
    process: Process,
    pub(crate) port: u16,
}

impl Broker {
    pub(crate) async fn start(dir: &Path) -> Result<Self, Error> {
        let port = free_port()?;
        let user = if rustix::process::geteuid().is_root() { "user root\n" } else { "" };
        // sessions are kept in memory; only subscriptions are told, as each told line costs the broker time
        let configuration = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\n{user}persistence false\nsys_interval 0\n\
             max_inflight_messages 0\nmax_queued_messages 0\nset_tcp_nodelay true\n\
             log_dest stderr\nlog_type subscribe\nconnection_messages false\n"
        );
        let path = dir.join("mosquitto.conf");
        fs::write(&path, configuration).map_err(io("write mosquitto.conf"))?;
        let program = installed("mosquitto", "apt-get install mosquitto")?;
        let mut process = Process::start("mosquitto", Command::new(program).arg("-c").arg(&path), dir)?;
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            process.lives().await?;
            sleep(LOOK).await;
        }
        Ok(Self { process, port })
    }

    /// Waits until this client has subscribed.
    pub(crate) async fn subscribed(&self, client: &str) -> Result<(), Error> {
        let marker = format!(" {client} ");
        self.until("a subscription at the broker", |broker| Ok(broker.process.log().contains(&marker))).await
    }

    /// Stands still: who connects waits for an answer.
    pub(crate) fn pause(&self) -> Result<(), Error> {
        self.process.signal(Signal::STOP)
    }

    pub(crate) fn go_on(&self) -> Result<(), Error> {
        self.process.signal(Signal::CONT)
    }

    /// Waits until somebody has a connection to the port, answered or not.
    pub(crate) async fn connected(&self) -> Result<(), Error> {
        self.until("a connection to the broker", |broker| has_connection(broker.port)).await
    }

    async fn until(&self, what: &'static str, happened: impl Fn(&Self) -> Result<bool, Error>) -> Result<(), Error> {
        let end = Instant::now() + LIMIT;
        while !happened(self)? {
            if Instant::now() > end {
                return Err(Error::TooLong { what, seconds: LIMIT.as_secs() });
            }
            sleep(LOOK).await;
        }
        Ok(())
    }

    pub(crate) fn usage(&self) -> Result<Usage, Error> {
        self.process.usage()
    }
}

/// A port that nobody listens on just now.
pub(crate) fn free_port() -> Result<u16, Error> {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    port.map(|address| address.port()).map_err(io("find a free port"))
}

/// Whether the kernel's table of TCP has an established connection to this port of ours.
fn has_connection(port: u16) -> Result<bool, Error> {
    let table = fs::read_to_string("/proc/net/tcp").map_err(io("read /proc/net/tcp"))?;
    Ok(table.lines().any(|line| is_connection(line, port)))
}

/// A line is `sl local remote state …`, addresses in hex; state 01 is established.
fn is_connection(line: &str, port: u16) -> bool {
    let mut fields = line.split_whitespace().skip(2);
    let to = fields.next().and_then(|remote| remote.rsplit_once(':')).map(|(_, port)| port);
    to == Some(format!("{port:04X}").as_str()) && fields.next() == Some("01")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_established_connection_is_told_from_one_that_ended_or_goes_elsewhere() {
        let line =
            |remote, state| format!("   1: 0100007F:A1B2 0100007F:{remote} {state} 00000000:00000000 00:00000000");
        assert!(is_connection(&line("075B", "01"), 1883));
        assert!(!is_connection(&line("075B", "06"), 1883));
        assert!(!is_connection(&line("075C", "01"), 1883));
    }
}
