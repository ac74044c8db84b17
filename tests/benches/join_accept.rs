//! How soon a join accept is on its way to the gateway, while 5,000 messages a second come in by MQTT.
//!
//! `cargo build --release && cargo bench -p smartpole-tests --bench join_accept`. It prints the time from the request's datagram to
//! the answer's: with one gateway, which answers at once, and with two of which one is silent, so that the service waits 200 ms for
//! the other. The limit is 100 ms at the 99th percentile, of the time that is not waited for gateways; the device's window opens
//! after 5,000 ms.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use firmware_sim::{Fleet, Pace, Spec, publish::publish_fleet, synthetic};
use smartpole_model::{Activation, Credentials, Eui, FCntReset, Inputs, Key, UtcMillis, registry::Files};
use smartpole_tests::{Config, Gateway, Ledger, Listener, Service, eventually, free_port, join_request, now, rxpk};
use tokio::time::{MissedTickBehavior, interval};

const GATEWAY: Eui = Eui(1);
/// So many devices join, one after the other; more would use up half an hour's airtime of one gateway.
const JOINS: usize = 250;
const EVERY: Duration = Duration::from_millis(100);
const LOAD: f64 = 5_000.0;
const POLES: usize = 2_000;

#[tokio::main]
async fn main() {
    for gateways in [1, 2] {
        measure(gateways).await;
    }
}

async fn measure(gateways: usize) {
    let (listener, port) = (Listener::new(), free_port());
    let files = registry(gateways);
    let config = files.iter().fold(Config::new().listener(listener).gateways(port), |config, (name, bytes)| {
        config.registry_file(name, std::str::from_utf8(bytes).expect("the files are text"))
    });
    let inputs = Inputs::parse(&files).expect("the registry is sound");
    let service = Service::start(config).await;
    // enough for the whole run, most of it in the past
    let to = UtcMillis(now().0 - 86_400_000);
    let fleet = Fleet::new(&inputs, Spec { step_s: Some(60), ..Spec::new(1, to.plus(-7_200_000), to) });
    let load =
        tokio::spawn(async move { publish_fleet(&fleet, &listener.broker(), 32, Pace::PerSecond(LOAD), |_| {}).await });
    let before = eventually("the load is on", async || {
        let seen = Ledger::ask(service.api()).await?.messages();
        if seen > 10_000 { Ok(seen) } else { Err(format!("{seen} messages")) }
    })
    .await;
    let start = Instant::now();
    let mut waits = joins(port).await;
    let seconds = start.elapsed().as_secs_f64();
    let after = Ledger::ask(service.api()).await.expect("it answers").messages();
    load.abort();
    waits.sort_unstable();
    let at = |share: usize| waits[(waits.len() * share / 100).min(waits.len() - 1)].as_secs_f64() * 1e3;
    let waited = if gateways == 1 { 0.0 } else { 200.0 };
    println!(
        "{gateways} gateway(s): {} of {JOINS} answered; {:.0} messages/s beside; p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms, of it {waited:.0} ms for other gateways: {:.2} of the limit of 100 ms",
        waits.len(),
        (after - before) as f64 / seconds,
        at(50),
        at(99),
        at(100),
        (at(99) - waited) / 100.0,
    );
}

/// How long each device waited.
async fn joins(port: u16) -> Vec<Duration> {
    let gateway = Gateway::new(GATEWAY, port).await;
    gateway.pull_until_acknowledged().await;
    let mut waits = Vec::new();
    let mut turns = interval(EVERY);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for device in 0..JOINS {
        turns.tick().await;
        if device % 40 == 39 {
            gateway.pull(device as u16).await;
        }
        let frame = join_request(eui(device), &credentials(device), 1);
        let sent = Instant::now();
        gateway.push(device as u16, &rxpk(device as u32, &[frame])).await;
        while let Some(answer) = gateway.answer().await {
            if answer[3] == 3 {
                waits.push(sent.elapsed());
                break;
            }
        }
    }
    waits
}

fn eui(device: usize) -> Eui {
    Eui(0x0200_0000_0000_0000 + device as u64)
}

fn credentials(device: usize) -> Credentials {
    let mut key = [7; 16];
    key[..8].copy_from_slice(&eui(device).0.to_be_bytes());
    let activation = Activation::Otaa { join_eui: None, app_key: Key::new(key) };
    Credentials { activation, f_cnt_reset: FCntReset::Refuse }
}

/// Poles for the load, and devices that join.
fn registry(gateways: usize) -> Files {
    let mut files = synthetic(POLES, 1);
    let profile = include_str!("../../deploy/castrop-rauxel/profiles/decentlab-dl-pm.toml");
    files.insert("profiles/decentlab-dl-pm.toml".to_owned(), profile.as_bytes().to_vec());
    let mut devices = String::new();
    let mut keys = "device,activation,app_key\n".to_owned();
    for device in 0..JOINS {
        let Activation::Otaa { app_key, .. } = credentials(device).activation else { continue };
        let key = u128::from_be_bytes(*app_key.bytes());
        writeln!(devices, "{},p000000,decentlab-dl-pm,,,", eui(device)).expect("a string takes all");
        writeln!(keys, "{},otaa,{key:032x}", eui(device)).expect("a string takes all");
    }
    files.entry("devices.csv".to_owned()).or_default().extend_from_slice(devices.as_bytes());
    files.insert("keys.csv".to_owned(), keys.into_bytes());
    let rows = (1..=gateways).map(|number| format!("{},Gateway {number},,\n", Eui(number as u64)));
    files.insert("gateways.csv".to_owned(), format!("id,name,lat,lon\n{}", rows.collect::<String>()).into_bytes());
    files
}
