//! ChirpStack v4 events, real ones among them (`fixtures/README.md` names their sources).
#![allow(clippy::unwrap_used)]

mod common;

use common::{catalogue, describe, profile};
use expect_test::expect;
use smartpole_codec::decode;
use smartpole_model::Format;

const DECENTLAB: &str = "
    pm1_0_mass_concentration.value pm1 1 0
    pm2_5_mass_concentration.value pm2_5 1 0
    pm4_mass_concentration.value pm4 1 0
    pm10_mass_concentration.value pm10 1 0
    air_temperature.value temperature 1 0
    air_humidity.value relative_humidity 1 0
    barometric_pressure.value pressure 0.01 0
    battery_voltage.value battery_voltage 1 0
    co2.value people_in 1 0";
const MILESIGHT: &str = "
    line_1_total_in people_in_total 1 0
    line_1_total_out people_out_total 1 0
    line_4_total_in people_in_total 1 3
    line_4_total_out people_out_total 1 3";
const IMBUILDINGS: &str = "
    total_counter_a people_in_total 1 0
    total_counter_b people_out_total 1 0
    battery_voltage battery_voltage 1 0";

fn event(mapping: &str, topic: &str, payload: &str) -> String {
    describe(decode(Format::Chirpstack, &profile(mapping), &catalogue(), topic, payload.as_bytes()))
}

/// An `up` event of the body's fields, through a small mapping.
fn up(fields: &str) -> String {
    let mapping = "t temperature 1 0\n lines.1.in people_in 1 1\n open people_out 1 0\n nested.1 pm1 10 0";
    event(mapping, "application/a/device/0101010101010101/event/up", &format!("{{{fields}}}"))
}

#[test]
fn published_payloads_become_values() {
    let topic = |dev_eui: &str| format!("application/17c82e96/device/{dev_eui}/event/up");
    let table = [
        event(DECENTLAB, &topic("70b3d57ba0001b50"), include_str!("fixtures/decentlab-dl-pm.json")),
        event(MILESIGHT, &topic("24e124756f000133"), include_str!("fixtures/milesight-vs133.json")),
        event(IMBUILDINGS, &topic("0004a30b00f81234"), include_str!("fixtures/imbuildings-people-counter.json")),
        event(DECENTLAB, &topic("0101010101010101"), include_str!("fixtures/chirpstack-documentation.json")),
        event(DECENTLAB, &topic("0202020202020202"), include_str!("fixtures/chirpstack-documentation.json")),
    ]
    .join("\n");
    expect![[r#"
        gateway 2026-11-25T09:59:45.7Z; network 2026-11-25T09:59:45.775Z; pm1/0=370 pm2_5/0=390 pm4/0=390 pm10/0=390 temperature/0=2436 relative_humidity/0=416 pressure/0=9680 battery_voltage/0=3109
        gateway 2026-11-25T09:59:45.7Z; network 2026-11-25T09:59:45.775Z; people_in_total/0=72 people_out_total/0=200 people_in_total/3=5300 people_out_total/3=6797
        gateway 2026-11-25T09:59:45.7Z; network 2026-11-25T09:59:45.775Z; people_in_total/0=4000 people_out_total/0=4001 battery_voltage/0=3000
        no_readings: no object: the codec failed or is missing
        decode_failed: topic names device "0202020202020202", deviceInfo.devEui "0101010101010101""#]].assert_eq(&table);
}

#[test]
fn paths_lead_through_objects_and_arrays_and_unmapped_ones_are_no_error() {
    let table = [
        r#""object":{"t":23.5,"lines":[{"in":1.0},{"in":2.0}],"open":true,"nested":{"1":0.125},"more":[{}]}"#,
        r#""object":{"t":"NaN","lines":[{"in":1}],"open":false,"nested":[7,8]}"#,
        r#""object":{"t":null,"lines":{"1":{"in":1e99}},"nested":"x"}"#,
        r#""object":{"other":1}"#,
        r#""object":{"t":1,"t":2}"#,
        r#""object":"codec error""#,
        r#""object":null,"data":"qg==""#,
        r#""data":"qg==","fPort":1"#,
    ]
    .map(up)
    .join("\n");
    expect![[r#"
        temperature/0=2350 people_in/1=2 people_out/0=1 pm1/0=125
        people_out/0=0 pm1/0=8000 "t": not_a_number
        "lines.1.in": overflow
        no_readings: the object has none of the profile's paths
        decode_failed: in object: JSON line 1 column 10: "t" comes twice
        no_readings: the object has none of the profile's paths
        no_readings: no object: the codec failed or is missing
        no_readings: no object: the codec failed or is missing"#]]
    .assert_eq(&table);
}

#[test]
fn the_gateway_nearest_to_the_network_and_the_network_own_clock_give_the_times() {
    let at = |rest: &str| up(&format!(r#""object":{{"t":1}},"time":"2026-11-25T10:00:00.775023242+00:00"{rest}"#));
    let table = [
        "",
        r#","rxInfo":[{"rssi":-36}]"#,
        r#","rxInfo":[{"gwTime":"2026-11-25T09:59:59+00:00"},{"gwTime":"2006-04-11T09:59:59Z"}]"#,
        r#","rxInfo":[{"gwTime":"2006-04-11T09:59:59Z","nsTime":"2026-11-25T09:59:58.1Z"},{"gwTime":"2026-11-25T09:59:57Z"}]"#,
        r#","rxInfo":[{"time":"2026-11-25T09:59:59Z"}]"#,
        r#","rxInfo":[{"gwTime":"soon","nsTime":""}]"#,
    ]
    .map(at)
    .join("\n");
    expect![[r#"
        network 2026-11-25T10:00:00.775Z; temperature/0=100
        network 2026-11-25T10:00:00.775Z; temperature/0=100
        gateway 2026-11-25T09:59:59Z; network 2026-11-25T10:00:00.775Z; temperature/0=100
        gateway 2026-11-25T09:59:57Z; network 2026-11-25T09:59:58.1Z; temperature/0=100
        gateway 2026-11-25T09:59:59Z; network 2026-11-25T10:00:00.775Z; temperature/0=100
        network 2026-11-25T10:00:00.775Z; temperature/0=100"#]]
    .assert_eq(&table);
}

#[test]
fn frames_of_mac_commands_alone_are_control_whatever_the_codec_says() {
    for fields in [
        r#""fPort":0,"data":"","object":{"error":"no bytes"}"#,
        r#""fPort":0,"object":{"t":1}"#,
        r#""fPort":1,"data":"","object":{"t":1}"#,
        r#""fCnt":7"#,
    ] {
        assert_eq!(up(fields), "control: mac_only", "{fields}");
    }
}

#[test]
fn other_events_are_control_and_strangers_are_refused() {
    for kind in ["join", "status", "ack", "txack", "log", "location", "integration"] {
        for body in ["{}", "\n\u{1}x", ""] {
            assert_eq!(event("", &format!("application/a/device/01/event/{kind}"), body), format!("control: {kind}"));
        }
    }
    let strange = event("", "application/a/device/01/event/explode", "{}");
    assert_eq!(strange, "decode_failed: unknown event \"explode\"");
}

#[test]
fn bodies_that_are_no_events_are_refused() {
    let topic = "application/a/device/01/event/up";
    assert!(event("", topic, "{]").starts_with("decode_failed: JSON line 1"), "{}", event("", topic, "{]"));
    for stranger in ["[]", "", "\u{0}", "(\u{7}", "hello"] {
        let said = event("", topic, stranger);
        assert!(said.starts_with("decode_failed: not a ChirpStack event: "), "{said}");
    }
    let deep = format!("{{\"object\":{{\"t\":{}", "{\"a\":".repeat(10_000));
    assert!(event("", topic, &deep).starts_with("decode_failed: JSON line 1"));
    let closed = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(up(&format!(r#""object":{{"t":1,"nested":{closed}}}"#)), "temperature/0=100");
}
