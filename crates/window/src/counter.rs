//! Totals of counters: how much passed between two of them, and when.
//!
//! Counters differ in width (VS121, IMBuildings, PCR2: 16 bits; VS133: 32 bits) and start again at power cycles, by
//! downlink or by schedule. Where it is known that a counter began anew between two totals, the later one is a lower bound of what
//! passed; where it is not, a smaller total is a wrap if the wrapped difference could really have passed, else the counter was reset. What could
//! have passed is bounded by the line: a total that is greater by more (a counter that jumps by 2³¹) says nothing about who passed, so
//! nobody is counted and the counter is taken to have begun anew. Over a gap in which as many could have passed as the counter can show,
//! a smaller total may be a wrap or a reset, and nobody can tell: it is a lower bound either way.
//!
//! A join of LoRaWAN is no evidence: a device joins again after lost link checks, too, with its totals as they were.

use smartpole_model::{UtcMillis, registry::Counter};

use crate::calendar::local_time_before;

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

/// What two totals say of the time between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// How much passed, never negative.
    pub passed: i64,
    /// Whether the counter began anew between them, so that it is a lower bound.
    pub began_anew: bool,
    /// By how much the counter went on and nobody is counted, as that many cannot have passed.
    pub left_out: i64,
}

/// What passed from `earlier` to `later`. `powered_up` says whether the device was switched on after `earlier`, at the latest at `later`.
///
/// Of a counter with a schedule both could be: its clock is not ours, so that a total just after the time may be one of before. Then
/// the smaller number counts, which can have passed either way.
pub fn difference(earlier: Total, later: Total, counter: Counter, powered_up: bool) -> Difference {
    let plain = later.value.saturating_sub(earlier.value);
    let minutes = later.at.since(earlier.at).max(0).saturating_add(59_999) / 60_000;
    let bound = i64::from(counter.max_per_minute).saturating_mul(minutes.max(1));
    let since_reset = later.value.max(0);
    let went_on = |passed| Difference { passed, ..Difference::default() };
    let at_least = |said| {
        let (passed, left_out) = if said <= bound { (said, 0) } else { (0, said) };
        Difference { passed, began_anew: true, left_out }
    };
    if powered_up && counter.resets_at_power_up {
        return at_least(since_reset);
    }
    if counter.resets_at.is_some_and(|minute| earlier.at < local_time_before(minute, later.at)) {
        return at_least(if plain < 0 { since_reset } else { plain });
    }
    if plain >= 0 {
        return if plain <= bound { went_on(plain) } else { at_least(plain) };
    }
    let modulus = counter.modulus();
    let wrapped = plain.saturating_add(modulus);
    if bound < modulus && (0..=bound).contains(&wrapped) { went_on(wrapped) } else { at_least(since_reset) }
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

    const COUNTER: Counter = Counter::new(16, 500);

    /// What passed, and whether it is a lower bound.
    fn difference(earlier: Total, later: Total, counter: Counter, powered_up: bool) -> (i64, bool) {
        let Difference { passed, began_anew, .. } = super::difference(earlier, later, counter, powered_up);
        (passed, began_anew)
    }

    fn total(minute: i64, value: i64) -> Total {
        Total { at: UtcMillis(minute * 60_000), value }
    }

    #[test]
    fn a_total_that_wrapped_or_started_again_never_counts_backwards() {
        assert_eq!(difference(total(0, 100), total(10, 130), COUNTER, false), (30, false));
        assert_eq!(difference(total(0, 65_530), total(10, 20), COUNTER, false), (26, false));
        assert_eq!(difference(total(0, 40_000), total(10, 7), COUNTER, false), (7, true));
    }

    #[test]
    fn a_smaller_total_after_a_gap_in_which_all_a_counter_shows_can_pass_is_a_lower_bound() {
        assert_eq!(difference(total(0, 40_000), total(131, 7), COUNTER, false), (25_543, false), "65,500 can pass");
        assert_eq!(difference(total(0, 40_000), total(132, 7), COUNTER, false), (7, true), "66,000 can");
        assert_eq!(difference(total(0, 40_000), total(180, 7), COUNTER, false), (7, true));
        assert_eq!(difference(total(0, 100), total(720, 50), COUNTER, false), (50, true));
        assert_eq!(difference(total(0, 50), total(720, 100), COUNTER, false), (50, false), "it need not have wrapped");
    }

    #[test]
    fn more_than_can_pass_the_line_is_not_counted() {
        assert_eq!(difference(total(0, 0), total(10, 5_000), COUNTER, false), (5_000, false));
        assert_eq!(difference(total(0, 0), total(10, 5_001), COUNTER, false), (0, true));
        let wide = Counter::new(32, 500);
        assert_eq!(difference(total(0, 17), total(10, 17 + (1 << 31)), wide, false), (0, true), "a jump by 2^31");
        assert_eq!(difference(total(0, 1 << 31), total(10, 1 << 30), wide, false), (0, true), "and one back");
    }

    #[test]
    fn what_cannot_have_passed_is_told() {
        let wide = Counter { resets_at_power_up: true, ..Counter::new(32, 500) };
        let left_out = |earlier, later, powered_up| {
            super::difference(total(0, earlier), total(10, later), wide, powered_up).left_out
        };
        assert_eq!((left_out(0, 5_000, false), left_out(0, 5_001, false)), (0, 5_001));
        assert_eq!(left_out(17, 17 + (1 << 31), false), 1 << 31);
        assert_eq!(left_out(1 << 31, 1 << 30, false), 1 << 30, "it began anew and went on that far");
        assert_eq!((left_out(1 << 31, 7, false), left_out(9_000, 9_007, true)), (0, 9_007));
    }

    #[test]
    fn a_total_after_a_power_up_counts_from_zero_where_the_firmware_does() {
        let clearing = Counter { resets_at_power_up: true, ..COUNTER };
        let of = |earlier, later, powered_up| difference(total(0, earlier), total(10, later), clearing, powered_up);
        assert_eq!(of(65_530, 20, true), (20, true), "else it had wrapped");
        assert_eq!(of(5, 7, true), (7, true), "else two had passed");
        assert_eq!(of(5, 5_000, true), (5_000, true));
        assert_eq!(of(5, 5_001, true), (0, true), "more than can pass");
        assert_eq!((of(65_530, 20, false), of(5, 7, false)), ((26, false), (2, false)));
        assert_eq!(difference(total(0, 5), total(10, 7), COUNTER, true), (2, false), "this firmware keeps its totals");
    }

    #[test]
    fn a_total_after_the_time_of_a_scheduled_reset_is_a_lower_bound() {
        let nightly = Counter { resets_at: Some(3 * 60), ..COUNTER };
        let at = |text: &str, value| Total { at: text.parse().unwrap(), value };
        let before = at("2026-11-25T01:55:00Z", 65_530); // 02:55 in Castrop-Rauxel
        assert_eq!(difference(before, at("2026-11-25T02:00:00Z", 20), nightly, false), (20, true));
        assert_eq!(
            difference(before, at("2026-11-25T01:59:59Z", 20), nightly, false),
            (26, false),
            "a wrap, just before"
        );
        assert_eq!(
            difference(before, at("2026-11-25T02:05:00Z", 65_533), nightly, false),
            (3, true),
            "its clock is slow"
        );
        let after = at("2026-11-25T02:00:00Z", 7);
        assert_eq!(difference(after, at("2026-11-26T01:59:00Z", 9), nightly, false), (2, false));
        let summer = at("2026-07-01T00:50:00Z", 65_530);
        assert_eq!(difference(summer, at("2026-07-01T01:00:00Z", 20), nightly, false), (20, true), "CEST");
    }

    #[test]
    fn shares_of_a_difference_add_up_to_it() {
        let (from, to) = (UtcMillis(0), UtcMillis(1_000_003));
        let cuts = [0, 1, 333_333, 700_000, 900_000, 1_000_003].map(UtcMillis);
        let sum: i64 = cuts.windows(2).map(|cut| share(101, from, to, cut[0], cut[1])).sum();
        assert_eq!(sum, 101);
    }
}
