//! Records to fold: messages of poles, frames of gateways.

use lrwn::{
    AES128Key, DevAddr, EUI64, FCtrl, FHDR, FRMPayload, FType, JoinRequestPayload, MACCommandSet, MACPayload,
    MACVersion, MHDR, Major, Payload, PhyPayload,
};
use prost::Message as _;
use smartpole_codec::v1;
use smartpole_model::{RawMessage, Record, RecordRef, UtcMillis};

pub const NWK: u128 = 0x2b7e_1516_28ae_d2a6_abf7_1588_09cf_4f3c;
pub const APP: u128 = 0x3b7e_1516_28ae_d2a6_abf7_1588_09cf_4f3c;

pub fn as_ref(record: &Record) -> RecordRef<'_> {
    match record {
        Record::Message(message) => RecordRef::Message(message.as_ref()),
        Record::Tick { received_at, connected } => {
            RecordRef::Tick { received_at: *received_at, connected: connected.iter().map(String::as_str).collect() }
        }
        Record::Inputs { received_at, hash } => RecordRef::Inputs { received_at: *received_at, hash },
        Record::CodecStalled { seq } => RecordRef::CodecStalled { seq: *seq },
        Record::ReplayStep { seqs } => RecordRef::ReplayStep { seqs: seqs.clone() },
        Record::Command { received_at, text } => RecordRef::Command { received_at: *received_at, text },
    }
}

pub fn inputs(hash: &str, at: i64) -> Record {
    Record::Inputs { received_at: UtcMillis(at), hash: hash.to_owned() }
}

pub fn tick(at: i64) -> Record {
    Record::Tick { received_at: UtcMillis(at), connected: vec!["broker".to_owned(), "udp".to_owned()] }
}

/// A message of one sample; values are (property, hundredths).
pub fn message(device: &str, at: i64, received_at: i64, values: &[(&str, i64)]) -> Record {
    let value = |(property, value): &(&str, i64)| v1::Value {
        property: (*property).to_owned(),
        channel: 0,
        mantissa: *value,
        decimals: if *property == "pm2_5" { 2 } else { 0 },
    };
    let sample = v1::Sample { time_ms: Some(at), values: values.iter().map(value).collect() };
    bytes(device, received_at, v1::Uplink { samples: vec![sample] }.encode_to_vec())
}

pub fn bytes(device: &str, received_at: i64, payload: Vec<u8>) -> Record {
    let topic = format!("smartpole/castrop-rauxel/P1/{device}/up");
    let (source, received_at) = ("broker".to_owned(), UtcMillis(received_at));
    Record::Message(RawMessage { source, topic, payload, received_at, qos: 1, ..RawMessage::default() })
}

/// What a gateway says: an object of Semtech's protocol.
pub fn gateway(gateway: u64, kind: &str, received_at: i64, object: &str) -> Record {
    let (source, topic) = ("udp".to_owned(), format!("semtech/{gateway:016x}/{kind}"));
    let (payload, received_at) = (object.as_bytes().to_vec(), UtcMillis(received_at));
    Record::Message(RawMessage { source, topic, payload, received_at, ..RawMessage::default() })
}

/// A frame that a gateway heard at `time`, as it passes it on.
pub fn heard(by: u64, frame: &[u8], time: i64, received_at: i64) -> Record {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let (data, time, tmst) = (STANDARD.encode(frame), UtcMillis(time), time as u32);
    let object = format!(
        "{{\"time\":\"{time}\",\"tmst\":{tmst},\"freq\":868.1,\"stat\":1,\"modu\":\"LORA\",\"datr\":\"SF7BW125\",\"codr\":\"4/5\",\"rssi\":-92,\"lsnr\":7.2,\"size\":{},\"data\":\"{data}\"}}",
        frame.len()
    );
    gateway(by, "rxpk", received_at, &object)
}

/// An uplink of the personalized device, as ChirpStack's library makes it; `pm` in hundredths.
pub fn uplink(f_cnt: u32, confirmed: bool, pm: i16) -> Vec<u8> {
    let keys = [NWK, APP].map(|key| AES128Key::from_bytes(key.to_be_bytes()));
    let f_type = if confirmed { FType::ConfirmedDataUp } else { FType::UnconfirmedDataUp };
    let [high, low] = pm.to_be_bytes();
    let (devaddr, f_opts) = (DevAddr::from_be_bytes([0x26, 0x01, 0x1b, 0xda]), MACCommandSet::new(vec![]));
    let mut phy = PhyPayload {
        mhdr: MHDR { f_type, major: Major::LoRaWANR1 },
        payload: Payload::MACPayload(MACPayload {
            fhdr: FHDR { devaddr, f_ctrl: FCtrl::default(), f_cnt, f_opts },
            f_port: Some(1),
            frm_payload: Some(FRMPayload::Raw(vec![1, 2, high, low])),
        }),
        mic: None,
    };
    phy.encrypt_frm_payload(&keys[1]).unwrap();
    phy.set_uplink_data_mic(MACVersion::LoRaWAN1_0, 0, 0, 0, &keys[0], &keys[0]).unwrap();
    phy.to_vec().unwrap()
}

/// A request of the other device to join, with its first key.
pub fn join(dev_nonce: u16) -> Vec<u8> {
    let join_eui = EUI64::from_be_bytes([0; 8]);
    let dev_eui = EUI64::from_be_bytes(0xb2u64.to_be_bytes());
    let mut phy = PhyPayload {
        mhdr: MHDR { f_type: FType::JoinRequest, major: Major::LoRaWANR1 },
        payload: Payload::JoinRequest(JoinRequestPayload { join_eui, dev_eui, dev_nonce }),
        mic: None,
    };
    phy.set_join_request_mic(&AES128Key::from_bytes([0x0e; 16])).unwrap();
    phy.to_vec().unwrap()
}
