//! What 10,000 sessions take that remember all they can: `cargo run --release -p smartpole-lorawan --example memory` (Linux).
#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub)]

#[path = "../tests/common/mod.rs"]
mod common;

use common::{NET_ID, Radio, START, Up, heard, plain};
use smartpole_lorawan::{Hearing, Network};
use smartpole_model::{DeviceNo, Eui, FCntReset};

const DEVICES: u32 = 10_000;

fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    pages.split(' ').nth(1).expect("a second number").parse::<u64>().expect("a number") * 4096
}

/// The first sixteen counters, a gap that needs the ring, eight more; with every MAC command.
fn fill(network: &mut Network, radio: &Radio, gateways: std::ops::RangeInclusive<u64>) {
    let commands = Up { f_opts: vec![2, 3, 1, 4, 5, 1, 6, 1, 1, 7, 1, 8, 9, 10, 1], ..plain(&[1]) };
    for f_cnt in (0..16).chain((0..8_000).step_by(1_000).map(|f_cnt| f_cnt + 8_001)) {
        let frame = radio.frame(f_cnt, &commands);
        for gateway in gateways.clone() {
            let heard = heard(&frame, gateway, f_cnt);
            let hearing = network.hear(&heard, START);
            assert!(!matches!(hearing, Hearing::Refused(_)), "{hearing:?}");
            network.note(&hearing, std::slice::from_ref(&heard.reception), START);
        }
    }
}

fn main() {
    let radio = |no: u32| Radio::new(0x2600_0000 + no, no as u8);
    let mut network = Network::new(NET_ID);
    let rows = (0..DEVICES).map(|no| (DeviceNo(no), Eui(no.into()), radio(no).abp(FCntReset::Refuse)));
    let before = resident();
    network.put_in_force(NET_ID, rows);
    println!("{DEVICES} sessions never heard: {:.1} MB resident", (resident() - before) as f64 / 1e6);
    for gateways in [1..=3, 4..=8] {
        (0..DEVICES).for_each(|no| fill(&mut network, &radio(no), gateways.clone()));
        let bytes = resident() - before;
        println!("{DEVICES} full sessions, {} gateways each: {:.1} MB resident", gateways.end(), bytes as f64 / 1e6);
    }
    let bytes: usize = network.take_changed().iter().map(|(_, row)| row.len()).sum();
    println!("packed: {} bytes each", bytes / DEVICES as usize);
}
