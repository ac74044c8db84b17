//! What is read of the service's answer.

use serde::Deserialize;
use serde_json::Number;

/// What is read of the service's answer.
#[derive(Deserialize)]
pub(super) struct Answer {
    pub(super) reading: Reading,
    pub(super) verdict: String,
    pub(super) message: Option<Message>,
    pub(super) no_message: Option<String>,
    pub(super) receptions: Vec<Reception>,
    pub(super) decoding: Decoding,
    pub(super) windows: Vec<Window>,
    pub(super) targets: Vec<Target>,
}

#[derive(Deserialize)]
pub(super) struct Reading {
    pub(super) device: String,
    pub(super) property: String,
    pub(super) channel: u8,
    pub(super) unit: String,
    pub(super) event_time: String,
    pub(super) time_source: String,
    pub(super) received_at: String,
    pub(super) value: Number,
    pub(super) counted: Option<Number>,
    pub(super) flags: Vec<String>,
    pub(super) superseded: Vec<Superseded>,
}

#[derive(Deserialize)]
pub(super) struct Superseded {
    pub(super) value: Number,
    pub(super) until: String,
}

#[derive(Deserialize)]
pub(super) struct Message {
    pub(super) seq: u64,
    pub(super) received_at: String,
    pub(super) source: String,
    pub(super) topic: String,
    pub(super) size: usize,
    pub(super) payload_base64: String,
}

#[derive(Deserialize)]
pub(super) struct Reception {
    pub(super) seq: u64,
    pub(super) received_at: String,
    pub(super) gateway: String,
    pub(super) rssi: i16,
    pub(super) snr: Option<Number>,
    pub(super) spreading_factor: Option<u8>,
    pub(super) counts: bool,
}

#[derive(Deserialize)]
pub(super) struct Decoding {
    pub(super) profile: String,
    pub(super) codec: Option<String>,
    pub(super) fold_version: u32,
    pub(super) inputs: String,
    pub(super) inputs_then: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Window {
    pub(super) scope: Scope,
    pub(super) property: String,
    pub(super) step: String,
    pub(super) start: String,
    pub(super) counts: bool,
    pub(super) excluded_by: Option<Vec<String>>,
    pub(super) state: String,
    pub(super) revision: u32,
}

#[derive(Deserialize)]
pub(super) struct Scope {
    pub(super) kind: String,
    pub(super) id: String,
}

#[derive(Deserialize)]
pub(super) struct Target {
    pub(super) name: String,
    pub(super) state: String,
    pub(super) reason: Option<String>,
    pub(super) detail: Option<String>,
}
