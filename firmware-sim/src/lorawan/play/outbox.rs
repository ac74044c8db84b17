//! Datagrams that wait for their acknowledgement.

use std::collections::VecDeque;

use tokio::time::{Duration, Instant};

use super::{Content, Delivery};

/// A datagram on its way.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) delivery: Delivery,
    /// Index of its gateway.
    pub(super) gateway: usize,
    pub(super) bytes: Vec<u8>,
    token: u16,
    sent: Instant,
}

/// In the order of their numbers.
#[derive(Debug)]
pub(super) struct Outbox {
    entries: VecDeque<Entry>,
    numbers: u64,
    /// The latest acknowledgement, or since when one is due.
    heard: Instant,
}

impl Outbox {
    pub(super) fn new() -> Self {
        Self { entries: VecDeque::new(), numbers: 0, heard: Instant::now() }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Number of the next datagram.
    pub(super) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// A datagram is sent for the first time, so often at once.
    pub(super) fn add(&mut self, (gateway, token): (usize, u16), delivery: Delivery, bytes: Vec<u8>) {
        let now = Instant::now();
        if self.entries.is_empty() {
            self.heard = now;
        }
        self.entries.push_back(Entry { delivery, gateway, bytes, token, sent: now });
    }

    /// Takes out what the server has.
    pub(super) fn acknowledge(&mut self, gateway: usize, token: u16) -> Option<Delivery> {
        let at = self.entries.iter().position(|entry| (entry.gateway, entry.token) == (gateway, token))?;
        self.heard = Instant::now();
        self.entries.remove(at).map(|entry| entry.delivery)
    }

    /// What is to be sent again by now.
    pub(super) fn overdue(&mut self, after: Duration) -> Vec<(usize, Vec<u8>)> {
        let now = Instant::now();
        let overdue = self.entries.iter_mut().filter(|entry| entry.sent + after <= now);
        let again = overdue.map(|entry| {
            entry.sent = now;
            entry.delivery.sends += 1;
            (entry.gateway, entry.bytes.clone())
        });
        again.collect()
    }

    /// When something is to be sent again next.
    pub(super) fn due(&self, after: Duration) -> Option<Instant> {
        self.entries.iter().map(|entry| entry.sent + after).min()
    }

    /// Whether something had to be sent again: the server was away.
    pub(super) fn is_troubled(&self) -> bool {
        self.entries.iter().any(|entry| entry.delivery.sends > 2)
    }

    /// How long an acknowledgement has been due.
    pub(super) fn silence(&self) -> Duration {
        if self.entries.is_empty() { Duration::ZERO } else { self.heard.elapsed() }
    }
}

impl Delivery {
    /// How many copies of frames it has.
    pub(super) fn copies(&self) -> u64 {
        match &self.content {
            Content::Frames(copies) => copies.len() as u64,
            Content::Stat | Content::TxAck => 0,
        }
    }
}
