//! Events as JSON, with lowerCamel names.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;
use smartpole_lorawan::DataRate;
use smartpole_model::UtcMillis;

use super::{Data, Object, Reception, Up, frame::tenths};
use crate::{
    Refusal,
    json::{self, Text},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonUp<'a> {
    #[serde(borrow)]
    time: Option<Text<'a>>,
    #[serde(borrow)]
    device_info: Option<DeviceInfo<'a>>,
    #[serde(borrow)]
    dev_addr: Option<Text<'a>>,
    f_cnt: Option<u32>,
    f_port: Option<u32>,
    #[serde(borrow)]
    data: Option<Text<'a>>,
    #[serde(borrow)]
    object: Option<&'a RawValue>,
    #[serde(borrow)]
    rx_info: Option<Vec<RxInfo<'a>>>,
    tx_info: Option<TxInfo>,
    #[serde(borrow)]
    join_server_context: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeviceInfo<'a> {
    #[serde(borrow)]
    dev_eui: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RxInfo<'a> {
    #[serde(borrow)]
    gateway_id: Option<Text<'a>>,
    rssi: Option<i32>,
    #[serde(borrow)]
    snr: Option<&'a RawValue>,
    #[serde(borrow)]
    gw_time: Option<Text<'a>>,
    #[serde(borrow)]
    time: Option<Text<'a>>,
    #[serde(borrow)]
    ns_time: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct TxInfo {
    frequency: Option<u32>,
    modulation: Option<Modulation>,
}

#[derive(Deserialize)]
struct Modulation {
    lora: Option<Lora>,
    fsk: Option<IgnoredAny>,
}

/// Bandwidth in Hz.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Lora {
    bandwidth: u32,
    spreading_factor: u8,
}

/// Any event's device.
pub(super) fn dev_eui(payload: &[u8]) -> Result<Option<Cow<'_, str>>, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Event<'a> {
        #[serde(borrow)]
        device_info: Option<DeviceInfo<'a>>,
    }
    let event: Event<'_> = json::parse(json::utf8(payload)?)?;
    Ok(event.device_info.and_then(|device| device.dev_eui).map(Text::into_inner))
}

pub(super) fn up(payload: &[u8]) -> Result<Up<'_>, Refusal> {
    let up: JsonUp<'_> = json::parse(json::utf8(payload)?)?;
    Ok(Up {
        dev_eui: up.device_info.and_then(|device| device.dev_eui).map(Text::into_inner),
        time: time(&up.time),
        dev_addr: up.dev_addr.map(Text::into_inner),
        f_cnt: up.f_cnt.unwrap_or_default(),
        port: up.f_port,
        data: up.data.map(|text| Data::Base64(text.into_inner())),
        encrypted: up.join_server_context.is_some(),
        object: up.object.map(Object::Json),
        receptions: up.rx_info.iter().flatten().map(RxInfo::read).collect(),
        frequency: up.tx_info.as_ref().and_then(|sent| sent.frequency).unwrap_or_default(),
        data_rate: up.tx_info.and_then(|sent| sent.modulation?.data_rate()),
    })
}

impl RxInfo<'_> {
    fn read(&self) -> Reception {
        Reception {
            gateway_id: self.gateway_id.as_deref().and_then(|id| id.parse().ok()),
            rssi: self.rssi.unwrap_or_default(),
            snr: self.snr.and_then(|snr| tenths(snr.get())),
            gateway: time(&self.gw_time).or_else(|| time(&self.time)),
            network: time(&self.ns_time),
        }
    }
}

impl Modulation {
    fn data_rate(self) -> Option<DataRate> {
        let lora = |lora: Lora| {
            let bandwidth = (lora.bandwidth / 1_000).try_into().ok()?;
            Some(DataRate::Lora { spreading_factor: lora.spreading_factor, bandwidth })
        };
        self.lora.and_then(lora).or(self.fsk.map(|_| DataRate::Fsk))
    }
}

/// A clock that writes no RFC 3339 is no clock; a lesser one stands in.
fn time(text: &Option<Text<'_>>) -> Option<UtcMillis> {
    text.as_deref()?.parse().ok()
}

pub(super) fn base64(text: &str) -> Result<Vec<u8>, Refusal> {
    STANDARD.decode(text).map_err(|error| Refusal::decode(format!("data is no base64: {error}")))
}
