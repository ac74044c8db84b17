//! A LoRaWAN fleet against a network server of few lines, made of a second implementation of LoRaWAN.

#![allow(clippy::unwrap_used, unreachable_pub)]

mod server;

use std::{collections::BTreeMap, time::Duration};

use firmware_sim::{
    Faults, LorawanTruth, Spec,
    lorawan::{Content, Delivery, Fleet, Play, Played, Said, play},
    synthetic_with_lorawan,
};
use server::{Server, Settings};
use smartpole_model::{Inputs, Reason, UtcMillis};

fn inputs(poles: usize) -> Inputs {
    Inputs::parse(&synthetic_with_lorawan(poles, 1)).map_err(|problems| format!("{problems:#?}")).unwrap()
}

fn spec(hours: i64, faults: Faults) -> Spec {
    let to: UtcMillis = "2026-11-20T12:00:00Z".parse().unwrap();
    Spec { faults, ..Spec::new(7, to.plus(-hours * 3_600_000), to) }
}

fn now() -> UtcMillis {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

struct Run {
    played: Played,
    deliveries: Vec<Delivery>,
    server: Server,
    truth: LorawanTruth,
    fleet: Fleet,
}

async fn run(poles: usize, hours: i64, faults: Faults, settings: Settings) -> Run {
    let inputs = inputs(poles);
    let fleet = Fleet::new(&inputs, spec(hours, faults));
    let server = Server::start(&inputs, settings).await;
    let play_it = Play { resend_after: Duration::from_millis(20), ..Play::new(server.address(), now()) };
    let mut deliveries = Vec::new();
    let played = play(&fleet, &play_it, |delivery| deliveries.push(delivery.clone())).await.unwrap();
    let truth = LorawanTruth::of(&inputs, &fleet, &deliveries);
    Run { played, deliveries, server, truth, fleet }
}

#[tokio::test]
async fn devices_join_and_their_frames_are_taken_by_another_implementation() {
    let run = run(8, 6, Faults::default(), Settings::default()).await;
    let seen = run.server.stop().await;
    assert_eq!(seen.wrong, Vec::<String>::new());
    let planned = run.fleet.planned();
    assert!(
        seen.uplinks.len() as u64 > planned * 8 / 10 && seen.uplinks.len() as u64 <= planned,
        "{} of {planned}",
        seen.uplinks.len()
    );
    assert_eq!(
        seen.joined.len(),
        run.fleet.devices().iter().filter(|device| device.written_address().is_none()).count()
    );
    assert!(run.played.copies > seen.uplinks.len() as u64, "some frames are heard by two gateways");
    for delivery in &run.deliveries {
        let Content::Frames(copies) = &delivery.content else { continue };
        for copy in copies.iter().filter(|copy| copy.crc_ok) {
            if let Said::Data { dev_addr, f_cnt, port, payload, .. } = &copy.frame.said {
                assert_eq!(seen.uplinks.get(&(*dev_addr, *f_cnt)), Some(&(*port, payload.clone())));
            }
        }
    }
}

#[tokio::test]
async fn without_faults_every_frame_is_an_uplink_once() {
    let run = run(8, 6, Faults::default(), Settings::default()).await;
    let seen = run.server.stop().await;
    let messages = &run.truth.truth.messages;
    assert_eq!(messages.uplink, seen.uplinks.len() as u64);
    assert!(messages.quarantined.keys().all(|reason| *reason == Reason::BadCrc), "{messages:?}");
    assert!(run.truth.untimed.is_empty() && run.truth.truth.windows.len() > 100);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_frames() {
    let frames = async || {
        let run = run(4, 3, Faults::typical(), Settings::default()).await;
        let copies = run.deliveries.into_iter().filter_map(|delivery| match delivery.content {
            Content::Frames(copies) => Some(copies),
            Content::Stat | Content::TxAck => None,
        });
        let mut frames: Vec<_> = copies.flatten().map(|copy| (copy.frame.number, copy.frame.bytes.clone())).collect();
        frames.sort();
        frames
    };
    let (one, two) = (frames().await, frames().await);
    assert!(one.len() > 100);
    assert_eq!(one, two);
}

#[tokio::test]
async fn all_faults_happen_and_lose_nothing_that_was_heard() {
    let faults = Faults { repeat: 0.05, ..Faults::all(0.05) };
    let run = run(16, 18, faults, Settings { lose_acks: 7, ..Settings::default() }).await;
    let seen = run.server.stop().await;
    let messages = &run.truth.truth.messages;
    println!("{:?}\n{messages:?}\n{:?}", run.played, run.truth.maybe);
    for reason in [
        Reason::UnknownGateway,
        Reason::BadCrc,
        Reason::UnknownDevAddr,
        Reason::WrongMic,
        Reason::FCntReset,
        Reason::DevNonceUsed,
    ] {
        assert!(messages.quarantined.get(&reason).is_some_and(|n| *n > 0), "no {reason:?} in {messages:?}");
    }
    assert!(messages.duplicate > 0 && messages.control > 0 && run.played.resent > 0);
    assert_eq!(seen.frames.len() as u64, run.played.copies);
}

#[tokio::test]
async fn a_join_accept_that_comes_too_late_is_refused_and_the_device_asks_again() {
    let run = run(2, 1, Faults::default(), Settings { late_accepts: 2, ..Settings::default() }).await;
    let seen = run.server.stop().await;
    assert_eq!(run.played.refused_downlinks, 2);
    assert_eq!(seen.tx_errors, ["TOO_LATE", "TOO_LATE", "NONE", "NONE"]);
    assert_eq!(seen.joined.len(), 2);
    assert!(seen.nonces.values().all(|nonces| nonces[1] == nonces[0] + 1), "{:?}", seen.nonces);
}

/// Lowest and highest DevNonce or counter of each device.
fn numbers(deliveries: &[Delivery]) -> BTreeMap<(usize, bool), (u32, u32)> {
    let mut numbers = BTreeMap::new();
    for delivery in deliveries {
        let Content::Frames(copies) = &delivery.content else { continue };
        for copy in copies {
            let (join, number) = match copy.frame.said {
                Said::Join { dev_nonce } => (true, dev_nonce.into()),
                Said::Data { f_cnt, .. } => (false, f_cnt),
                Said::Forged { .. } => continue,
            };
            let (low, high) = numbers.entry((copy.frame.device, join)).or_insert((number, number));
            (*low, *high) = ((*low).min(number), (*high).max(number));
        }
    }
    numbers
}

#[tokio::test]
async fn a_later_process_goes_on_after_what_was_reported_with_higher_numbers() {
    let inputs = inputs(8);
    let (first, mut second) = (spec(6, Faults::default()), spec(12, Faults::default()));
    second.to = first.to.plus(6 * 3_600_000);
    let server = Server::start(&inputs, Settings::default()).await;
    let (mut one, mut two) = (Vec::new(), Vec::new());
    let fleet = Fleet::new(&inputs, first.clone());
    let at_first = Play::new(server.address(), now());
    play(&fleet, &at_first, |delivery| one.push(delivery.clone())).await.unwrap();
    let reported = fleet.devices().iter().map(|device| (device.eui.to_string(), first.to)).collect();
    let later = Play { reported, ..Play::new(server.address(), now().plus(60_000)) };
    play(&Fleet::new(&inputs, second), &later, |delivery| two.push(delivery.clone())).await.unwrap();
    let (one, two) = (numbers(&one), numbers(&two));
    for (device, known) in fleet.devices().iter().enumerate() {
        let personalized = known.written_address().is_some();
        let (before, after) = (one[&(device, !personalized)], two[&(device, !personalized)]);
        assert!(after.0 > before.1, "device {device}: {before:?}, then {after:?}");
    }
    assert_eq!(server.stop().await.wrong, Vec::<String>::new());
}
