//! The bare peer: rumqttc, which takes messages and acknowledges them. What it does not do, whoever does more cannot beat.
//!
//! With a journal it acknowledges by hand: each group is written and synced by a thread, and its PUBACKs go out in one write.
//! That is the least that a service must do which promises to lose nothing that it acknowledged.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use rumqttc::{Event, EventLoop, Incoming, MqttOptions, Packet, PubAck, Publish, QoS, Subscribe};
use tokio::{select, sync::mpsc};

use crate::{
    consumer::{CLIENT, FILTER},
    error::{Error, io},
    process::append_to,
};

/// Messages that may wait for the journal.
const WINDOW: usize = 20_000;
/// Most messages of a group.
const GROUP: usize = 1_000;

/// Takes messages until it is killed; prints `all` when so many are acknowledged.
pub(crate) async fn run(port: u16, messages: u64, journal: Option<PathBuf>) -> Result<(), Error> {
    let mut options = MqttOptions::new(CLIENT, "127.0.0.1", port);
    options.set_clean_session(false).set_manual_acks(journal.is_some()).set_keep_alive(Duration::from_secs(60));
    let mut eventloop = EventLoop::new(options, 10);
    eventloop.network_options.set_tcp_nodelay(true);
    while !matches!(poll(&mut eventloop).await?, Event::Incoming(Incoming::ConnAck(_))) {}
    write(&mut eventloop, [Packet::Subscribe(subscribe())]).await?;
    match journal {
        None => automatic(eventloop, messages).await,
        Some(path) => by_hand(eventloop, messages, &path).await,
    }
}

fn subscribe() -> Subscribe {
    let mut subscribe = Subscribe::new(FILTER, QoS::AtLeastOnce);
    subscribe.pkid = 1;
    subscribe
}

async fn poll(eventloop: &mut EventLoop) -> Result<Event, Error> {
    eventloop.poll().await.map_err(|error| Error::Mqtt(error.into()))
}

async fn write(eventloop: &mut EventLoop, packets: impl IntoIterator<Item = Packet>) -> Result<(), Error> {
    let lost = |error: rumqttc::StateError| Error::Mqtt(error.into());
    let Some(network) = eventloop.network.as_mut() else { return Ok(()) };
    for packet in packets {
        network.write(packet).await.map_err(lost)?;
    }
    network.flush().await.map_err(lost)
}

async fn automatic(mut eventloop: EventLoop, messages: u64) -> Result<(), Error> {
    let mut seen = 0;
    loop {
        if let Event::Incoming(Packet::Publish(_)) = poll(&mut eventloop).await? {
            seen += 1;
            if seen == messages {
                println!("all");
            }
        }
    }
}

async fn by_hand(mut eventloop: EventLoop, messages: u64, path: &Path) -> Result<(), Error> {
    let file = append_to(path)?;
    let (to_journal, inbox) = mpsc::unbounded_channel();
    let (receipts, mut durable) = mpsc::unbounded_channel();
    thread::spawn(move || journal(file, inbox, &receipts));
    let (mut waiting, mut acknowledged) = (0, 0);
    loop {
        select! {
            biased;
            Some(ids) = durable.recv() => {
                let ids: Vec<u16> = ids;
                write(&mut eventloop, ids.iter().map(|id| Packet::PubAck(PubAck::new(*id)))).await?;
                waiting -= ids.len();
                acknowledged += ids.len() as u64;
                if acknowledged == messages {
                    println!("all");
                }
            }
            event = poll(&mut eventloop), if waiting < WINDOW => {
                if let Event::Incoming(Packet::Publish(publish)) = event? {
                    waiting += 1;
                    to_journal.send(publish).map_err(|_| io("write the journal")(std::io::ErrorKind::BrokenPipe.into()))?;
                }
            }
        }
    }
}

/// Makes what waits durable, a group at a time.
fn journal(mut file: File, mut inbox: mpsc::UnboundedReceiver<Publish>, receipts: &mpsc::UnboundedSender<Vec<u16>>) {
    let (mut group, mut bytes) = (Vec::new(), Vec::new());
    while inbox.blocking_recv_many(&mut group, GROUP) > 0 {
        bytes.clear();
        for publish in &group {
            bytes.extend_from_slice(publish.topic.as_bytes());
            bytes.extend_from_slice(&publish.payload);
        }
        let ids = group.drain(..).map(|publish| publish.pkid).collect();
        if file.write_all(&bytes).and_then(|()| file.sync_data()).is_err() || receipts.send(ids).is_err() {
            return;
        }
    }
}
