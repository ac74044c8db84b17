//! EU863-870: LoRaWAN Regional Parameters 1.0 (July 2016), 2.1, and the sub-bands of ETSI EN 300 220-2 V3.2.1, annex B.

use crate::DataRate;

mod airtime;

pub use airtime::time_on_air;

/// From the end of an uplink to the first window, unless the device was told otherwise; the second opens 1 s later.
pub const RECEIVE_DELAY_MS: u32 = 1_000;
/// From the end of a join request to the first window; the second opens 1 s later.
pub const JOIN_ACCEPT_DELAY_MS: u32 = 5_000;
/// From the first window to the second.
pub const RX2_AFTER_RX1_MS: u32 = 1_000;
/// The second window's carrier, Hz.
pub const RX2_FREQUENCY: u32 = 869_525_000;
/// The second window's data rate: DR0.
pub const RX2_DATA_RATE: DataRate = lora(12, 125);
/// Carriers that a join accept gives to the device beside the three mandatory ones, Hz: the usual ones in Europe.
pub const CF_LIST: [u32; 5] = [867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000];

/// DR0 to DR7, each with the largest MACPayload in bytes, no repeater in the way.
const DATA_RATES: [(DataRate, usize); 8] = [
    (lora(12, 125), 59),
    (lora(11, 125), 59),
    (lora(10, 125), 59),
    (lora(9, 125), 123),
    (lora(8, 125), 250),
    (lora(7, 125), 250),
    (lora(7, 250), 250),
    (DataRate::Fsk, 250),
];

/// MHDR and MIC, which surround the MACPayload.
const FRAME_OVERHEAD: usize = 5;

const fn lora(spreading_factor: u8, bandwidth: u16) -> DataRate {
    DataRate::Lora { spreading_factor, bandwidth }
}

impl DataRate {
    /// LoRa of this spreading factor and bandwidth in kHz, if there is such a thing.
    pub fn lora(spreading_factor: u32, bandwidth: u32) -> Option<Self> {
        let known = (5..=12).contains(&spreading_factor) && matches!(bandwidth, 125 | 250 | 500);
        known.then_some(lora(spreading_factor as u8, bandwidth as u16))
    }

    /// Its number in EU863-870.
    pub fn index(self) -> Option<u8> {
        DATA_RATES.iter().position(|(rate, _)| *rate == self).map(|index| index as u8)
    }

    /// The data rate of this number in EU863-870.
    pub fn of_index(index: u8) -> Option<Self> {
        DATA_RATES.get(usize::from(index)).map(|(rate, _)| *rate)
    }

    /// Most bytes of a PHYPayload in EU863-870; none if the data rate is not used there.
    pub fn max_phy_payload(self) -> Option<usize> {
        self.index().map(|index| DATA_RATES[usize::from(index)].1 + FRAME_OVERHEAD)
    }
}

/// Frequencies that share one duty cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SubBand {
    /// First frequency, Hz.
    pub from: u32,
    /// First frequency beyond it, Hz.
    pub to: u32,
    /// Most airtime in any hour, milliseconds.
    pub airtime_ms: u32,
    /// Power to send with, dBm EIRP: within 14 or 27 dBm ERP (16.15 or 29.15 EIRP), and one of the steps that gateways with an
    /// SX1301 have; they refuse a frame with any other.
    pub power: i8,
}

const fn band(from_khz: u32, to_khz: u32, per_mille: u32, power: i8) -> SubBand {
    SubBand { from: from_khz * 1_000, to: to_khz * 1_000, airtime_ms: 3_600 * per_mille, power }
}

/// Bands K to R.
pub const SUB_BANDS: [SubBand; 6] = [
    band(863_000, 865_000, 1, 16),
    band(865_000, 868_000, 10, 16),
    band(868_000, 868_600, 10, 16),
    band(868_700, 869_200, 1, 16),
    band(869_400, 869_650, 100, 27),
    band(869_700, 870_000, 10, 16),
];

impl SubBand {
    /// The sub-band of a carrier in Hz; none if it may not be used.
    pub fn of(frequency: u32) -> Option<&'static Self> {
        SUB_BANDS.iter().find(|band| (band.from..band.to).contains(&frequency))
    }
}
