//! A mean, and the hour it begins with.

use std::fmt;

use smartpole_model::Decimal;

/// A mean in millionths of the property's unit, e.g. µg/m³: 25.5 µg/m³ is 25,500,000.
///
/// Six digits hold every resolution the catalogue allows. An hour of up to 10,000 readings at two digits is told apart from
/// every half of a unit exactly, so rounding to six digits moves no hour into another class of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mean(pub i64);

impl Mean {
    /// Digits after the point.
    pub const DIGITS: u8 = 6;

    /// `sum` at `decimals` digits divided by `count`, rounded half away from zero. `None` without values, of more than six
    /// digits, or beyond ±9 · 10¹² units.
    pub fn of(sum: i64, count: i64, decimals: u8) -> Option<Self> {
        let digits = u32::from(Self::DIGITS.checked_sub(decimals)?);
        rounded_quotient(i128::from(sum) * 10i128.pow(digits), count.into())
    }

    /// The mean of means, each of the same weight, rounded half away from zero. `None` of none.
    pub fn of_means(means: impl IntoIterator<Item = Self>) -> Option<Self> {
        let add = |(sum, count), mean: Self| (sum + i128::from(mean.0), count + 1);
        let (sum, count) = means.into_iter().fold((0, 0), add);
        rounded_quotient(sum, count)
    }

    /// The integer at `decimals` digits, rounded half away from zero; more than six digits are six.
    pub fn at(self, decimals: u8) -> i64 {
        let power = 10i64.pow(u32::from(Self::DIGITS.saturating_sub(decimals)));
        let whole = self.0 / power;
        let half_or_more = (self.0 % power).unsigned_abs() * 2 >= power.unsigned_abs() && power > 1;
        if half_or_more { whole + self.0.signum() } else { whole }
    }

    /// The whole number, rounded half up: −0.5 is 0.
    pub fn half_up(self) -> i64 {
        const UNIT: i128 = 10i128.pow(Mean::DIGITS as u32);
        (i128::from(self.0) + UNIT / 2).div_euclid(UNIT) as i64
    }
}

impl fmt::Display for Mean {
    /// As a decimal without zeros at its end: `12.7`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal { mantissa: self.0, decimals: Self::DIGITS }.fmt(f)
    }
}

fn rounded_quotient(dividend: i128, divisor: i128) -> Option<Mean> {
    if divisor <= 0 {
        return None;
    }
    let magnitude = (2 * dividend.abs() + divisor) / (2 * divisor);
    i64::try_from(magnitude * dividend.signum()).ok().map(Mean)
}

/// What the window of an hour says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hour {
    /// Sum of the readings that count, at the property's resolution.
    pub sum: i64,
    /// How many they are.
    pub count: i64,
    /// How many a full hour should have brought.
    pub expected: i64,
}

impl Hour {
    /// Whether its mean counts: from 75 % of what was expected (39. BImSchV, annex 11 A: 45 minutes). Of an hour from which
    /// nothing was expected no coverage can be shown.
    pub fn is_valid(self) -> bool {
        self.count > 0 && self.expected > 0 && 4 * i128::from(self.count) >= 3 * i128::from(self.expected)
    }

    /// Its mean, if it counts; `decimals` is the property's resolution.
    pub fn mean(self, decimals: u8) -> Option<Mean> {
        if self.is_valid() { Mean::of(self.sum, self.count, decimals) } else { None }
    }

    /// Both together: two sensors of one pole.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            sum: self.sum.saturating_add(other.sum),
            count: self.count.saturating_add(other.count),
            expected: self.expected.saturating_add(other.expected),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_rounded_half_away_from_zero_at_six_digits() {
        let of = |sum, count, decimals| Mean::of(sum, count, decimals).map(|mean| mean.to_string());
        assert_eq!(of(100, 3, 2).as_deref(), Some("0.333333"));
        assert_eq!(of(200, 3, 2).as_deref(), Some("0.666667"));
        assert_eq!(of(-200, 3, 2).as_deref(), Some("-0.666667"));
        assert_eq!(of(1, 2, 6).as_deref(), Some("0.000001"), "0.0000005");
        assert_eq!(of(-1, 2, 6).as_deref(), Some("-0.000001"));
        assert_eq!(of(-1, 3, 6).as_deref(), Some("0"));
    }

    #[test]
    fn there_is_no_mean_of_nothing_nor_beyond_what_an_integer_holds() {
        assert_eq!(Mean::of(5, 0, 2), None);
        assert_eq!(Mean::of(5, 1, 7), None);
        assert_eq!(Mean::of(i64::MAX, 1, 0), None);
        assert_eq!(Mean::of(i64::MAX, 1, 6), Some(Mean(i64::MAX)));
        assert_eq!(Mean::of_means([]), None);
        assert_eq!(Mean::of_means([Mean(i64::MIN), Mean(i64::MIN)]), Some(Mean(i64::MIN)));
    }

    #[test]
    fn digits_are_taken_off_half_away_from_zero_or_half_up() {
        assert_eq!([50_499_999, 50_500_000, -50_500_000].map(|mean| Mean(mean).at(0)), [50, 51, -51]);
        assert_eq!([37_549_999, 37_550_000].map(|mean| Mean(mean).at(1)), [375, 376]);
        assert_eq!([Mean(7).at(6), Mean(-7).at(9), Mean(i64::MIN).at(6)], [7, -7, i64::MIN]);
        assert_eq!([9_499_999, 9_500_000, -500_000, -500_001].map(|mean| Mean(mean).half_up()), [9, 10, 0, -1]);
    }

    #[test]
    fn an_hour_counts_from_three_quarters_of_its_readings() {
        // 39. BImSchV, annex 11 A: 75 %. Every 10 min: 5 of 6 (4.5), every 15 min: 3 of 4, every 5 min: 9 of 12.
        let valid = |count, expected| Hour { sum: 0, count, expected }.is_valid();
        assert!(valid(5, 6) && !valid(4, 6), "every 10 minutes");
        assert!(valid(3, 4) && !valid(2, 4), "every 15 minutes");
        assert!(valid(9, 12) && !valid(8, 12), "every 5 minutes");
        assert!(valid(1, 1) && !valid(0, 1) && !valid(0, 0) && !valid(3, 0));
        assert!(!valid(i64::MAX / 2, i64::MAX) && valid(i64::MAX, i64::MAX));
    }

    #[test]
    fn two_sensors_of_a_pole_make_one_hour() {
        let (one, other) = (Hour { sum: 600, count: 6, expected: 6 }, Hour { sum: 600, count: 3, expected: 6 });
        assert_eq!((one.plus(other).mean(2), other.mean(2)), (Mean::of(1200, 9, 2), None));
        assert_eq!(Hour { count: 8, ..one.plus(other) }.mean(2), None, "8 of 12");
    }
}
