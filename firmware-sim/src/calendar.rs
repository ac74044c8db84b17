//! The clock and the calendar of the town.

use std::sync::LazyLock;

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use smartpole_model::UtcMillis;

static BERLIN: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::get("Europe/Berlin").expect("the time-zone database is compiled in"));

/// What shops and markets make of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DayKind {
    Weekday,
    /// Thursday: market in the morning. That Castrop's markets are on Thursday and Saturday is an assumption.
    Market,
    /// With a market too.
    Saturday,
    /// Sunday or public holiday.
    Rest,
    /// 24 and 31 December: shops close at two.
    HalfDay,
}

/// An instant as the town sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// Days from 1970-01-01 in UTC, with fraction: the axis of the weather.
    pub(crate) days: f64,
    /// Share of the year that has passed.
    pub(crate) year_share: f64,
    /// Hour of the local day with fraction.
    pub(crate) hour: f64,
    pub(crate) month: i8,
    pub(crate) day: i8,
    pub(crate) kind: DayKind,
}

impl Moment {
    pub(crate) fn of(time: UtcMillis) -> Self {
        let local = BERLIN.to_datetime(Timestamp::from_millisecond(time.0).unwrap_or(Timestamp::UNIX_EPOCH));
        let date = local.date();
        let seconds = i32::from(local.hour()) * 3600 + i32::from(local.minute()) * 60 + i32::from(local.second());
        Self {
            days: time.0 as f64 / 86_400_000.0,
            year_share: (f64::from(date.day_of_year()) - 1.0) / 365.25,
            hour: f64::from(seconds) / 3600.0,
            month: date.month(),
            day: date.day(),
            kind: kind(date),
        }
    }
}

/// The instant, at `time` at the latest, at which the town hall's clock last showed that minute of the day.
pub(crate) fn local_time_before(minute: u16, time: UtcMillis) -> UtcMillis {
    let today = BERLIN.to_datetime(Timestamp::from_millisecond(time.0).unwrap_or(Timestamp::UNIX_EPOCH)).date();
    let at = |date: Date| {
        let local = date.at((minute / 60) as i8, (minute % 60) as i8, 0, 0);
        BERLIN
            .to_ambiguous_zoned_datetime(local)
            .compatible()
            .map_or(UtcMillis(0), |zoned| UtcMillis(zoned.timestamp().as_millisecond()))
    };
    let shown = at(today);
    if shown <= time { shown } else { at(today.saturating_sub(1.day())) }
}

/// The date of the town hall's clock, of a day that begins at that minute of it.
pub(crate) fn date_from(minute: u16, time: UtcMillis) -> Date {
    let local = BERLIN.to_datetime(Timestamp::from_millisecond(time.0).unwrap_or(Timestamp::UNIX_EPOCH));
    local.saturating_sub(i64::from(minute).minutes()).date()
}

fn kind(date: Date) -> DayKind {
    match date.weekday() {
        _ if is_holiday(date) => DayKind::Rest,
        Weekday::Sunday => DayKind::Rest,
        _ if date.month() == 12 && [24, 31].contains(&date.day()) => DayKind::HalfDay,
        Weekday::Saturday => DayKind::Saturday,
        Weekday::Thursday => DayKind::Market,
        Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Friday => DayKind::Weekday,
    }
}

/// Public holidays of North Rhine-Westphalia (Feiertagsgesetz NW § 2).
fn is_holiday(date: Date) -> bool {
    const FIXED: [(i8, i8); 6] = [(1, 1), (5, 1), (10, 3), (11, 1), (12, 25), (12, 26)];
    // Good Friday, Easter Monday, Ascension, Whit Monday, Corpus Christi
    const FROM_EASTER: [i16; 5] = [-2, 1, 39, 50, 60];
    FIXED.contains(&(date.month(), date.day())) || FROM_EASTER.contains(&(date.day_of_year() - easter(date.year())))
}

/// Day of the year of Easter Sunday, by Gauss' rule as it holds from 1900 to 2099.
fn easter(year: i16) -> i16 {
    let moon = (19 * (year % 19) + 24) % 30;
    let sunday = (2 * (year % 4) + 4 * (year % 7) + 6 * moon + 5) % 7;
    let exception = (moon == 29 && sunday == 6) || (moon == 28 && sunday == 6 && year % 19 > 10);
    let after_22_march = moon + sunday - if exception { 7 } else { 0 };
    let leap = i16::from(year % 4 == 0);
    31 + 28 + leap + 22 + after_22_march
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holidays(year: i16) -> String {
        let first = jiff::civil::date(year, 1, 1);
        let days = (0..365).map(|day| first + day.days()).filter(|date| is_holiday(*date));
        days.map(|date| format!("{}.{}", date.day(), date.month())).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn holidays_are_those_of_north_rhine_westphalia() {
        assert_eq!(holidays(2025), "1.1 18.4 21.4 1.5 29.5 9.6 19.6 3.10 1.11 25.12 26.12");
        assert_eq!(holidays(2026), "1.1 3.4 6.4 1.5 14.5 25.5 4.6 3.10 1.11 25.12 26.12");
        assert_eq!(holidays(2027), "1.1 26.3 29.3 1.5 6.5 17.5 27.5 3.10 1.11 25.12 26.12");
    }

    #[test]
    fn hours_are_those_of_the_town_hall_clock() {
        let hour = |text: &str| Moment::of(text.parse().unwrap()).hour;
        assert_eq!(hour("2026-07-01T10:30:00Z"), 12.5);
        assert_eq!(hour("2026-11-26T09:15:00Z"), 10.25);
        assert_eq!(Moment::of("2026-11-26T09:15:00Z".parse().unwrap()).kind, DayKind::Market);
    }
}
