//! The airtime that gateways may use.

use std::collections::{BTreeMap, VecDeque};

use smartpole_model::{Eui, UtcMillis};

use crate::region::SubBand;

const HOUR_MS: i64 = 3_600_000;

/// Airtime of each gateway and sub-band, so that none is above its limit in any hour (ETSI EN 300 220-1, 5.4).
///
/// What was sent before [`DutyCycle::new`] is not known, so in the first hour half the limit is kept. It holds the frames of the
/// last hour, whose number the limit bounds: below ten thousand a gateway and sub-band, some hundred at LoRa's rates.
#[derive(Clone, Debug)]
pub struct DutyCycle {
    since: UtcMillis,
    sent: BTreeMap<(Eui, u32), Sent>,
}

/// What a gateway sends in a sub-band, from an hour ago into the future.
#[derive(Clone, Debug, Default)]
struct Sent {
    /// End and airtime (µs) of each frame, in the order they were booked.
    frames: VecDeque<(UtcMillis, u64)>,
    airtime: u64,
}

impl DutyCycle {
    /// Knows all that is sent from `since` on, and nothing before.
    pub fn new(since: UtcMillis) -> Self {
        Self { since, sent: BTreeMap::new() }
    }

    /// Books a frame's airtime (µs) that ends at `end`, if there is room for it. Frames count whole from their booking until an
    /// hour after their end, so that no hour, wherever it begins, is above the limit in whatever order they are sent.
    pub(super) fn book(&mut self, gateway: Eui, band: &SubBand, airtime: u64, end: UtcMillis, now: UtcMillis) -> bool {
        let limit = u64::from(band.airtime_ms) * 1_000;
        let limit = if now.since(self.since) < HOUR_MS { limit / 2 } else { limit };
        let sent = self.of(gateway, band, now);
        let room = sent.airtime + airtime <= limit;
        if room {
            sent.frames.push_back((end, airtime));
            sent.airtime += airtime;
        }
        room
    }

    /// What counts for a gateway and sub-band. Before another one is added, those that no longer count are forgotten.
    fn of(&mut self, gateway: Eui, band: &SubBand, now: UtcMillis) -> &mut Sent {
        let key = (gateway, band.from);
        if !self.sent.contains_key(&key) {
            self.sent.retain(|_, sent| !sent.forget(now).frames.is_empty());
        }
        self.sent.entry(key).or_default().forget(now)
    }
}

impl Sent {
    fn forget(&mut self, now: UtcMillis) -> &mut Self {
        while let Some(&(end, airtime)) = self.frames.front() {
            if now.since(end) < HOUR_MS {
                break;
            }
            self.airtime -= airtime;
            self.frames.pop_front();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_hour_old_is_forgotten_of_all_gateways() {
        let mut duty = DutyCycle::new(UtcMillis(0));
        let band = SubBand::of(868_100_000).unwrap();
        for gateway in 0..100 {
            let now = UtcMillis(gateway * 1_000);
            assert!(duty.book(Eui(gateway as u64), band, 50_000, now.plus(1_050), now));
        }
        assert_eq!(duty.sent.len(), 100);
        let later = UtcMillis(HOUR_MS + 51_050); // the frame of gateway 50 ended at 51,050 ms
        assert!(duty.book(Eui(1_000), band, 50_000, later.plus(1_050), later));
        assert_eq!(duty.sent.len(), 50);
    }
}
