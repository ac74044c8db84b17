//! Hours in which shops are open: Monday to Saturday, 10 to 20, not on public holidays; on Sundays that the town opens, 13 to 18.
//!
//! The first is the convention of the Statistisches Bundesamt for its index of footfall (EXSTAT, "Passantenfrequenzen in
//! Innenstädten"). The second is the most that the law allows: five hours from 13 (LÖG NRW, § 6 (1)). Shops keep their own hours.

use jiff::civil::{Date, Weekday};

use smartpole_model::UtcMillis;

use super::{Span, SundayOpenings, date_and_hour, local_hour, public_holiday};

/// The hours of the day with which they begin and before which they end.
pub const OPEN_HOURS: (i8, i8) = (10, 20);
/// The same on a Sunday that the town opens.
pub const SUNDAY_HOURS: (i8, i8) = (13, 18);

/// The opening hours of a date, if it has any. A public holiday has none, whatever the town lists.
pub fn opening_hours(date: Date, openings: &SundayOpenings) -> Option<Span> {
    let (from, to) = match date.weekday() {
        _ if public_holiday(date).is_some() => return None,
        Weekday::Sunday if openings.holds(date) => SUNDAY_HOURS,
        Weekday::Sunday => return None,
        _ => OPEN_HOURS,
    };
    Some(Span { from: local_hour(date, from), to: local_hour(date, to) })
}

/// Whether shops are open at an instant.
pub fn opens_at(time: UtcMillis, openings: &SundayOpenings) -> bool {
    opening_hours(date_and_hour(time).0, openings).is_some_and(|open| open.holds(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(date: &str) -> Option<String> {
        let openings: SundayOpenings =
            ["2026-11-01", "2026-11-08"].map(|date| date.parse().unwrap()).into_iter().collect();
        opening_hours(date.parse().unwrap(), &openings).map(|span| format!("{} {}", span.from, span.to))
    }

    #[test]
    fn shops_are_open_from_10_to_20_on_weekdays() {
        assert_eq!(text("2026-11-28").as_deref(), Some("2026-11-28T09:00:00Z 2026-11-28T19:00:00Z"), "a Saturday");
        assert_eq!(text("2026-07-01").as_deref(), Some("2026-07-01T08:00:00Z 2026-07-01T18:00:00Z"), "in summer");
        assert_eq!(text("2026-12-24").as_deref(), Some("2026-12-24T09:00:00Z 2026-12-24T19:00:00Z"), "no holiday");
    }

    #[test]
    fn shops_are_closed_on_sundays_and_holidays() {
        assert_eq!((text("2026-11-29"), text("2026-10-03"), text("2026-06-04")), (None, None, None));
    }

    #[test]
    fn on_sundays_that_the_town_opens_they_are_open_for_five_hours() {
        assert_eq!(text("2026-11-08").as_deref(), Some("2026-11-08T12:00:00Z 2026-11-08T17:00:00Z"));
        assert_eq!((text("2026-11-15"), text("2026-11-01")), (None, None), "not listed; listed, but Allerheiligen");
    }
}
