//! Settings that the fold's result depends on; they are journalled with the registry.

use serde::{Deserialize, Serialize};

use crate::{NetId, UtcMillis};

/// How the bytes of a topic are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// `smartpole.v1` protobuf or JSON; the device is the last but one level of the topic.
    Smartpole,
    /// ChirpStack v4 integration events, JSON or protobuf; the device is `deviceInfo.devEui`.
    Chirpstack,
    /// What a gateway heard, as ChirpStack's Gateway Bridge v4 and MQTT Forwarder publish it; the device is in the frame.
    GatewayBridge,
    /// What a gateway heard, by Semtech's UDP protocol v2; the device is in the frame.
    Semtech,
}

/// Which format a topic has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// MQTT topic filter (`+` one level, `#` the rest).
    pub filter: String,
    /// How its bytes are read.
    pub format: Format,
}

/// Everything outside the registry that the fold's result depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FoldSettings {
    /// Id of the city.
    pub city: String,
    /// Topic → format; the first that fits wins.
    pub routes: Vec<Route>,
    /// How long after its end a window stays open for a device that goes on reporting, in seconds.
    pub lateness_s: u32,
    /// How far ahead of receipt an event time may lie, in seconds.
    pub future_drift_s: u32,
    /// How long readings are kept and windows corrected, in days.
    pub retention_days: u32,
    /// No event can be older: what claims to be is a wrong clock.
    pub epoch: UtcMillis,
    /// Largest payload that is decoded, in bytes.
    pub max_payload: u32,
    /// The network that join accepts name, 6 hex digits: the LoRa Alliance's, or 000000 or 000001 for a private one.
    pub net_id: NetId,
}

impl Default for FoldSettings {
    fn default() -> Self {
        let route = |filter: &str, format| Route { filter: filter.to_owned(), format };
        Self {
            city: "castrop-rauxel".to_owned(),
            routes: vec![
                route("smartpole/+/+/+/up", Format::Smartpole),
                route("application/+/device/+/event/+", Format::Chirpstack),
                route("gateway/+/event/+", Format::GatewayBridge),
                route("+/gateway/+/event/+", Format::GatewayBridge),
                route("semtech/+/+", Format::Semtech),
            ],
            lateness_s: 900,
            future_drift_s: 120,
            retention_days: 400,
            epoch: UtcMillis(1_577_836_800_000), // 2020-01-01, before the first pole
            max_payload: 256 * 1024,
            net_id: NetId::default(),
        }
    }
}
