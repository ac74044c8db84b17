//! Days, weeks, months and years as instants.

use jiff::{
    ToSpan,
    civil::{Date, ISOWeekDate, Weekday},
};
use smartpole_model::UtcMillis;

use super::local_hour;

/// From an instant to before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// First instant.
    pub from: UtcMillis,
    /// First instant after it.
    pub to: UtcMillis,
}

impl Span {
    /// Length in milliseconds.
    pub fn millis(self) -> i64 {
        self.to.since(self.from)
    }

    /// Whether it holds an instant.
    pub fn holds(self, time: UtcMillis) -> bool {
        self.from <= time && time < self.to
    }

    fn of_dates(first: Date, next: Date) -> Self {
        Self { from: local_hour(first, 0), to: local_hour(next, 0) }
    }
}

/// A date.
pub fn day(date: Date) -> Span {
    Span::of_dates(date, date.saturating_add(1.day()))
}

/// A week by ISO 8601, from Monday. `None` if the year has no such week.
pub fn week(year: i16, week: i8) -> Option<Span> {
    let monday = ISOWeekDate::new(year, week, Weekday::Monday).ok()?.date();
    Some(Span::of_dates(monday, monday.checked_add(7.days()).ok()?))
}

/// A month (1–12). `None` if there is no such month.
pub fn month(year: i16, month: i8) -> Option<Span> {
    let first = Date::new(year, month, 1).ok()?;
    Some(Span::of_dates(first, first.checked_add(1.month()).ok()?))
}

/// A year. `None` if the calendar does not have it.
pub fn year(year: i16) -> Option<Span> {
    let first = Date::new(year, 1, 1).ok()?;
    Some(Span::of_dates(first, first.checked_add(1.year()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(span: Option<Span>) -> String {
        span.map_or("none".into(), |span| format!("{} {} {} h", span.from, span.to, span.millis() / 3_600_000))
    }

    #[test]
    fn days_have_23_24_or_25_hours() {
        // IANA time-zone database, Europe/Berlin: 01:00 UTC on the last Sundays of March and October
        for (date, from, to, hours) in [
            ("2025-03-30", "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z", 23),
            ("2025-10-26", "2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z", 25),
            ("2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23),
            ("2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25),
            ("2027-03-28", "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z", 23),
            ("2027-10-31", "2027-10-30T22:00:00Z", "2027-10-31T23:00:00Z", 25),
            ("2028-03-26", "2028-03-25T23:00:00Z", "2028-03-26T22:00:00Z", 23),
            ("2028-10-29", "2028-10-28T22:00:00Z", "2028-10-29T23:00:00Z", 25),
            ("2026-11-28", "2026-11-27T23:00:00Z", "2026-11-28T23:00:00Z", 24),
        ] {
            assert_eq!(text(Some(day(date.parse().unwrap()))), format!("{from} {to} {hours} h"));
        }
    }

    #[test]
    fn weeks_begin_on_monday_and_may_be_53() {
        assert_eq!(text(week(2026, 1)), "2025-12-28T23:00:00Z 2026-01-04T23:00:00Z 168 h");
        assert_eq!(text(week(2026, 53)), "2026-12-27T23:00:00Z 2027-01-03T23:00:00Z 168 h");
        assert_eq!(text(week(2026, 13)), "2026-03-22T23:00:00Z 2026-03-29T22:00:00Z 167 h", "summer time begins");
        assert_eq!((week(2025, 53), week(2026, 0)), (None, None));
    }

    #[test]
    fn months_and_years_follow_each_other() {
        assert_eq!(text(month(2028, 2)), "2028-01-31T23:00:00Z 2028-02-29T23:00:00Z 696 h", "29 days");
        assert_eq!(text(month(2026, 10)), "2026-09-30T22:00:00Z 2026-10-31T23:00:00Z 745 h");
        assert_eq!(text(year(2026)), "2025-12-31T23:00:00Z 2026-12-31T23:00:00Z 8760 h");
        let months: Vec<Span> = (1..=12).filter_map(|number| month(2026, number)).collect();
        assert!(months.windows(2).all(|two| two[0].to == two[1].from));
        assert_eq!((month(2026, 12).map(|span| span.to), month(2026, 13)), (year(2027).map(|span| span.from), None));
    }

    #[test]
    fn a_span_ends_before_its_end() {
        let span = day("2026-11-28".parse().unwrap());
        assert!(span.holds(span.from) && span.holds(span.to.plus(-1)) && !span.holds(span.to));
    }
}
