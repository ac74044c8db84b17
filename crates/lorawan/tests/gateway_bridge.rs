//! What ChirpStack's Gateway Bridge publishes of a forwarder's datagrams is what we read in those datagrams, and what it makes of
//! our downlinks is what we would have sent the forwarder (recordings: `fixtures/gateway-bridge`).
#![allow(clippy::unwrap_used)]

use expect_test::{expect, expect_file};
use serde::Deserialize;
use serde_json::Value;
use smartpole_lorawan::{
    Context, DataRate, GatewayMessage, Heard, Transmit, gateway_bridge,
    semtech::{
        self,
        datagram::{Kind, split},
    },
};
use smartpole_model::Eui;

const GATEWAY: Eui = Eui(0x0016_c001_f153_a14c);
const RECORDINGS: [&str; 2] =
    [include_str!("fixtures/gateway-bridge/protobuf.json"), include_str!("fixtures/gateway-bridge/json.json")];

#[derive(Deserialize)]
struct Recording {
    pushes: Vec<Push>,
    downlinks: Vec<Downlink>,
}

#[derive(Deserialize)]
struct Push {
    name: String,
    sent: Datagram,
    published: Vec<Message>,
}

#[derive(Deserialize)]
struct Downlink {
    received: Datagram,
    sent: Datagram,
    published: Vec<Message>,
}

#[derive(Deserialize)]
struct Datagram {
    head: String,
    body: String,
}

#[derive(Deserialize)]
struct Message {
    topic: String,
    payload: String,
}

impl Datagram {
    fn bytes(&self) -> Vec<u8> {
        [hex(&self.head), self.body.clone().into_bytes()].concat()
    }
}

impl Message {
    fn read(&self) -> GatewayMessage {
        let json = self.payload.starts_with('{');
        let payload = if json { self.payload.clone().into_bytes() } else { hex(&self.payload) };
        let (gateway, message) = gateway_bridge::read(&self.topic, &payload).unwrap();
        assert_eq!(gateway, GATEWAY);
        message
    }
}

fn recordings() -> impl Iterator<Item = Recording> {
    RECORDINGS.into_iter().map(|text| {
        let recording: Recording = serde_json::from_str(text).unwrap();
        assert_eq!((recording.pushes.len(), recording.downlinks.len()), (12, 3));
        recording
    })
}

fn hex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|digits| u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap())
        .collect()
}

/// What we read in a datagram, message by message.
fn own(push: &Push) -> Vec<GatewayMessage> {
    let read = |(kind, raw): (Kind, &serde_json::value::RawValue)| {
        semtech::read(&kind.topic(Some(GATEWAY)), raw.get().as_bytes()).unwrap().1
    };
    split(push.sent.body.as_bytes()).unwrap().into_iter().map(read).collect()
}

/// Without the gateway's clock, which each protocol tells in its own way.
fn heard(messages: &[GatewayMessage]) -> Vec<Heard> {
    let mut heard: Vec<_> = messages
        .iter()
        .filter_map(|message| match message {
            GatewayMessage::Uplink(heard) => Some(heard.clone()),
            _ => None,
        })
        .collect();
    for heard in &mut heard {
        heard.reception.context = match &heard.reception.context {
            Context::Tmst(tmst) => Context::Opaque(tmst.to_be_bytes().to_vec()),
            Context::Opaque(bytes) => Context::Opaque(bytes.clone()),
        };
    }
    heard.sort_by_key(|heard| heard.reception.frequency);
    heard
}

#[test]
fn the_bridge_tells_the_same_as_the_datagrams_it_was_sent() {
    for recording in recordings() {
        for push in &recording.pushes {
            let published: Vec<_> = push.published.iter().map(Message::read).collect();
            let (bridge, own) = (heard(&published), heard(&own(push)));
            if push.name == "two antennas" {
                // The bridge makes a message of each antenna; ours is the one that heard better.
                let stronger = bridge.iter().max_by_key(|heard| heard.reception.rssi).cloned();
                assert_eq!((bridge.len(), stronger), (2, own.first().cloned()));
            } else {
                assert_eq!(bridge, own, "{}", push.name);
            }
        }
    }
}

#[test]
fn both_forms_of_the_bridge_say_the_same() {
    let [protobuf, json] = RECORDINGS.map(|text| serde_json::from_str::<Recording>(text).unwrap());
    for (protobuf, json) in protobuf.pushes.iter().zip(&json.pushes) {
        let [mut left, mut right] = [protobuf, json]
            .map(|push| push.published.iter().map(|message| format!("{:?}", message.read())).collect::<Vec<_>>());
        left.sort();
        right.sort();
        assert_eq!(left, right, "{}", protobuf.name);
    }
}

#[test]
fn the_bridge_counts_what_is_ok_and_sent_itself() {
    let recording = recordings().next().unwrap();
    let status = recording.pushes.iter().find(|push| push.name == "status").unwrap();
    expect![[r#"
        Stat(Stat { time: Some(UtcMillis(1795597168000)), received: Some(12), received_ok: Some(5), asked: Some(3), sent: Some(0) })
        Stat(Stat { time: Some(UtcMillis(1795597168000)), received: Some(12), received_ok: Some(10), asked: Some(3), sent: Some(2) })
    "#]].assert_eq(&format!("{:?}\n{:?}\n", status.published[0].read(), own(status)[0]));
}

/// What the bridge was asked to send: RX1, RX2 with a clock that wraps, FSK.
fn transmits() -> [Transmit; 3] {
    let transmit = Transmit {
        gateway: GATEWAY,
        phy_payload: hex("60040302018000000ae264d4f7"),
        frequency: 868_100_000,
        data_rate: DataRate::Lora { spreading_factor: 7, bandwidth: 125 },
        power: 16,
        delay_ms: 1_000,
        context: Context::Tmst(3_512_348_611),
    };
    let rx2 = Transmit {
        phy_payload: hex("2023cf335489aae3183c0be0baa8dee5f3"),
        frequency: 869_525_000,
        data_rate: DataRate::Lora { spreading_factor: 12, bandwidth: 125 },
        power: 29,
        delay_ms: 6_500,
        context: Context::Tmst(u32::MAX),
        ..transmit.clone()
    };
    let fsk = Transmit { frequency: 868_800_000, data_rate: DataRate::Fsk, ..transmit.clone() };
    [transmit, rx2, fsk]
}

#[test]
fn the_bridge_was_given_our_own_downlink_frames() {
    let frames = |json| {
        let frame = |(id, transmit)| gateway_bridge::downlink(0x0001_0203 + id, transmit, json);
        (0u32..).zip(&transmits()).map(frame).collect::<Vec<_>>()
    };
    let protobuf: Vec<String> =
        frames(false).iter().map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect()).collect();
    let json: Vec<String> = frames(true).into_iter().map(|text| String::from_utf8(text).unwrap()).collect();
    let text = serde_json::to_string_pretty(&serde_json::json!({ "protobuf": protobuf, "json": json })).unwrap();
    expect_file!["fixtures/gateway-bridge/downlinks.json"].assert_eq(&(text + "\n"));
}

#[test]
fn the_bridge_makes_of_our_downlink_frames_what_we_would_have_sent() {
    for recording in recordings() {
        for (downlink, transmit) in recording.downlinks.iter().zip(&transmits()) {
            let [version, t0, t1, kind] = hex(&downlink.received.head)[..] else { panic!("no header") };
            assert_eq!((version, kind), (2, 3));
            let own = semtech::pull_resp([t0, t1], transmit);
            let [mut theirs, mut ours] = [downlink.received.body.as_bytes(), &own[4..]].map(txpk);
            ours.remove("ncrc"); // the bridge cannot ask for it
            for theirs_alone in ["imme", "ant", "brd"] {
                theirs.remove(theirs_alone);
            }
            assert_eq!(theirs, ours);
        }
    }
}

fn txpk(json: &[u8]) -> serde_json::Map<String, Value> {
    let object: Value = serde_json::from_slice(json).unwrap();
    object["txpk"].as_object().unwrap().clone()
}

#[test]
fn acknowledgements_come_back_with_the_number_of_their_frame() {
    let mut told = String::new();
    for downlink in recordings().flat_map(|recording| recording.downlinks) {
        let own = semtech::read(&Kind::TxAck.topic(Some(GATEWAY)), &downlink.sent.bytes()).unwrap().1;
        told += &format!("{:?} {own:?}\n", downlink.published[0].read());
    }
    expect![[r#"
        TxAck(TxAck { id: 66051, error: None }) TxAck(TxAck { id: 515, error: None })
        TxAck(TxAck { id: 66052, error: None }) TxAck(TxAck { id: 516, error: None })
        TxAck(TxAck { id: 66053, error: Some(TooLate) }) TxAck(TxAck { id: 517, error: Some(TooLate) })
        TxAck(TxAck { id: 66051, error: None }) TxAck(TxAck { id: 515, error: None })
        TxAck(TxAck { id: 66052, error: None }) TxAck(TxAck { id: 516, error: None })
        TxAck(TxAck { id: 66053, error: Some(TooLate) }) TxAck(TxAck { id: 517, error: Some(TooLate) })
    "#]]
    .assert_eq(&told);
}
