//! Events as JSON, with lowerCamel names.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::value::RawValue;
use smartpole_model::UtcMillis;

use super::{Data, Object, Reception, Up};
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
    f_port: Option<u32>,
    #[serde(borrow)]
    data: Option<Text<'a>>,
    #[serde(borrow)]
    object: Option<&'a RawValue>,
    #[serde(borrow)]
    rx_info: Option<Vec<RxInfo<'a>>>,
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
    gw_time: Option<Text<'a>>,
    #[serde(borrow)]
    time: Option<Text<'a>>,
    #[serde(borrow)]
    ns_time: Option<Text<'a>>,
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
        port: up.f_port,
        data: up.data.map(|text| Data::Base64(text.into_inner())),
        encrypted: up.join_server_context.is_some(),
        object: up.object.map(Object::Json),
        receptions: up.rx_info.iter().flatten().map(RxInfo::read).collect(),
    })
}

impl RxInfo<'_> {
    fn read(&self) -> Reception {
        Reception { gateway: time(&self.gw_time).or_else(|| time(&self.time)), network: time(&self.ns_time) }
    }
}

/// A clock that writes no RFC 3339 is no clock; a lesser one stands in.
fn time(text: &Option<Text<'_>>) -> Option<UtcMillis> {
    text.as_deref()?.parse().ok()
}

pub(super) fn base64(text: &str) -> Result<Vec<u8>, Refusal> {
    STANDARD.decode(text).map_err(|error| Refusal::decode(format!("data is no base64: {error}")))
}
