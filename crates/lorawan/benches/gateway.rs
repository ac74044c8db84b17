//! A gateway's message, from its bytes to what it heard: `cargo bench -p smartpole-lorawan --bench gateway`.
#![allow(missing_docs, clippy::unwrap_used)]

use divan::{Bencher, black_box, counter::ItemsCount};
use smartpole_lorawan::{gateway_bridge, semtech};

const RXPK: &[u8] = br#"{"jver":1,"tmst":3512348611,"time":"2026-11-25T10:00:00.528002Z","tmms":1479636018528,"chan":2,"rfch":0,"freq":868.100000,"mid":8,"stat":1,"modu":"LORA","datr":"SF7BW125","codr":"4/5","rssis":-36,"lsnr":5.1,"foff":-812,"rssi":-35,"size":33,"data":"QAQDAgEACgAF1xwoT3WezUyG8WhbwOG1Lkc1rTY2jW8H"}"#;
/// `with GPS time` of the recordings.
const PROTOBUF: &str = "0a1480040302010300000673070ae264d4f7e117d2c0221208a0cff89d03120a1a0808c8d007100728012a4b0a103030313663303031663135336131346310031a0c08a0e39ad80610d0d7e2fb01220c08b2debbb2051080c8e2fb0130ddffffffffffffffff013d3333a34040026a04d15a2fc3800102";
const JSON: &[u8] = br#"{"phyPayload":"gAQDAgEDAAAGcwcK4mTU9+EX0sA=","txInfo":{"frequency":868100000,"modulation":{"lora":{"bandwidth":125000,"spreadingFactor":7,"codeRate":"CR_4_5"}}},"rxInfo":{"gatewayId":"0016c001f153a14c","uplinkId":3,"gwTime":"2026-11-25T10:00:00.528002Z","timeSinceGpsEpoch":"1479636018.528s","rssi":-35,"snr":5.1,"channel":2,"context":"0Vovww==","crcStatus":"CRC_OK"}}"#;

fn main() {
    divan::main();
}

#[divan::bench]
fn rxpk(bencher: Bencher<'_, '_>) {
    let topic = "semtech/0016c001f153a14c/rxpk";
    bencher.counter(ItemsCount::new(1usize)).bench_local(|| semtech::read(topic, black_box(RXPK)).unwrap());
}

#[divan::bench]
fn bridge_protobuf(bencher: Bencher<'_, '_>) {
    let bytes: Vec<u8> =
        (0..PROTOBUF.len()).step_by(2).map(|at| u8::from_str_radix(&PROTOBUF[at..at + 2], 16).unwrap()).collect();
    bridge(bencher, &bytes);
}

#[divan::bench]
fn bridge_json(bencher: Bencher<'_, '_>) {
    bridge(bencher, JSON);
}

fn bridge(bencher: Bencher<'_, '_>, payload: &[u8]) {
    let topic = "eu868/gateway/0016c001f153a14c/event/up";
    bencher.counter(ItemsCount::new(1usize)).bench_local(|| gateway_bridge::read(topic, black_box(payload)).unwrap());
}
