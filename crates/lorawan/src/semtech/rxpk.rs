//! `rxpk`: a frame as a gateway heard it.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use smartpole_model::{Eui, UtcMillis};

use super::{datr, number};
use crate::{Context, Crc, DataRate, Heard, Malformed, Reception, base64, gateway_message::MAX_PHY_PAYLOAD, gps};

/// As many characters are 255 bytes, padded or not.
const MAX_BASE64: usize = MAX_PHY_PAYLOAD.div_ceil(3) * 4;

#[derive(Deserialize)]
struct Rxpk<'a> {
    tmst: u32,
    #[serde(borrow)]
    freq: &'a RawValue,
    #[serde(borrow)]
    data: Cow<'a, str>,
    size: Option<u32>,
    stat: Option<i64>,
    #[serde(borrow)]
    datr: Option<&'a RawValue>,
    #[serde(borrow)]
    rssi: Option<&'a RawValue>,
    #[serde(borrow)]
    lsnr: Option<&'a RawValue>,
    #[serde(borrow)]
    time: Option<Cow<'a, str>>,
    tmms: Option<i64>,
    #[serde(borrow)]
    rsig: Option<Vec<Antenna<'a>>>,
}

/// How one of several antennas heard it (gateways with more than one SX1301).
#[derive(Deserialize)]
struct Antenna<'a> {
    #[serde(borrow)]
    rssic: &'a RawValue,
    #[serde(borrow)]
    lsnr: Option<&'a RawValue>,
}

pub(super) fn read(gateway: Eui, payload: &[u8]) -> Result<Heard, Malformed> {
    let rxpk: Rxpk<'_> = serde_json::from_slice(payload).map_err(|error| Malformed::json(&error))?;
    let data_rate = rxpk.datr.map(datr::read).transpose()?.flatten();
    let (rssi, snr) = signal(&rxpk)?;
    let reception = Reception {
        gateway,
        rssi,
        snr: snr.filter(|_| matches!(data_rate, Some(DataRate::Lora { .. }))),
        frequency: number::read(rxpk.freq, 6, "freq")?,
        data_rate,
        time: time(&rxpk),
        context: Context::Tmst(rxpk.tmst),
    };
    Ok(Heard { phy_payload: phy_payload(&rxpk)?, crc: crc(rxpk.stat)?, reception })
}

/// RSSI and SNR: of the strongest antenna, if there are several.
fn signal(rxpk: &Rxpk<'_>) -> Result<(i16, Option<i16>), Malformed> {
    let mut strongest = None;
    for antenna in rxpk.rsig.iter().flatten() {
        strongest = strongest.max(Some(levels(antenna.rssic, antenna.lsnr)?));
    }
    match (strongest, rxpk.rssi) {
        (Some(signal), _) => Ok(signal),
        (None, Some(rssi)) => levels(rssi, rxpk.lsnr),
        (None, None) => Err(Malformed::Missing("rssi")),
    }
}

fn levels(rssi: &RawValue, lsnr: Option<&RawValue>) -> Result<(i16, Option<i16>), Malformed> {
    Ok((number::read(rssi, 0, "rssi")?, lsnr.map(|raw| number::read(raw, 1, "lsnr")).transpose()?))
}

/// GPS time. What is no time is none: it is empty without a fix, and begins in 1970 or 1980 on some gateways.
fn time(rxpk: &Rxpk<'_>) -> Option<UtcMillis> {
    let utc = rxpk.time.as_ref().and_then(|text| text.parse().ok()).and_then(gps::known);
    utc.or_else(|| gps::from_gps_millis(rxpk.tmms?))
}

fn crc(stat: Option<i64>) -> Result<Crc, Malformed> {
    match stat {
        Some(1) => Ok(Crc::Ok),
        Some(-1) => Ok(Crc::Bad),
        Some(0) | None => Ok(Crc::Missing),
        Some(_) => Err(Malformed::Value { field: "stat", problem: "not 1, 0 or -1" }),
    }
}

fn phy_payload(rxpk: &Rxpk<'_>) -> Result<Vec<u8>, Malformed> {
    if rxpk.data.len() > MAX_BASE64 {
        return Err(Malformed::TooLong);
    }
    let data = base64::decode(&rxpk.data).ok_or(Malformed::Value { field: "data", problem: "not base64" })?;
    match rxpk.size {
        Some(size) if size as usize != data.len() => Err(Malformed::Size { data: data.len(), size }),
        _ => Ok(data),
    }
}
