//! Weeks, months and years.

use jiff::{ToSpan, civil::Date};

use super::Span;

/// A time longer than a day, made of whole days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// A week by ISO 8601, from Monday.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

impl Period {
    /// The first date of the period that holds `date`, and the first one after the period.
    pub fn around(self, date: Date) -> (Date, Date) {
        let first = match self {
            Self::Week => date.saturating_sub(i32::from(date.weekday().to_monday_zero_offset()).days()),
            Self::Month => date.first_of_month(),
            Self::Year => date.first_of_year(),
        };
        (first, self.after(first))
    }

    /// The period that holds `date`, by the clock of Europe/Berlin.
    pub fn span(self, date: Date) -> Span {
        let (first, next) = self.around(date);
        Span::of_dates(first, next)
    }

    /// The first date of the period after the one that begins on `first`.
    fn after(self, first: Date) -> Date {
        match self {
            Self::Week => first.saturating_add(1.week()),
            Self::Month => first.saturating_add(1.month()),
            Self::Year => first.saturating_add(1.year()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(period: Period, date: &str) -> String {
        let (first, next) = period.around(date.parse().unwrap());
        format!("{first} {next}")
    }

    #[test]
    fn weeks_begin_on_monday_whatever_the_year() {
        // ISO 8601: 2026 has 53 weeks, the last from 28 December to 3 January
        assert_eq!(around(Period::Week, "2026-12-28"), "2026-12-28 2027-01-04");
        assert_eq!(around(Period::Week, "2027-01-03"), "2026-12-28 2027-01-04");
        assert_eq!(around(Period::Week, "2027-01-04"), "2027-01-04 2027-01-11");
    }

    #[test]
    fn months_and_years_have_their_leap_days() {
        assert_eq!(around(Period::Month, "2028-02-29"), "2028-02-01 2028-03-01");
        assert_eq!(around(Period::Month, "2026-12-31"), "2026-12-01 2027-01-01");
        assert_eq!(around(Period::Year, "2028-12-31"), "2028-01-01 2029-01-01");
    }
    fn span(period: Period, date: &str) -> String {
        let span = period.span(date.parse().unwrap());
        format!("{} {} {} h", span.from, span.to, span.millis() / 3_600_000)
    }

    #[test]
    fn their_hours_are_those_of_the_clock() {
        // IANA time-zone database, Europe/Berlin: 01:00 UTC on the last Sundays of March and October
        assert_eq!(span(Period::Week, "2026-01-01"), "2025-12-28T23:00:00Z 2026-01-04T23:00:00Z 168 h");
        assert_eq!(span(Period::Week, "2026-03-25"), "2026-03-22T23:00:00Z 2026-03-29T22:00:00Z 167 h");
        assert_eq!(span(Period::Month, "2028-02-10"), "2028-01-31T23:00:00Z 2028-02-29T23:00:00Z 696 h");
        assert_eq!(span(Period::Month, "2026-10-31"), "2026-09-30T22:00:00Z 2026-10-31T23:00:00Z 745 h");
        assert_eq!(span(Period::Year, "2026-07-01"), "2025-12-31T23:00:00Z 2026-12-31T23:00:00Z 8760 h");
    }
}
