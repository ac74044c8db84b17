//! Randomness without state: a number is a function of the seed and of what it is for, so any message can be made without
//! its predecessors, and the same seed gives the same bytes.

/// A generator for one purpose: splitmix64 (Steele, Lea, Flood: *Fast splittable pseudorandom number generators*, 2014).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The generator of a purpose, given by its numbers.
    pub(crate) fn of(seed: u64, purpose: &[i64]) -> Self {
        Self(purpose.iter().fold(mix(seed), |state, part| mix(state ^ mix(*part as u64))))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// Evenly in [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Evenly in `[low, high)`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Whether something of this probability happens. Nothing is drawn for what never happens, so adding a fault with
    /// rate 0 changes no byte.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        probability > 0.0 && self.unit() < probability
    }

    /// Evenly in `0..below`.
    pub(crate) fn below(&mut self, below: i64) -> i64 {
        (self.next() % below.max(1) as u64) as i64
    }

    /// Around 0 with deviation 1, within ±3.5: near enough to normal for noise.
    pub(crate) fn noise(&mut self) -> f64 {
        const DEVIATION_OF_SUM: f64 = 0.577_350_269_189_625_8; // of four numbers in [0, 1)
        ((0..4).map(|_| self.unit()).sum::<f64>() - 2.0) / DEVIATION_OF_SUM
    }
}

fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A smooth random curve in [0, 1) with a new level at each whole `x`.
pub(crate) fn curve(seed: u64, purpose: i64, x: f64) -> f64 {
    let level = |at: f64| Dice::of(seed, &[purpose, at as i64]).unit();
    let (whole, part) = (x.floor(), x - x.floor());
    let eased = part * part * (3.0 - 2.0 * part);
    level(whole) + (level(whole + 1.0) - level(whole)) * eased
}

/// A wave with period 1: −1 at 0, 1 at ½. Two parabolas instead of a cosine, as only the four operations give the same
/// bits on every machine.
pub(crate) fn wave(x: f64) -> f64 {
    let x = 4.0 * (x - x.floor()) - 1.0; // −1..3, rising through 0 at a quarter
    if x <= 1.0 { x * (2.0 - x.abs()) } else { (2.0 - x) * (2.0 - (2.0 - x).abs()) }
}

/// A bump of height 1 at 0, of about this half width.
pub(crate) fn bump(x: f64, width: f64) -> f64 {
    let x = x / width;
    1.0 / ((1.0 + x * x) * (1.0 + x * x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wave_is_low_at_its_ends_and_high_in_the_middle() {
        assert_eq!([0.0, 0.25, 0.5, 0.75, 1.0].map(wave), [-1.0, 0.0, 1.0, 0.0, -1.0]);
    }

    #[test]
    fn noise_has_mean_0_and_deviation_1() {
        let mut dice = Dice::of(1, &[2]);
        let drawn: Vec<f64> = (0..10_000).map(|_| dice.noise()).collect();
        let mean = drawn.iter().sum::<f64>() / 10_000.0;
        let variance = drawn.iter().map(|x| x * x).sum::<f64>() / 10_000.0;
        assert!(mean.abs() < 0.05 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
    }
}
