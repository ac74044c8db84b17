//! CET years and days, and how much of a year must be there.

use jiff::{
    Timestamp,
    civil::Date,
    tz::{Offset, TimeZone},
};
use serde::Deserialize;
use smartpole_model::UtcMillis;

/// Whose rules a figure follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// 39. BImSchV, version of 19 June 2020.
    Bimschv39,
    /// Directive (EU) 2024/2881.
    Directive2024,
    /// WHO global air quality guidelines of 2021.
    Who2021,
}

impl Regime {
    /// The word of files and interfaces.
    pub fn id(self) -> &'static str {
        match self {
            Self::Bimschv39 => "bimschv39",
            Self::Directive2024 => "directive2024",
            Self::Who2021 => "who2021",
        }
    }

    /// How many of `of` hours or days of a year must be valid: 90 % (39. BImSchV, annexes 1 A and 11 A), 85 % (Directive (EU)
    /// 2024/2881, annex V). The WHO says nothing; its numbers are held to 90 %.
    pub fn needed(self, of: u32) -> u32 {
        let percent = if self == Self::Directive2024 { 85 } else { 90 };
        u32::try_from((u64::from(of) * percent).div_ceil(100)).unwrap_or(u32::MAX)
    }
}

/// The date in CET (UTC+1, no summer time) of an instant.
pub fn cet_date(time: UtcMillis) -> Date {
    let timestamp = Timestamp::from_millisecond(time.0);
    let timestamp = timestamp.unwrap_or(if time.0 < 0 { Timestamp::MIN } else { Timestamp::MAX });
    cet().to_datetime(timestamp).date()
}

/// The first instant of a date in CET.
pub fn cet_midnight(date: Date) -> UtcMillis {
    let midnight = cet().to_timestamp(date.at(0, 0, 0, 0));
    UtcMillis(midnight.map_or(i64::MIN, Timestamp::as_millisecond))
}

/// The first instant of a year in CET and the first after it; `None` for a year the calendar does not have.
pub fn cet_year(year: i16) -> Option<(UtcMillis, UtcMillis)> {
    let first = Date::new(year, 1, 1).ok()?;
    let next = Date::new(year.checked_add(1)?, 1, 1).ok()?;
    Some((cet_midnight(first), cet_midnight(next)))
}

fn cet() -> TimeZone {
    TimeZone::fixed(Offset::constant(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_and_days_begin_at_23_utc_of_the_day_before() {
        let (from, to) = cet_year(2028).unwrap();
        assert_eq!((from.to_string(), to.to_string()), ("2027-12-31T23:00:00Z".into(), "2028-12-31T23:00:00Z".into()));
        assert_eq!(to.since(from) / 3_600_000, 8_784, "a leap year");
        let date = |text: &str| cet_date(text.parse().unwrap()).to_string();
        assert_eq!(date("2026-07-01T22:59:59Z"), "2026-07-01", "summer time would be a day further");
        assert_eq!(date("2026-07-01T23:00:00Z"), "2026-07-02");
        assert_eq!((cet_year(i16::MAX), cet_year(9999)), (None, None));
    }

    #[test]
    fn a_year_needs_90_or_85_per_cent() {
        // 39. BImSchV, annex 11 A: 90 %; Directive (EU) 2024/2881, annex V: 85 %; rounded up to whole hours.
        assert_eq!([8_760, 8_784, 365].map(|of| Regime::Bimschv39.needed(of)), [7_884, 7_906, 329]);
        assert_eq!([8_760, 8_784, 365].map(|of| Regime::Directive2024.needed(of)), [7_446, 7_467, 311]);
        assert_eq!(Regime::Who2021.needed(8_760), 7_884);
    }
}
