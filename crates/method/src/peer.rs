//! Peer check: how a pole's hour stands among those of the poles around.
//!
//! ```text
//! hourly means of the poles around ──► median, MAD ──► Compared {median, mad, poles} ──► deviation, is_marked
//! ```
//!
//! - A robust z-score: the distance from the median in scaled median absolute deviations, 1.4826 × MAD, which is one standard
//!   deviation of normal values (Iglewicz and Hoaglin 1993, "How to Detect and Handle Outliers", ASQC). Neither median nor MAD
//!   follows a few poles that are wrong.
//! - It marks and never excludes: on New Year's Eve the pole at the fireworks is right.
//! - A function of the hours as they are, in exact integers, so late data lead to the same marks as data in order.

use smartpole_model::{Position, registry::Peer};

use crate::air::Mean;

/// Standard deviations in a MAD of normal values, 1.4826, in ten-thousandths.
const SIGMAS: i128 = 14_826;
/// Mean radius of the earth in metres (IUGG: R₁ = 6,371,008.8 m).
const EARTH_M: f64 = 6_371_008.8;

/// A value beside those of the poles around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The value.
    pub value: Mean,
    /// How many poles around have one.
    pub poles: usize,
    /// Twice their median, which of two in the middle is their mean.
    median_2: i128,
    /// Four times the median distance from that median.
    mad_4: i128,
}

impl Compared {
    /// `value` beside the values of the poles around, in any order; `None` if no pole has one.
    pub fn new(value: Mean, around: &[Mean]) -> Option<Self> {
        let median_2 = twice_median(around.iter().map(|mean| i128::from(mean.0)).collect())?;
        let mad_4 = twice_median(around.iter().map(|mean| (2 * i128::from(mean.0) - median_2).abs()).collect())?;
        Some(Self { value, poles: around.len(), median_2, mad_4 })
    }

    /// The median, rounded half away from zero.
    pub fn median(&self) -> Mean {
        rounded(self.median_2, 2)
    }

    /// The median absolute deviation, rounded half away from zero; in no unit of its own, so 1.4826 of it are one standard deviation.
    pub fn mad(&self) -> Mean {
        rounded(self.mad_4, 4)
    }

    /// How far the value lies above the median (below it: negative), in tenths of 1.4826 × MAD, rounded half away from zero.
    /// `None` where most of the poles around say the same.
    pub fn deviation_tenths(&self) -> Option<i64> {
        let away = 2 * i128::from(self.value.0) - self.median_2;
        (self.mad_4 > 0).then(|| rounded(away.saturating_mul(2 * 10 * 10_000), self.mad_4.saturating_mul(SIGMAS)).0)
    }

    /// Whether `rule` marks it: enough poles around, and further from their median than `least`, at `decimals` digits, and than so many
    /// scaled MADs.
    pub fn is_marked(&self, rule: &Peer, decimals: u8) -> bool {
        let away = (2 * i128::from(self.value.0) - self.median_2).abs();
        let unit = 10i128.pow(u32::from(Mean::DIGITS.saturating_sub(decimals)));
        let is_odd = away.saturating_mul(2 * 1_000 * 10_000)
            > self.mad_4.saturating_mul(SIGMAS).saturating_mul(rule.deviations_milli.into());
        self.poles >= usize::from(rule.least_poles) && away > 2 * unit.saturating_mul(rule.least.into()) && is_odd
    }
}

/// Twice the middle of some values; of two in the middle their sum. `None` of none.
fn twice_median(mut values: Vec<i128>) -> Option<i128> {
    values.sort_unstable();
    let upper = values.len() / 2;
    let lower = values.len().checked_sub(1)? / 2;
    Some(values.get(lower)? + values.get(upper)?)
}

/// A quotient rounded half away from zero; `below` is positive.
fn rounded(above: i128, below: i128) -> Mean {
    let magnitude = (2 * above.abs() + below) / (2 * below) * above.signum();
    Mean(i64::try_from(magnitude).unwrap_or(if magnitude < 0 { i64::MIN } else { i64::MAX }))
}

/// Metres between two places, on a sphere (haversine): good to half a per cent, and never stored.
pub fn metres(one: Position, other: Position) -> f64 {
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let (lat, lon) = (half(one.lat - other.lat), half(one.lon - other.lon));
    let share = lat + one.lat.to_radians().cos() * other.lat.to_radians().cos() * lon;
    2.0 * EARTH_M * share.clamp(0.0, 1.0).sqrt().asin()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As `rules.toml` has it for particles: five deviations, at least 20 µg/m³, four poles.
    const RULE: Peer = Peer { radius_m: 1_500, least_poles: 4, deviations_milli: 5_000, least: 2_000 };

    fn means(values: &[i64]) -> Vec<Mean> {
        values.iter().map(|value| Mean(value * 1_000_000)).collect()
    }

    fn compared(value: i64, around: &[i64]) -> Compared {
        Compared::new(Mean(value * 1_000), &means(around)).unwrap()
    }

    /// Of a value in thousandths of a unit, at two digits.
    fn is_marked(value: i64, around: &[i64]) -> bool {
        compared(value, around).is_marked(&RULE, 2)
    }

    #[test]
    fn median_and_mad_are_those_of_the_poles_around() {
        // median of 1 1 2 2 4 6 9 is 2, distances 1 1 0 0 2 4 7, their median 1 (Rousseeuw and Croux 1993, JASA 88, 1273: MAD = med |x − med x|)
        let odd = compared(2_000, &[9, 1, 2, 6, 1, 4, 2]);
        assert_eq!((odd.median(), odd.mad(), odd.poles), (Mean(2_000_000), Mean(1_000_000), 7));
        // median of 1 2 4 7 is 3, distances 2 1 1 4, their median 1.5
        let even = compared(3_000, &[7, 1, 4, 2]);
        assert_eq!((even.median(), even.mad()), (Mean(3_000_000), Mean(1_500_000)));
        assert_eq!(Compared::new(Mean(1), &[]), None);
    }

    #[test]
    fn an_hour_is_marked_beyond_five_scaled_deviations() {
        // median 20, MAD 5: 5 × 1.4826 × 5 = 37.065
        let around = [10, 15, 20, 25, 30];
        assert!(is_marked(57_066, &around) && !is_marked(57_065, &around));
        assert!(is_marked(-17_066, &around) && !is_marked(-17_065, &around), "below them as well");
        assert_eq!(compared(57_065, &around).deviation_tenths(), Some(50));
        assert_eq!(compared(-17_065, &around).deviation_tenths(), Some(-50));
        assert_eq!(compared(27_413, &around).deviation_tenths(), Some(10), "one standard deviation");
    }

    #[test]
    fn an_hour_is_marked_beyond_the_least_difference() {
        // median 20, MAD 1: 5 × 1.4826 = 7.4, but 20 µg/m³ are the least
        let around = [18, 19, 20, 21, 22];
        assert!(is_marked(40_001, &around) && !is_marked(40_000, &around));
        assert!(is_marked(40_001, &[20; 5]) && !is_marked(40_000, &[20; 5]), "poles that say the same have a MAD of 0");
        assert_eq!(compared(40_001, &[20; 5]).deviation_tenths(), None);
    }

    #[test]
    fn too_few_poles_judge_nothing() {
        assert!(is_marked(100_000, &[20, 20, 20, 20]) && !is_marked(100_000, &[20, 20, 20]));
    }

    #[test]
    fn a_few_wrong_poles_around_judge_no_other_wrong() {
        assert!(!is_marked(21_000, &[20, 21, 22, 900, 1_000]));
        assert!(is_marked(900_000, &[20, 21, 22, 23, 1_000]));
    }

    #[test]
    fn extremes_of_numbers_are_judged_without_overflow() {
        let around = [Mean(i64::MIN), Mean(i64::MAX), Mean(i64::MIN), Mean(i64::MAX)];
        let widest = Compared::new(Mean(i64::MAX), &around).unwrap();
        assert!(!widest.is_marked(&RULE, 2));
        let far = Compared::new(Mean(i64::MAX), &[Mean(i64::MIN); 4]).unwrap();
        assert!(far.is_marked(&Peer { deviations_milli: u32::MAX, least: i64::MAX, ..RULE }, 6));
    }

    #[test]
    fn distances_are_metres_on_the_ground() {
        let place = |lat, lon| Position { lat, lon };
        // Castrop-Rauxel: Hauptbahnhof to Europaplatz, 9.149 thousandths of a degree of latitude (111.195 m each) and 4.803 of longitude
        let apart = metres(place(51.573_526, 7.303_980), place(51.564_577, 7.308_783));
        assert!((apart - 1_049.0).abs() < 1.0, "{apart}");
        assert!(metres(place(51.5, 7.3), place(51.5, 7.3)).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn the_order_in_which_poles_are_heard_does_not_matter(mut around in proptest::collection::vec(-500i64..5_000, 1..12), value in -500i64..5_000) {
            let in_order = compared(value * 1_000, &around);
            around.reverse();
            prop_assert_eq!(compared(value * 1_000, &around), in_order);
            prop_assert!(in_order.mad().0 >= 0);
        }
    }
}
