//! The loop that lets virtual time go on as far as the service keeps up.

mod upkeep;

use std::sync::Arc;

use tokio::{
    sync::mpsc,
    task::{JoinSet, yield_now},
    time::{Duration, Instant, timeout_at},
};

use super::{
    Content, Delivery, Play, PlayError, Played,
    gateways::{self, Exchanges, GatewayLink},
    outbox::Outbox,
};
use crate::{
    Pace,
    dice::Dice,
    lorawan::{
        backhaul::Arrival,
        fleet::Fleet,
        semtech::{self, Down, Rxpk, Txpk},
        simulation::Simulation,
    },
    publish::now,
};

/// Steps between two turns of other tasks.
const TURN: u32 = 512;

/// What the loop does next.
enum Next {
    /// It goes on.
    Again,
    /// It waits for the service, or until then.
    Wait(Option<Instant>),
    Done,
}

pub(super) struct Player<'a, F> {
    play: &'a Play,
    simulation: Simulation,
    gateways: Vec<GatewayLink>,
    /// Frames of each gateway that wait for more of them.
    batches: Vec<Vec<Arrival>>,
    /// A frame that waits until all before it is acknowledged.
    held: Option<Arrival>,
    /// Such a frame is on its way.
    alone: bool,
    outbox: Outbox,
    exchanges: Exchanges,
    incoming: mpsc::Receiver<(usize, Vec<u8>)>,
    _readers: JoinSet<()>,
    acknowledged: F,
    played: Played,
    seed: u64,
    repeat: f64,
    pull_at: Instant,
    stat_at: Instant,
    /// When the next frame may be sent, at a fixed rate.
    slot: Instant,
}

impl<'a, F: FnMut(&Delivery)> Player<'a, F> {
    pub(super) async fn new(
        fleet: &Fleet,
        play: &'a Play,
        simulation: Simulation,
        acknowledged: F,
    ) -> Result<Self, PlayError> {
        let (sender, incoming) = mpsc::channel(1024);
        let mut readers = JoinSet::new();
        let service = play.service;
        let opened = gateways::open(fleet.gateways(), service, &sender, &mut readers).await;
        let gateways = opened.map_err(|source| PlayError::Socket { service, source })?;
        let now = Instant::now();
        Ok(Self {
            play,
            simulation,
            batches: gateways.iter().map(|_| Vec::new()).collect(),
            gateways,
            held: None,
            alone: false,
            outbox: Outbox::new(),
            exchanges: Exchanges::default(),
            incoming,
            _readers: readers,
            acknowledged,
            played: Played::default(),
            seed: fleet.spec().seed,
            repeat: fleet.spec().faults.repeat,
            pull_at: now,
            stat_at: now,
            slot: now,
        })
    }

    pub(super) async fn run(mut self) -> Result<Played, PlayError> {
        for turn in 1u32.. {
            while let Ok((gateway, datagram)) = self.incoming.try_recv() {
                self.take(gateway, &datagram).await;
            }
            self.keep_time().await?;
            match self.proceed().await {
                Next::Again if turn.is_multiple_of(TURN) => yield_now().await,
                Next::Again => {}
                Next::Wait(until) => self.wait(until).await,
                Next::Done => break,
            }
        }
        Ok(self.played)
    }

    /// The registered gateways; the last one is not.
    fn registered(&self) -> usize {
        self.gateways.len() - 1
    }

    async fn proceed(&mut self) -> Next {
        let reachable = self.gateways[..self.registered()].iter().all(|gateway| gateway.pulled);
        let waits =
            self.outbox.len() >= self.play.window || ((self.alone || self.held.is_some()) && !self.outbox.is_empty());
        if !reachable || waits {
            return Next::Wait(None);
        }
        self.alone = false;
        if let Some(arrival) = self.held.take() {
            self.alone = true;
            self.send_frames(arrival.gateway, vec![arrival]).await;
            return Next::Again;
        }
        if let Some(until) = self.until() {
            self.flush().await;
            return Next::Wait(Some(until));
        }
        match self.simulation.next_at() {
            Some(_) => self.step().await,
            None if self.flush().await || !self.outbox.is_empty() => return Next::Wait(None),
            None => return Next::Done,
        }
        Next::Again
    }

    /// Until when nothing may happen.
    fn until(&self) -> Option<Instant> {
        let at = self.simulation.next_at()?;
        let due = match self.play.pace {
            Pace::Max => None,
            Pace::PerSecond(_) => Some(self.slot),
            Pace::OnTime => Some(Instant::now() + Duration::from_millis(at.since(now()).max(0).unsigned_abs())),
        };
        let asked = self.simulation.awaits().and_then(|frame| self.exchanges.sent(frame));
        let accept = asked.map(|sent| sent + self.play.join_patience);
        due.max(accept).filter(|until| *until > Instant::now())
    }

    async fn step(&mut self) {
        let Some(arrival) = self.simulation.step() else { return };
        if let Pace::PerSecond(rate) = self.play.pace {
            self.slot += Duration::from_secs_f64(1.0 / rate.max(1e-3));
        }
        if arrival.ordered {
            self.flush().await;
            self.held = Some(arrival);
            return;
        }
        let gateway = arrival.gateway;
        self.batches[gateway].push(arrival);
        if self.batches[gateway].len() >= self.play.batch.max(1) {
            let frames = std::mem::take(&mut self.batches[gateway]);
            self.send_frames(gateway, frames).await;
        }
    }

    /// Sends all that waits for more; whether there was anything.
    async fn flush(&mut self) -> bool {
        let mut sent = false;
        for gateway in 0..self.batches.len() {
            let frames = std::mem::take(&mut self.batches[gateway]);
            if !frames.is_empty() {
                self.send_frames(gateway, frames).await;
                sent = true;
            }
        }
        sent
    }

    async fn send_frames(&mut self, gateway: usize, arrivals: Vec<Arrival>) {
        let link = &mut self.gateways[gateway];
        let (token, eui) = (link.token(), link.eui);
        link.counts.heard += arrivals.len() as u64;
        link.counts.right += arrivals.iter().filter(|arrival| arrival.copy.crc_ok).count() as u64;
        link.counts.forwarded += arrivals.len() as u64;
        let rxpks: Vec<Rxpk> = arrivals.iter().map(|arrival| arrival.rxpk.clone()).collect();
        for arrival in &arrivals {
            self.exchanges.add(gateway, arrival.rxpk.tmst, Arc::clone(&arrival.copy.frame));
        }
        let content = Content::Frames(arrivals.into_iter().map(|arrival| arrival.copy).collect());
        self.send((gateway, token), content, semtech::push_frames(token, eui, &rxpks)).await;
    }

    /// Sends a PUSH_DATA for the first time, now and then twice.
    async fn send(&mut self, (gateway, token): (usize, u16), content: Content, bytes: Vec<u8>) {
        let number = self.outbox.number();
        let twice = Dice::of(self.seed, &[80, number as i64]).chance(self.repeat);
        let sends = if twice { 2 } else { 1 };
        for _ in 0..sends {
            self.gateways[gateway].send(&bytes).await;
        }
        let delivery = Delivery { number, gateway: self.gateways[gateway].eui, content, sends };
        self.outbox.add((gateway, token), delivery, bytes);
    }

    /// Waits for the service, a timer, or until then.
    async fn wait(&mut self, until: Option<Instant>) {
        let resend = self.outbox.due(self.play.resend_after);
        let first = [until, resend, Some(self.pull_at), Some(self.stat_at)].into_iter().flatten().min();
        let received = match first {
            Some(first) => timeout_at(first, self.incoming.recv()).await.ok().flatten(),
            None => self.incoming.recv().await,
        };
        if let Some((gateway, datagram)) = received {
            self.take(gateway, &datagram).await;
        }
    }

    async fn take(&mut self, gateway: usize, datagram: &[u8]) {
        match semtech::read(datagram) {
            Some(Down::PushAck(token)) => self.acknowledge(gateway, token),
            Some(Down::PullAck(_)) => self.gateways[gateway].pulled = true,
            Some(Down::PullResp(token, tx)) => self.transmit(gateway, token, &tx).await,
            None => {}
        }
    }

    fn acknowledge(&mut self, gateway: usize, token: u16) {
        if let Some(delivery) = self.outbox.acknowledge(gateway, token) {
            self.played.datagrams += 1;
            self.played.copies += delivery.copies();
            (self.acknowledged)(&delivery);
        }
    }

    /// Sends a downlink if it comes in time, and says so.
    async fn transmit(&mut self, gateway: usize, token: u16, tx: &Txpk) {
        let answered = self.exchanges.answered(gateway, tx);
        let clock = self.exchanges.clock(gateway, answered.map(|(exchange, _)| exchange));
        let outcome = self.gateways[gateway].plan(clock, tx);
        let heard = answered.filter(|(exchange, window)| outcome.is_ok() && exchange.hears(*window, tx));
        if let (Some((exchange, window)), Some(bytes)) = (heard, tx.bytes()) {
            let frame = Arc::clone(&exchange.frame);
            self.simulation.downlink(&frame, window, bytes);
        }
        match outcome {
            Ok(()) => self.played.downlinks += 1,
            Err(_) => self.played.refused_downlinks += 1,
        }
        let link = &self.gateways[gateway];
        link.send(&semtech::tx_ack(token, link.eui, outcome)).await;
        let delivery = Delivery { number: self.outbox.number(), gateway: link.eui, content: Content::TxAck, sends: 1 };
        (self.acknowledged)(&delivery);
    }
}
