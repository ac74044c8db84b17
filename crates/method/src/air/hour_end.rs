//! Hours named by their end, as the Umweltbundesamt names them.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use smartpole_model::UtcMillis;
use smartpole_window::Level;

use super::{cet_date, cet_midnight};

const HOUR_MS: i64 = 3_600_000;

/// The end of an hour in CET: `2026-11-28 24:00:00` is the hour from 23:00 to 24:00 CET, of 22:00 to 23:00 UTC.
///
/// UBA's air data interface dates hours in CET without summer time; the last hour of a day ends at 24:00:00 of that day, which
/// is 00:00:00 of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HourEnd {
    date: Date,
    /// 1 to 24.
    hour: i8,
}

/// A text that is no end of an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HourEndError(String);

impl HourEnd {
    /// The end of the hour that holds `time`.
    pub fn of(time: UtcMillis) -> Self {
        let start = Level::Hour.start(time);
        let since_midnight = start.since(Level::CetDay.start(start)) / HOUR_MS;
        Self { date: cet_date(start), hour: since_midnight as i8 + 1 }
    }

    /// First instant of the hour.
    pub fn start(self) -> UtcMillis {
        cet_midnight(self.date).plus((i64::from(self.hour) - 1) * HOUR_MS)
    }
}

impl fmt::Display for HourEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:02}:00:00", self.date, self.hour)
    }
}

impl FromStr for HourEnd {
    type Err = HourEndError;

    /// Reads `YYYY-MM-DD HH:00:00` with hours from 00 to 24; `00:00:00` ends the last hour of the day before.
    fn from_str(text: &str) -> Result<Self, HourEndError> {
        let wrong = || HourEndError(text.chars().take(40).collect());
        let (date, time) = text.split_once(' ').ok_or_else(wrong)?;
        let hour = time.strip_suffix(":00:00").filter(|hour| hour.len() == 2).ok_or_else(wrong)?;
        if !hour.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        match (date.parse::<Date>().map_err(|_| wrong())?, hour.parse().map_err(|_| wrong())?) {
            (date, 0) => Ok(Self { date: date.yesterday().map_err(|_| wrong())?, hour: 24 }),
            (date, hour @ 1..=24) => Ok(Self { date, hour }),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for HourEndError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not the end of an hour (YYYY-MM-DD HH:00:00, CET): {:?}", self.0)
    }
}

impl std::error::Error for HourEndError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn named(time: &str, label: &str) {
        assert_eq!(HourEnd::of(time.parse().unwrap()).to_string(), label);
    }

    #[test]
    fn hours_are_named_by_their_end_in_cet_without_summer_time() {
        named("2026-11-28T22:00:00Z", "2026-11-28 24:00:00");
        named("2026-11-28T22:59:59Z", "2026-11-28 24:00:00");
        named("2026-11-28T23:00:00Z", "2026-11-29 01:00:00");
        named("2026-07-01T10:30:00Z", "2026-07-01 12:00:00");
    }

    #[test]
    fn twenty_four_is_zero_of_the_next_day() {
        let end = |text: &str| text.parse::<HourEnd>().map(|end| end.start().to_string());
        assert_eq!(end("2026-12-31 24:00:00"), Ok("2026-12-31T22:00:00Z".to_owned()));
        assert_eq!(end("2027-01-01 00:00:00"), end("2026-12-31 24:00:00"));
    }

    #[test]
    fn what_is_no_end_of_an_hour_is_refused() {
        for text in [
            "",
            "2026-12-31",
            "2026-12-31 25:00:00",
            "2026-12-31 12:30:00",
            "2026-13-01 01:00:00",
            "2026-12-31 +1:00:00",
        ] {
            assert!(text.parse::<HourEnd>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_name_tells_its_hour(millis in -4_000_000_000_000i64..8_000_000_000_000) {
            let end = HourEnd::of(UtcMillis(millis));
            prop_assert_eq!(end.start(), Level::Hour.start(UtcMillis(millis)));
            prop_assert_eq!(end.to_string().parse::<HourEnd>(), Ok(end));
        }
    }
}
