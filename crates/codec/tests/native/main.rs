//! Payloads of sensors by their own codecs, through a ChirpStack event. Each table names the sources of its payloads; made
//! ones follow the layout in the codec's module. Only data is taken from the sources.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod any_bytes;
mod counters;
mod gauges;

use base64::{Engine, engine::general_purpose::STANDARD};
use common::{catalogue, describe, sensor};
use expect_test::{Expect, expect};
use smartpole_codec::{Decoded, Refusal, decode};
use smartpole_model::{Format, Profile, registry::Codec};

pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

pub(crate) fn read(profile: &Profile, port: u32, bytes: &[u8]) -> Result<Decoded, Refusal> {
    let data = STANDARD.encode(bytes);
    let event = format!(
        r#"{{"fPort":{port},"data":"{data}","object":{{"t":1}},"rxInfo":[{{"nsTime":"2026-11-25T10:00:00Z"}}]}}"#
    );
    decode(Format::Chirpstack, profile, &catalogue(), "application/a/device/01/event/up", event.as_bytes())
}

/// Each payload, a port and hexadecimal digits, with what it says below it.
pub(crate) fn check(profile: &Profile, payloads: &[&str], expected: &Expect) {
    let said = |payload: &&str| {
        let (port, digits) = payload.split_once(' ').unwrap();
        let said = describe(read(profile, port.parse().unwrap(), &hex(digits)));
        format!("{payload}\n  {}\n", said.replace("network 2026-11-25T10:00:00Z; ", "").replace('\n', "\n  "))
    };
    expected.assert_eq(&payloads.iter().map(said).collect::<String>());
}

#[test]
fn data_decides_and_must_be_there_in_clear_base64() {
    let event = |fields: &str| {
        let profile = sensor(Codec::DecentlabDlPm, &[]);
        describe(decode(Format::Chirpstack, &profile, &catalogue(), "lora", format!("{{{fields}}}").as_bytes()))
    };
    let table = [
        r#""fPort":1,"data":"AhtQAAEMJQ==","object":{"battery_voltage":7}"#,
        r#""fPort":1,"data":"AhtQAAEMJQ==","joinServerContext":{"sessionKeyId":"0a"}"#,
        r#""fPort":1,"data":"AhtQAAEMJQ==","joinServerContext":null"#,
        r#""fPort":1,"data":"!""#,
        r#""fPort":1,"object":{"battery_voltage":7}"#,
        r#""fPort":0,"data":"AhtQAAEMJQ==""#,
        r#""fPort":1,"data":"""#,
    ]
    .map(event)
    .join("\n");
    expect![[r#"
        battery_voltage/0=3109
        decode_failed: the data is encrypted: the join server keeps the key
        battery_voltage/0=3109
        decode_failed: data is no base64: Invalid symbol 33, offset 0.
        no_readings: no data
        control: mac_only
        control: mac_only"#]]
    .assert_eq(&table);
}
