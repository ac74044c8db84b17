//! A frame, from what a gateway heard to the payload, with 10,000 sessions: `cargo bench -p smartpole-lorawan --bench uplink`.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, unreachable_pub)]

#[path = "../tests/common/mod.rs"]
mod common;

use common::{NET_ID, Radio, START, heard, plain};
use divan::{Bencher, black_box, counter::ItemsCount};
use smartpole_lorawan::{Frame, Heard, Hearing, Network};
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

/// Rows of all devices, each changed once.
#[divan::bench(sample_count = 10)]
fn take_changed(bencher: Bencher<'_, '_>) {
    let (mut network, uplinks) = (network(), uplinks());
    for heard in &uplinks[..DEVICES as usize] {
        network.note(&network.hear(heard, START), std::slice::from_ref(&heard.reception), START);
    }
    bencher.counter(ItemsCount::new(DEVICES)).with_inputs(|| network.clone()).bench_local_refs(Network::take_changed);
}
