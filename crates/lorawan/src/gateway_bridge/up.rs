//! `up`: a frame as a gateway heard it.

use prost_types::{Duration, Timestamp};
use smartpole_model::{Eui, UtcMillis};

use super::same;
use crate::{
    Context, Crc, DataRate, Heard, Malformed, Reception,
    gateway_message::MAX_PHY_PAYLOAD,
    gps,
    gw::{CrcStatus, UplinkFrame, UplinkRxInfo, UplinkTxInfo, modulation::Parameters},
};

pub(super) fn read(gateway: Eui, frame: UplinkFrame) -> Result<Heard, Malformed> {
    if frame.phy_payload.len() > MAX_PHY_PAYLOAD {
        return Err(Malformed::TooLong);
    }
    let rx_info = frame.rx_info.ok_or(Malformed::Missing("rxInfo"))?;
    let tx_info = frame.tx_info.ok_or(Malformed::Missing("txInfo"))?;
    same(gateway, &rx_info.gateway_id)?;
    let crc = crc(rx_info.crc_status());
    Ok(Heard { phy_payload: frame.phy_payload, crc, reception: reception(gateway, &tx_info, rx_info)? })
}

fn reception(gateway: Eui, tx_info: &UplinkTxInfo, rx_info: UplinkRxInfo) -> Result<Reception, Malformed> {
    let data_rate = data_rate(tx_info);
    let problem = "out of range";
    Ok(Reception {
        gateway,
        rssi: rx_info.rssi.try_into().map_err(|_| Malformed::Value { field: "rssi", problem })?,
        snr: matches!(data_rate, Some(DataRate::Lora { .. })).then(|| tenths(rx_info.snr)).flatten(),
        frequency: tx_info.frequency,
        data_rate,
        time: time(&rx_info),
        context: Context::Opaque(rx_info.context),
    })
}

fn crc(status: CrcStatus) -> Crc {
    match status {
        CrcStatus::NoCrc => Crc::Missing,
        CrcStatus::BadCrc => Crc::Bad,
        CrcStatus::CrcOk => Crc::Ok,
    }
}

fn data_rate(tx_info: &UplinkTxInfo) -> Option<DataRate> {
    match tx_info.modulation.as_ref()?.parameters.as_ref()? {
        Parameters::Lora(lora) => DataRate::lora(lora.spreading_factor, lora.bandwidth / 1_000),
        Parameters::Fsk(fsk) => (fsk.datarate == 50_000).then_some(DataRate::Fsk),
    }
}

/// The one float of the protocol, in dB; none if no radio can have measured it.
fn tenths(snr: f32) -> Option<i16> {
    (snr.abs() < 1_000.0).then(|| (snr * 10.0).round() as i16)
}

/// GPS time, by either of its two names.
fn time(rx_info: &UplinkRxInfo) -> Option<UtcMillis> {
    let utc = rx_info.gw_time.as_ref().and_then(instant).and_then(gps::known);
    utc.or_else(|| gps::from_gps_millis(millis(rx_info.time_since_gps_epoch.as_ref()?)?))
}

/// What is finer than a millisecond is cut off, as in all our times.
pub(super) fn instant(time: &Timestamp) -> Option<UtcMillis> {
    let nanos = i64::from(time.nanos);
    let millis = time.seconds.checked_mul(1_000)?.checked_add(nanos.div_euclid(1_000_000))?;
    (0..1_000_000_000).contains(&nanos).then_some(UtcMillis(millis))
}

fn millis(duration: &Duration) -> Option<i64> {
    duration.seconds.checked_mul(1_000)?.checked_add(i64::from(duration.nanos / 1_000_000))
}
