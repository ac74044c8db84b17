//! ChirpStack v4 events as protobuf say what they say as JSON.
#![allow(clippy::unwrap_used)]

mod common;

use common::{catalogue, describe, profile, sensor};
use expect_test::expect;
use proptest::prelude::*;
use prost::Message;
use prost_types::{ListValue, Struct, Timestamp, Value, value::Kind};
use smartpole_codec::{
    Decoded, Refusal, Router,
    chirpstack_v4::{
        common::JoinServerContext,
        gw::UplinkRxInfo,
        integration::{DeviceInfo, UplinkEvent},
    },
    decode, decode_event,
};
use smartpole_model::{Format, Inputs, Profile, Route, registry::Codec};

const UP: &str = "application/a/device/0101010101010101/event/up";
const MAPPING: &str = "t temperature 1 0\n lines.1.in people_in 1 1\n open people_out 1 0\n nested.1 pm1 10 0
    line_1_total_in people_in_total 1 0\n pm1_0_mass_concentration.value pm2_5 1 0\n air_temperature.value pm4 1 0
    battery_voltage battery_voltage 1 0\n barometric_pressure.value pressure 0.01 0";

fn read(profile: &Profile, topic: &str, payload: &[u8]) -> Result<Decoded, Refusal> {
    decode(Format::Chirpstack, profile, &catalogue(), topic, payload)
}

/// A JSON value as ChirpStack keeps it.
fn value(json: &serde_json::Value) -> Value {
    use serde_json::Value::{Array, Bool, Null, Number, Object, String};
    let kind = match json {
        Null => Kind::NullValue(0),
        Bool(is) => Kind::BoolValue(*is),
        Number(number) => Kind::NumberValue(number.as_f64().unwrap()),
        String(text) => Kind::StringValue(text.clone()),
        Array(elements) => Kind::ListValue(ListValue { values: elements.iter().map(value).collect() }),
        Object(_) => Kind::StructValue(object(json)),
    };
    Value { kind: Some(kind) }
}

fn object(json: &serde_json::Value) -> Struct {
    let members = json.as_object().unwrap();
    Struct { fields: members.iter().map(|(name, json)| (name.clone(), value(json))).collect() }
}

fn event() -> UplinkEvent {
    UplinkEvent {
        device_info: Some(DeviceInfo { dev_eui: "0101010101010101".to_owned() }),
        f_port: 1,
        data: vec![0xaa],
        object: Some(object(&serde_json::json!({"t": 1}))),
        ..UplinkEvent::default()
    }
}

fn said(event: &UplinkEvent) -> String {
    describe(read(&profile(MAPPING), UP, &event.encode_to_vec()))
}

#[test]
fn both_forms_of_published_events_give_equal_samples() {
    let pairs: [(&[u8], &[u8]); 4] = [
        (include_bytes!("fixtures/decentlab-dl-pm.json"), include_bytes!("fixtures/decentlab-dl-pm.pb")),
        (include_bytes!("fixtures/milesight-vs133.json"), include_bytes!("fixtures/milesight-vs133.pb")),
        (
            include_bytes!("fixtures/imbuildings-people-counter.json"),
            include_bytes!("fixtures/imbuildings-people-counter.pb"),
        ),
        (
            include_bytes!("fixtures/chirpstack-documentation.json"),
            include_bytes!("fixtures/chirpstack-documentation.pb"),
        ),
    ];
    let codecs = [Codec::DecentlabDlPm, Codec::MilesightVs133, Codec::ImbuildingsPeopleCounter, Codec::CayenneLpp];
    for ((json, protobuf), codec) in pairs.into_iter().zip(codecs) {
        for profile in [profile(MAPPING), sensor(codec, &[])] {
            let decoded = read(&profile, "lora", protobuf);
            assert_eq!(decoded, read(&profile, "lora", json));
            assert_eq!(decoded.is_ok(), codec != Codec::CayenneLpp, "{decoded:?}");
        }
    }
}

#[test]
fn an_object_is_mapped_alike_in_both_forms() {
    for json in [
        r#"{"t":23.5,"lines":[{"in":1.0},{"in":2.0}],"open":true,"nested":{"1":0.125},"more":[{}]}"#,
        r#"{"t":"NaN","lines":[{"in":1}],"open":false,"nested":[7,8]}"#,
        r#"{"t":null,"lines":{"1":{"in":1e99}},"nested":"x"}"#,
        r#"{"t":-0.005,"nested":{"1":41.63221740722656},"open":[1]}"#,
        r#"{"t":1e-300,"open":{"a":1},"lines":[[],[5,6]]}"#,
        r#"{"other":1}"#,
        "{}",
    ] {
        let parsed: serde_json::Value = serde_json::from_str(json).unwrap();
        let event = UplinkEvent { object: Some(object(&parsed)), ..event() };
        let json = format!(r#"{{"fPort":1,"data":"qg==","object":{json}}}"#);
        let expected = read(&profile(MAPPING), UP, json.as_bytes());
        assert_eq!(read(&profile(MAPPING), UP, &event.encode_to_vec()), expected, "{json}");
    }
}

#[test]
fn the_clocks_are_chosen_as_in_json() {
    let at = |seconds, nanos| Some(Timestamp { seconds, nanos });
    let rx = |gw_time, ns_time| UplinkRxInfo { gw_time, ns_time, ..UplinkRxInfo::default() };
    let timed = |rx_info| said(&UplinkEvent { time: at(1_795_600_800, 775_999_999), rx_info, ..event() });
    let table = [
        timed(vec![]),
        timed(vec![rx(at(1_795_600_799, 0), None), rx(at(1_144_749_599, 0), None)]),
        timed(vec![rx(at(1_144_749_599, 0), at(1_795_600_798, 100_000_000)), rx(at(1_795_600_797, 0), None)]),
        timed(vec![rx(at(i64::MAX, 0), at(0, -1))]),
    ]
    .join("\n");
    expect![[r#"
        network 2026-11-25T10:00:00.775Z; temperature/0=100
        gateway 2026-11-25T09:59:59Z; network 2026-11-25T10:00:00.775Z; temperature/0=100
        gateway 2026-11-25T09:59:57Z; network 2026-11-25T09:59:58.1Z; temperature/0=100
        network 2026-11-25T10:00:00.775Z; temperature/0=100"#]]
    .assert_eq(&table);
}

#[test]
fn frames_without_measurements_and_strangers_are_told_apart() {
    let no_device = UplinkEvent { device_info: None, ..event() };
    let other_device = UplinkEvent { device_info: Some(DeviceInfo { dev_eui: "02".to_owned() }), ..event() };
    let encrypted = UplinkEvent { join_server_context: Some(JoinServerContext::default()), ..event() };
    let native = read(&sensor(Codec::DecentlabDlPm, &[]), UP, &encrypted.encode_to_vec());
    let table = [
        said(&UplinkEvent { f_port: 0, ..event() }),
        said(&UplinkEvent { data: Vec::new(), ..event() }),
        said(&UplinkEvent { object: None, ..event() }),
        said(&no_device),
        said(&other_device),
        describe(native),
    ]
    .join("\n");
    expect![[r#"
        control: mac_only
        control: mac_only
        no_readings: no object: the codec failed or is missing
        decode_failed: not a ChirpStack event: no deviceInfo.devEui
        decode_failed: topic names device "0101010101010101", deviceInfo.devEui "02"
        decode_failed: the data is encrypted: the join server keeps the key"#]]
    .assert_eq(&table);
}

#[test]
fn the_body_names_the_device_where_the_topic_does_not() {
    let mut inputs = Inputs::default();
    inputs.settings.routes = vec![Route { filter: "lora".to_owned(), format: Format::Chirpstack }];
    let router = Router::new(&inputs);
    assert_eq!(router.route("lora", &event().encode_to_vec()).unwrap().device_id.as_deref(), Some("0101010101010101"));
    let refused = router.route("lora", &UplinkEvent { device_info: None, ..event() }.encode_to_vec()).unwrap_err();
    assert_eq!(refused.detail, "no deviceInfo.devEui");
}

proptest! {
    #[test]
    fn no_damaged_event_panics(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut payload = include_bytes!("fixtures/decentlab-dl-pm.pb").to_vec();
        let at = at.index(payload.len());
        payload[at] = byte;
        for _ in 0..2 {
            for profile in [profile(MAPPING), sensor(Codec::DecentlabDlPm, &[])] {
                if let Err(refusal) = read(&profile, "lora", &payload) {
                    prop_assert!(refusal.detail.chars().count() <= 200);
                }
            }
            payload.truncate(cut.index(payload.len() + 1));
        }
    }

    #[test]
    fn no_bytes_panic(payload in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err(refusal) = read(&profile(MAPPING), UP, &payload) {
            prop_assert!(refusal.detail.chars().count() <= 200);
        }
    }
}

#[test]
fn both_forms_tell_the_same_frame_and_how_it_was_heard() {
    let frame = |payload: &[u8]| {
        let event = decode_event(&sensor(Codec::DecentlabDlPm, &[]), &catalogue(), "lora", payload);
        let event = event.unwrap();
        (event.frame.unwrap(), event.receptions)
    };
    let json = frame(include_bytes!("fixtures/decentlab-dl-pm.json"));
    assert_eq!(json, frame(include_bytes!("fixtures/decentlab-dl-pm.pb")));
    expect![[r#"
        (
            EventFrame {
                dev_addr: 00189440,
                f_cnt: 4711,
                fingerprint: 1086831749,
            },
            [
                Reception {
                    gateway: 0016c001f153a14c,
                    rssi: -36,
                    snr: Some(
                        105,
                    ),
                    frequency: 867100000,
                    data_rate: Some(
                        Lora {
                            spreading_factor: 7,
                            bandwidth: 125,
                        },
                    ),
                    time: Some(
                        UtcMillis(
                            1795600785700,
                        ),
                    ),
                    context: Opaque(
                        [],
                    ),
                },
            ],
        )
    "#]]
    .assert_debug_eq(&json);
}
