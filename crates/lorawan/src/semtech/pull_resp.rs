//! PULL_RESP: a frame for a gateway to send.
//!
//! ```text
//! 02 · token (2) · 03 · {"txpk":{…}}
//! ```

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::{Value, value::RawValue};

use super::datr;
use crate::{Context, DataRate, Transmit};

#[derive(Serialize)]
struct Txpk {
    #[serde(skip_serializing_if = "Option::is_none")]
    tmst: Option<u32>,
    freq: Box<RawValue>,
    rfch: u8,
    powe: i8,
    modu: &'static str,
    datr: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    codr: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fdev: Option<u32>,
    ipol: bool,
    ncrc: bool,
    size: usize,
    data: String,
}

#[derive(Serialize)]
struct Object {
    txpk: Txpk,
}

/// The datagram that asks a gateway to send a frame; its TX_ACK comes back with the same token.
///
/// A context that is not of Semtech's kind gives no `tmst`, and the gateway refuses the frame.
pub fn pull_resp(token: [u8; 2], transmit: &Transmit) -> Vec<u8> {
    let mut datagram = vec![2, token[0], token[1], 3];
    let object = Object { txpk: txpk(transmit) };
    serde_json::to_writer(&mut datagram, &object).expect("numbers and text are JSON, and a vector takes all bytes");
    datagram
}

/// LoRa goes down with inverted polarization and without a checksum of the radio, so that gateways do not hear each other
/// (LoRaWAN 1.0.4, 3 and 4.1); FSK has neither difference. Powers are EIRP: forwarders take their antenna's gain off.
fn txpk(transmit: &Transmit) -> Txpk {
    let lora = matches!(transmit.data_rate, DataRate::Lora { .. });
    Txpk {
        tmst: tmst(&transmit.context).map(|tmst| tmst.wrapping_add(transmit.delay_ms.wrapping_mul(1_000))),
        freq: megahertz(transmit.frequency),
        rfch: 0,
        powe: transmit.power,
        modu: if lora { "LORA" } else { "FSK" },
        datr: datr::write(transmit.data_rate),
        codr: lora.then_some("4/5"),
        fdev: (!lora).then_some(25_000), // Hz, LoRaWAN Regional Parameters 1.0, 2.1.3
        ipol: lora,
        ncrc: lora,
        size: transmit.phy_payload.len(),
        data: STANDARD.encode(&transmit.phy_payload),
    }
}

fn tmst(context: &Context) -> Option<u32> {
    match context {
        Context::Tmst(tmst) => Some(*tmst),
        Context::Opaque(_) => None,
    }
}

/// Hz as a JSON number of MHz, exact.
fn megahertz(hz: u32) -> Box<RawValue> {
    let text = format!("{}.{:06}", hz / 1_000_000, hz % 1_000_000);
    RawValue::from_string(text).expect("digits, a point and digits are a JSON number")
}
