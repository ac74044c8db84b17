//! Who hears a frame: floor, fading, and frames that overlap on the same channel and spreading factor.

use std::sync::Arc;

use smartpole_model::UtcMillis;

use super::{
    fleet::Device,
    frame::Frame,
    radio::{CAPTURE_DB, Signal, floor},
};
use crate::dice::Dice;

/// A gateway's luck with a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reception {
    pub(super) gateway: usize,
    pub(super) signal: Signal,
    /// Too weak to be read without errors.
    pub(super) weak: bool,
}

/// Frames of the last seconds.
#[derive(Debug, Default)]
pub(super) struct Air {
    frames: Vec<Arc<Frame>>,
}

impl Air {
    /// A frame begins.
    pub(super) fn begin(&mut self, frame: Arc<Frame>) {
        /// Longer than any frame lasts.
        const MEMORY_MS: i64 = 10_000;
        self.frames.retain(|known| known.end.plus(MEMORY_MS) > frame.start);
        self.frames.push(frame);
    }

    /// Which gateways hear a frame, once it has ended: all that overlaps it has begun then.
    pub(super) fn receptions(&self, frame: &Frame, devices: &[Device], seed: u64) -> Vec<Reception> {
        let same_channel = |other: &&Arc<Frame>| {
            let (channel, other_channel) =
                ((frame.frequency, frame.spreading_factor), (other.frequency, other.spreading_factor));
            other.number != frame.number && channel == other_channel && overlap(frame, other)
        };
        let others: Vec<_> = self.frames.iter().filter(same_channel).collect();
        let reception = |gateway: usize| {
            let signal = signal(frame, gateway, devices, seed);
            let drowned =
                |other: &&Arc<Frame>| self::signal(other, gateway, devices, seed).rssi > signal.rssi - CAPTURE_DB;
            let above = signal.snr - floor(frame.spreading_factor);
            let heard = above >= 0.0 && !others.iter().any(drowned);
            heard.then_some(Reception { gateway, signal, weak: above < 0.5 })
        };
        (0..devices[frame.device].signals.len() - 1).filter_map(reception).collect()
    }
}

fn overlap(a: &Frame, b: &Frame) -> bool {
    let lasts = |from: UtcMillis, to: UtcMillis| from < to;
    lasts(a.start, b.end) && lasts(b.start, a.end)
}

fn signal(frame: &Frame, gateway: usize, devices: &[Device], seed: u64) -> Signal {
    devices[frame.device].signals[gateway].faded(Dice::of(seed, &[71, frame.number as i64, gateway as i64]))
}
