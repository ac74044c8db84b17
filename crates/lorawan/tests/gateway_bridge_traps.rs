//! What bridges and forwarders publish beside the plain case, and what only looks like it.
#![allow(clippy::unwrap_used)]

use expect_test::{Expect, expect};
use prost::Message;
use smartpole_lorawan::{DataRate, GatewayMessage, Malformed, gateway_bridge, gw};
use smartpole_model::Eui;

const UP: &str = "gateway/0016c001f153a14c/event/up";
const PLAIN: &str = r#"{"phyPayload":"qrs=","txInfo":{"frequency":868100000,"modulation":{"lora":{"bandwidth":125000,"spreadingFactor":7}}},"rxInfo":{"gatewayId":"0016c001f153a14c","gwTime":"2026-11-25T10:00:00.528002Z","rssi":-35,"snr":5.1,"context":"0Vovww==","crcStatus":"CRC_OK"}}"#;

fn told(read: Result<(Eui, GatewayMessage), Malformed>) -> String {
    match read {
        Ok((_, GatewayMessage::Uplink(heard))) => {
            let reception = heard.reception;
            let time = reception.time.map_or("-".to_owned(), |time| time.to_string());
            let rate =
                reception.data_rate.and_then(DataRate::index).map_or("-".to_owned(), |index| format!("DR{index}"));
            format!("{:?} {} {:?} {rate} {time} {:?}\n", heard.crc, reception.rssi, reception.snr, reception.context)
        }
        Ok((_, message)) => format!("{message:?}\n"),
        Err(error) => format!("! {error}\n"),
    }
}

/// One line for each change of a plain frame: what is replaced, and by what.
#[track_caller]
fn check(changes: &[(&str, &str)], expected: &Expect) {
    let line = |(from, to): &(&str, &str)| {
        assert!(PLAIN.contains(from), "{from}");
        told(gateway_bridge::read(UP, PLAIN.replace(from, to).as_bytes()))
    };
    expected.assert_eq(&changes.iter().map(line).collect::<String>());
}

#[test]
fn the_gateways_time_has_two_names_and_may_be_that_of_gps() {
    let time = r#""gwTime":"2026-11-25T10:00:00.528002Z""#;
    let changes = [
        r#""gwTime":"2026-11-25T10:00:00.528002Z""#,
        r#""time":"2026-11-25T11:00:00.5+01:00""#,
        r#""gwTime":null,"timeSinceGpsEpoch":"1479636018.528s""#,
        r#""timeSinceGpsEpoch":"1479636018s""#,
        r#""gwTime":null"#,
        r#""gwTime":"1970-01-01T00:00:00Z""#,
        r#""timeSinceGpsEpoch":"-1s""#,
        r#""gwTime":"yesterday""#,
        r#""timeSinceGpsEpoch":"5""#,
        r#""timeSinceGpsEpoch":5"#,
    ];
    check(
        &changes.map(|change| (time, change)),
        &expect![[r#"
        Ok -35 Some(51) DR5 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
        Ok -35 Some(51) DR5 2026-11-25T10:00:00.5Z Opaque([209, 90, 47, 195])
        Ok -35 Some(51) DR5 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
        Ok -35 Some(51) DR5 2026-11-25T10:00:00Z Opaque([209, 90, 47, 195])
        Ok -35 Some(51) DR5 - Opaque([209, 90, 47, 195])
        Ok -35 Some(51) DR5 - Opaque([209, 90, 47, 195])
        Ok -35 Some(51) DR5 - Opaque([209, 90, 47, 195])
        ! not the JSON expected: not an RFC 3339 time: "yesterday" at line 1 column 178
        ! not the JSON expected: not a duration at line 1 column 181
        ! not the JSON expected: invalid type: integer `5`, expected a string at line 1 column 179
    "#]],
    );
}

#[test]
fn enumerations_have_names_or_numbers() {
    let changes =
        ["\"crcStatus\":2", "\"crcStatus\":\"BAD_CRC\"", "\"crcStatus\":\"NO_CRC\"", "\"x\":0", "\"crcStatus\":9"];
    check(
        &changes.map(|change| ("\"crcStatus\":\"CRC_OK\"", change)),
        &expect![[r#"
        Ok -35 Some(51) DR5 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
        Bad -35 Some(51) DR5 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
        Missing -35 Some(51) DR5 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
        Missing -35 Some(51) DR5 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
        Missing -35 Some(51) DR5 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
    "#]],
    );
    let changes = ["\"crcStatus\":\"FINE\"", "\"crcStatus\":{}", "\"crcStatus\":null"];
    check(
        &changes.map(|change| ("\"crcStatus\":\"CRC_OK\"", change)),
        &expect![[r#"
        ! not the JSON expected: unknown name at line 1 column 258
        ! not the JSON expected: data did not match any variant of untagged enum Value at line 1 column 254
        ! not the JSON expected: data did not match any variant of untagged enum Value at line 1 column 256
    "#]],
    );
}

#[test]
fn modulations_and_signals_may_be_unknown() {
    let lora = r#"{"lora":{"bandwidth":125000,"spreadingFactor":7}}"#;
    let changes = [
        r#"{"fsk":{"datarate":50000}}"#,
        r#"{"fsk":{"datarate":9600}}"#,
        r#"{"lrFhss":{"operatingChannelWidth":137000}}"#,
        r#"{"lora":{"bandwidth":125000,"spreadingFactor":13}}"#,
        r#"{"lora":{"bandwidth":"wide"}}"#,
        "{}",
        "null",
    ];
    check(
        &changes.map(|change| (lora, change)),
        &expect![[r#"
        Ok -35 None DR7 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
        Ok -35 None - 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
        Ok -35 None - 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
        Ok -35 None - 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
        Ok -35 None - 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
        Ok -35 None - 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
        Ok -35 None - 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
    "#]],
    );
    let changes = ["\"snr\":-17.2", "\"snr\":0", "\"snr\":1e30", "\"snr\":\"NaN\"", "\"snr\":null"];
    check(
        &changes.map(|change| ("\"snr\":5.1", change)),
        &expect![[r#"
            Ok -35 Some(-172) DR5 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
            Ok -35 Some(0) DR5 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
            Ok -35 None DR5 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
            ! not the JSON expected: invalid type: string "NaN", expected f32 at line 1 column 219
            ! not the JSON expected: invalid type: null, expected f32 at line 1 column 218
        "#]],
    );
    check(
        &[("-35", "-40000"), ("-35", "-3.5"), ("0Vovww==", "0Vovww"), ("0Vovww==", "?")],
        &expect![[r#"
        ! rssi: out of range
        ! not the JSON expected: invalid type: floating point `-3.5`, expected i32 at line 1 column 208
        Ok -35 Some(51) DR5 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
        ! not the JSON expected: not base64 at line 1 column 231
    "#]],
    );
}

#[test]
fn a_message_is_of_its_topics_gateway() {
    let changes = [
        ("0016c001f153a14c", "0016C001F153A14C"),
        ("0016c001f153a14c", "0016c001f153a14d"),
        ("0016c001f153a14c", "gw"),
    ];
    check(
        &changes,
        &expect![[r#"
        Ok -35 Some(51) DR5 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
        ! message is of another gateway than its topic
        ! gatewayId: not 16 hex digits
    "#]],
    );
    let stats = told(gateway_bridge::read("gateway/0016c001f153a14c/event/stats", b"{}"));
    let ack = told(gateway_bridge::read("gateway/0016c001f153a14c/event/ack", br#"{"gatewayId":"0016c001f153a14d"}"#));
    expect![[r#"
        ! gatewayId: not 16 hex digits
        ! message is of another gateway than its topic
    "#]]
    .assert_eq(&(stats + &ack));
}

#[test]
fn what_is_not_there_is_missed() {
    let changes = [
        ("rxInfo", "rx"),
        ("txInfo", "tx"),
        ("phyPayload", "phy"),
        ("qrs=", "q"),
        (PLAIN, "{"),
        (PLAIN, ""),
        (PLAIN, "[]"),
    ];
    check(
        &changes,
        &expect![[r#"
        ! no rxInfo
        ! no txInfo
        Ok -35 Some(51) DR5 2026-11-25T10:00:00.528Z Opaque([209, 90, 47, 195])
        ! not the JSON expected: not base64 at line 1 column 17
        ! not the JSON expected: EOF while parsing an object at line 1 column 1
        ! no rxInfo
        ! not the protobuf message expected: failed to decode Protobuf message: buffer underflow
    "#]],
    );
    let long = PLAIN.replace("qrs=", &"A".repeat(344));
    assert_eq!(gateway_bridge::read(UP, long.as_bytes()), Err(Malformed::TooLong));
}

#[test]
fn a_command_goes_where_the_events_come_from() {
    assert_eq!(gateway_bridge::command_topic(UP), "gateway/0016c001f153a14c/command/down");
    assert_eq!(gateway_bridge::command_topic("eu868/gateway/1/event/stats"), "eu868/gateway/1/command/down");
}

#[test]
fn topics_have_any_prefix() {
    let topics = ["eu868/gateway/0016c001f153a14c/event/up", "a/b/gateway/0016c001f153a14c/event/up", UP];
    for topic in topics {
        assert!(matches!(gateway_bridge::read(topic, PLAIN.as_bytes()), Ok((_, GatewayMessage::Uplink(_)))), "{topic}");
    }
    let others = [
        "gateway/0016c001f153a14c/event/exec",
        "gateway/0016c001f153a14c/event/mesh",
        "gateway/0016c001f153a14c/state/conn",
        "gateway/self/event/up",
        "0016c001f153a14c/event/up",
        "",
    ];
    expect![[r#"
        Other
        Other
        ! topic names no event of a gateway
        ! topic names no gateway: expected 16 hex digits
        ! topic names no event of a gateway
        ! topic names no event of a gateway
    "#]]
    .assert_eq(&others.map(|topic| told(gateway_bridge::read(topic, b"\xff"))).concat());
}

fn ack(statuses: &[gw::TxAckStatus]) -> String {
    let items = statuses.iter().map(|status| gw::DownlinkTxAckItem { status: (*status).into() }).collect();
    let ack = gw::DownlinkTxAck { gateway_id: "0016c001f153a14c".to_owned(), downlink_id: 7, items };
    told(gateway_bridge::read("gateway/0016c001f153a14c/event/ack", &ack.encode_to_vec()))
}

#[test]
fn a_frame_is_sent_if_any_attempt_was() {
    use gw::TxAckStatus::{DutyCycleOverflow, Ignored, Ok, TooLate, TxPower};
    let acks: [&[_]; 5] = [&[Ok], &[TooLate, Ok], &[TooLate, TxPower], &[DutyCycleOverflow, Ignored], &[]];
    expect![[r#"
        TxAck(TxAck { id: 7, error: None })
        TxAck(TxAck { id: 7, error: None })
        TxAck(TxAck { id: 7, error: Some(TxPower) })
        TxAck(TxAck { id: 7, error: Some(DutyCycleOverflow) })
        TxAck(TxAck { id: 7, error: Some(Unknown) })
    "#]]
    .assert_eq(&acks.map(ack).concat());
}
