//! `down`: a frame for a gateway to send.

use prost_types::Duration;

use crate::{
    Context, DataRate, Transmit,
    gw::{
        CodeRate, DelayTimingInfo, DownlinkFrame, DownlinkFrameItem, DownlinkTxInfo, FskModulationInfo,
        LoraModulationInfo, Modulation, Timing, modulation, timing,
    },
};

/// One attempt; the other window is ours to choose, as the duty cycle is.
pub(super) fn frame(id: u32, transmit: &Transmit) -> DownlinkFrame {
    let item = DownlinkFrameItem { phy_payload: transmit.phy_payload.clone(), tx_info: Some(tx_info(transmit)) };
    DownlinkFrame { downlink_id: id, items: vec![item], gateway_id: transmit.gateway.to_string() }
}

fn tx_info(transmit: &Transmit) -> DownlinkTxInfo {
    let parameters = Some(modulation(transmit.data_rate));
    DownlinkTxInfo {
        frequency: transmit.frequency,
        power: transmit.power.into(),
        modulation: Some(Modulation { parameters }),
        timing: Some(delay(transmit.delay_ms)),
        context: context(&transmit.context),
    }
}

/// Downwards, LoRa has inverted polarization and no checksum of the radio (LoRaWAN 1.0.4, 3).
fn modulation(data_rate: DataRate) -> modulation::Parameters {
    match data_rate {
        DataRate::Lora { spreading_factor, bandwidth } => modulation::Parameters::Lora(LoraModulationInfo {
            bandwidth: u32::from(bandwidth) * 1_000,
            spreading_factor: spreading_factor.into(),
            code_rate: CodeRate::Cr45.into(),
            polarization_inversion: true,
            no_crc: true,
        }),
        DataRate::Fsk => {
            modulation::Parameters::Fsk(FskModulationInfo { frequency_deviation: 25_000, datarate: 50_000 })
        }
    }
}

fn delay(millis: u32) -> Timing {
    let nanos = (millis % 1_000) as i32 * 1_000_000;
    let delay = Some(Duration { seconds: (millis / 1_000).into(), nanos });
    Timing { parameters: Some(timing::Parameters::Delay(DelayTimingInfo { delay })) }
}

/// A bridge before a Semtech forwarder writes `tmst` most significant byte first.
fn context(context: &Context) -> Vec<u8> {
    match context {
        Context::Tmst(tmst) => tmst.to_be_bytes().to_vec(),
        Context::Opaque(bytes) => bytes.clone(),
    }
}
