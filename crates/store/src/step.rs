//! How long windows are, and where they begin.

use smartpole_method::{
    air::{cet_date, cet_midnight},
    calendar::Period,
};
use smartpole_model::UtcMillis;
use smartpole_window::{Level, day_of, next_start};

/// How long windows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A quarter of an hour.
    Quarter,
    /// An hour.
    Hour,
    /// A day: of air a CET day, of all else a Europe/Berlin day.
    Day,
    /// A week by ISO 8601, made of such days.
    Week,
    /// A month, made of such days.
    Month,
    /// A year, made of such days.
    Year,
}

impl Step {
    /// The roll-up that windows of a property are, or are made of; quarters are blocks.
    pub fn level(self, air: bool) -> Option<Level> {
        match self {
            Self::Quarter => None,
            Self::Hour => Some(Level::Hour),
            _ if air => Some(Level::CetDay),
            _ => Some(Level::Day),
        }
    }

    /// The window of this length that holds an instant: its first instant, and the first after it.
    pub fn around(self, air: bool, at: UtcMillis) -> (UtcMillis, UtcMillis) {
        match (self.period(), self.level(air)) {
            (Some(period), _) if air => {
                let (first, next) = period.around(cet_date(at));
                (cet_midnight(first), cet_midnight(next))
            }
            (Some(period), _) => {
                let span = period.span(day_of(at));
                (span.from, span.to)
            }
            (None, Some(level)) => (level.start(at), next_start(level, level.start(at))),
            (None, None) => (at.quarter().start(), at.quarter().end()),
        }
    }

    /// From the first instant of the first window that begins in a span to the first after the last one that does; of windows that
    /// are stored as they are, the span itself.
    pub fn whole(self, air: bool, (from, to): (UtcMillis, UtcMillis)) -> (UtcMillis, UtcMillis) {
        if self.period().is_none() {
            return (from, to);
        }
        let (start, end) = self.around(air, from);
        let first = if start < from { end } else { start };
        (first, if first < to { self.around(air, to.plus(-1)).1 } else { first })
    }

    fn period(self) -> Option<Period> {
        match self {
            Self::Quarter | Self::Hour | Self::Day => None,
            Self::Week => Some(Period::Week),
            Self::Month => Some(Period::Month),
            Self::Year => Some(Period::Year),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UtcMillis {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check(step: Step, air: bool, inside: &str, start: &str, end: &str) {
        assert_eq!(step.around(air, at(inside)), (at(start), at(end)));
    }

    #[test]
    fn weeks_months_and_years_are_of_berlin_days_and_of_air_of_cet_days() {
        // summer time begins on 29 March 2026, 01:00 UTC, and ends on 25 October (IANA time-zone database)
        check(Step::Week, false, "2026-03-29T21:59:59Z", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z");
        check(Step::Week, true, "2026-03-29T22:00:00Z", "2026-03-22T23:00:00Z", "2026-03-29T23:00:00Z");
        check(Step::Week, false, "2027-01-01T12:00:00Z", "2026-12-27T23:00:00Z", "2027-01-03T23:00:00Z");
        check(Step::Month, false, "2028-02-29T12:00:00Z", "2028-01-31T23:00:00Z", "2028-02-29T23:00:00Z");
        check(Step::Month, false, "2026-07-31T22:00:00Z", "2026-07-31T22:00:00Z", "2026-08-31T22:00:00Z");
        check(Step::Month, true, "2026-07-31T22:59:59Z", "2026-06-30T23:00:00Z", "2026-07-31T23:00:00Z");
        check(Step::Year, false, "2026-06-01T00:00:00Z", "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z");
    }

    #[test]
    fn a_span_holds_the_windows_that_begin_in_it_as_a_whole() {
        let whole = |from, to| Step::Week.whole(false, (at(from), at(to)));
        let (first, second, third) = ("2026-11-22T23:00:00Z", "2026-11-29T23:00:00Z", "2026-12-06T23:00:00Z");
        assert_eq!(whole(first, second), (at(first), at(second)));
        assert_eq!(whole("2026-11-22T23:00:01Z", "2026-11-29T23:00:01Z"), (at(second), at(third)));
        assert_eq!(whole("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z"), (at(second), at(second)), "none");
        let days = (at("2026-11-24T00:00:00Z"), at("2026-11-25T00:00:00Z"));
        assert_eq!(Step::Day.whole(false, days), days);
    }
}
