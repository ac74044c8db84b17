//! The poles: packets made beforehand, sent over a few connections.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use crate::{
    error::{Error, io},
    mqtt,
    traffic::Traffic,
};

/// Connections of all poles together.
const CONNECTIONS: u64 = 20;
/// Unacknowledged messages of a connection.
const WINDOW: usize = 100;
/// Without a rate a connection looks for acknowledgements so often: to wake for each would cost more than to send.
const LOOK: Duration = Duration::from_millis(1);
/// Bytes of a PUBACK.
const PUBACK: usize = 4;

/// When messages are due: `n` at `start + n / rate`, or at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    pub(crate) start: Instant,
    pub(crate) rate: Option<f64>,
}

impl Schedule {
    pub(crate) fn due(&self, n: u64) -> Instant {
        self.start + self.rate.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(n as f64 / rate))
    }
}

/// Poles that are connected and have all to say at hand.
#[derive(Debug)]
pub(crate) struct Fleet {
    connections: Vec<Connection>,
}

#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    /// Number of the first message; the others follow in steps of [`CONNECTIONS`].
    first: u64,
    bytes: Vec<u8>,
    /// Where each message ends.
    ends: Vec<usize>,
}

impl Fleet {
    pub(crate) async fn connect(port: u16, traffic: &Traffic) -> Result<Self, Error> {
        let mut connections = Vec::new();
        for first in 0..CONNECTIONS {
            let stream = mqtt::connect(port, &format!("poles-{first}"), true).await?;
            connections.push(Connection::new(stream, first, traffic));
        }
        Ok(Self { connections })
    }

    /// Bytes of all messages, topics and headers included.
    pub(crate) fn bytes(&self) -> u64 {
        self.connections.iter().map(|connection| connection.bytes.len() as u64).sum()
    }

    /// Sends everything; done when the broker has acknowledged all.
    pub(crate) async fn send(self, schedule: Schedule) -> Result<(), Error> {
        let mut tasks = JoinSet::new();
        for connection in self.connections {
            tasks.spawn(async move {
                match schedule.rate {
                    None => connection.send_at_once().await,
                    Some(_) => connection.send_when_due(schedule).await,
                }
            });
        }
        while let Some(sent) = tasks.join_next().await {
            sent?.map_err(io("publish"))?;
        }
        Ok(())
    }
}

impl Connection {
    fn new(stream: TcpStream, first: u64, traffic: &Traffic) -> Self {
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        for (at, n) in (first..traffic.messages).step_by(CONNECTIONS as usize).enumerate() {
            let id = (at % usize::from(u16::MAX)) as u16 + 1;
            mqtt::put_publish(&mut bytes, id, &traffic.topic(n), &traffic.payload(n));
            ends.push(bytes.len());
        }
        Self { stream, first, bytes, ends }
    }

    /// Bytes of these messages.
    fn range(&self, from: usize, to: usize) -> &[u8] {
        let end = |n: usize| if n == 0 { 0 } else { self.ends[n - 1] };
        &self.bytes[end(from)..end(to)]
    }

    async fn send_at_once(mut self) -> std::io::Result<()> {
        let (mut sent, mut acknowledged, mut rest) = (0, 0, 0);
        while acknowledged < self.ends.len() {
            let to = self.ends.len().min(acknowledged + WINDOW);
            if to > sent {
                let range = self.range(sent, to).to_vec();
                self.stream.write_all(&range).await?;
                sent = to;
            }
            sleep(LOOK).await;
            acknowledged += read_acknowledgements(&mut self.stream, &mut rest).await?;
        }
        Ok(())
    }

    async fn send_when_due(mut self, schedule: Schedule) -> std::io::Result<()> {
        let (mut sent, mut acknowledged, mut rest) = (0, 0, 0);
        while acknowledged < self.ends.len() {
            let may_send = sent < self.ends.len() && sent - acknowledged < WINDOW;
            let due = schedule.due(self.first + sent as u64 * CONNECTIONS);
            tokio::select! {
                biased;
                () = sleep_until(due), if may_send => {
                    let range = self.range(sent, sent + 1).to_vec();
                    self.stream.write_all(&range).await?;
                    sent += 1;
                }
                count = read_acknowledgements(&mut self.stream, &mut rest) => acknowledged += count?,
            }
        }
        Ok(())
    }
}

/// Reads what is there, at least a byte, and counts whole PUBACKs; `rest` are bytes of one that is not whole yet.
async fn read_acknowledgements(stream: &mut TcpStream, rest: &mut usize) -> std::io::Result<usize> {
    let mut buffer = [0; 4 * WINDOW];
    let count = stream.read(&mut buffer).await?;
    if count == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    let bytes = *rest + count;
    *rest = bytes % PUBACK;
    Ok(bytes / PUBACK)
}
