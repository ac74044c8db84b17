//! What ChirpStack's Gateway Bridge published when it was recorded, through a real Mosquitto; and what devices are told by the
//! same way.

use std::fs;

use base64::{Engine, engine::general_purpose::STANDARD};
use firmware_sim::{Pace, publish::publish};
use lrwn::{AES128Key, EUI64, JoinType, Payload, PhyPayload};
use prost::Message as _;
use serde_json::Value;
use smartpole_lorawan::gw::{DownlinkFrame, UplinkFrame};
use smartpole_tests::{Config, Ledger, Mosquitto, Service, Subscription, eventually, message, now, repository};

/// The devices of the frames recorded: the published vectors of ChirpStack's `lrwn` (see `crates/lorawan/tests`).
const KEY: &str = "0102030405060708090a0b0c0d0e0f10";
const OTHER_KEY: &str = "100f0e0d0c0b0a090807060504030201";
const PROFILE: &str = "name = \"radio\"\ncodec = \"cayenne_lpp\"\ninterval_s = 600\npayload_time = false\n\
    [[mapping]]\npath = \"analog_input.1\"\nproperty = \"pm2_5\"\nunit = \"ug/m3\"\n";

fn config(broker: &Mosquitto) -> Config {
    Config::new()
        .broker(broker)
        .section("subscriptions = [\"gateway/+/event/+\"]\ndownlinks = true")
        .registry_file("profiles/radio.toml", PROFILE)
        .registry_line("gateways.csv", "0016c001f153a14c,Rekorder,,")
        .registry_line("devices.csv", "0202020202020202,AM-01,radio,,,\n0303030303030303,AM-01,radio,,,")
        .registry_file(
            "keys.csv",
            &format!(
                "device,activation,join_eui,app_key,dev_addr,nwk_s_key,app_s_key\n\
                 0202020202020202,otaa,0101010101010101,{KEY},,,\n0303030303030303,abp,,,01020304,{KEY},{OTHER_KEY}\n"
            ),
        )
}

/// Topics and payloads as they were published, in this form.
fn recorded(form: &str) -> Vec<(String, Vec<u8>)> {
    let path = repository().join(format!("crates/lorawan/tests/fixtures/gateway-bridge/{form}.json"));
    let text = fs::read_to_string(path).expect("the fixture");
    let recording: Value = serde_json::from_str(&text).expect("it is JSON");
    let exchanges = ["pushes", "downlinks"].into_iter().flat_map(|part| recording[part].as_array().expect("a list"));
    let published = exchanges.flat_map(|exchange| exchange["published"].as_array().expect("a list"));
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let payload =
        |topic: &str, payload: Vec<u8>| if topic.ends_with("/event/up") { heard_now(form, &payload) } else { payload };
    let recorded = published.map(|sent| (text(&sent["topic"]), bytes(form, &text(&sent["payload"]))));
    recorded.map(|(topic, bytes)| (topic.clone(), payload(&topic, bytes))).collect()
}

/// A frame as if its gateway had heard it just now: a join that a gateway has stored for days is not answered. Where there
/// was no GPS time there is none.
fn heard_now(form: &str, payload: &[u8]) -> Vec<u8> {
    let now = now();
    // GPS began on 1980-01-06 and is 18 leap seconds ahead
    let gps_ms = now.0 - 315_964_800_000 + 18_000;
    if form == "json" {
        let mut frame: Value = serde_json::from_slice(payload).expect("it is JSON");
        let times =
            [("gwTime", now.to_string()), ("timeSinceGpsEpoch", format!("{}.{:03}s", gps_ms / 1_000, gps_ms % 1_000))];
        for (key, time) in times {
            if let Some(known) = frame["rxInfo"].get_mut(key) {
                *known = time.into();
            }
        }
        return frame.to_string().into_bytes();
    }
    let mut frame = UplinkFrame::decode(payload).expect("an uplink");
    let reception = frame.rx_info.as_mut().expect("a reception");
    if let Some(time) = &mut reception.gw_time {
        (time.seconds, time.nanos) = (now.0 / 1_000, (now.0 % 1_000 * 1_000_000) as i32);
    }
    if let Some(time) = &mut reception.time_since_gps_epoch {
        (time.seconds, time.nanos) = (gps_ms / 1_000, (gps_ms % 1_000 * 1_000_000) as i32);
    }
    frame.encode_to_vec()
}

fn bytes(form: &str, payload: &str) -> Vec<u8> {
    if form == "json" {
        return payload.as_bytes().to_vec();
    }
    (0..payload.len() / 2).map(|at| u8::from_str_radix(&payload[2 * at..2 * at + 2], 16).expect("hex")).collect()
}

/// The frames that devices were sent.
async fn frames(subscription: Subscription) -> Vec<Vec<u8>> {
    let frame = |(topic, payload): (String, Vec<u8>)| {
        assert_eq!(topic, "gateway/0016c001f153a14c/command/down");
        if payload.starts_with(b"{") {
            let command: Value = serde_json::from_slice(&payload).expect("it is JSON");
            return STANDARD.decode(command["items"][0]["phyPayload"].as_str().expect("a frame")).expect("base64");
        }
        DownlinkFrame::decode(payload.as_slice()).expect("a downlink").items[0].phy_payload.clone()
    };
    subscription.messages().await.into_iter().map(frame).collect()
}

async fn recording_is_understood(form: &str) {
    let broker = Mosquitto::start().await;
    let service = Service::start(config(&broker)).await;
    service.subscribed().await;
    eventually("the way to the gateways is open", async || {
        // only the client for downlinks has this name
        if broker.log().contains("smartpole-downlinks") { Ok(()) } else { Err("not yet".to_owned()) }
    })
    .await;
    let downlinks = broker.mosquitto_sub("gateway/+/command/down", 2).await;
    let messages = recorded(form);
    let sending = messages.iter().map(|(topic, payload)| message(topic, payload.clone()));
    publish(&broker.broker(), 0, Pace::Max, sending, |_| {}).await.expect("all is acknowledged");
    let ledger = eventually("all is folded", async || {
        let ledger = Ledger::ask(service.api()).await?;
        if ledger.messages() == messages.len() as u64 { Ok(ledger) } else { Err(format!("{ledger:?}")) }
    })
    .await;
    assert!(ledger.balanced, "{ledger:?}");
    let expected = [
        ("messages uplink", 1),                // the personalized device, counter 0
        ("messages quarantined wrong_mic", 3), // its counter 65,546, which is further ahead of 0 than a frame can tell
        ("messages quarantined bad_crc", 2),
        ("messages control", 1 + 2 + 3), // the join, two statuses, what became of three downlinks
    ];
    for (name, n) in expected {
        assert_eq!(ledger.term(name), n, "{name} of {ledger:?}");
    }
    let rest = messages.len() as u64 - expected.iter().map(|(_, n)| n).sum::<u64>();
    assert_eq!(ledger.term("messages duplicate"), rest, "the same frames again: {ledger:?}");
    let device = service.api().get("/api/v1/devices/0303030303030303").await;
    let radio = &device["lorawan"];
    assert_eq!((&radio["dev_addr"], &radio["f_cnt_up"]), (&"01020304".into(), &0.into()), "{device}");
    assert_eq!(radio["gateways"][0]["name"], "Rekorder", "{device}");
    let latest = service.api().get("/api/v1/latest?device=0303030303030303").await;
    assert_eq!(latest["items"][0]["value"], 7.72, "{latest}");

    let told = frames(downlinks).await;
    let ack = told.iter().find(|frame| frame[0] == 0x60).expect("the confirmed uplink is acknowledged");
    assert_eq!(ack[1..6], [4, 3, 2, 1, 0x20], "DevAddr and ACK of {ack:02x?}");
    let accept = told.iter().find(|frame| frame[0] == 0x20).expect("the join is accepted");
    accepted(accept);
}

/// ChirpStack's own library reads the join accept and finds its MIC right.
fn accepted(frame: &[u8]) {
    let key = AES128Key::from_slice(&bytes("hex", KEY)).expect("a key");
    let mut accept = PhyPayload::from_slice(frame).expect("a frame");
    accept.decrypt_join_accept_payload(&key).expect("it is encrypted with our key");
    let fits = accept.validate_join_accept_mic(JoinType::Join, &EUI64::from_be_bytes([1; 8]), 771, &key);
    assert!(fits.expect("a MIC"), "{accept:?}");
    assert!(
        matches!(&accept.payload, Payload::JoinAccept(accept) if accept.join_nonce == 1 && accept.cflist.is_some()),
        "{accept:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_gateway_bridge_published_as_protobuf_is_understood_and_answered() {
    recording_is_understood("protobuf").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_gateway_bridge_published_as_json_is_understood_and_answered() {
    recording_is_understood("json").await;
}
