//! Which hour and which day an instant belongs to.
//!
//! People live by the clock on the town hall: days of footfall and all else are Europe/Berlin days of 23, 24 or 25 hours.
//! Air has fixed days: the hours of 39. BImSchV are counted in CET (UTC+1) all year, as UBA's interface does.

use std::sync::LazyLock;

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use smartpole_model::UtcMillis;

/// Lengths of roll-ups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// An hour (UTC, CET and Berlin hours begin together).
    Hour = 1,
    /// A day in Europe/Berlin.
    Day = 2,
    /// A day in CET, for air.
    CetDay = 3,
}

const CET_OFFSET_MS: i64 = 3_600_000;
const DAY_MS: i64 = 86_400_000;

static BERLIN: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::get("Europe/Berlin").expect("the time-zone database is compiled in"));

impl Level {
    /// The level of a stored number.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Hour, Self::Day, Self::CetDay].into_iter().find(|level| *level as u8 == number)
    }

    /// First instant of the window of this level that holds `time`.
    pub fn start(self, time: UtcMillis) -> UtcMillis {
        match self {
            Self::Hour => UtcMillis(time.0.div_euclid(3_600_000).saturating_mul(3_600_000)),
            Self::CetDay => UtcMillis((time.0 + CET_OFFSET_MS).div_euclid(DAY_MS) * DAY_MS - CET_OFFSET_MS),
            Self::Day => berlin_midnight(day_of(time)),
        }
    }
}

/// The Europe/Berlin date of an instant.
pub fn day_of(time: UtcMillis) -> Date {
    let timestamp =
        Timestamp::from_millisecond(time.0).unwrap_or(if time.0 < 0 { Timestamp::MIN } else { Timestamp::MAX });
    BERLIN.to_datetime(timestamp).date()
}

/// First instant after the window of `level` that starts at `start`.
pub fn next_start(level: Level, start: UtcMillis) -> UtcMillis {
    match level {
        Level::Hour => start.plus(3_600_000),
        Level::CetDay => start.plus(DAY_MS),
        Level::Day => berlin_midnight(day_of(start).saturating_add(1.day())),
    }
}

fn berlin_midnight(date: Date) -> UtcMillis {
    berlin_time(date, 0)
}

/// A minute of a Europe/Berlin day. Of an hour that is left out it is the one after; of one that comes twice, the first.
fn berlin_time(date: Date, minute: u16) -> UtcMillis {
    let (hour, minute) = ((minute / 60 % 24) as i8, (minute % 60) as i8);
    let zoned = BERLIN.to_ambiguous_zoned_datetime(date.at(hour, minute, 0, 0)).compatible();
    zoned.map_or(UtcMillis(i64::MIN), |zoned| UtcMillis(zoned.timestamp().as_millisecond()))
}

/// When it was last that minute of the day in Europe/Berlin, at `time` at the latest.
pub(crate) fn local_time_before(minute: u16, time: UtcMillis) -> UtcMillis {
    let day = day_of(time);
    let today = berlin_time(day, minute);
    if today <= time { today } else { berlin_time(day.saturating_sub(1.day()), minute) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UtcMillis {
        text.parse().unwrap()
    }

    #[track_caller]
    fn day(inside: &str, start: &str, end: &str, hours: i64) {
        let first = Level::Day.start(at(inside));
        assert_eq!((first.to_string(), next_start(Level::Day, first).to_string()), (start.to_owned(), end.to_owned()));
        assert_eq!(next_start(Level::Day, first).since(first), hours * 3_600_000);
    }

    #[test]
    fn berlin_days_have_23_and_25_hours_when_the_clocks_change() {
        day("2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23);
        day("2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25);
        day("2026-10-25T22:59:59Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25);
        day("2026-11-25T12:00:00Z", "2026-11-24T23:00:00Z", "2026-11-25T23:00:00Z", 24);
    }

    #[test]
    fn the_days_of_four_years_on_which_the_clocks_change() {
        // IANA time-zone database, Europe/Berlin: 01:00 UTC on the last Sundays of March and October
        for (noon, from, to, quarters) in [
            ("2025-03-30T12:00:00Z", "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z", 92),
            ("2025-10-26T12:00:00Z", "2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z", 100),
            ("2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 92),
            ("2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 100),
            ("2027-03-28T12:00:00Z", "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z", 92),
            ("2027-10-31T12:00:00Z", "2027-10-30T22:00:00Z", "2027-10-31T23:00:00Z", 100),
            ("2028-03-26T12:00:00Z", "2028-03-25T23:00:00Z", "2028-03-26T22:00:00Z", 92),
            ("2028-10-29T12:00:00Z", "2028-10-28T22:00:00Z", "2028-10-29T23:00:00Z", 100),
        ] {
            day(noon, from, to, quarters / 4);
            assert_eq!(i64::from(at(to).quarter().0 - at(from).quarter().0), quarters, "quarters of {noon}");
        }
    }

    #[test]
    fn a_local_time_is_found_on_the_nights_in_which_the_clocks_change() {
        let last = |minute, time: &str| local_time_before(minute, at(time)).to_string();
        assert_eq!(last(150, "2026-03-29T00:59:59Z"), "2026-03-28T01:30:00Z");
        assert_eq!(last(150, "2026-03-29T12:00:00Z"), "2026-03-29T01:30:00Z", "02:30 is left out: 03:30");
        assert_eq!(last(150, "2026-10-25T12:00:00Z"), "2026-10-25T00:30:00Z", "02:30 comes twice: the first");
        assert_eq!(last(0, "2026-11-24T23:00:00Z"), "2026-11-24T23:00:00Z");
        assert_eq!(last(0, "2026-11-24T22:59:59Z"), "2026-11-23T23:00:00Z");
    }

    #[test]
    fn days_of_air_are_cet_days_in_summer_too() {
        let start = Level::CetDay.start(at("2026-07-01T22:59:00Z"));
        assert_eq!(start.to_string(), "2026-06-30T23:00:00Z");
        assert_eq!(Level::CetDay.start(at("2026-07-01T23:00:00Z")).to_string(), "2026-07-01T23:00:00Z");
    }
}
