//! Semtech's UDP protocol, version 2 (`Lora-net/packet_forwarder`, PROTOCOL.TXT 1.4; `Lora-net/sx1302_hal`, PROTOCOL.md 1.6), as
//! the journal keeps it: one message for each object of a datagram.
//!
//! | topic | payload |
//! |---|---|
//! | `semtech/<eui>/rxpk` | one object of the array `rxpk` of a PUSH_DATA, as sent |
//! | `semtech/<eui>/stat` | its object `stat`, as sent |
//! | `semtech/<eui>/tx_ack` | a whole TX_ACK |
//! | `semtech/<eui or ->/datagram` | a whole datagram that is none of the protocol's |

use smartpole_model::Eui;

use crate::{GatewayMessage, Malformed};
use datagram::{Datagram, DatagramError, split};

pub mod datagram;
mod datr;
mod number;
mod pull_resp;
mod rxpk;
mod stat;
mod tx_ack;

pub use pull_resp::pull_resp;

/// Reads a message of topic `semtech/<eui>/<kind>`: who it is of, and what it says.
///
/// # Errors
/// [`Malformed`] says where it goes wrong.
pub fn read(topic: &str, payload: &[u8]) -> Result<(Eui, GatewayMessage), Malformed> {
    let mut levels = topic.split('/');
    let (Some("semtech"), Some(gateway), Some(kind), None) =
        (levels.next(), levels.next(), levels.next(), levels.next())
    else {
        return Err(Malformed::Topic);
    };
    if kind == "datagram" {
        return Err(Malformed::datagram(&problem(payload)));
    }
    let gateway: Eui = gateway.parse().map_err(|_| Malformed::TopicGateway)?;
    let message = match kind {
        "rxpk" => GatewayMessage::Uplink(rxpk::read(gateway, payload)?),
        "stat" => GatewayMessage::Stat(stat::read(payload)?),
        "tx_ack" => GatewayMessage::TxAck(tx_ack::read(gateway, payload)?),
        _ => return Err(Malformed::Topic),
    };
    Ok((gateway, message))
}

/// Why bytes are no datagram of a gateway.
fn problem(datagram: &[u8]) -> String {
    match Datagram::parse(datagram) {
        Ok(Datagram::PushData { body, .. }) => match split(body) {
            Ok(_) => "it is one, of several messages".to_owned(),
            Err(DatagramError::Json(error)) => format!("its body is not as the protocol has it: {error}"),
            Err(error) => error.to_string(),
        },
        Ok(_) => "it is one, without a message".to_owned(),
        Err(error) => error.to_string(),
    }
}
