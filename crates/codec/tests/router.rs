//! Topic → format and device.
#![allow(clippy::unwrap_used)]

use expect_test::expect;
use smartpole_codec::Router;
use smartpole_model::{Format, Inputs, Route};

fn route(routes: &[(&str, Format)], topic: &str, payload: &[u8]) -> String {
    let mut inputs = Inputs::default();
    if !routes.is_empty() {
        let route = |(filter, format): &(&str, Format)| Route { filter: (*filter).to_owned(), format: *format };
        inputs.settings.routes = routes.iter().map(route).collect();
    }
    match Router::new(&inputs).route(topic, payload) {
        Ok(addressed) => format!("{topic} => {:?} {}", addressed.format, addressed.device_id.unwrap_or_default()),
        Err(refusal) => format!("{topic} => {}: {refusal}", refusal.reason.code()),
    }
}

#[test]
fn the_default_routes_know_poles_and_chirpstack() {
    let table = [
        "smartpole/castrop-rauxel/p1/d1/up",
        "application/17c82e96/device/0101010101010101/event/up",
        "application/17c82e96/device/70B3D57BA0001B50/event/join",
        "smartpole/castrop-rauxel/p1/up",
        "smartpole/castrop-rauxel/p1//up",
        "smartpole/castrop-rauxel/p1/d1/up/",
        "$SYS/broker/version",
        "",
    ]
    .map(|topic| route(&[], topic, b""))
    .join("\n");
    expect![[r#"
        smartpole/castrop-rauxel/p1/d1/up => Smartpole d1
        application/17c82e96/device/0101010101010101/event/up => Chirpstack 0101010101010101
        application/17c82e96/device/70B3D57BA0001B50/event/join => Chirpstack 70b3d57ba0001b50
        smartpole/castrop-rauxel/p1/up => unknown_topic: no route fits the topic
        smartpole/castrop-rauxel/p1//up => unknown_device: the topic names no device
        smartpole/castrop-rauxel/p1/d1/up/ => unknown_topic: no route fits the topic
        $SYS/broker/version => unknown_topic: no route fits the topic
         => unknown_topic: no route fits the topic"#]]
    .assert_eq(&table);
}

#[test]
fn filters_fit_as_mqtt_says_and_the_first_wins() {
    let fits = |filter, topic| !route(&[(filter, Format::Smartpole)], topic, b"").contains("unknown_topic");
    for (filter, topic) in
        [("#", "a/b"), ("a/#", "a/b/c"), ("a/b/#", "a/b"), ("+/+", "a/b"), ("+/+", "/b"), ("a//+", "a//c")]
    {
        assert!(fits(filter, topic), "{filter} {topic}");
    }
    for (filter, topic) in
        [("a/+", "a"), ("a/+", "a/b/c"), ("#", "$SYS/x"), ("+/x", "$SYS/x"), ("A/b", "a/b"), ("a/b", "a/bc")]
    {
        assert!(!fits(filter, topic), "{filter} {topic}");
    }
    let routes = [("x/#", Format::Smartpole), ("#", Format::Chirpstack)];
    assert_eq!(route(&routes, "x/d/up", b""), "x/d/up => Smartpole d");
}

#[test]
fn a_chirpstack_topic_without_device_is_told_by_its_body() {
    let routes = [("lora/#", Format::Chirpstack)];
    let table = [
        &br#"{"deviceInfo":{"devEui":"70B3D57BA0001B50"},"object":{}}"#[..],
        br#"{"deviceInfo":{}}"#,
        br#"{"deviceInfo":{"devEui":""}}"#,
        b"{",
        b"\xff",
    ]
    .map(|payload| route(&routes, "lora/all", payload))
    .join("\n");
    expect![[r#"
        lora/all => Chirpstack 70b3d57ba0001b50
        lora/all => decode_failed: no deviceInfo.devEui
        lora/all => unknown_device: the topic names no device
        lora/all => decode_failed: JSON line 1 column 1: EOF while parsing an object
        lora/all => decode_failed: not a ChirpStack event: failed to decode Protobuf message: invalid varint"#]]
    .assert_eq(&table);
}
