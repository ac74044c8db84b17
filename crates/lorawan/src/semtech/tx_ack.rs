//! TX_ACK: what became of a PULL_RESP.
//!
//! ```text
//! 02 · token of the PULL_RESP (2) · 05 · gateway's EUI (8) · nothing, or {"txpk_ack":{"error":"TOO_LATE"}}
//! ```

use serde::Deserialize;
use smartpole_model::Eui;

use super::datagram::Datagram;
use crate::{Malformed, TxAck, TxError};

/// What C programs leave at the end of their text.
const PADDING: [u8; 5] = *b"\0 \t\r\n";

#[derive(Deserialize)]
struct Object {
    txpk_ack: Option<TxpkAck>,
}

/// Its `warn`, of an SX1302 that sent with less power, is no error.
#[derive(Deserialize)]
struct TxpkAck {
    error: Option<String>,
}

pub(super) fn read(gateway: Eui, datagram: &[u8]) -> Result<TxAck, Malformed> {
    match Datagram::parse(datagram) {
        Ok(Datagram::TxAck { token, gateway: sender, body }) if sender == gateway => {
            Ok(TxAck { id: u16::from_le_bytes(token).into(), error: error(body)? })
        }
        Ok(Datagram::TxAck { .. }) => Err(Malformed::OtherGateway),
        Ok(_) => Err(Malformed::datagram("it is no TX_ACK")),
        Err(error) => Err(Malformed::datagram(&error.to_string())),
    }
}

fn error(json: &[u8]) -> Result<Option<TxError>, Malformed> {
    let end = json.iter().rposition(|byte| !PADDING.contains(byte)).map_or(0, |last| last + 1);
    if end == 0 {
        return Ok(None);
    }
    let object: Object = serde_json::from_slice(&json[..end]).map_err(|error| Malformed::json(&error))?;
    let error = object.txpk_ack.and_then(|ack| ack.error).filter(|error| !matches!(error.as_str(), "" | "NONE"));
    Ok(error.as_deref().map(TxError::named))
}
