//! Hours in which shops are open: Monday to Saturday, 10 to 20, not on public holidays.
//!
//! The convention of the Statistisches Bundesamt for its index of footfall (EXSTAT, "Passantenfrequenzen in Innenstädten"). Shops
//! keep their own hours; a Sunday opening is compared as what it is and changes no convention.

use jiff::civil::{Date, Weekday};

use super::{Span, local_hour, public_holiday};

/// The hour of the day with which they begin.
pub const OPEN_FROM: i8 = 10;
/// The hour of the day before which they end.
pub const OPEN_TO: i8 = 20;

/// The opening hours of a date, if it has any.
pub fn opening_hours(date: Date) -> Option<Span> {
    let is_open = date.weekday() != Weekday::Sunday && public_holiday(date).is_none();
    is_open.then(|| Span { from: local_hour(date, OPEN_FROM), to: local_hour(date, OPEN_TO) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(date: &str) -> Option<String> {
        opening_hours(date.parse().unwrap()).map(|span| format!("{} {}", span.from, span.to))
    }

    #[test]
    fn shops_are_open_from_10_to_20_on_weekdays() {
        assert_eq!(text("2026-11-28").as_deref(), Some("2026-11-28T09:00:00Z 2026-11-28T19:00:00Z"), "a Saturday");
        assert_eq!(text("2026-07-01").as_deref(), Some("2026-07-01T08:00:00Z 2026-07-01T18:00:00Z"), "in summer");
        assert_eq!(text("2026-12-24").map(|_| ()), Some(()), "no public holiday");
    }

    #[test]
    fn shops_are_closed_on_sundays_and_holidays() {
        assert_eq!((text("2026-11-29"), text("2026-10-03"), text("2026-06-04")), (None, None, None));
    }
}
