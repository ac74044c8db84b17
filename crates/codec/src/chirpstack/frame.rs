//! Which frame an `up` event tells of, and how it was heard.

use smartpole_lorawan::{Context, EventFrame, Reception};
use smartpole_model::Decimal;

use super::Up;

/// Most receptions that are kept of an event; what more gateways hear adds nothing.
const MAX_RECEPTIONS: usize = 16;

impl Up<'_> {
    /// None if the event does not tell its session. ChirpStack's `deduplicationId` is no identity: a retransmission of the same
    /// frame gets a new one.
    pub(super) fn frame(&self) -> Option<EventFrame> {
        let dev_addr = self.dev_addr.as_deref()?.parse().ok()?;
        let payload = self.data.as_ref().and_then(|data| data.bytes().ok());
        // with the counter, as a MIC has it: a quiet sensor says the same again and again
        let counter = crc32c::crc32c(&self.f_cnt.to_le_bytes());
        let port = crc32c::crc32c_append(counter, &self.port.unwrap_or_default().to_le_bytes());
        let fingerprint = crc32c::crc32c_append(port, payload.as_deref().unwrap_or_default());
        Some(EventFrame { dev_addr, f_cnt: self.f_cnt, fingerprint })
    }

    /// How gateways heard the frame.
    pub(super) fn receptions(&self) -> Vec<Reception> {
        self.receptions.iter().take(MAX_RECEPTIONS).filter_map(|heard| self.reception(heard)).collect()
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
