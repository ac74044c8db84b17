//! The truth about a LoRaWAN fleet equals what the service's fold makes of it.

#![allow(clippy::unwrap_used, unreachable_pub)]

mod folded;

use std::{
    collections::{HashMap, HashSet},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use firmware_sim::{
    Faults, LorawanTruth, Outcomes, Spec, Verdicts, Window,
    lorawan::{Fleet, Play, play},
    synthetic_with_lorawan,
};
use folded::{Kept, OneRegistry, outcomes, replay_all, verdicts, windows};
use smartpole_lorawan::{
    DutyCycle, choose,
    semtech::{
        datagram::{Datagram, split},
        pull_resp,
    },
};
use smartpole_model::{Eui, Inputs, RawMessageRef, RecordRef, Seq, UtcMillis};
use smartpole_pipeline::{Effect, Env, Fold, Offer, Restore};
use tokio::{net::UdpSocket, sync::oneshot};

/// What the fold made of it.
#[derive(Debug, PartialEq)]
struct Folded {
    messages: Outcomes,
    readings: Verdicts,
    windows: Vec<Window>,
}

/// A service without a disk: datagrams are folded one by one, and of so many acknowledgements one is lost.
struct Service {
    inputs: Arc<Inputs>,
    fold: Fold,
    kept: Kept,
    gateways: HashMap<Eui, SocketAddr>,
    seq: u64,
    now: UtcMillis,
    /// Topics of the messages received in this millisecond: each once.
    topics: HashSet<String>,
    duty: DutyCycle,
    pushes: usize,
    lose_acks: usize,
}

const STARTED: UtcMillis = UtcMillis(1_795_600_800_000);

impl Service {
    fn new(inputs: &Arc<Inputs>, lose_acks: usize) -> Self {
        let (registry, kept) = (OneRegistry(Arc::clone(inputs)), Kept::default());
        let env = Env { stored: &kept, inputs: &registry };
        let mut fold = Fold::restore(Restore::default(), &env).unwrap();
        fold.answer(true);
        fold.apply(Seq(1), &RecordRef::Inputs { received_at: STARTED, hash: "registry" }, false, &env).unwrap();
        let (gateways, duty) = (HashMap::new(), DutyCycle::new(STARTED));
        let (inputs, now, topics) = (Arc::clone(inputs), STARTED, HashSet::new());
        Self { inputs, fold, kept, gateways, seq: 1, now, topics, duty, pushes: 0, lose_acks }
    }

    /// As many messages a millisecond as the journal gives one.
    fn receive(&mut self, topic: &str) -> UtcMillis {
        if !self.topics.insert(topic.to_owned()) {
            self.now = self.now.plus(1);
            self.topics = HashSet::from([topic.to_owned()]);
        }
        self.now
    }

    fn take(&mut self, bytes: &[u8], peer: SocketAddr) -> Vec<(Vec<u8>, SocketAddr)> {
        let datagram = Datagram::parse(bytes).unwrap();
        let gateway = datagram.gateway();
        let mut answers: Vec<_> = datagram.ack().map(|ack| (ack.to_vec(), peer)).into_iter().collect();
        match datagram {
            Datagram::PullData { .. } => _ = self.gateways.insert(gateway, peer),
            Datagram::TxAck { .. } => _ = self.fold_one(&format!("semtech/{gateway}/tx_ack"), bytes),
            Datagram::PushData { body, .. } => {
                self.pushes += 1;
                if self.pushes.is_multiple_of(self.lose_acks) {
                    answers.clear();
                }
                for (kind, object) in split(body).unwrap() {
                    answers.extend(self.fold_one(&kind.topic(Some(gateway)), object.get().as_bytes()));
                }
                let changes = self.fold.take_changes();
                self.kept.commit(changes);
                self.fold.committed();
            }
        }
        answers
    }

    fn fold_one(&mut self, topic: &str, payload: &[u8]) -> Vec<(Vec<u8>, SocketAddr)> {
        self.seq += 1;
        let (registry, received_at) = (OneRegistry(Arc::clone(&self.inputs)), self.receive(topic));
        let message = RawMessageRef {
            source: "udp",
            topic,
            payload,
            received_at,
            principal: "",
            peer: "",
            qos: 0,
            retained: false,
        };
        let env = Env { stored: &self.kept, inputs: &registry };
        let mut offers = Vec::new();
        let records = [(Seq(self.seq), RecordRef::Message(message))];
        self.fold.apply_all(&records, |_| false, &env, |more| offers.extend(more)).unwrap();
        self.kept.journal(Seq(self.seq), &message);
        offers.into_iter().filter_map(|offer| self.answer(offer)).collect()
    }

    /// By the gateway that heard the device first.
    fn answer(&mut self, offer: Offer) -> Option<(Vec<u8>, SocketAddr)> {
        let (answer, receptions, now) = (offer.answer?, [offer.reception], self.now);
        let frame = answer.phy_payload(&receptions);
        let transmit = choose(&receptions, answer.rx1_delay_ms, frame, &mut self.duty, now).ok()?;
        Some((pull_resp([0, 7], &transmit), *self.gateways.get(&transmit.gateway)?))
    }

    async fn serve(mut self, socket: UdpSocket, mut stopped: oneshot::Receiver<()>) -> Folded {
        let mut buffer = vec![0; 1 << 16];
        loop {
            let (length, peer) = tokio::select! {
                biased;
                received = socket.recv_from(&mut buffer) => received.unwrap(),
                _ = &mut stopped => break,
            };
            for (bytes, to) in self.take(&buffer[..length], peer) {
                socket.send_to(&bytes, to).await.unwrap();
            }
        }
        self.folded()
    }

    /// What was folded; replaying all of it changes nothing.
    fn folded(mut self) -> Folded {
        let folded = self.told();
        let effect = replay_all(&mut self.fold, &mut self.kept, &self.inputs);
        assert_eq!(effect, Effect { messages: effect.messages, ..Effect::default() });
        assert_eq!(self.told(), folded);
        folded
    }

    fn told(&self) -> Folded {
        let windows = windows(&self.inputs, &self.fold, &self.kept);
        Folded { messages: outcomes(&self.fold), readings: verdicts(&self.fold), windows }
    }
}

/// Plays a fleet against the fold, and compares.
async fn check(poles: usize, hours: i64, seed: u64, faults: Faults, lose_acks: usize) -> LorawanTruth {
    let inputs = Arc::new(Inputs::parse(&synthetic_with_lorawan(poles, seed)).unwrap());
    let to = STARTED.plus(-86_400_000);
    let fleet = Fleet::new(&inputs, Spec { faults, ..Spec::new(seed, to.plus(-hours * 3_600_000), to) });
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let service = tokio::spawn(Service::new(&inputs, lose_acks).serve(socket, stopped));
    let patience = Duration::from_millis(500);
    let how = Play { join_patience: patience, resend_after: Duration::from_millis(20), ..Play::new(address, STARTED) };
    let mut deliveries = Vec::new();
    play(&fleet, &how, |delivery| deliveries.push(delivery.clone())).await.unwrap();
    stop.send(()).unwrap();
    let folded = service.await.unwrap();
    let truth = LorawanTruth::of(&inputs, &fleet, &deliveries);
    let differs = truth.difference(&folded.messages);
    assert!(differs.is_empty(), "{differs:#?}");
    assert_eq!(folded.readings, truth.truth.readings);
    let timed = |window: &&Window| !truth.untimed.contains(&window.device);
    let is: Vec<_> = folded.windows.iter().filter(timed).collect();
    let must: Vec<_> = truth.truth.windows.iter().collect();
    assert_eq!(is.len(), must.len());
    assert_eq!(is, must);
    truth
}

#[tokio::test]
async fn the_fold_makes_of_a_faultless_fleet_what_the_truth_says() {
    let truth = check(12, 12, 1, Faults::default(), usize::MAX).await;
    assert!(truth.truth.windows.len() > 1000 && truth.untimed.is_empty());
}

#[tokio::test]
async fn the_fold_makes_of_a_faulty_fleet_what_the_truth_says() {
    for seed in 2..6 {
        check(12, 24, seed, Faults { gps_lost: 0.0, ..Faults::all(0.04) }, 13).await;
    }
}

#[tokio::test]
async fn gateways_without_gps_leave_few_windows_untold() {
    let truth = check(12, 24, 5, Faults { gps_lost: 0.02, ..Faults::typical() }, 50).await;
    assert!(!truth.untimed.is_empty() && truth.truth.windows.len() > 100);
}
