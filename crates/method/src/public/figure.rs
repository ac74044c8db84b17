//! One count that the public sees.

use std::fmt;

/// Public counts are multiples of it.
pub const ROUNDED_TO: i64 = 5;

/// Farthest that a sum is from the nearest multiple.
const HALF: i64 = ROUNDED_TO / 2;

/// A count that the public sees, and what the figures of its parts and its own together say of its exact sum.
///
/// The exact sum is kept for the sums over it; nothing but [`Figure::shown`] comes out, not even by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Figure {
    exact: i64,
    shown: i64,
    low: i64,
    high: i64,
}

impl Figure {
    /// The figure of a count that has no public parts. A count below zero, which does not exist, is taken as zero.
    pub fn of(exact: i64) -> Self {
        Self::within(exact.max(0), 0, i64::MAX)
    }

    /// The figure of a sum of counts that are public themselves; `None` if there are none. No part may be one of another sum.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        let mut parts = parts.into_iter();
        let first = parts.next()?;
        let add = |(exact, low, high): (i64, i64, i64), part: &Self| {
            (exact.saturating_add(part.exact), low.saturating_add(part.low), high.saturating_add(part.high))
        };
        let (exact, low, high) = parts.fold((first.exact, first.low, first.high), add);
        Some(Self::within(exact, low, high))
    }

    /// What the public sees: a multiple of [`ROUNDED_TO`], at most 4 away from the exact sum.
    pub fn shown(&self) -> i64 {
        self.shown
    }

    /// The rule of [the module](crate::public): `exact` lies in `low..=high`, which the figures of the parts say.
    fn within(exact: i64, low: i64, high: i64) -> Self {
        let first = low.saturating_add(ROUNDED_TO - 1) / ROUNDED_TO * ROUNDED_TO;
        let last = high / ROUNDED_TO * ROUNDED_TO;
        let nearest = exact.saturating_add(HALF) / ROUNDED_TO * ROUNDED_TO;
        let shown = nearest.max(first).min(last);
        Self {
            exact,
            shown,
            low: if shown == first { low } else { shown - HALF },
            high: if shown == last { high } else { shown + HALF },
        }
    }
}

impl fmt::Debug for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Figure").field(&self.shown).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(counts: &[i64]) -> Figure {
        let parts: Vec<_> = counts.iter().map(|count| Figure::of(*count)).collect();
        Figure::of_parts(&parts).expect("parts")
    }

    fn shown_sum(counts: &[i64]) -> i64 {
        sum(counts).shown()
    }

    #[test]
    fn a_count_is_shown_as_the_nearest_multiple_of_five() {
        let shown = |exact| Figure::of(exact).shown();
        assert_eq!([0, 1, 2, 3, 4, 5, 7, 8, 12, 13].map(shown), [0, 0, 0, 5, 5, 5, 5, 10, 10, 15]);
        assert_eq!([-1, i64::MIN].map(shown), [0, 0]);
        assert!(i64::MAX - shown(i64::MAX) < ROUNDED_TO);
    }

    #[test]
    fn a_sum_is_rounded_from_its_own_exact_sum() {
        assert_eq!(shown_sum(&[2, 2, 2, 1]), 5, "its parts are shown as 0");
        assert_eq!(shown_sum(&[7, 7, 7, 1]), 20, "22; its parts are shown as 15 in all");
        assert_eq!(shown_sum(&[1_000, 1_001, 1_002, 1_000]), 4_005);
        assert_eq!(Figure::of_parts(&[]), None);
    }

    #[test]
    fn a_sum_at_the_end_of_what_its_parts_allow_is_shown_within() {
        assert_eq!(shown_sum(&[2, 2, 2, 2]), 5, "8; 10 would tell that each is 2");
        assert_eq!(shown_sum(&[2, 2, 2, 2, 2]), 10, "10 is what five parts may be, and so may be shown");
        assert_eq!(shown_sum(&[2, 2, 2, 2, 0]), 10, "each can be 0 if the others are 2");
        assert_eq!(shown_sum(&[3, 3, 0, 0]), 10, "6; 5 would tell that the other two are 0 or 1");
        assert_eq!(shown_sum(&[4, 4, 0, 0]), 10);
    }

    #[test]
    fn a_sum_of_sums_goes_by_what_its_parts_are_known_as() {
        let hour = sum(&[2, 2, 2, 2]); // shown as 5: 3–8
        let shown = |parts: &[&Figure]| Figure::of_parts(parts.iter().copied()).map(|figure| figure.shown());
        assert_eq!(shown(&[&hour, &hour]), Some(15), "16, of 6–16");
        assert_eq!(shown(&[&hour, &hour, &hour]), Some(20), "24, of 9–24; 25 would tell that all are 2");
        assert_eq!(shown(&[&hour]), Some(5), "a sum of one part is that part");
    }

    #[test]
    fn a_figure_keeps_its_exact_sum_to_itself() {
        assert_eq!(format!("{:?}", sum(&[7, 1])), "Figure(5)");
    }
}
