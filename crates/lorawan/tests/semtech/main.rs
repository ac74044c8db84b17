//! What packet forwarders send, and the traps in it.
#![allow(clippy::unwrap_used, unreachable_pub)]

mod rxpk;

use expect_test::{Expect, expect};
use smartpole_lorawan::{Context, DataRate, GatewayMessage, Heard, Malformed, Transmit, semtech};
use smartpole_model::Eui;

const GATEWAY: Eui = Eui(0x0016_c001_f153_a14c);

fn read(kind: &str, payload: &[u8]) -> Result<GatewayMessage, Malformed> {
    semtech::read(&format!("semtech/0016c001f153a14c/{kind}"), payload).map(|(gateway, message)| {
        assert_eq!(gateway, GATEWAY);
        message
    })
}

fn told(result: Result<GatewayMessage, Malformed>) -> String {
    match result {
        Ok(GatewayMessage::Uplink(heard)) => line(&heard),
        Ok(message) => format!("{message:?}"),
        Err(error) => format!("! {error}"),
    }
}

fn line(heard: &Heard) -> String {
    let Heard { phy_payload, crc, reception } = heard;
    let hex: String = phy_payload.iter().map(|byte| format!("{byte:02x}")).collect();
    let rate = match reception.data_rate {
        Some(DataRate::Lora { spreading_factor, bandwidth }) => format!("SF{spreading_factor}/{bandwidth}"),
        Some(DataRate::Fsk) => "FSK".to_owned(),
        None => "?".to_owned(),
    };
    let time = reception.time.map_or("-".to_owned(), |time| time.to_string());
    let (rssi, snr, frequency, context) = (reception.rssi, reception.snr, reception.frequency, &reception.context);
    format!("{hex} {crc:?} {rssi} {snr:?} {frequency} {rate} {time} {context:?}")
}

/// One line for each of the payloads.
#[track_caller]
fn check(kind: &str, payloads: &[&str], expected: &Expect) {
    let lines: String = payloads.iter().map(|payload| told(read(kind, payload.as_bytes())) + "\n").collect();
    expected.assert_eq(&lines);
}

#[test]
fn a_status_tells_what_it_can() {
    let stats = [
        r#"{"time":"2014-01-12 08:59:28 GMT","lati":46.24,"long":3.2523,"alti":145,"rxnb":2,"rxok":2,"rxfw":2,"ackr":100.0,"dwnb":2,"txnb":2}"#,
        r#"{"time":"2014-01-12T08:59:28Z","rxnb":null,"lati":null,"alti":"high"}"#,
        r#"{"time":null}"#,
        r#"{"time":"once"}"#,
        "{}",
        r#"{"rxnb":"2"}"#,
        r#"{"rxnb":-2}"#,
        "[]",
    ];
    check(
        "stat",
        &stats,
        &expect![[r#"
        Stat(Stat { time: Some(UtcMillis(1389517168000)), received: Some(2), received_ok: Some(2), asked: Some(2), sent: Some(2) })
        Stat(Stat { time: Some(UtcMillis(1389517168000)), received: None, received_ok: None, asked: None, sent: None })
        Stat(Stat { time: None, received: None, received_ok: None, asked: None, sent: None })
        Stat(Stat { time: None, received: None, received_ok: None, asked: None, sent: None })
        Stat(Stat { time: None, received: None, received_ok: None, asked: None, sent: None })
        ! not the JSON expected: invalid type: string "2", expected u32 at line 1 column 11
        ! not the JSON expected: invalid value: integer `-2`, expected u32 at line 1 column 10
        ! not the JSON expected: invalid length 0, expected struct Object with 5 elements at line 1 column 2
    "#]],
    );
}

fn tx_ack(json: &[u8]) -> String {
    let head = [&[2, 0x34, 0x12, 5][..], &GATEWAY.0.to_be_bytes(), json].concat();
    told(read("tx_ack", &head)) + "\n"
}

#[test]
fn an_acknowledgement_names_its_frame_and_the_error() {
    let bodies: [&[u8]; 10] = [
        b"",
        b"\0",
        b"{}",
        br#"{"txpk_ack":{"error":"NONE"}}"#,
        br#"{"txpk_ack":{"error":""}}"#,
        br#"{"txpk_ack":{"warn":"TX_POWER","value":20}}"#,
        b"{\"txpk_ack\":{\"error\":\"COLLISION_PACKET\"}}\0",
        br#"{"txpk_ack":{"error":"NEW_ONE"}}"#,
        br#"{"txpk_ack":{"error":5}}"#,
        b"x",
    ];
    expect![[r#"
        TxAck(TxAck { id: 4660, error: None })
        TxAck(TxAck { id: 4660, error: None })
        TxAck(TxAck { id: 4660, error: None })
        TxAck(TxAck { id: 4660, error: None })
        TxAck(TxAck { id: 4660, error: None })
        TxAck(TxAck { id: 4660, error: None })
        TxAck(TxAck { id: 4660, error: Some(CollisionPacket) })
        TxAck(TxAck { id: 4660, error: Some(Unknown) })
        ! not the JSON expected: invalid type: integer `5`, expected a string at line 1 column 22
        ! not the JSON expected: expected value at line 1 column 1
    "#]]
    .assert_eq(&bodies.map(tx_ack).concat());
}

#[test]
fn an_acknowledgement_of_another_gateway_is_malformed() {
    let datagram = [&[2, 0, 0, 5][..], &1u64.to_be_bytes()].concat();
    assert_eq!(read("tx_ack", &datagram), Err(Malformed::OtherGateway));
    let lines =
        [&[2, 0, 0, 5][..], &[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], b""].map(|bytes| told(read("tx_ack", bytes)) + "\n");
    expect![[r#"
        ! not the datagram expected: 4 bytes are less than the header has
        ! not the datagram expected: it is no TX_ACK
        ! not the datagram expected: 0 bytes are less than the header has
    "#]]
    .assert_eq(&lines.concat());
}

#[test]
fn a_datagram_that_is_none_says_why() {
    let datagrams: [&[u8]; 7] = [
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        &[1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8],
        &[2, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8],
        &[2, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8],
        b"\x02\0\0\0\x01\x02\x03\x04\x05\x06\x07\x08{\"rxpk\":7}",
        b"\x02\0\0\0\x01\x02\x03\x04\x05\x06\x07\x08{}",
    ];
    let lines =
        datagrams.map(|bytes| told(semtech::read("semtech/-/datagram", bytes).map(|(_, message)| message)) + "\n");
    expect![[r#"
        ! not the datagram expected: 0 bytes are less than the header has
        ! not the datagram expected: protocol version 71 instead of 2
        ! not the datagram expected: protocol version 1 instead of 2
        ! not the datagram expected: identifier 3 is none that a gateway sends
        ! not the datagram expected: its body is not as the protocol has it: EOF while parsing a value at line 1 column 0
        ! not the datagram expected: its body is not as the protocol has it: invalid type: integer `7`, expected a sequence at line 1 column 9
        ! not the datagram expected: there is nothing in it
    "#]].assert_eq(&lines.concat());
}

#[test]
fn topics_are_of_the_protocol() {
    let topics = [
        "semtech/-/rxpk",
        "semtech/0016c001f153a1/stat",
        "semtech/0016c001f153a14c/up",
        "semtech/a/b/c",
        "semtech",
        "",
    ];
    let lines = topics.map(|topic| told(semtech::read(topic, b"{}").map(|(_, message)| message)) + "\n");
    expect![[r#"
        ! topic names no gateway: expected 16 hex digits
        ! topic names no gateway: expected 16 hex digits
        ! topic names no event of a gateway
        ! topic names no event of a gateway
        ! topic names no event of a gateway
        ! topic names no event of a gateway
    "#]]
    .assert_eq(&lines.concat());
}

fn transmit(data_rate: DataRate, context: Context) -> String {
    let phy_payload = vec![0x60, 4, 3, 2, 1];
    let transmit = Transmit {
        gateway: GATEWAY,
        phy_payload,
        frequency: 868_099_984,
        data_rate,
        power: -1,
        delay_ms: 5_000,
        context,
    };
    let datagram = semtech::pull_resp([0xab, 0xcd], &transmit);
    format!("{:02x?} {}\n", &datagram[..4], std::str::from_utf8(&datagram[4..]).unwrap())
}

#[test]
fn a_downlink_is_written_as_packet_forwarders_read_it() {
    let lora = DataRate::Lora { spreading_factor: 9, bandwidth: 125 };
    let lines = [
        transmit(lora, Context::Tmst(u32::MAX)),
        transmit(DataRate::Fsk, Context::Tmst(0)),
        transmit(lora, Context::Opaque(vec![1])),
    ];
    expect![[r#"
        [02, ab, cd, 03] {"txpk":{"tmst":4999999,"freq":868.099984,"rfch":0,"powe":-1,"modu":"LORA","datr":"SF9BW125","codr":"4/5","ipol":true,"ncrc":true,"size":5,"data":"YAQDAgE="}}
        [02, ab, cd, 03] {"txpk":{"tmst":5000000,"freq":868.099984,"rfch":0,"powe":-1,"modu":"FSK","datr":50000,"fdev":25000,"ipol":false,"ncrc":false,"size":5,"data":"YAQDAgE="}}
        [02, ab, cd, 03] {"txpk":{"freq":868.099984,"rfch":0,"powe":-1,"modu":"LORA","datr":"SF9BW125","codr":"4/5","ipol":true,"ncrc":true,"size":5,"data":"YAQDAgE="}}
    "#]].assert_eq(&lines.concat());
}
