//! Answers devices: hears for a moment which gateways heard them, chooses one, and sends.
//!
//! What is said is the fold's; here is decided only by whom and when, and whether it is too late. So a fold that catches up, or
//! is repeated, says nothing twice.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use smartpole_lorawan::{Answer, AnswerId, DutyCycle, NotSent, Reception, Transmit, choose, gateway_bridge, semtech};
use smartpole_model::UtcMillis;
use smartpole_pipeline::Offer;
use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{clock, sources::Way, telemetry::Chain};

/// How long further gateways may report a frame before one of them is chosen: ChirpStack's `deduplication_delay`.
const GATHER: Duration = Duration::from_millis(200);
/// Frames that wait for it at most; what is above goes unanswered.
const MAX_WAITING: usize = 10_000;

/// A frame that shall be answered.
struct Waiting {
    answer: Answer,
    heard: Vec<(Reception, From)>,
}

/// How a gateway reached us; it is reached the same way.
struct From {
    source: String,
    topic: String,
    json: bool,
}

/// Everything the task works with.
pub(crate) struct Downlinks {
    ways: HashMap<String, Way>,
    duty: DutyCycle,
    waiting: HashMap<AnswerId, Waiting>,
    /// All wait equally long, so the first comes first.
    due: VecDeque<(Instant, AnswerId)>,
    /// Number of the next downlink.
    next: u32,
}

impl Downlinks {
    pub(crate) fn new(ways: HashMap<String, Way>) -> Self {
        let duty = DutyCycle::new(clock::now());
        Self { ways, duty, waiting: HashMap::new(), due: VecDeque::new(), next: 1 }
    }

    /// Answers until `stop`.
    pub(crate) async fn run(mut self, mut offers: mpsc::Receiver<Vec<Offer>>, stop: CancellationToken) {
        loop {
            let first = self.due.front().map(|(at, _)| *at);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep_until(first.unwrap_or_else(Instant::now)), if first.is_some() => self.send_next().await,
                news = offers.recv() => match news {
                    Some(news) => {
                        for offer in news {
                            self.offer(offer).await;
                        }
                    }
                    None => return,
                },
            }
        }
    }

    async fn offer(&mut self, offer: Offer) {
        let Offer { frame, answer, reception, source, topic, json, gateways } = offer;
        let from = From { source, topic, json };
        match (self.waiting.get_mut(&frame), answer) {
            (Some(waiting), None) => {
                // a datagram that came twice brings no other gateway
                if waiting.heard.iter().all(|(known, _)| known.gateway != reception.gateway) {
                    waiting.heard.push((reception, from));
                }
            }
            (_, Some(answer)) if self.due.len() < MAX_WAITING => {
                self.waiting.insert(frame, Waiting { answer, heard: vec![(reception, from)] });
                self.due.push_back((Instant::now() + GATHER, frame));
            }
            (_, Some(_)) => metrics::counter!("smartpole_downlinks_total", "result" => "overload").increment(1),
            (None, None) => {}
        }
        if self.waiting.get(&frame).is_some_and(|waiting| waiting.heard.len() >= gateways) {
            self.send(frame).await;
        }
    }

    async fn send_next(&mut self) {
        if let Some((_, frame)) = self.due.pop_front() {
            self.send(frame).await;
        }
    }

    /// Answers a frame, unless that was done early.
    async fn send(&mut self, frame: AnswerId) {
        if let Some(waiting) = self.waiting.remove(&frame) {
            let result = self.send_waiting(waiting).await;
            metrics::counter!("smartpole_downlinks_total", "result" => result).increment(1);
        }
    }

    /// What became of it, for the metrics.
    async fn send_waiting(&mut self, waiting: Waiting) -> &'static str {
        let Waiting { answer, heard } = waiting;
        let (receptions, from): (Vec<_>, Vec<_>) = heard.into_iter().unzip();
        let now = clock::now();
        if now > deadline(&answer) {
            return "too_late";
        }
        let phy_payload = answer.phy_payload(&receptions);
        let transmit = match choose(&receptions, answer.rx1_delay_ms, phy_payload, &mut self.duty, now) {
            Ok(transmit) => transmit,
            Err(NotSent::DutyCycle) => return "duty_cycle",
            Err(NotSent::NotHeard | NotSent::TooLong) => return "impossible",
        };
        let chosen = receptions.iter().position(|reception| reception.gateway == transmit.gateway);
        match chosen.and_then(|index| from.get(index)) {
            Some(from) => self.send_by(from, &transmit).await,
            None => "impossible",
        }
    }

    async fn send_by(&mut self, from: &From, transmit: &Transmit) -> &'static str {
        self.next = self.next.wrapping_add(1);
        let sent = match self.ways.get(&from.source) {
            Some(Way::Udp(gateways)) => {
                let sent = gateways.send(transmit.gateway, |token| semtech::pull_resp(token, transmit)).await;
                sent.map(drop)
            }
            Some(Way::Mqtt(publisher)) => {
                let payload = gateway_bridge::downlink(self.next, transmit, from.json);
                publisher.publish(gateway_bridge::command_topic(&from.topic), payload)
            }
            None => return "no_way",
        };
        match sent {
            Ok(()) => "sent",
            Err(error) => {
                tracing::warn!(gateway = %transmit.gateway, "a device goes unanswered: {}", Chain(&error));
                "unreachable"
            }
        }
    }
}

/// A gateway needs it before the device's first window opens.
fn deadline(answer: &Answer) -> UtcMillis {
    answer.received_at.plus(i64::from(answer.rx1_delay_ms))
}
