//! One message of eight values: `cargo bench -p smartpole-codec`.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "../tests/common/mod.rs"]
mod common;

use common::{POLE, catalogue, profile, sensor};
use divan::{Bencher, black_box};
use prost::Message;
use smartpole_codec::{Router, decode, v1};
use smartpole_model::{Format, Inputs, Profile, registry::Codec};

const VALUES: [(&str, i64, u32); 8] = [
    ("pm1", 37, 1),
    ("pm2_5", 39, 1),
    ("pm4", 40, 1),
    ("pm10", 41, 1),
    ("temperature", 2_436, 2),
    ("relative_humidity", 416, 1),
    ("people_in", 12, 0),
    ("people_out", 9, 0),
];
const JSON: &[u8] = br#"{"time":"2026-11-25T10:00:00Z","values":{"pm1":3.7,"pm2_5":3.9,"pm4":4.0,"pm10":4.1,"temperature":24.36,"relative_humidity":41.6,"people_in":12,"people_out":9}}"#;
const UP: &str = "application/17c82e96-be03-4f38-aef3-f83d48582d97/device/70b3d57ba0001b50/event/up";
const EVENT: &[u8] = include_bytes!("../tests/fixtures/decentlab-dl-pm.json");
const DECENTLAB: &str = "
    pm1_0_mass_concentration.value pm1 1 0
    pm2_5_mass_concentration.value pm2_5 1 0
    pm4_mass_concentration.value pm4 1 0
    pm10_mass_concentration.value pm10 1 0
    air_temperature.value temperature 1 0
    air_humidity.value relative_humidity 1 0
    barometric_pressure.value pressure 0.01 0
    battery_voltage.value battery_voltage 1 0";

fn main() {
    divan::main();
}

fn run(bencher: Bencher<'_, '_>, format: Format, profile: &Profile, topic: &str, payload: &[u8]) {
    let catalogue = catalogue();
    assert!(decode(format, profile, &catalogue, topic, payload).is_ok());
    bencher.bench_local(|| decode(format, profile, &catalogue, topic, black_box(payload)));
}

#[divan::bench]
fn protobuf(bencher: Bencher<'_, '_>) {
    let value = |(property, mantissa, decimals): (&str, i64, u32)| v1::Value {
        property: property.to_owned(),
        channel: 0,
        mantissa,
        decimals,
    };
    let sample = v1::Sample { time_ms: Some(1_795_600_800_000), values: VALUES.map(value).to_vec() };
    run(bencher, Format::Smartpole, &profile(""), POLE, &v1::Uplink { samples: vec![sample] }.encode_to_vec());
}

#[divan::bench]
fn json(bencher: Bencher<'_, '_>) {
    run(bencher, Format::Smartpole, &profile(""), POLE, JSON);
}

#[divan::bench]
fn chirpstack(bencher: Bencher<'_, '_>) {
    run(bencher, Format::Chirpstack, &profile(DECENTLAB), UP, EVENT);
}

#[divan::bench]
fn chirpstack_protobuf(bencher: Bencher<'_, '_>) {
    let event = include_bytes!("../tests/fixtures/decentlab-dl-pm.pb");
    run(bencher, Format::Chirpstack, &profile(DECENTLAB), UP, event);
}

#[divan::bench]
fn chirpstack_protobuf_native(bencher: Bencher<'_, '_>) {
    let event = include_bytes!("../tests/fixtures/decentlab-dl-pm.pb");
    run(bencher, Format::Chirpstack, &sensor(Codec::DecentlabDlPm, &[]), UP, event);
}

#[divan::bench]
fn chirpstack_native(bencher: Bencher<'_, '_>) {
    run(bencher, Format::Chirpstack, &sensor(Codec::DecentlabDlPm, &[]), UP, EVENT);
}

#[divan::bench]
fn route(bencher: Bencher<'_, '_>) {
    let router = Router::new(&Inputs::default());
    bencher.bench_local(|| router.route(black_box(UP), b"").map(|addressed| addressed.device_id.map(|id| id.len())));
}
