//! From a datagram to the journal, and back to its acknowledgement.

use std::{collections::VecDeque, net::SocketAddr};

use smartpole_journal::{Error as JournalError, LaneSender};
use smartpole_lorawan::semtech::datagram::{Datagram, DatagramError, Kind, split};
use smartpole_model::{Eui, RawMessage};
use tokio::time::Instant;

use super::{
    Downlinks, Known, Options,
    counts::Counts,
    downlinks::Answer,
    limits::{Limits, Refusal},
};
use crate::{Clock, status::Board, throttle::Throttle};

/// Takes datagrams in.
pub(super) struct Intake {
    name: String,
    lane: LaneSender,
    downlinks: Downlinks,
    known: Known,
    limits: Limits,
    window: usize,
    /// For each message that waits for the journal, in their order, what is to be sent when it is durable: the acknowledgement
    /// with the last message of a datagram, nothing with the others. A lane's receipts come in the order of its appends, so all
    /// of a datagram is durable when its last message is.
    waiting: VecDeque<Option<Answer>>,
    received: u64,
    dropped: u64,
    board: Board,
    counts: Counts,
    warnings: Warnings,
    now: Clock,
}

#[derive(Default)]
struct Warnings {
    no_room: Throttle,
    refused: Throttle,
    moved: Throttle,
}

/// What a datagram is journalled as.
struct Parts<'a> {
    gateway: Option<Eui>,
    messages: Vec<(Kind, &'a [u8])>,
    ack: Option<[u8; 4]>,
}

impl Intake {
    pub(super) fn new(
        options: &Options,
        lane: LaneSender,
        downlinks: Downlinks,
        known: Known,
        board: Board,
        now: Clock,
    ) -> Self {
        Self {
            name: options.name.clone(),
            lane,
            downlinks,
            known,
            limits: Limits::new(options, Instant::now()),
            window: options.window as usize,
            waiting: VecDeque::new(),
            received: 0,
            dropped: 0,
            board,
            counts: Counts::new(&options.name),
            warnings: Warnings::default(),
            now,
        }
    }

    /// Takes a datagram; the answer is to be sent at once. It never waits: what finds no room is dropped.
    ///
    /// # Errors
    /// Those of a journal that takes nothing more.
    pub(super) fn take(&mut self, bytes: &[u8], peer: SocketAddr) -> Result<Option<Answer>, JournalError> {
        let datagram = Datagram::parse(bytes);
        let known = match self.admit(&datagram, peer) {
            Ok(known) => known,
            Err(refusal) => {
                self.refuse(refusal, peer);
                return Ok(None);
            }
        };
        match datagram {
            Ok(Datagram::PullData { gateway, .. }) if known => self.pulled(gateway, peer),
            Ok(Datagram::PullData { .. }) => {
                self.counts.unknown_pulls.increment(1);
                return Ok(None);
            }
            Ok(_) | Err(_) => return self.journal(&Parts::of(datagram.ok(), bytes), peer).map(|()| None),
        }
        Ok(datagram.ok().and_then(|pull| pull.ack()).map(|bytes| Answer { peer, bytes }))
    }

    /// Whether the datagram is of a known gateway, if it is heard.
    fn admit(&mut self, datagram: &Result<Datagram<'_>, DatagramError>, peer: SocketAddr) -> Result<bool, Refusal> {
        self.limits.allow(peer.ip())?;
        let known = datagram.as_ref().is_ok_and(|datagram| (self.known)(datagram.gateway()));
        self.limits.admit(peer.ip(), known, Instant::now()).map(|()| known)
    }

    fn refuse(&mut self, refusal: Refusal, peer: SocketAddr) {
        self.counts.refused(refusal).increment(1);
        if self.warnings.refused.pass() {
            tracing::warn!(source = self.name, %peer, "datagrams are not heard: {refusal}");
        }
    }

    fn pulled(&mut self, gateway: Eui, peer: SocketAddr) {
        let former = self.downlinks.addresses().pulled(gateway, peer, Instant::now(), &*self.known);
        let Some(former) = former else { return };
        self.counts.moves.increment(1);
        if self.warnings.moved.pass() {
            tracing::info!(source = self.name, %gateway, %former, %peer, "a gateway pulls from another address");
        }
    }

    /// Hands messages to the journal, one after the other, until there is no room.
    fn journal(&mut self, parts: &Parts<'_>, peer: SocketAddr) -> Result<(), JournalError> {
        let count = parts.messages.len();
        self.received += count as u64;
        self.counts.messages.received.increment(count as u64);
        for (done, (kind, payload)) in parts.messages.iter().enumerate() {
            let message = self.raw(kind.topic(parts.gateway), payload, peer);
            if self.waiting.len() >= self.window || self.lane.try_append(0, message)?.is_some() {
                self.no_room(count - done);
                break;
            }
            let ack = parts.ack.filter(|_| done + 1 == count);
            self.waiting.push_back(ack.map(|bytes| Answer { peer, bytes }));
        }
        self.post();
        Ok(())
    }

    fn raw(&self, topic: String, payload: &[u8], peer: SocketAddr) -> RawMessage {
        let (source, received_at) = (self.name.clone(), (self.now)());
        let (payload, peer) = (payload.to_vec(), peer.to_string());
        RawMessage { source, topic, payload, received_at, peer, ..RawMessage::default() }
    }

    fn no_room(&mut self, messages: usize) {
        self.dropped += messages as u64;
        self.counts.messages.dropped.increment(messages as u64);
        if self.warnings.no_room.pass() {
            tracing::warn!(source = self.name, dropped = self.dropped, "no room for messages of gateways");
        }
    }

    /// The acknowledgements that are due, now that so many more messages are durable.
    pub(super) fn durable(&mut self, messages: usize) -> Vec<Answer> {
        let messages = messages.min(self.waiting.len());
        let due = self.waiting.drain(..messages).flatten().collect();
        self.counts.messages.acknowledged.increment(messages as u64);
        self.post();
        due
    }

    /// Whether messages wait for the journal.
    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    fn post(&self) {
        self.board.update(|status| {
            status.received = self.received;
            status.dropped = self.dropped;
            status.unacknowledged = self.waiting.len() as u64;
        });
    }
}

impl<'a> Parts<'a> {
    /// The messages of a datagram; those that are not understood are one message, and not acknowledged.
    fn of(datagram: Option<Datagram<'a>>, bytes: &'a [u8]) -> Self {
        let gateway = datagram.map(|datagram| datagram.gateway());
        let whole = |kind| Self { gateway, messages: vec![(kind, bytes)], ack: None };
        match datagram {
            Some(Datagram::PushData { body, .. }) => match split(body) {
                Ok(objects) => {
                    let messages = objects.into_iter().map(|(kind, object)| (kind, object.get().as_bytes())).collect();
                    Self { gateway, messages, ack: datagram.and_then(|push| push.ack()) }
                }
                Err(_) => whole(Kind::Datagram),
            },
            Some(Datagram::TxAck { .. }) => whole(Kind::TxAck),
            Some(Datagram::PullData { .. }) | None => whole(Kind::Datagram),
        }
    }
}
