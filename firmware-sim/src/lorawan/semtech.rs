//! The packet forwarder's side of Semtech's UDP protocol, version 2 (Lora-net/packet_forwarder, PROTOCOL.TXT).
//!
//! ```text
//! up    02 token(2) 00 EUI(8) {"rxpk":[…]} | {"stat":{…}}    PUSH_DATA, answered by 02 token 01
//!       02 token(2) 02 EUI(8)                                PULL_DATA, answered by 02 token 04
//!       02 token(2) 05 EUI(8) {"txpk_ack":{…}}               TX_ACK, token of the PULL_RESP
//! down  02 token(2) 03 {"txpk":{…}}                          PULL_RESP
//! ```

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smartpole_model::{Eui, UtcMillis};

use super::jit::TxError;

const VERSION: u8 = 2;

/// A frame as a gateway tells of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Rxpk {
    /// GPS time of the frame's end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time: Option<String>,
    /// The gateway's clock then, µs.
    pub(crate) tmst: u32,
    pub(crate) chan: u8,
    pub(crate) rfch: u8,
    /// MHz
    pub(crate) freq: f64,
    /// 1 checksum right, −1 wrong
    pub(crate) stat: i8,
    pub(crate) modu: &'static str,
    pub(crate) datr: String,
    pub(crate) codr: &'static str,
    /// dBm
    pub(crate) rssi: i16,
    /// dB
    pub(crate) lsnr: f64,
    pub(crate) size: usize,
    pub(crate) data: String,
}

/// What is particular about one.
pub(crate) struct Received<'a> {
    pub(crate) time: Option<UtcMillis>,
    pub(crate) tmst: u32,
    pub(crate) frequency: u32,
    pub(crate) spreading_factor: u8,
    pub(crate) crc_ok: bool,
    pub(crate) rssi: f64,
    pub(crate) snr: f64,
    pub(crate) bytes: &'a [u8],
}

impl Rxpk {
    pub(crate) fn new(received: &Received<'_>) -> Self {
        Self {
            time: received.time.map(|time| format!("{:.6}", timestamp(time))),
            tmst: received.tmst,
            chan: channel(received.frequency),
            rfch: u8::from(received.frequency < 868_000_000),
            freq: f64::from(received.frequency) / 1e6,
            stat: if received.crc_ok { 1 } else { -1 },
            modu: "LORA",
            datr: format!("SF{}BW125", received.spreading_factor),
            codr: "4/5",
            rssi: received.rssi.round() as i16,
            lsnr: (received.snr * 10.0).round() / 10.0,
            size: received.bytes.len(),
            data: STANDARD.encode(received.bytes),
        }
    }
}

/// Number of the usual channels of EU863-870: three mandatory ones, then those at 867 MHz.
fn channel(frequency: u32) -> u8 {
    match frequency {
        868_000_000.. => (frequency.saturating_sub(868_100_000) / 200_000) as u8,
        _ => (frequency.saturating_sub(867_100_000) / 200_000) as u8 + 3,
    }
}

fn timestamp(time: UtcMillis) -> Timestamp {
    Timestamp::from_millisecond(time.0).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// What a gateway counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Frames heard.
    pub(crate) heard: u64,
    /// With a right checksum.
    pub(crate) right: u64,
    /// Passed on.
    pub(crate) forwarded: u64,
    /// Asked to be sent.
    pub(crate) asked: u64,
    /// Sent.
    pub(crate) sent: u64,
}

/// PUSH_DATA with frames.
pub(crate) fn push_frames(token: u16, gateway: Eui, frames: &[Rxpk]) -> Vec<u8> {
    push(token, gateway, &serde_json::json!({ "rxpk": frames }))
}

/// PUSH_DATA with a gateway's status.
pub(crate) fn push_stat(token: u16, gateway: Eui, now: UtcMillis, counts: &Counts) -> Vec<u8> {
    let time = timestamp(now).strftime("%Y-%m-%d %H:%M:%S GMT").to_string();
    let stat = serde_json::json!({
        "time": time, "rxnb": counts.heard, "rxok": counts.right, "rxfw": counts.forwarded,
        "ackr": 100.0, "dwnb": counts.asked, "txnb": counts.sent
    });
    push(token, gateway, &serde_json::json!({ "stat": stat }))
}

fn push(token: u16, gateway: Eui, json: &serde_json::Value) -> Vec<u8> {
    let mut bytes = head(token, 0x00);
    bytes.extend(gateway.0.to_be_bytes());
    bytes.extend(json.to_string().into_bytes());
    bytes
}

/// PULL_DATA.
pub(crate) fn pull_data(token: u16, gateway: Eui) -> Vec<u8> {
    [head(token, 0x02), gateway.0.to_be_bytes().to_vec()].concat()
}

/// TX_ACK.
pub(crate) fn tx_ack(token: u16, gateway: Eui, outcome: Result<(), TxError>) -> Vec<u8> {
    let error = outcome.err().map_or("NONE", TxError::code);
    let json = serde_json::json!({ "txpk_ack": { "error": error } }).to_string();
    [head(token, 0x05), gateway.0.to_be_bytes().to_vec(), json.into_bytes()].concat()
}

fn head(token: u16, kind: u8) -> Vec<u8> {
    let [high, low] = token.to_be_bytes();
    vec![VERSION, high, low, kind]
}

/// What the server says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Down {
    PushAck(u16),
    PullAck(u16),
    PullResp(u16, Txpk),
}

/// A frame that a gateway is to send.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Txpk {
    #[serde(default)]
    pub(crate) imme: bool,
    /// When, by the gateway's clock, µs.
    pub(crate) tmst: Option<u32>,
    /// MHz
    pub(crate) freq: f64,
    /// dBm
    pub(crate) powe: Option<i16>,
    #[serde(default)]
    pub(crate) datr: serde_json::Value,
    /// Inverted polarity, as devices expect it.
    #[serde(default)]
    pub(crate) ipol: bool,
    pub(crate) size: usize,
    pub(crate) data: String,
}

impl Txpk {
    /// The frame, if size and text agree.
    pub(crate) fn bytes(&self) -> Option<Vec<u8>> {
        STANDARD.decode(&self.data).ok().filter(|bytes| bytes.len() == self.size)
    }

    /// Hz
    pub(crate) fn frequency(&self) -> u32 {
        (self.freq * 1e6).round() as u32
    }

    /// Of a LoRa frame at 125 kHz.
    pub(crate) fn spreading_factor(&self) -> Option<u8> {
        self.datr.as_str()?.strip_prefix("SF")?.strip_suffix("BW125")?.parse().ok()
    }
}

/// Reads what the server says; none if it is nothing known.
pub(crate) fn read(datagram: &[u8]) -> Option<Down> {
    #[derive(Deserialize)]
    struct Body {
        txpk: Txpk,
    }
    let [VERSION, high, low, kind, body @ ..] = datagram else { return None };
    let token = u16::from_be_bytes([*high, *low]);
    match kind {
        0x01 => Some(Down::PushAck(token)),
        0x04 => Some(Down::PullAck(token)),
        0x03 => serde_json::from_slice(body).ok().map(|Body { txpk }| Down::PullResp(token, txpk)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    const EUI: Eui = Eui(0xaa55_5a00_0000_0101);

    #[test]
    fn frames_are_told_as_the_protocol_has_it() {
        let received = Received {
            time: Some(UtcMillis(1_364_746_577_528)),
            tmst: 3_512_348_611,
            frequency: 868_300_000,
            spreading_factor: 7,
            crc_ok: true,
            rssi: -35.4,
            snr: 5.12,
            bytes: &[0x40, 0xf8, 0x04],
        };
        let bytes = push_frames(0x1234, EUI, &[Rxpk::new(&received)]);
        assert_eq!(bytes[..12], [2, 0x12, 0x34, 0, 0xaa, 0x55, 0x5a, 0, 0, 0, 1, 1]);
        expect![[r#"{"rxpk":[{"chan":1,"codr":"4/5","data":"QPgE","datr":"SF7BW125","freq":868.3,"lsnr":5.1,"modu":"LORA","rfch":0,"rssi":-35,"size":3,"stat":1,"time":"2013-03-31T16:16:17.528000Z","tmst":3512348611}]}"#]].assert_eq(std::str::from_utf8(&bytes[12..]).unwrap());
    }

    #[test]
    fn what_the_server_says_is_read_and_anything_else_is_not() {
        assert_eq!(read(&[2, 1, 2, 1]), Some(Down::PushAck(0x0102)));
        assert_eq!(read(&[2, 1, 2, 4]), Some(Down::PullAck(0x0102)));
        let text = br#"{"txpk":{"imme":false,"tmst":5000000,"freq":868.1,"rfch":0,"powe":14,"modu":"LORA","datr":"SF7BW125","codr":"4/5","ipol":true,"size":3,"data":"QPgE"}}"#;
        let Some(Down::PullResp(7, tx)) = read(&[&[2, 0, 7, 3], text.as_slice()].concat()) else { panic!("not read") };
        assert_eq!(
            (tx.frequency(), tx.spreading_factor(), tx.bytes()),
            (868_100_000, Some(7), Some(vec![0x40, 0xf8, 4]))
        );
        for other in [&b""[..], &[2, 1, 2], &[1, 1, 2, 1], &[2, 1, 2, 9], &[2, 1, 2, 3, b'{']] {
            assert_eq!(read(other), None);
        }
    }
}
