//! When a battery will be empty: a line that a few odd days do not bend.
//!
//! Theil (1950, Proc. K. Ned. Akad. Wet. 53, 386) and Sen (1968, JASA 63, 1379): the slope is the median of the slopes of all pairs
//! of days, the line goes through the median of what is left. Up to 29 % of the days may be wrong.

/// With fewer days nothing is foretold.
const LEAST_DAYS: usize = 7;

/// Longest forecast: beyond it a line says nothing.
const MOST_DAYS: i128 = 3_650;

/// Whole days from the newest of some days (number, value) until the line through them reaches `empty`; 0 if it has. None of fewer than
/// seven days, or if it does not fall.
pub fn days_left(days: &[(i32, i64)], empty: i64) -> Option<i64> {
    let newest = i128::from(days.iter().map(|(day, _)| *day).max().filter(|_| days.len() >= LEAST_DAYS)?);
    let (rise, run) = slope(days)?;
    let mut rests: Vec<i128> =
        days.iter().map(|(day, value)| i128::from(*value) * run - rise * i128::from(*day)).collect();
    rests.sort_unstable();
    let rest = *rests.get(rests.len() / 2)?;
    let above = rest + rise * newest - i128::from(empty) * run;
    let left = match rise {
        _ if above <= 0 => 0,
        0.. => return None,
        falling => above / -falling,
    };
    i64::try_from(left.min(MOST_DAYS)).ok()
}

/// The median slope, as a fraction with a positive denominator; of an even number of slopes the upper one, which says less than is true.
fn slope(days: &[(i32, i64)]) -> Option<(i128, i128)> {
    let mut slopes = Vec::with_capacity(days.len() * days.len() / 2);
    for (at, (day, value)) in days.iter().enumerate() {
        for (other, then) in days.get(at + 1..)? {
            let (run, rise) = (i128::from(*other) - i128::from(*day), i128::from(*then) - i128::from(*value));
            if run != 0 {
                slopes.push((rise * run.signum(), run.abs()));
            }
        }
    }
    let middle = slopes.len() / 2;
    if slopes.is_empty() {
        return None;
    }
    let (_, median, _) = slopes.select_nth_unstable_by(middle, |one, other| (one.0 * other.1).cmp(&(other.0 * one.1)));
    Some(*median)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn falling(days: i32) -> Vec<(i32, i64)> {
        (0..days).map(|day| (day, 100 - i64::from(day))).collect()
    }

    #[test]
    fn a_battery_that_falls_evenly_is_empty_when_the_line_is() {
        assert_eq!(days_left(&falling(28), 5), Some(68), "73 on the last day, one a day, empty at 5");
        assert_eq!(days_left(&falling(28), 73), Some(0));
        assert_eq!(days_left(&falling(28), 90), Some(0), "it is below already");
    }

    #[test]
    fn odd_days_do_not_bend_the_line() {
        let mut days = falling(28);
        for (at, value) in [(3, 0), (11, 255), (12, 255), (27, 3)] {
            days[at].1 = value;
        }
        assert!(days_left(&days, 5).is_some_and(|left| (64..=72).contains(&left)), "{:?}", days_left(&days, 5));
    }

    #[test]
    fn nothing_is_foretold_of_few_days_or_of_a_level_that_stays() {
        assert_eq!(days_left(&falling(6), 5), None);
        let steady: Vec<(i32, i64)> = (0..28).map(|day| (day, 80)).collect();
        assert_eq!(days_left(&steady, 5), None);
        let charged: Vec<(i32, i64)> = (0..28).map(|day| (day, i64::from(day))).collect();
        assert_eq!(days_left(&charged, 5), None);
    }

    proptest! {
        #[test]
        fn no_days_make_it_fail_and_their_order_does_not_matter(mut days in proptest::collection::vec((-30_000i32..30_000, any::<i64>()), 0..40), empty: i64) {
            let left = days_left(&days, empty);
            prop_assert!(left.is_none_or(|left| (0..=3_650).contains(&left)));
            days.reverse();
            prop_assert_eq!(days_left(&days, empty), left);
        }
    }
}
