//! Days as instants.

use jiff::{ToSpan, civil::Date};
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

    /// From the beginning of a date to that of another.
    pub(super) fn of_dates(first: Date, next: Date) -> Self {
        Self { from: local_hour(first, 0), to: local_hour(next, 0) }
    }
}

/// A date.
pub fn day(date: Date) -> Span {
    Span::of_dates(date, date.saturating_add(1.day()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(span: Span) -> String {
        format!("{} {} {} h", span.from, span.to, span.millis() / 3_600_000)
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
            assert_eq!(text(day(date.parse().unwrap())), format!("{from} {to} {hours} h"));
        }
    }

    #[test]
    fn a_span_ends_before_its_end() {
        let span = day("2026-11-28".parse().unwrap());
        assert!(span.holds(span.from) && span.holds(span.to.plus(-1)) && !span.holds(span.to));
    }
}
