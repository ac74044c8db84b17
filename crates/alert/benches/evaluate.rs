//! What a minute's evaluation costs: all well, a gateway dead, and every device silent.
//!
//! `cargo bench -p smartpole-alert --bench evaluate`

use divan::{Bencher, black_box};
use smartpole_alert::{DeviceFacts, Facts, GatewayFacts, PoleFacts, Watch};
use smartpole_model::{Position, UtcMillis, registry::AlertRules};

fn main() {
    divan::main();
}

const DEVICES: [usize; 2] = [10_000, 100_000];
const NOW: UtcMillis = UtcMillis(1_796_050_800_000);

/// Two devices a pole, fifty poles a switch point, a thousand devices a gateway.
fn town(devices: usize, is_silent: impl Fn(usize) -> bool) -> Facts {
    let heard = |silent: bool| if silent { 3_600 } else { 20 };
    let pole = |at: usize| PoleFacts {
        id: format!("pole-{at}"),
        switch_point: Some(format!("S-{}", at / 50)),
        position: Some(Position { lat: 51.55, lon: 7.31 }),
        ..PoleFacts::default()
    };
    let gateway = |at: usize| GatewayFacts {
        id: format!("{at:016x}"),
        last_received_at: Some(NOW.plus(-1_000 * heard(is_silent(at * 1_000)))),
        connected_s: i64::MAX,
        ..GatewayFacts::default()
    };
    let device = |at: usize| DeviceFacts {
        id: format!("device-{at}"),
        pole: at / 2,
        gateway: Some(at / 1_000),
        interval_s: 60,
        silent_s: heard(is_silent(at)),
        last_received_at: Some(NOW.plus(-1_000 * heard(is_silent(at)))),
        connected_s: i64::MAX,
        ..DeviceFacts::default()
    };
    Facts {
        now: NOW,
        poles: (0..devices.div_ceil(2)).map(pole).collect(),
        gateways: (0..devices.div_ceil(1_000)).map(gateway).collect(),
        devices: (0..devices).map(device).collect(),
        ..Facts::default()
    }
}

fn evaluate(bencher: Bencher<'_, '_>, facts: &Facts) {
    let rules = AlertRules::default();
    bencher.with_inputs(Watch::default).bench_values(|mut watch| watch.step(black_box(facts), &rules));
}

#[divan::bench(args = DEVICES)]
fn all_is_well(bencher: Bencher<'_, '_>, devices: usize) {
    evaluate(bencher, &town(devices, |_| false));
}

#[divan::bench(args = DEVICES)]
fn a_gateway_is_dead(bencher: Bencher<'_, '_>, devices: usize) {
    evaluate(bencher, &town(devices, |at| at < 1_000));
}

#[divan::bench(args = DEVICES)]
fn each_device_is_silent(bencher: Bencher<'_, '_>, devices: usize) {
    evaluate(bencher, &town(devices, |_| true));
}
