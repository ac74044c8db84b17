//! A frame, from what a gateway heard to the payload, with 10,000 sessions: `cargo bench -p smartpole-lorawan --bench uplink`.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, unreachable_pub)]

#[path = "../tests/common/mod.rs"]
mod common;

use base64::{Engine, engine::general_purpose::STANDARD};
use common::{NET_ID, Radio, START, heard, plain};
use divan::{Bencher, black_box, counter::ItemsCount};
use smartpole_lorawan::{
    Frame, GatewayMessage, Heard, Hearing, Network,
    semtech::{
        self,
        datagram::{Datagram, split},
    },
};
use smartpole_model::{DeviceNo, Eui, FCntReset};

const DEVICES: u32 = 10_000;
/// As many uplinks as there are measured, so that each is new.
const SAMPLES: u32 = 100;
const FRAMES: u32 = 1_000;

fn main() {
    divan::main();
}

fn radio(device: u32) -> Radio {
    Radio::new(0x2600_0000 + device, device as u8)
}

fn network() -> Network {
    let mut network = Network::new(NET_ID);
    let rows = (0..DEVICES).map(|no| (DeviceNo(no), Eui(no.into()), radio(no).abp(FCntReset::Refuse)));
    network.put_in_force(NET_ID, rows);
    network
}

/// Uplinks of 20 bytes, each device in turn.
fn uplinks() -> Vec<Heard> {
    let frame = |i: u32| radio(i % DEVICES).frame(i / DEVICES, &plain(&[i as u8; 20]));
    (0..SAMPLES * FRAMES).map(|i| heard(&frame(i), 1, i)).collect()
}

#[divan::bench]
fn parse(bencher: Bencher<'_, '_>) {
    let frame = radio(1).frame(1, &plain(&[1; 20]));
    bencher.counter(ItemsCount::new(1usize)).bench_local(|| Frame::parse(black_box(&frame)).is_ok());
}

/// Proven and decrypted; nothing is changed.
#[divan::bench(sample_count = SAMPLES, sample_size = FRAMES)]
fn hear(bencher: Bencher<'_, '_>) {
    let (network, uplinks) = (network(), uplinks());
    let mut frames = uplinks.iter().cycle();
    bencher.counter(ItemsCount::new(1usize)).bench_local(|| {
        let hearing = network.hear(black_box(frames.next().unwrap()), START);
        assert!(matches!(hearing, Hearing::Uplink(_)));
        hearing
    });
}

#[divan::bench(sample_count = SAMPLES, sample_size = FRAMES)]
fn hear_and_note(bencher: Bencher<'_, '_>) {
    let (mut network, uplinks) = (network(), uplinks());
    let mut frames = uplinks.iter().cycle();
    bencher.counter(ItemsCount::new(1usize)).bench_local(|| {
        let heard = black_box(frames.next().unwrap());
        let hearing = network.hear(heard, START);
        network.note(&hearing, std::slice::from_ref(&heard.reception), START);
        hearing
    });
}

/// From a gateway's datagram of one frame to the payload, proven, decrypted and noted.
#[divan::bench(sample_count = SAMPLES, sample_size = FRAMES)]
fn datagram_to_uplink(bencher: Bencher<'_, '_>) {
    let mut network = network();
    let datagrams: Vec<Vec<u8>> = uplinks().iter().zip(0..).map(|(heard, i)| datagram(&heard.phy_payload, i)).collect();
    let mut next = datagrams.iter().cycle();
    bencher.counter(ItemsCount::new(1usize)).bench_local(|| {
        let datagram = Datagram::parse(black_box(next.next().unwrap())).unwrap();
        let Datagram::PushData { gateway, body, .. } = datagram else { panic!("no PUSH_DATA") };
        let (kind, object) = split(body).unwrap()[0];
        let (_, message) = semtech::read(&kind.topic(Some(gateway)), object.get().as_bytes()).unwrap();
        let GatewayMessage::Uplink(heard) = message else { panic!("no frame") };
        let hearing = network.hear(&heard, START);
        assert!(matches!(hearing, Hearing::Uplink(_)));
        network.note(&hearing, std::slice::from_ref(&heard.reception), START);
        hearing
    });
}

/// A PUSH_DATA with one frame.
fn datagram(frame: &[u8], tmst: u32) -> Vec<u8> {
    let (data, size) = (STANDARD.encode(frame), frame.len());
    let body = format!(
        "{{\"rxpk\":[{{\"time\":\"2026-11-25T10:00:00.528002Z\",\"tmst\":{tmst},\"chan\":2,\"rfch\":1,\"freq\":868.1,\"stat\":1,\"modu\":\"LORA\",\"datr\":\"SF7BW125\",\"codr\":\"4/5\",\"rssi\":-92,\"lsnr\":7.2,\"size\":{size},\"data\":\"{data}\"}}]}}"
    );
    [&[2, 0, 1, 0, 0, 0x16, 0xc0, 1, 0xf1, 0x53, 0xa1, 0x4c], body.as_bytes()].concat()
}

/// Rows of all devices, each changed once.
#[divan::bench(sample_count = 10)]
fn take_changed(bencher: Bencher<'_, '_>) {
    let (mut network, uplinks) = (network(), uplinks());
    for heard in &uplinks[..DEVICES as usize] {
        network.note(&network.hear(heard, START), std::slice::from_ref(&heard.reception), START);
    }
    bencher.counter(ItemsCount::new(DEVICES)).with_inputs(|| network.clone()).bench_local_refs(Network::take_changed);
}
