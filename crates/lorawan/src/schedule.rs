//! Which gateway answers, and in which of the device's two windows.
//!
//! ```text
//! uplink ends ── delay ──► RX1: its channel, its data rate ── 1 s ──► RX2: 869.525 MHz, SF12
//! ```

use smartpole_model::{Eui, UtcMillis};

use crate::{
    Context, DataRate, Reception,
    region::{RX2_AFTER_RX1_MS, RX2_DATA_RATE, RX2_FREQUENCY, SubBand, time_on_air},
};

mod duty_cycle;

pub use duty_cycle::DutyCycle;

/// A frame that a gateway shall send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// Who sends it.
    pub gateway: Eui,
    /// The frame.
    pub phy_payload: Vec<u8>,
    /// Carrier, Hz.
    pub frequency: u32,
    /// Modulation.
    pub data_rate: DataRate,
    /// dBm EIRP.
    pub power: i8,
    /// From the end of the uplink, milliseconds.
    pub delay_ms: u32,
    /// The gateway's clock at the end of the uplink.
    pub context: Context,
}

/// Why a frame is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum NotSent {
    /// No gateway heard the device.
    #[error("no gateway heard the device")]
    NotHeard,
    /// It fits neither window of any gateway that heard the device.
    #[error("frame is too long for the device's windows")]
    TooLong,
    /// It fits, but the airtime of all gateways that heard the device is used up.
    #[error("duty cycle of every gateway that heard the device is used up")]
    DutyCycle,
}

/// One of a device's two windows.
struct Window {
    frequency: u32,
    data_rate: DataRate,
    delay_ms: u32,
}

/// The gateway and window for a frame: the gateway that heard best first, RX1 before RX2, as far as length and duty cycle allow.
/// Its airtime is booked in `duty`.
///
/// # Errors
/// [`NotSent`] says what stood in the way; of a long frame whose only fitting windows lack airtime, that.
pub fn choose(
    receptions: &[Reception],
    rx1_delay_ms: u32,
    phy_payload: Vec<u8>,
    duty: &mut DutyCycle,
    now: UtcMillis,
) -> Result<Transmit, NotSent> {
    let mut best: Vec<_> = receptions.iter().collect();
    best.sort_by_key(|reception| (std::cmp::Reverse((reception.snr, reception.rssi)), reception.gateway));
    let mut problem = if best.is_empty() { NotSent::NotHeard } else { NotSent::TooLong };
    for reception in best {
        for window in windows(reception, rx1_delay_ms) {
            let Some(band) = SubBand::of(window.frequency).filter(|_| fits(&phy_payload, window.data_rate)) else {
                continue;
            };
            let airtime = time_on_air(window.data_rate, phy_payload.len(), false);
            let end = now.plus(i64::from(window.delay_ms) + airtime.div_ceil(1_000) as i64);
            if duty.book(reception.gateway, band, airtime, end, now) {
                return Ok(transmit(reception, &window, band, phy_payload));
            }
            problem = NotSent::DutyCycle;
        }
    }
    Err(problem)
}

/// RX1, if the uplink's modulation is known, and RX2.
fn windows(reception: &Reception, rx1_delay_ms: u32) -> impl Iterator<Item = Window> {
    let rx1 = reception.data_rate.map(|data_rate| Window {
        frequency: reception.frequency,
        data_rate,
        delay_ms: rx1_delay_ms,
    });
    let rx2 = Window {
        frequency: RX2_FREQUENCY,
        data_rate: RX2_DATA_RATE,
        delay_ms: rx1_delay_ms.saturating_add(RX2_AFTER_RX1_MS),
    };
    rx1.into_iter().chain([rx2])
}

fn fits(phy_payload: &[u8], data_rate: DataRate) -> bool {
    data_rate.max_phy_payload().is_some_and(|most| phy_payload.len() <= most)
}

fn transmit(reception: &Reception, window: &Window, band: &SubBand, phy_payload: Vec<u8>) -> Transmit {
    Transmit {
        gateway: reception.gateway,
        phy_payload,
        frequency: window.frequency,
        data_rate: window.data_rate,
        power: band.power,
        delay_ms: window.delay_ms,
        context: reception.context.clone(),
    }
}
