//! One connection's outbox, and one connection.

use std::{collections::VecDeque, pin::pin, time::Duration};

use rumqttc::{AsyncClient, ConnectionError, Event, MqttOptions, Outgoing, Packet, QoS};
use tokio::time::{Instant, timeout_at};

use super::{Broker, Pace, Sent, now};
use crate::Transmission;

/// Largest packet, both ways; the service takes 256 KiB of payload.
const MAX_PACKET: usize = 1 << 20;

/// What is to be sent, and what waits for its acknowledgement.
pub(super) struct Outbox<I> {
    source: I,
    /// The next message, not in the outbox yet.
    next: Option<Transmission>,
    pace: Pace,
    window: usize,
    /// In sending order.
    unacknowledged: VecDeque<Entry>,
    /// How many of these this connection has been given.
    given: usize,
    /// Since when an acknowledgement is due, or the last one.
    waiting_since: Instant,
    /// When the next message may be sent, at a fixed rate.
    slot: Instant,
    pub(super) sent: Sent,
}

struct Entry {
    transmission: Transmission,
    /// The packet id in this connection.
    packet: Option<u16>,
    acknowledged: bool,
    /// Whether some connection had it before.
    again: bool,
}

impl<I> Outbox<I> {
    /// How long an acknowledgement has been due.
    pub(super) fn silence(&self) -> Duration {
        if self.unacknowledged.is_empty() { Duration::ZERO } else { self.waiting_since.elapsed() }
    }

    /// Nothing given so far counts: the connection is new.
    fn start_again(&mut self) {
        for entry in self.unacknowledged.iter_mut().take(self.given) {
            entry.again |= entry.packet.is_some();
            entry.packet = None;
        }
        self.given = 0;
    }

    /// The client has written its next message under this packet id.
    fn written(&mut self, packet: u16) {
        let entry = self.unacknowledged.iter_mut().find(|entry| !entry.acknowledged && entry.packet.is_none());
        if let Some(entry) = entry {
            entry.packet = Some(packet);
            self.sent.resent += u64::from(entry.again);
        }
    }

    /// The broker has taken a message over.
    fn acknowledge(&mut self, packet: u16, acknowledged: &mut impl FnMut(&Transmission)) {
        let entry = self.unacknowledged.iter_mut().find(|entry| !entry.acknowledged && entry.packet == Some(packet));
        let Some(entry) = entry else { return };
        entry.acknowledged = true;
        acknowledged(&entry.transmission);
        self.sent.acknowledged += 1;
        self.waiting_since = Instant::now();
        while self.unacknowledged.front().is_some_and(|entry| entry.acknowledged) {
            self.unacknowledged.pop_front();
            self.given -= 1;
        }
    }
}

impl<I: Iterator<Item = Transmission>> Outbox<I> {
    pub(super) fn new(mut source: I, pace: Pace, window: u16) -> Self {
        let (next, start) = (source.next(), Instant::now());
        let window = usize::from(window.max(1));
        let (unacknowledged, sent) = (VecDeque::with_capacity(window), Sent::default());
        Self { source, next, pace, window, unacknowledged, given: 0, waiting_since: start, slot: start, sent }
    }

    fn is_done(&self) -> bool {
        self.next.is_none() && self.unacknowledged.is_empty()
    }

    /// Takes in what may be sent now and gives the client what it has not had; says when the next message may be sent if only
    /// time is in its way.
    fn give(&mut self, client: &AsyncClient) -> Option<Instant> {
        let waits_until = self.take_in();
        while let Some(entry) = self.unacknowledged.get(self.given) {
            let Transmission { topic, payload, .. } = &entry.transmission;
            let (topic, payload, retain) = (topic.as_ref(), payload.clone(), entry.transmission.retain());
            if !entry.acknowledged && client.try_publish(topic, QoS::AtLeastOnce, retain, payload).is_err() {
                break; // its channel is full: it is still connecting
            }
            self.given += 1;
        }
        waits_until
    }

    fn take_in(&mut self) -> Option<Instant> {
        while self.unacknowledged.len() < self.window {
            let due = self.due(self.next.as_ref()?.at);
            if let Some(due) = due.filter(|due| *due > Instant::now()) {
                return Some(due);
            }
            if self.unacknowledged.is_empty() {
                self.waiting_since = Instant::now();
            }
            let transmission = std::mem::replace(&mut self.next, self.source.next())?;
            self.unacknowledged.push_back(Entry { transmission, packet: None, acknowledged: false, again: false });
            if let Pace::PerSecond(rate) = self.pace {
                self.slot += Duration::from_secs_f64(1.0 / rate.max(1e-3));
            }
        }
        None
    }

    fn due(&self, at: smartpole_model::UtcMillis) -> Option<Instant> {
        match self.pace {
            Pace::Max => None,
            Pace::PerSecond(_) => Some(self.slot),
            Pace::OnTime => Some(Instant::now() + Duration::from_millis(at.since(now()).max(0).unsigned_abs())),
        }
    }
}

/// Publishes until all is acknowledged, or the connection breaks: with an error of its own, or with none if the broker is
/// silent.
pub(super) async fn run<I: Iterator<Item = Transmission>>(
    broker: &Broker,
    client_id: &str,
    outbox: &mut Outbox<I>,
    acknowledged: &mut impl FnMut(&Transmission),
) -> Result<(), Option<ConnectionError>> {
    outbox.start_again();
    let (client, mut events) = AsyncClient::new(options(broker, client_id), outbox.window + 1);
    let patience = Duration::from_secs(broker.patience_s.into());
    while !outbox.is_done() {
        // Never drop a poll half-way: the event loop would lose what it was about to write.
        let mut poll = pin!(events.poll());
        let event = loop {
            let wake = outbox.give(&client);
            let limit = if outbox.unacknowledged.is_empty() { None } else { Some(outbox.waiting_since + patience) };
            let until = wake.into_iter().chain(limit).min();
            match wait(&mut poll, until).await {
                Some(event) => break event.map_err(Some)?,
                None if outbox.silence() >= patience => return Err(None),
                None => {} // the next message is due
            }
        };
        match event {
            Event::Outgoing(Outgoing::Publish(packet)) => outbox.written(packet),
            Event::Incoming(Packet::PubAck(ack)) => outbox.acknowledge(ack.pkid, acknowledged),
            Event::Incoming(_) | Event::Outgoing(_) => {}
        }
    }
    say_goodbye(&client, &mut events).await;
    Ok(())
}

/// What `future` gives, or `None` at `until`.
async fn wait<F: Future + Unpin>(future: F, until: Option<Instant>) -> Option<F::Output> {
    match until {
        Some(until) => timeout_at(until, future).await.ok(),
        None => Some(future.await),
    }
}

/// Disconnects in good form; all is acknowledged, so how it goes does not matter.
async fn say_goodbye(client: &AsyncClient, events: &mut rumqttc::EventLoop) {
    if client.try_disconnect().is_err() {
        return;
    }
    let gone = async { while !matches!(events.poll().await, Err(_) | Ok(Event::Outgoing(Outgoing::Disconnect))) {} };
    let _gone_or_late = timeout_at(Instant::now() + Duration::from_secs(1), gone).await;
}

fn options(broker: &Broker, client_id: &str) -> MqttOptions {
    let mut options = MqttOptions::new(client_id, broker.host.as_str(), broker.port);
    options.set_keep_alive(Duration::from_secs(30));
    options.set_clean_session(true);
    options.set_inflight(broker.window.max(1));
    options.set_max_packet_size(MAX_PACKET, MAX_PACKET);
    if let Some((user, password)) = &broker.credentials {
        options.set_credentials(user, password);
    }
    options
}
