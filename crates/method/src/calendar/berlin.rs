//! Instants and the clock on the town hall.

use std::sync::LazyLock;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use smartpole_model::UtcMillis;

static BERLIN: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::get("Europe/Berlin").expect("the time-zone database is compiled in"));

/// Date and hour (0–23) that the clock shows.
pub fn date_and_hour(time: UtcMillis) -> (Date, i8) {
    let timestamp =
        Timestamp::from_millisecond(time.0).unwrap_or(if time.0 < 0 { Timestamp::MIN } else { Timestamp::MAX });
    let local = BERLIN.to_datetime(timestamp);
    (local.date(), local.hour())
}

/// When the clock shows a full hour (0–23) of a date, for the first time if it does so twice; the next full hour if it never does.
pub fn local_hour(date: Date, hour: i8) -> UtcMillis {
    let local = date.at(hour.clamp(0, 23), 0, 0, 0);
    let zoned = BERLIN.to_ambiguous_zoned_datetime(local).compatible();
    // the clock of the last date goes on beyond the last instant that there is
    let beyond = if date.year() > 0 { Timestamp::MAX } else { Timestamp::MIN };
    UtcMillis(zoned.map_or(beyond, |zoned| zoned.timestamp()).as_millisecond())
}

/// [`local_hour`], but `None` if the clock never shows it: 02:00 as summer time begins.
pub fn same_hour(date: Date, hour: i8) -> Option<UtcMillis> {
    let start = local_hour(date, hour);
    (date_and_hour(start) == (date, hour)).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn an_hour_is_found_on_the_clock() {
        assert_eq!(local_hour(date("2026-01-10"), 6).to_string(), "2026-01-10T05:00:00Z");
        assert_eq!(local_hour(date("2026-07-10"), 6).to_string(), "2026-07-10T04:00:00Z");
        assert_eq!(date_and_hour("2026-07-09T22:15:00Z".parse().unwrap()), (date("2026-07-10"), 0));
    }

    #[test]
    fn two_o_clock_comes_never_or_twice_when_the_clocks_change() {
        assert_eq!(local_hour(date("2026-03-29"), 2).to_string(), "2026-03-29T01:00:00Z", "03:00");
        assert_eq!(same_hour(date("2026-03-29"), 2), None);
        assert_eq!(same_hour(date("2026-03-29"), 3), Some(local_hour(date("2026-03-29"), 3)));
        assert_eq!(local_hour(date("2026-10-25"), 2).to_string(), "2026-10-25T00:00:00Z", "the first of two");
        assert_eq!(local_hour(date("2026-10-25"), 3).to_string(), "2026-10-25T02:00:00Z");
    }
}
