//! `smartpole.v1` protobuf.
#![allow(clippy::unwrap_used)]

mod common;

use common::smartpole;
use expect_test::expect;
use prost::Message;
use smartpole_codec::v1::{Sample, Uplink, Value};

fn value(property: &str, channel: u32, mantissa: i64, decimals: u32) -> Value {
    Value { property: property.to_owned(), channel, mantissa, decimals }
}

fn sample(time_ms: Option<i64>, values: Vec<Value>) -> Sample {
    Sample { time_ms, values }
}

fn read(samples: Vec<Sample>) -> String {
    smartpole(&Uplink { samples }.encode_to_vec())
}

#[test]
fn values_are_exact_decimals_at_the_time_of_their_sample() {
    let table = read(vec![
        sample(Some(1_795_600_800_000), vec![value("pm2_5", 0, 73, 1), value("people_in", 1, 4, 0)]),
        sample(Some(0), vec![value("temperature", 0, -5, 2), value("pm1", 0, 12_345, 4)]),
        sample(None, vec![value("pm1", 0, 0, 0)]),
    ]);
    expect![[r#"
        payload 2026-11-25T10:00:00Z; pm2_5/0=730 people_in/1=4
        payload 1970-01-01T00:00:00Z; temperature/0=-5 pm1/0=123
        pm1/0=0"#]]
    .assert_eq(&table);
}

#[test]
fn a_value_that_cannot_be_held_is_a_fault_beside_its_neighbours() {
    let table = read(vec![sample(
        None,
        vec![
            value("dust", 0, 1, 0),
            value("people_in", 256, 1, 0),
            value("people_in/1", 0, 1, 0),
            value("pm1", 0, i64::MAX, 0),
            value("pm1", 0, 1, 19),
            value("pm10", 0, 3, 0),
        ],
    )]);
    expect![[r#"pm10/0=300 "dust": unknown_property "people_in": unknown_property "people_in/1": unknown_property "pm1": overflow "pm1": overflow"#]].assert_eq(&table);
}

#[test]
fn what_is_no_message_or_carries_no_value_is_refused() {
    assert_eq!(smartpole(b""), "no_readings: no sample carries a value");
    assert_eq!(read(vec![sample(Some(1), vec![])]), "no_readings: no sample carries a value");
    for bytes in
        [&b"\x0a\x05\x08"[..], b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", b"[1,2]", b"\x00", b"\x0b\x0b\x0b"]
    {
        assert!(smartpole(bytes).starts_with("decode_failed: not smartpole.v1"), "{bytes:?}: {}", smartpole(bytes));
    }
}

#[test]
fn unknown_fields_are_skipped() {
    let mut bytes = Uplink { samples: vec![sample(None, vec![value("pm1", 0, 1, 0)])] }.encode_to_vec();
    bytes.extend(b"\x78\x01\x7a\x03abc");
    assert_eq!(smartpole(&bytes), "pm1/0=100");
}

#[test]
fn bombs_are_refused() {
    let empty = |count: usize| vec![sample(None, vec![]); count];
    let full = |count: usize, values: usize| vec![sample(None, vec![value("pm1", 0, 1, 0); values]); count];
    assert!(read(empty(4_097)).contains("more than 4096 samples"));
    assert!(read(full(1, 257)).contains("more than 256 values in a sample"));
    assert!(read(full(257, 256)).contains("more than 65536 values"));
    assert!(read(full(256, 256)).starts_with("pm1/0=100"));
    assert!(smartpole(&b"\x0b".repeat(250_000)).starts_with("decode_failed"));
}
