//! Which date or week another is compared with.

use jiff::{
    ToSpan,
    civil::{Date, ISOWeekDate},
};

use crate::calendar::{easter, first_advent};

/// A feast that moves, and trade with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Anchor {
    /// Easter Sunday.
    Easter,
    /// The first Sunday in Advent.
    Advent,
}

/// The same weekday of the week before.
pub fn previous_week(date: Date) -> Option<Date> {
    date.checked_sub(7.days()).ok()
}

/// The same weekday of the same ISO week of the year before.
///
/// Week 53 has a counterpart in one year of five or six. Else it is compared with the week 52 weeks before it, which is week 1 of
/// its own year and, like it, the one around New Year: week 53 of 2026 (28 December to 3 January) with 29 December 2025 to
/// 4 January 2026.
pub fn last_year(date: Date) -> Option<Date> {
    let week = date.iso_week_date();
    match ISOWeekDate::new(week.year().checked_sub(1)?, week.week(), week.weekday()) {
        Ok(same) => Some(same.date()),
        Err(_) => date.checked_sub(364.days()).ok(),
    }
}

/// The date as many days from the feast, in the year before. The feast is that of the date's own calendar year.
pub fn anchored(date: Date, anchor: Anchor) -> Option<Date> {
    let feast = |year| match anchor {
        Anchor::Easter => easter(year),
        Anchor::Advent => first_advent(year),
    };
    let days = feast(date.year())?.until(date).ok()?;
    feast(date.year().checked_sub(1)?)?.checked_add(days).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(partner: impl Fn(Date) -> Option<Date>, date: &str) -> Option<String> {
        partner(date.parse().unwrap()).map(|date| date.to_string())
    }

    #[test]
    fn a_day_is_compared_with_that_of_the_week_before() {
        assert_eq!(text(previous_week, "2026-01-03").as_deref(), Some("2025-12-27"));
    }

    #[test]
    fn a_day_is_compared_with_the_same_weekday_of_the_same_iso_week() {
        assert_eq!(text(last_year, "2026-11-28").as_deref(), Some("2025-11-29"), "Saturdays of week 48");
        assert_eq!(text(last_year, "2026-01-01").as_deref(), Some("2025-01-02"), "Thursdays of week 1");
        assert_eq!(text(last_year, "2027-01-04").as_deref(), Some("2025-12-29"), "Mondays of week 1, 53 weeks apart");
        let same_weekday = |date: Date| last_year(date).unwrap().weekday() == date.weekday();
        assert!("2025-01-01".parse::<Date>().unwrap().series(1.day()).take(3_000).all(same_weekday));
    }

    #[test]
    fn week_53_is_compared_with_the_days_around_new_year() {
        assert_eq!(text(last_year, "2026-12-28").as_deref(), Some("2025-12-29"));
        assert_eq!(text(last_year, "2027-01-03").as_deref(), Some("2026-01-04"));
    }

    #[test]
    fn a_day_is_compared_by_its_distance_from_a_feast() {
        let of = |date, anchor| text(|date| anchored(date, anchor), date);
        // Easter 2025: 20 April, 2026: 5 April; Advent 2025: 30 November, 2026: 29 November, 2023: 3 December, 2022: 27 November
        assert_eq!(of("2026-04-04", Anchor::Easter).as_deref(), Some("2025-04-19"), "the Saturdays before Easter");
        assert_eq!(of("2026-02-16", Anchor::Easter).as_deref(), Some("2025-03-03"), "Rosenmontag");
        assert_eq!(of("2026-11-28", Anchor::Advent).as_deref(), Some("2025-11-29"));
        assert_eq!(of("2023-12-09", Anchor::Advent).as_deref(), Some("2022-12-03"), "Saturdays after the first Sunday");
        assert_eq!(of("1583-04-10", Anchor::Easter), None);
    }
}
