//! What a gateway heard, as ChirpStack's Gateway Bridge 4 and MQTT Forwarder publish it.
//!
//! | topic | message of `gw.proto` |
//! |---|---|
//! | `[prefix/]gateway/<eui>/event/up` | `UplinkFrame` |
//! | `…/event/stats` | `GatewayStats` |
//! | `…/event/ack` | `DownlinkTxAck` |
//! | `…/event/…` | anything else: [`GatewayMessage::Other`] |
//! | `[prefix/]gateway/<eui>/command/down` | `DownlinkFrame`, which we send |
//!
//! Both forms, protobuf and ProtoJSON, are the same types, so what is said of one holds for the other. A payload whose first byte
//! is `{` is JSON: as protobuf that would be a field 15, which none of the messages has.

use prost::Message;
use serde::Deserialize;
use smartpole_model::Eui;

use crate::{
    GatewayMessage, Malformed, Stat, Transmit, TxAck, TxError,
    gw::{self, DownlinkTxAck, GatewayStats, TxAckStatus},
};

mod downlink;
pub(crate) mod json;
mod up;

/// Reads a message of topic `[prefix/]gateway/<eui>/event/<kind>`: who it is of, and what it says.
///
/// # Errors
/// [`Malformed`] says where it goes wrong; a message that names another gateway than its topic is malformed too.
pub fn read(topic: &str, payload: &[u8]) -> Result<(Eui, GatewayMessage), Malformed> {
    let mut levels = topic.rsplit('/');
    let (Some(kind), Some("event"), Some(gateway), Some("gateway")) =
        (levels.next(), levels.next(), levels.next(), levels.next())
    else {
        return Err(Malformed::Topic);
    };
    let gateway: Eui = gateway.parse().map_err(|_| Malformed::TopicGateway)?;
    let message = match kind {
        "up" => GatewayMessage::Uplink(up::read(gateway, parse(payload)?)?),
        "stats" => GatewayMessage::Stat(stat(gateway, &parse(payload)?)?),
        "ack" => GatewayMessage::TxAck(tx_ack(gateway, &parse(payload)?)?),
        _ => GatewayMessage::Other,
    };
    Ok((gateway, message))
}

/// The topic that commands to a gateway go to, of the topic that an event of it came from.
pub fn command_topic(event_topic: &str) -> String {
    let gateway = event_topic.rsplit_once("/event/").map_or(event_topic, |(gateway, _)| gateway);
    format!("{gateway}/command/down")
}

/// The `DownlinkFrame` that asks a gateway to send a frame, for topic `[prefix/]gateway/<eui>/command/down`; its `ack` event comes
/// back with the same id. The bridge uses the lower 16 bits alone to tell frames apart. `json`: in the form of
/// bridges that are set to JSON; a bridge reads only the form it writes.
pub fn downlink(id: u32, transmit: &Transmit, json: bool) -> Vec<u8> {
    let frame = downlink::frame(id, transmit);
    if json {
        serde_json::to_vec(&frame).expect("numbers, text and lists of them are JSON")
    } else {
        frame.encode_to_vec()
    }
}

fn parse<'a, T: Message + Default + Deserialize<'a>>(payload: &'a [u8]) -> Result<T, Malformed> {
    if payload.starts_with(b"{") {
        serde_json::from_slice(payload).map_err(|error| Malformed::json(&error))
    } else {
        T::decode(payload).map_err(|error| Malformed::protobuf(&error))
    }
}

/// That a message is of its topic's gateway.
fn same(gateway: Eui, gateway_id: &str) -> Result<(), Malformed> {
    match gateway_id.parse() {
        Ok(id) if gateway == id => Ok(()),
        Ok(_) => Err(Malformed::OtherGateway),
        Err(_) => Err(Malformed::Value { field: "gatewayId", problem: "not 16 hex digits" }),
    }
}

fn stat(gateway: Eui, stats: &GatewayStats) -> Result<Stat, Malformed> {
    same(gateway, &stats.gateway_id)?;
    Ok(Stat {
        time: stats.time.as_ref().and_then(up::instant),
        received: Some(stats.rx_packets_received),
        received_ok: Some(stats.rx_packets_received_ok),
        asked: Some(stats.tx_packets_received),
        sent: Some(stats.tx_packets_emitted),
    })
}

/// A frame of several attempts was sent if any was; else the last attempt says why not.
fn tx_ack(gateway: Eui, ack: &DownlinkTxAck) -> Result<TxAck, Malformed> {
    same(gateway, &ack.gateway_id)?;
    let statuses =
        || ack.items.iter().map(gw::DownlinkTxAckItem::status).filter(|status| *status != TxAckStatus::Ignored);
    let error = match statuses().next_back() {
        _ if statuses().any(|status| status == TxAckStatus::Ok) => None,
        Some(status) => Some(TxError::named(status.as_str_name())),
        None => Some(TxError::Unknown),
    };
    Ok(TxAck { id: ack.downlink_id, error })
}
