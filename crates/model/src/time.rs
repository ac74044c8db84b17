//! Instants and quarters of an hour.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// An instant: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcMillis(pub i64);

/// A quarter of an hour, numbered from 1970-01-01T00:00:00Z: the length of a block and of the smallest window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Quarter(pub i32);

/// A text that is no RFC 3339 instant.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not an RFC 3339 time: {0:?}")]
pub struct TimeError(String);

impl UtcMillis {
    /// The quarter of an hour that holds this instant. Instants beyond ±61,000 years saturate.
    pub fn quarter(self) -> Quarter {
        let quarter = self.0.div_euclid(Quarter::MILLIS);
        Quarter(quarter.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)
    }

    /// This instant moved by `millis`, saturating.
    #[must_use]
    pub fn plus(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to this instant, saturating.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The UTC day of this instant, numbered from 1970-01-01.
    pub fn utc_day(self) -> i32 {
        (self.0.div_euclid(86_400_000)).clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
    }

    /// The UTC hour of this instant, numbered from 1970-01-01T00:00:00Z.
    pub fn utc_hour(self) -> i32 {
        (self.0.div_euclid(3_600_000)).clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
    }
}

impl Quarter {
    /// Length in milliseconds.
    pub const MILLIS: i64 = 900_000;

    /// First instant.
    pub fn start(self) -> UtcMillis {
        UtcMillis(i64::from(self.0) * Self::MILLIS)
    }

    /// First instant after it.
    pub fn end(self) -> UtcMillis {
        self.start().plus(Self::MILLIS)
    }

    /// The UTC hour that holds it.
    pub fn utc_hour(self) -> i32 {
        self.0.div_euclid(4)
    }
}

impl fmt::Display for UtcMillis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.text(), jiff::Timestamp::from_millisecond(self.0)) {
            (Some(text), _) => f.write_str(text.as_str()),
            (None, Ok(timestamp)) => write!(f, "{timestamp}"),
            (None, Err(_)) => write!(f, "{} ms", self.0),
        }
    }
}

impl FromStr for UtcMillis {
    type Err = TimeError;

    /// Reads RFC 3339; fractions finer than a millisecond are cut off.
    ///
    /// A leap second is 23:59:60 UTC at the end of a month (RFC 3339, 5.7; ITU-R TF.460-6, 2.1), which POSIX time has no number
    /// for. It becomes the last millisecond before midnight: so it stays in its day and quarter, behind 23:59:59 and before
    /// 00:00:00, and is nobody's duplicate where a device reports each second. Any other second 60 does not exist.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError(text.chars().take(40).collect());
        let timestamp: jiff::Timestamp = text.parse().map_err(|_| wrong())?;
        let millis = timestamp.as_millisecond();
        if !names_second_60(text) {
            return Ok(Self(millis));
        }
        // jiff takes second 60 for second 59
        let end = (millis.div_euclid(1_000) + 1) * 1_000;
        let at_end = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::from_millisecond(end).map_err(|_| wrong())?);
        let ends_month = at_end.day() == 1 && at_end.time() == jiff::civil::Time::midnight();
        if ends_month { Ok(Self(end - 1)) } else { Err(wrong()) }
    }
}

/// Whether the seconds of a time are written as 60, with or without colons.
fn names_second_60(text: &str) -> bool {
    let time = text.split_once(['T', 't', ' ']).map_or("", |(_, time)| time);
    let mut digits = time.bytes().filter(|byte| *byte != b':');
    let hour_and_minute = digits.by_ref().take(4).filter(u8::is_ascii_digit).count();
    hour_and_minute == 4 && digits.take(2).eq(*b"60")
}

impl Serialize for UtcMillis {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.text() {
            Some(text) => serializer.serialize_str(text.as_str()),
            None => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for UtcMillis {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        text.parse::<UtcMillis>().ok().map(|time| time.to_string())
    }

    #[test]
    fn a_leap_second_is_the_last_millisecond_of_its_day() {
        // IERS Bulletin C 52: a positive leap second at the end of December 2016
        for text in ["2016-12-31T23:59:60Z", "2016-12-31T23:59:60.5Z", "2016-12-31t23:59:60z", "20161231T235960Z"] {
            assert_eq!(read(text).as_deref(), Some("2016-12-31T23:59:59.999Z"), "{text}");
        }
        // the examples of RFC 3339, 5.8: the same instant twice, seen from Greenwich and from the Pacific
        for text in ["1990-12-31T23:59:60Z", "1990-12-31T15:59:60-08:00"] {
            assert_eq!(read(text).as_deref(), Some("1990-12-31T23:59:59.999Z"), "{text}");
        }
        let times = ["2016-12-31T23:59:59Z", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"];
        let times = times.map(|text| text.parse::<UtcMillis>().unwrap());
        assert!(times.is_sorted_by(|a, b| a < b));
        assert_eq!(times[1].quarter(), times[0].quarter());
    }

    #[test]
    fn a_second_60_that_ends_no_month_is_no_time() {
        for text in
            ["2016-12-31T12:00:60Z", "2016-12-30T23:59:60Z", "2016-12-31T23:59:60+01:00", "2016-12-31T23:59:61Z"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_60_elsewhere_is_no_second() {
        assert_eq!(read("2016-12-31T10:00:06.60Z").as_deref(), Some("2016-12-31T10:00:06.6Z"));
        assert_eq!(read("2016-12-31T10+06:00").as_deref(), Some("2016-12-31T04:00:00Z"));
    }

    #[test]
    fn clocks_that_ran_over_are_read_as_what_they_say() {
        // 32 bits of seconds end at 2038-01-19T03:14:07Z and go on in 1901; GPS time begins on 1980-01-06 (IS-GPS-200, 3.3.4)
        assert_eq!("2038-01-19T03:14:07Z".parse(), Ok(UtcMillis(i64::from(i32::MAX) * 1_000)));
        assert_eq!("1901-12-13T20:45:52Z".parse(), Ok(UtcMillis(i64::from(i32::MIN) * 1_000)));
        assert_eq!("1980-01-06T00:00:00Z".parse(), Ok(UtcMillis(315_964_800_000)));
    }
}
