//! Rounding, and what a figure tells of the count behind it.

/// Figures are multiples of it.
pub const ROUNDED_TO: i64 = 5;

/// How far a sum is held from the ends of what its parts allow: the difference between the values that must look alike, 0 and 2.
const MARGIN: i64 = 2;

/// The nearest multiple of 5; there are no halves among whole numbers. Counts below 0 are 0.
pub fn rounded(count: i64) -> i64 {
    (count.clamp(0, i64::MAX - MARGIN) + MARGIN) / ROUNDED_TO * ROUNDED_TO
}

/// The counts that are possible, both ends included, for who knows the figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Possible {
    pub(super) low: i64,
    pub(super) high: i64,
}

impl Possible {
    /// Of a step with this figure.
    pub(super) fn of_step(figure: i64) -> Self {
        Self { low: (figure - MARGIN).max(0), high: figure.saturating_add(MARGIN) }
    }

    /// Of the sum of parts.
    pub(super) fn of_sum(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::default(), |sum, part| Self {
            low: sum.low.saturating_add(part.low),
            high: sum.high.saturating_add(part.high),
        })
    }

    /// The figure of a sum of which this is possible, and what is possible of it for who knows the figure.
    pub(super) fn figure(self, sum: i64) -> (i64, Self) {
        let held = |sum| rounded(self.held(sum));
        let figure = held(sum);
        let low = if figure == held(self.low) { self.low } else { figure - MARGIN };
        let high = if figure == held(self.high) { self.high } else { figure.saturating_add(MARGIN) };
        (figure, Self { low, high })
    }

    /// The sum itself between the ends, an end within 2 of it; the middle where the ends are that close.
    pub(super) fn safe(self, sum: i64) -> i64 {
        match self.held(sum) {
            _ if self.is_narrow() => self.middle(),
            held if held == self.low + MARGIN => self.low,
            held if held == self.high - MARGIN => self.high,
            held => held,
        }
    }

    fn held(self, sum: i64) -> i64 {
        if self.is_narrow() { self.middle() } else { sum.clamp(self.low + MARGIN, self.high - MARGIN) }
    }

    fn is_narrow(self) -> bool {
        self.high - self.low <= 2 * MARGIN
    }

    fn middle(self) -> i64 {
        self.low + (self.high - self.low) / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_rounded_to_the_nearest_multiple_of_5() {
        assert_eq!([0, 1, 2, 3, 4, 5, 7, 8, 12, 13].map(rounded), [0, 0, 0, 5, 5, 5, 5, 10, 10, 15]);
        assert_eq!((rounded(-7), rounded(i64::MAX) % 5), (0, 0));
    }

    #[test]
    fn an_hour_is_held_two_away_from_what_its_quarters_allow() {
        let quarters = Possible::of_sum([Possible::of_step(0); 4]);
        let figure = |sum| quarters.figure(sum);
        assert_eq!(quarters, Possible { low: 0, high: 8 });
        assert_eq!(figure(2), (0, Possible { low: 0, high: 2 }));
        assert_eq!(figure(3), (5, Possible { low: 3, high: 8 }));
        assert_eq!(figure(8), (5, Possible { low: 3, high: 8 }), "10 would tell 2, 2, 2 and 2");
        assert_eq!(Possible::of_sum([Possible::of_step(0); 2]).figure(4), (0, Possible { low: 0, high: 4 }));
    }

    #[test]
    fn an_hour_of_traffic_is_rounded_from_its_own_sum() {
        let quarters = Possible::of_sum([20, 25, 30, 20].map(Possible::of_step));
        assert_eq!(quarters, Possible { low: 87, high: 103 });
        for sum in 89..=101 {
            assert_eq!(quarters.figure(sum).0, rounded(sum));
        }
        assert_eq!((quarters.figure(87).0, quarters.figure(103).0), (90, 100));
    }

    #[test]
    fn a_safe_sum_is_exact_but_at_the_ends() {
        let part = Possible { low: 0, high: 8 };
        assert_eq!([0, 1, 2, 3, 4, 5, 6, 7, 8].map(|sum| part.safe(sum)), [0, 0, 0, 3, 4, 5, 8, 8, 8]);
        let narrow = Possible { low: 0, high: 4 };
        assert_eq!([0, 1, 2, 3, 4].map(|sum| narrow.safe(sum)), [2; 5]);
        assert_eq!(Possible::default().safe(0), 0, "nothing was counted");
    }
}
