//! What the tests share: a journal that can be told to withhold, a real Mosquitto, a publisher.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod mosquitto;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS};
use smartpole_journal::{File, Fs, Journal, Options, OsFs};
use smartpole_model::{RawMessage, Record, Seq, UtcMillis};
use smartpole_source::{SourceState, SourceStatus};
use tempfile::TempDir;
use tokio::{sync::watch, time::timeout};

/// Nothing in these tests takes this long unless it never comes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The only instant of these tests.
pub(crate) fn clock() -> UtcMillis {
    UtcMillis(1_700_000_000_000)
}

/// The operating system's files on a disk that is full while it is told so.
#[derive(Debug)]
pub(crate) struct Disk {
    full: AtomicBool,
}

impl Fs for Disk {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        OsFs.create_dir(dir)
    }
    fn lock(&self, path: &Path) -> io::Result<Box<dyn File>> {
        OsFs.lock(path)
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        OsFs.list(dir)
    }
    fn create(&self, path: &Path) -> io::Result<Box<dyn File>> {
        OsFs.create(path)
    }
    fn open(&self, path: &Path) -> io::Result<Box<dyn File>> {
        OsFs.open(path)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        OsFs.remove(path)
    }
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        OsFs.sync_dir(dir)
    }
    fn free_space(&self, _: &Path) -> io::Result<u64> {
        Ok(if self.full.load(Ordering::Acquire) { 0 } else { u64::MAX })
    }
}

/// A journal in a folder of its own.
pub(crate) struct Recorder {
    pub(crate) journal: Journal,
    disk: Arc<Disk>,
    _dir: TempDir,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self::narrow(Options::default().waiting_bytes)
    }

    /// One that has room for few waiting bytes.
    pub(crate) fn narrow(waiting_bytes: u32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let disk = Arc::new(Disk { full: AtomicBool::new(false) });
        let options = Options { min_free_bytes: 1, full_poll_ms: 1, waiting_bytes, ..Options::default() };
        let fs: Arc<dyn Fs> = Arc::<Disk>::clone(&disk);
        let (journal, _) = Journal::open(&dir.path().join("journal"), options, fs).unwrap();
        Self { journal, disk, _dir: dir }
    }

    /// While it withholds, nothing becomes durable.
    pub(crate) fn withhold(&self, full: bool) {
        self.disk.full.store(full, Ordering::Release);
    }

    /// Waits until so many messages are durable and gives all that are.
    pub(crate) async fn messages(&self, at_least: usize) -> Vec<RawMessage> {
        let mut durable = self.journal.durable();
        let enough = durable.wait_for(|seq| seq.0 >= at_least as u64);
        let last = *timeout(PATIENCE, enough).await.expect("the messages are journalled").unwrap();
        let message = |seq| match self.journal.read_one(Seq(seq)).unwrap() {
            Some(Record::Message(message)) => message,
            other => panic!("record {seq} is {other:?}"),
        };
        (1..=last.0).map(message).collect()
    }
}

/// Waits until a source is as wanted.
pub(crate) async fn until(
    status: &mut watch::Receiver<SourceStatus>,
    wanted: impl FnMut(&SourceStatus) -> bool,
) -> SourceStatus {
    let watched = status.clone();
    match timeout(PATIENCE, status.wait_for(wanted)).await {
        Ok(status) => status.unwrap().clone(),
        Err(_) => panic!("the source is still {:?}", *watched.borrow()),
    }
}

pub(crate) async fn until_state(status: &mut watch::Receiver<SourceStatus>, state: SourceState) -> SourceStatus {
    until(status, |status| status.state == state).await
}

/// A client that is connected to a port of this machine.
pub(crate) async fn connect(
    client_id: &str,
    port: u16,
    adapt: impl FnOnce(&mut MqttOptions),
) -> (AsyncClient, EventLoop) {
    let mut options = MqttOptions::new(client_id, "127.0.0.1", port);
    options.set_max_packet_size(20 << 20, 20 << 20).set_inflight(100);
    adapt(&mut options);
    let (client, mut eventloop) = AsyncClient::new(options, 10);
    let connected = timeout(PATIENCE, eventloop.poll()).await.expect("the broker answers").unwrap();
    assert!(matches!(connected, Event::Incoming(Packet::ConnAck(_))), "{connected:?}");
    (client, eventloop)
}

/// The next packet the peer sends.
pub(crate) async fn next_packet(eventloop: &mut EventLoop) -> Packet {
    loop {
        let event = timeout(PATIENCE, eventloop.poll()).await.expect("the broker sends something");
        if let Event::Incoming(packet) = event.unwrap() {
            return packet;
        }
    }
}

/// Publishes at QoS 1 and waits until all is acknowledged.
pub(crate) async fn publish(port: u16, messages: impl IntoIterator<Item = (String, Vec<u8>)> + Send) {
    let (client, mut eventloop) = connect("publisher", port, |_| {}).await;
    let messages: Vec<_> = messages.into_iter().collect();
    let mut missing = messages.len();
    let sending = async {
        for (topic, payload) in messages {
            client.publish(topic, QoS::AtLeastOnce, false, payload).await.unwrap();
        }
        std::future::pending::<()>().await;
    };
    let acknowledged = async {
        while missing > 0 {
            if let Packet::PubAck(_) = next_packet(&mut eventloop).await {
                missing -= 1;
            }
        }
    };
    tokio::select! {
        () = sending => {}
        () = acknowledged => {}
    }
}

/// Messages `from..to` of a pole, their number as payload.
pub(crate) fn numbered(range: std::ops::Range<u32>) -> impl Iterator<Item = (String, Vec<u8>)> {
    range.map(|n| (TOPIC.to_owned(), n.to_string().into_bytes()))
}

pub(crate) const TOPIC: &str = "smartpole/city/pole-1/device-1/up";

/// The numbers of [`numbered`] messages, each once, in order.
pub(crate) fn numbers(messages: &[RawMessage]) -> Vec<u32> {
    let number = |message: &RawMessage| std::str::from_utf8(&message.payload).unwrap().parse().unwrap();
    let found: std::collections::BTreeSet<u32> = messages.iter().map(number).collect();
    found.into_iter().collect()
}
