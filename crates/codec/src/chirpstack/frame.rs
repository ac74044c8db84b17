//! Which frame an `up` event tells of, and how it was heard.

use smartpole_lorawan::{Context, Reception};
use smartpole_model::{Decimal, DevAddr};

use super::Up;

/// Most receptions that are kept of an event; what more gateways hear adds nothing.
const MAX_RECEPTIONS: usize = 16;

/// The frame of an event: with its device, `dev_addr` and `f_cnt` are its identity. ChirpStack's `deduplicationId` is none: a
/// retransmission of the same frame gets a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventFrame {
    /// The address of the session.
    pub dev_addr: DevAddr,
    /// The session's frame counter, 32 bits.
    pub f_cnt: u32,
    /// CRC-32C of port and payload: tells a counter that began again from a copy.
    pub fingerprint: u32,
    /// How gateways heard it.
    pub receptions: Vec<Reception>,
}

impl Up<'_> {
    /// None if the event does not tell its session.
    pub(super) fn frame(&self) -> Option<EventFrame> {
        let dev_addr = self.dev_addr.as_deref()?.parse().ok()?;
        let payload = self.data.as_ref().and_then(|data| data.bytes().ok());
        let port = self.port.unwrap_or_default().to_le_bytes();
        let fingerprint = crc32c::crc32c_append(crc32c::crc32c(&port), payload.as_deref().unwrap_or_default());
        let receptions =
            self.receptions.iter().take(MAX_RECEPTIONS).filter_map(|heard| self.reception(heard)).collect();
        Some(EventFrame { dev_addr, f_cnt: self.f_cnt, fingerprint, receptions })
    }

    fn reception(&self, heard: &super::Reception) -> Option<Reception> {
        let rssi = heard.rssi.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        let (frequency, data_rate, context) = (self.frequency, self.data_rate, Context::Opaque(Vec::new()));
        let (gateway, snr, time) = (heard.gateway_id?, heard.snr, heard.gateway);
        Some(Reception { gateway, rssi, snr, frequency, data_rate, time, context })
    }
}

/// A decimal number in tenths.
pub(super) fn tenths(text: &str) -> Option<i16> {
    Decimal::parse(text).ok()?.at(1).ok()?.try_into().ok()
}
