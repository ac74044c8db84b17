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

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use smartpole_model::Inputs;

    use super::*;
    use crate::{
        Spec,
        lorawan::{Fleet, Said},
        synthetic_with_lorawan,
    };

    /// Three devices at the town's first gateway, of which the third is much stronger.
    fn devices() -> Vec<Device> {
        let inputs = Inputs::parse(&synthetic_with_lorawan(6, 1)).unwrap();
        let fleet = Fleet::new(&inputs, Spec::new(1, UtcMillis(0), UtcMillis(0)));
        let with = |(device, rssi): (&Device, f64)| Device {
            signals: vec![Signal { rssi, snr: (rssi + 117.0).min(12.0) }; 2],
            ..device.clone()
        };
        fleet.devices().iter().zip([-110.0, -111.0, -90.0]).map(with).collect()
    }

    fn frame(number: u64, device: usize, frequency: u32, spreading_factor: u8, start: i64) -> Arc<Frame> {
        let (start, end) = (UtcMillis(start), UtcMillis(start + 60));
        let said = Said::Join { dev_nonce: 0 };
        Arc::new(Frame {
            number,
            device,
            said,
            bytes: vec![0; 23],
            frequency,
            spreading_factor,
            start,
            end,
            ordered: false,
        })
    }

    /// Which of two frames are heard.
    fn heard(one: &Arc<Frame>, two: &Arc<Frame>) -> String {
        let (mut air, devices) = (Air::default(), devices());
        [one, two].into_iter().for_each(|frame| air.begin(Arc::clone(frame)));
        let heard = |frame| if air.receptions(frame, &devices, 1).is_empty() { "lost" } else { "heard" };
        format!("{} {}\n", heard(one), heard(two))
    }

    #[test]
    fn frames_that_overlap_drown_each_other_unless_one_is_much_stronger() {
        let first = || frame(1, 0, 868_100_000, 7, 0);
        let others = [
            ("equally strong", frame(2, 1, 868_100_000, 7, 30)),
            ("much stronger", frame(2, 2, 868_100_000, 7, 30)),
            ("other channel", frame(2, 1, 868_300_000, 7, 30)),
            ("other spreading factor", frame(2, 1, 868_100_000, 8, 30)),
            ("afterwards", frame(2, 1, 868_100_000, 7, 60)),
        ];
        let table: String = others.map(|(name, other)| format!("{name}: {}", heard(&first(), &other))).concat();
        expect![[r#"
            equally strong: lost lost
            much stronger: lost heard
            other channel: heard heard
            other spreading factor: heard heard
            afterwards: heard heard
        "#]]
        .assert_eq(&table);
    }
}
