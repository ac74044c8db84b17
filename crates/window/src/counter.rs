//! Totals of counters: how much passed between two of them, and when.
//!
//! Counters differ in width (VS121, IMBuildings, PCR2: 16 bits; VS133: 32 bits) and start again at power cycles, by
//! downlink or by schedule, so a smaller total is a wrap only if the wrapped difference could really have passed; else the
//! counter was reset and its new total is a lower bound. What could have passed is bounded by the line: a total that is greater by
//! more (a counter that jumps by 2³¹) says nothing about who passed, so nobody is counted and the counter is taken to have begun
//! anew.

use smartpole_model::{UtcMillis, registry::Counter};

/// Totals further apart than this leave a gap: nobody knows when those people passed.
pub const MAX_GAP_MS: i64 = 7 * 86_400_000;

/// A total of a counter at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// When it was read.
    pub at: UtcMillis,
    /// What the counter showed.
    pub value: i64,
}

/// How much passed from `earlier` to `later`, never negative; and whether the counter began anew between.
pub fn difference(earlier: Total, later: Total, counter: Counter) -> (i64, bool) {
    let plain = later.value.saturating_sub(earlier.value);
    let minutes = later.at.since(earlier.at).max(0).saturating_add(59_999) / 60_000;
    let bound = i64::from(counter.max_per_minute).saturating_mul(minutes.max(1));
    if plain >= 0 {
        return if plain <= bound { (plain, false) } else { (0, true) };
    }
    let wrapped = plain.saturating_add(1i64 << counter.width_bits.min(62));
    match later.value.max(0) {
        _ if (0..=bound).contains(&wrapped) => (wrapped, false),
        since_reset if since_reset <= bound => (since_reset, true),
        _ => (0, true),
    }
}

/// The share of `difference` that falls into `[start, end)` when it is spread evenly over `[earlier, later)`.
/// Shares of adjoining pieces add up to the difference exactly.
pub fn share(difference: i64, earlier: UtcMillis, later: UtcMillis, start: UtcMillis, end: UtcMillis) -> i64 {
    let length = later.since(earlier);
    if length <= 0 {
        return 0;
    }
    let passed_by = |instant: UtcMillis| {
        let elapsed = instant.since(earlier).clamp(0, length);
        (i128::from(difference) * i128::from(elapsed) / i128::from(length)) as i64
    };
    passed_by(end) - passed_by(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNTER: Counter = Counter { width_bits: 16, max_per_minute: 500 };

    fn total(minute: i64, value: i64) -> Total {
        Total { at: UtcMillis(minute * 60_000), value }
    }

    #[test]
    fn a_total_that_wrapped_or_started_again_never_counts_backwards() {
        assert_eq!(difference(total(0, 100), total(10, 130), COUNTER), (30, false));
        assert_eq!(difference(total(0, 65_530), total(10, 20), COUNTER), (26, false));
        assert_eq!(difference(total(0, 40_000), total(10, 7), COUNTER), (7, true));
    }

    #[test]
    fn more_than_can_pass_the_line_is_not_counted() {
        assert_eq!(difference(total(0, 0), total(10, 5_000), COUNTER), (5_000, false));
        assert_eq!(difference(total(0, 0), total(10, 5_001), COUNTER), (0, true));
        let wide = Counter { width_bits: 32, max_per_minute: 500 };
        assert_eq!(difference(total(0, 17), total(10, 17 + (1 << 31)), wide), (0, true), "a jump by 2^31");
        assert_eq!(difference(total(0, 1 << 31), total(10, 1 << 30), wide), (0, true), "and one back");
    }

    #[test]
    fn shares_of_a_difference_add_up_to_it() {
        let (from, to) = (UtcMillis(0), UtcMillis(1_000_003));
        let cuts = [0, 1, 333_333, 700_000, 900_000, 1_000_003].map(UtcMillis);
        let sum: i64 = cuts.windows(2).map(|cut| share(101, from, to, cut[0], cut[1])).sum();
        assert_eq!(sum, 101);
    }
}
