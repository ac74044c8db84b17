//! A pipe between the broker and whoever is measured, that looks at a clock when a PUBLISH and its PUBACK pass.
//!
//! The publisher's own acknowledgement comes from the broker and says nothing about the consumer; this one is the consumer's.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    time::Instant,
};

use crate::{
    error::{Error, io},
    fleet::Schedule,
    latency::Latency,
    mqtt::{self, Packets},
    traffic::Traffic,
};

/// Where to connect instead of the broker.
#[derive(Clone, Debug)]
pub(crate) struct Tap {
    pub(crate) port: u16,
    book: Arc<Book>,
}

#[derive(Debug)]
struct Book {
    traffic: Traffic,
    schedule: OnceLock<Schedule>,
    notes: Mutex<Notes>,
}

#[derive(Debug, Default)]
struct Notes {
    /// By packet identifier: when it passed, and when its publisher was to send it.
    open: HashMap<u16, (Instant, Instant)>,
    from_send: Vec<Duration>,
    from_tap: Vec<Duration>,
}

/// From a message's due time to its acknowledgement, and the part of it behind the broker.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Acknowledged {
    pub(crate) from_send: Latency,
    pub(crate) behind_broker: Latency,
}

impl Tap {
    pub(crate) async fn start(broker: u16, traffic: &Traffic) -> Result<Self, Error> {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(io("listen for the consumer"))?;
        let port = listener.local_addr().map_err(io("listen for the consumer"))?.port();
        let book = Book { traffic: traffic.clone(), schedule: OnceLock::new(), notes: Mutex::default() };
        let tap = Self { port, book: Arc::new(book) };
        let book = Arc::clone(&tap.book);
        tokio::spawn(async move {
            while let Ok((consumer, _)) = listener.accept().await {
                let Ok(broker) = TcpStream::connect(("127.0.0.1", broker)).await else { return };
                if consumer.set_nodelay(true).and_then(|()| broker.set_nodelay(true)).is_err() {
                    return;
                }
                let ((from_consumer, to_consumer), (from_broker, to_broker)) =
                    (consumer.into_split(), broker.into_split());
                let (down, up) = (Arc::clone(&book), Arc::clone(&book));
                tokio::spawn(pipe(from_broker, to_consumer, move |first, body, now| down.published(first, body, now)));
                tokio::spawn(pipe(from_consumer, to_broker, move |first, body, now| up.acknowledged(first, body, now)));
            }
        });
        Ok(tap)
    }

    /// From now on messages have due times.
    pub(crate) fn begin(&self, schedule: Schedule) {
        self.book.schedule.get_or_init(|| schedule);
    }

    pub(crate) fn acknowledged(&self) -> Option<Acknowledged> {
        let notes = std::mem::take(&mut *self.book.notes());
        Some(Acknowledged { from_send: Latency::of(notes.from_send)?, behind_broker: Latency::of(notes.from_tap)? })
    }
}

impl Book {
    fn notes(&self) -> std::sync::MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn published(&self, first: u8, body: &[u8], now: Instant) {
        let (Some(schedule), true) = (self.schedule.get(), first >> 4 == mqtt::PUBLISH) else { return };
        let Some((topic, id, payload)) = mqtt::publish(body) else { return };
        let Some(n) = self.traffic.recognize(topic, payload) else { return };
        self.notes().open.insert(id, (now, schedule.due(n)));
    }

    fn acknowledged(&self, first: u8, body: &[u8], now: Instant) {
        let (true, [high, low]) = (first >> 4 == mqtt::PUBACK, body) else { return };
        let mut notes = self.notes();
        if let Some((passed, due)) = notes.open.remove(&u16::from_be_bytes([*high, *low])) {
            notes.from_tap.push(now - passed);
            notes.from_send.push(now - due);
        }
    }
}

/// Passes bytes on at once, then shows the packets in them with the instant at which they came.
async fn pipe(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, each: impl Fn(u8, &[u8], Instant)) {
    let (mut packets, mut buffer) = (Packets::default(), vec![0; 64 << 10]);
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let now = Instant::now();
        packets.take(&buffer[..count], |first, body| each(first, body, now));
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
