//! `smartpole.v1` as JSON.
#![allow(clippy::unwrap_used)]

mod common;

use common::{POLE, catalogue, describe, profile, smartpole};
use expect_test::{Expect, expect};
use smartpole_codec::decode;
use smartpole_model::Format;

/// Each payload with what it says below it.
fn check(payloads: &[&str], expected: &Expect) {
    let table: String = payloads
        .iter()
        .map(|json| format!("{json}\n  {}\n", smartpole(json.as_bytes()).replace('\n', "\n  ")))
        .collect();
    expected.assert_eq(&table);
}

#[test]
fn values_are_read_exactly_with_the_time_of_their_sample() {
    check(
        &[
            r#"{"time":"2026-11-25T10:00:00Z","values":{"pm2_5":7.3,"people_in":4}}"#,
            r#"{"time_ms":1795600800000,"values":{"temperature":-0.05,"people_in/1":12}}"#,
            r#"{"values":{"temperature":41.63221740722656,"pressure":9.68e2}}"#,
            r#"{"samples":[{"time":"2026-11-25T11:00:00+01:00","values":{"pm1":1}},{"time_ms":1.7956014e12,"values":{"pm1":2}}]}"#,
            r#"{"firmware":"1.2","values":{"pm1":1,"pm4":null}}"#,
        ],
        &expect![[r#"
            {"time":"2026-11-25T10:00:00Z","values":{"pm2_5":7.3,"people_in":4}}
              payload 2026-11-25T10:00:00Z; pm2_5/0=730 people_in/0=4
            {"time_ms":1795600800000,"values":{"temperature":-0.05,"people_in/1":12}}
              payload 2026-11-25T10:00:00Z; temperature/0=-5 people_in/1=12
            {"values":{"temperature":41.63221740722656,"pressure":9.68e2}}
              temperature/0=4163 pressure/0=9680
            {"samples":[{"time":"2026-11-25T11:00:00+01:00","values":{"pm1":1}},{"time_ms":1.7956014e12,"values":{"pm1":2}}]}
              payload 2026-11-25T10:00:00Z; pm1/0=100
              payload 2026-11-25T10:10:00Z; pm1/0=200
            {"firmware":"1.2","values":{"pm1":1,"pm4":null}}
              pm1/0=100
        "#]],
    );
}

#[test]
fn a_value_that_is_none_is_a_fault_beside_its_neighbours() {
    check(
        &[
            r#"{"values":{"pm1":NaN,"pm2_5":-Infinity,"pm4":Infinity,"pm10":3}}"#,
            r#"{"values":{"pm1":1e999,"pm2_5":99999999999999999999,"pm10":3}}"#,
            r#"{"values":{"pm1":"7.3","pm2_5":{"value":7.3},"pm4":[1],"temperature":true,"pm10":3}}"#,
            r#"{"values":{"dust":7,"people_in/256":1,"people_in/x":1,"pm10":3}}"#,
            r#"{"note":"NaN \" NaN","values":{"pm1":NaN}}"#,
        ],
        &expect![[r#"
            {"values":{"pm1":NaN,"pm2_5":-Infinity,"pm4":Infinity,"pm10":3}}
              pm10/0=300 "pm1": not_a_number "pm2_5": not_a_number "pm4": not_a_number
            {"values":{"pm1":1e999,"pm2_5":99999999999999999999,"pm10":3}}
              pm10/0=300 "pm1": overflow "pm2_5": overflow
            {"values":{"pm1":"7.3","pm2_5":{"value":7.3},"pm4":[1],"temperature":true,"pm10":3}}
              pm10/0=300 "pm1": not_a_number "pm2_5": not_a_number "pm4": not_a_number "temperature": not_a_number
            {"values":{"dust":7,"people_in/256":1,"people_in/x":1,"pm10":3}}
              pm10/0=300 "dust": unknown_property "people_in/256": unknown_property "people_in/x": unknown_property
            {"note":"NaN \" NaN","values":{"pm1":NaN}}
              "pm1": not_a_number
        "#]],
    );
}

#[test]
fn what_cannot_be_understood_is_refused_with_its_place() {
    check(
        &[
            r#"{"values":{"pm1":1,"pm1":2}}"#,
            r#"{"values":{"pm1":1},"values":{"pm1":2}}"#,
            r#"{"values":{"pm1":1},"samples":[]}"#,
            r#"{"time_ms":1795600800000,"samples":[{"values":{"pm1":1}}]}"#,
            r#"{"time":"2026-11-25T10:00:00Z","time_ms":1,"values":{"pm1":1}}"#,
            r#"{"time":"yesterday","values":{"pm1":1}}"#,
            r#"{"time":1795600800,"values":{"pm1":1}}"#,
            r#"{"time_ms":"1795600800","values":{"pm1":1}}"#,
            r#"{"time_ms":1e30,"values":{"pm1":1}}"#,
            r#"{"values":{"pm1":}}"#,
            r#"{"values":{"pm1":1}} and more"#,
            r#"{"values":[1,2]}"#,
            r#"{"values":{}}"#,
            r#"{"values":{"pm1":null}}"#,
            r#"{"samples":[]}"#,
            r#"{}"#,
            r#"{"#,
        ],
        &expect![[r#"
            {"values":{"pm1":1,"pm1":2}}
              decode_failed: JSON line 1 column 24: "pm1" comes twice
            {"values":{"pm1":1},"values":{"pm1":2}}
              decode_failed: JSON line 1 column 28: duplicate field `values`
            {"values":{"pm1":1},"samples":[]}
              decode_failed: samples beside a time or values
            {"time_ms":1795600800000,"samples":[{"values":{"pm1":1}}]}
              decode_failed: samples beside a time or values
            {"time":"2026-11-25T10:00:00Z","time_ms":1,"values":{"pm1":1}}
              decode_failed: both time and time_ms
            {"time":"yesterday","values":{"pm1":1}}
              decode_failed: time: not an RFC 3339 time: "yesterday"
            {"time":1795600800,"values":{"pm1":1}}
              decode_failed: JSON line 1 column 18: invalid type: integer `1795600800`, expected a string
            {"time_ms":"1795600800","values":{"pm1":1}}
              decode_failed: time_ms: not a number
            {"time_ms":1e30,"values":{"pm1":1}}
              decode_failed: time_ms: number too large
            {"values":{"pm1":}}
              decode_failed: JSON line 1 column 18: expected value
            {"values":{"pm1":1}} and more
              decode_failed: JSON line 1 column 22: trailing characters
            {"values":[1,2]}
              decode_failed: JSON line 1 column 10: invalid type: sequence, expected an object
            {"values":{}}
              no_readings: no sample carries a value
            {"values":{"pm1":null}}
              no_readings: no sample carries a value
            {"samples":[]}
              no_readings: no sample carries a value
            {}
              no_readings: no sample carries a value
            {
              decode_failed: JSON line 1 column 1: EOF while parsing an object
        "#]],
    );
    assert_eq!(smartpole(b"{\"values\":{\"\xff\":1}}"), "decode_failed: invalid UTF-8 at byte 12");
}

#[test]
fn names_that_the_catalogue_lacks_are_looked_up_in_the_mapping() {
    let profile = profile("dust temperature 0.1 2");
    let decoded = decode(Format::Smartpole, &profile, &catalogue(), POLE, br#"{"values":{"dust":73,"pm1":1}}"#);
    assert_eq!(describe(decoded), "temperature/2=730 pm1/0=100");
}

#[test]
fn ten_thousand_levels_cost_no_stack() {
    for open in ["[", "{\"a\":"] {
        let deep = open.repeat(10_000);
        assert!(
            smartpole(format!("{{\"values\":{{\"pm1\":{deep}").as_bytes()).starts_with("decode_failed: JSON line 1")
        );
        assert!(smartpole(format!("{{\"other\":{deep}").as_bytes()).starts_with("decode_failed: JSON line 1"));
    }
    let (open, close) = ("[".repeat(10_000), "]".repeat(10_000));
    let closed = format!("{{\"values\":{{\"pm1\":{open}{close},\"pm4\":1}},\"other\":{open}{close}}}");
    assert_eq!(smartpole(closed.as_bytes()), "pm4/0=100 \"pm1\": not_a_number");
}

#[test]
fn more_than_the_limits_is_refused_and_details_stay_short() {
    let values = |count: usize| (0..count).map(|n| format!("\"people_in/{n}\":1")).collect::<Vec<_>>().join(",");
    assert_eq!(smartpole(format!("{{\"values\":{{{}}}}}", values(256)).as_bytes()).matches('=').count(), 256);
    assert!(smartpole(format!("{{\"values\":{{{}}}}}", values(257)).as_bytes()).contains("more than 256 values"));
    let samples = |count: usize, values: &str| vec![format!("{{\"values\":{{{values}}}}}"); count].join(",");
    let message = |samples: String| smartpole(format!("{{\"samples\":[{samples}]}}").as_bytes());
    assert!(message(samples(4_097, "")).contains("more than 4096 samples"));
    assert!(message(samples(257, &values(256))).contains("more than 65536 values"));
    let long = smartpole(format!("{{\"values\":\"{}\"}}", "ä".repeat(10_000)).as_bytes());
    assert!(long.chars().count() <= 220, "{long}");
    let name = smartpole(format!("{{\"values\":{{\"{}\":1}}}}", "ä".repeat(10_000)).as_bytes());
    assert_eq!(name.matches('ä').count(), 80);
}
