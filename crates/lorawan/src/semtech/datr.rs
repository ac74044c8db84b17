//! `datr`: `"SF7BW125"` of LoRa, bit/s of FSK.

use serde_json::value::RawValue;

use super::number;
use crate::{DataRate, Malformed};

/// Bit rate of FSK in all of LoRaWAN's regions.
const FSK_RATE: u32 = 50_000;

/// The modulation; none if it is not one of ours, such as `"M0CW137"` of LR-FHSS.
pub(super) fn read(raw: &RawValue) -> Result<Option<DataRate>, Malformed> {
    if raw.get().starts_with('"') {
        let text: &str = serde_json::from_str(raw.get()).unwrap_or_default(); // with escapes it is none of ours
        return Ok(lora(text));
    }
    let rate: u32 = number::read(raw, 0, "datr")?;
    Ok((rate == FSK_RATE).then_some(DataRate::Fsk))
}

fn lora(text: &str) -> Option<DataRate> {
    let (spreading_factor, bandwidth) = text.strip_prefix("SF")?.split_once("BW")?;
    DataRate::lora(spreading_factor.parse().ok()?, bandwidth.parse().ok()?)
}

/// As `txpk` wants it.
pub(super) fn write(data_rate: DataRate) -> serde_json::Value {
    match data_rate {
        DataRate::Lora { spreading_factor, bandwidth } => format!("SF{spreading_factor}BW{bandwidth}").into(),
        DataRate::Fsk => FSK_RATE.into(),
    }
}
