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
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(timestamp) => write!(f, "{timestamp}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

impl FromStr for UtcMillis {
    type Err = TimeError;

    /// Reads RFC 3339; fractions finer than a millisecond are cut off.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let timestamp: jiff::Timestamp = text.parse().map_err(|_| TimeError(text.chars().take(40).collect()))?;
        Ok(Self(timestamp.as_millisecond()))
    }
}

impl Serialize for UtcMillis {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UtcMillis {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
