//! Events as protobuf: the same fields in ChirpStack's own messages.

use std::borrow::Cow;

use prost::Message;
use prost_types::Timestamp;
use smartpole_lorawan::DataRate;
use smartpole_model::UtcMillis;

use super::{Data, Object, Reception, Up, frame::tenths};
use crate::{
    Refusal,
    chirpstack_v4::{
        gw::{UplinkRxInfo, UplinkTxInfo, modulation::Parameters},
        integration::UplinkEvent,
    },
};

/// An event's device, where it says which; the place is the same in all events but `log`.
pub(super) fn dev_eui(payload: &[u8]) -> Result<Option<Cow<'_, str>>, Refusal> {
    Ok(device(&mut parse(payload)?))
}

/// A message without any field is protobuf too, and so are many bytes that are no event; those name no device.
pub(super) fn up(payload: &[u8]) -> Result<Up<'_>, Refusal> {
    let mut event = parse(payload)?;
    let dev_eui = device(&mut event).ok_or_else(|| Refusal::decode("not a ChirpStack event: no deviceInfo.devEui"))?;
    Ok(Up {
        dev_eui: Some(dev_eui),
        time: event.time.as_ref().and_then(time),
        dev_addr: Some(event.dev_addr.into()),
        f_cnt: event.f_cnt,
        port: Some(event.f_port),
        data: Some(Data::Plain(event.data)),
        encrypted: event.join_server_context.is_some(),
        object: event.object.map(Object::Struct),
        receptions: event.rx_info.iter().map(read).collect(),
        frequency: event.tx_info.as_ref().map_or(0, |sent| sent.frequency),
        data_rate: event.tx_info.and_then(data_rate),
    })
}

fn parse(payload: &[u8]) -> Result<UplinkEvent, Refusal> {
    UplinkEvent::decode(payload).map_err(|error| Refusal::decode(format!("not a ChirpStack event: {error}")))
}

fn device(event: &mut UplinkEvent) -> Option<Cow<'static, str>> {
    let dev_eui = event.device_info.take()?.dev_eui;
    (!dev_eui.is_empty()).then_some(Cow::Owned(dev_eui))
}

fn read(rx_info: &UplinkRxInfo) -> Reception {
    Reception {
        gateway_id: rx_info.gateway_id.parse().ok(),
        rssi: rx_info.rssi,
        snr: tenths(&rx_info.snr.to_string()),
        gateway: rx_info.gw_time.as_ref().and_then(time),
        network: rx_info.ns_time.as_ref().and_then(time),
    }
}

fn data_rate(sent: UplinkTxInfo) -> Option<DataRate> {
    match sent.modulation?.parameters? {
        Parameters::Lora(lora) => Some(DataRate::Lora {
            spreading_factor: lora.spreading_factor.try_into().ok()?,
            bandwidth: (lora.bandwidth / 1_000).try_into().ok()?,
        }),
        Parameters::Fsk(_) => Some(DataRate::Fsk),
    }
}

/// A time outside the years 1 to 9999 is none (`google.protobuf.Timestamp`); what is finer than a millisecond is cut off.
fn time(timestamp: &Timestamp) -> Option<UtcMillis> {
    let valid = (-62_135_596_800..=253_402_300_799).contains(&timestamp.seconds)
        && (0..1_000_000_000).contains(&timestamp.nanos);
    valid.then(|| UtcMillis(timestamp.seconds * 1_000 + i64::from(timestamp.nanos / 1_000_000)))
}
