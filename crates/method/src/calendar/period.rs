//! Weeks, months and years as dates.

use jiff::{ToSpan, civil::Date};

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
}
