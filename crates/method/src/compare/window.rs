//! Which window another one is compared with.

use jiff::civil::Date;
use smartpole_model::UtcMillis;

use super::{Anchor, anchored, last_year, previous_week};
use crate::calendar::{Period, date_and_hour, local_hour, same_hour};

const HOUR_MS: i64 = 3_600_000;

/// What a window is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparison {
    /// The same time a week before.
    PreviousWeek,
    /// The same weekday of the same ISO week of the year before; of months and years the one a year before.
    PreviousYear,
    /// As far from a feast in the year before.
    Feast(Anchor),
}

/// How long windows are, by the calendar of Europe/Berlin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Length {
    /// An hour or a part of one.
    Hour,
    /// A day.
    Day,
    /// A week, a month or a year.
    Period(Period),
}

impl Comparison {
    /// Whether windows of a length have a partner at all: no month is a week or a feast away from another.
    pub fn suits(self, length: Length) -> bool {
        match length {
            Length::Hour | Length::Day | Length::Period(Period::Week) => true,
            Length::Period(Period::Month | Period::Year) => self == Self::PreviousYear,
        }
    }

    /// The date that stands for another.
    fn date(self, date: Date) -> Option<Date> {
        match self {
            Self::PreviousWeek => previous_week(date),
            Self::PreviousYear => last_year(date),
            Self::Feast(anchor) => anchored(date, anchor),
        }
    }
}

/// First instant of the window that the one from `start` on is compared with. `None` if there is none: the clock never showed that
/// hour, the calendar has no such year, or the comparison does not [suit](Comparison::suits) the length.
pub fn partner(comparison: Comparison, length: Length, start: UtcMillis) -> Option<UtcMillis> {
    if !comparison.suits(length) {
        return None;
    }
    let (date, _) = date_and_hour(start);
    match length {
        Length::Hour => at_same_hour(comparison.date(date)?, start),
        Length::Day | Length::Period(Period::Week) => Some(local_hour(comparison.date(date)?, 0)),
        Length::Period(Period::Month | Period::Year) => {
            let before = Date::new(date.year().checked_sub(1)?, date.month(), 1).ok()?;
            Some(local_hour(before, 0))
        }
    }
}

/// When the clock shows on a date what it shows at `start`, if it does; for the second time if `start` is in the second of two
/// such hours and the date has two.
pub fn at_same_hour(date: Date, start: UtcMillis) -> Option<UtcMillis> {
    let within = start.0.rem_euclid(HOUR_MS);
    let (own_date, hour) = date_and_hour(start);
    let is_second = date_and_hour(start.plus(-HOUR_MS)) == (own_date, hour);
    let first = same_hour(date, hour)?;
    let second = Some(first.plus(HOUR_MS)).filter(|next| is_second && date_and_hour(*next) == (date, hour));
    Some(second.unwrap_or(first).plus(within))
}

/// How much `count` is above `former`, in thousandths of it, rounded half away from zero; `None` if that is nothing to relate to.
pub fn change_permille(count: i64, former: i64) -> Option<i64> {
    let (count, former) = (i128::from(count), i128::from(former));
    if former <= 0 {
        return None;
    }
    let change = (count - former) * 1_000;
    let rounded = (2 * change.abs() + former) / (2 * former) * change.signum();
    i64::try_from(rounded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK: Length = Length::Period(Period::Week);
    const MONTH: Length = Length::Period(Period::Month);
    const YEAR: Length = Length::Period(Period::Year);
    const ADVENT: Comparison = Comparison::Feast(Anchor::Advent);
    const EASTER: Comparison = Comparison::Feast(Anchor::Easter);

    fn of(comparison: Comparison, length: Length, start: &str) -> Option<String> {
        partner(comparison, length, start.parse().unwrap()).map(|start| start.to_string())
    }

    #[test]
    fn a_day_is_compared_with_a_day_by_the_clock_of_the_town() {
        let day = "2026-11-27T23:00:00Z"; // Saturday, 28 November 2026, the one before the first Sunday in Advent
        assert_eq!(of(Comparison::PreviousWeek, Length::Day, day).as_deref(), Some("2026-11-20T23:00:00Z"));
        assert_eq!(of(Comparison::PreviousYear, Length::Day, day).as_deref(), Some("2025-11-28T23:00:00Z"));
        assert_eq!(of(ADVENT, Length::Day, day).as_deref(), Some("2025-11-28T23:00:00Z"));
        let after = "2026-03-29T22:00:00Z"; // Monday after the short day
        assert_eq!(of(Comparison::PreviousWeek, Length::Day, after).as_deref(), Some("2026-03-22T23:00:00Z"));
    }

    #[test]
    fn hours_and_quarters_are_those_that_the_clock_shows() {
        let quarter = "2026-04-01T10:45:00Z"; // 12:45 in summer
        assert_eq!(of(Comparison::PreviousWeek, Length::Hour, quarter).as_deref(), Some("2026-03-25T11:45:00Z"));
        let two = "2026-04-05T00:00:00Z"; // Sunday, 02:00, which the clock did not show a week before
        assert_eq!(of(Comparison::PreviousWeek, Length::Hour, two), None);
    }

    #[test]
    fn each_of_the_two_hours_of_the_long_night_is_compared_with_its_own_where_both_nights_have_two() {
        let hour = |start| of(Comparison::PreviousYear, Length::Hour, start);
        assert_eq!(hour("2026-10-25T00:15:00Z").as_deref(), Some("2025-10-26T00:15:00Z"), "02:15 in summer");
        assert_eq!(hour("2026-10-25T01:15:00Z").as_deref(), Some("2025-10-26T01:15:00Z"), "02:15 in winter");
        assert_eq!(hour("2026-10-25T02:15:00Z").as_deref(), Some("2025-10-26T02:15:00Z"), "03:15");
        let week_before = of(Comparison::PreviousWeek, Length::Hour, "2026-10-25T01:15:00Z");
        assert_eq!(week_before.as_deref(), Some("2026-10-18T00:15:00Z"), "02:15, of which that night has one");
    }

    #[test]
    fn weeks_months_and_years_are_compared_with_their_like() {
        let week_53 = "2026-12-27T23:00:00Z";
        assert_eq!(of(Comparison::PreviousWeek, WEEK, week_53).as_deref(), Some("2026-12-20T23:00:00Z"));
        assert_eq!(
            of(Comparison::PreviousYear, WEEK, week_53).as_deref(),
            Some("2025-12-28T23:00:00Z"),
            "week 1 of 2026"
        );
        // Easter: 5 April 2026, 20 April 2025
        assert_eq!(of(EASTER, WEEK, "2026-03-29T22:00:00Z").as_deref(), Some("2025-04-13T22:00:00Z"));
        assert_eq!(
            of(Comparison::PreviousYear, MONTH, "2028-01-31T23:00:00Z").as_deref(),
            Some("2027-01-31T23:00:00Z")
        );
        assert_eq!(of(Comparison::PreviousYear, YEAR, "2027-12-31T23:00:00Z").as_deref(), Some("2026-12-31T23:00:00Z"));
        assert_eq!(
            (of(ADVENT, MONTH, "2028-01-31T23:00:00Z"), of(Comparison::PreviousWeek, YEAR, week_53)),
            (None, None)
        );
    }

    #[test]
    fn changes_are_rounded_half_away_from_zero() {
        assert_eq!(change_permille(1_080, 939), Some(150), "150.16");
        assert_eq!(change_permille(4_003, 4_000), Some(1), "0.75");
        assert_eq!(change_permille(2_001, 2_000), Some(1), "0.5");
        assert_eq!(change_permille(1_999, 2_000), Some(-1), "-0.5");
        assert_eq!(change_permille(19_991, 20_000), Some(0), "-0.45");
        assert_eq!((change_permille(0, 7), change_permille(7, 0), change_permille(0, 0)), (Some(-1_000), None, None));
    }
}
