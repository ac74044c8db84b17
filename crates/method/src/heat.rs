//! Hot days and tropical nights: "am Mast, nicht amtlich".
//!
//! Source: Deutscher Wetterdienst, Wetter- und Klimalexikon, "Heißer Tag" (maximum of at least 30 °C) and "Tropennacht" (minimum
//! of at least 20 °C, measured from 18 UTC to 06 UTC). A sensor on a lamp post is not in the shade of a screen 2 m above grass.
//!
//! - Both go by UTC. A day is 00–24 UTC. A night goes from 18 UTC of the day before and belongs to the date it ends on: the
//!   minimum of a date is read at 06 UTC.
//! - One value decides one way ("it was 31 °C"), and only all of them the other way ("it was never 30 °C"). So for the latter
//!   each hour must be covered by 75 %; else the answer is unknown, not no.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use smartpole_model::UtcMillis;

use crate::calendar::Span;

const HOUR_MS: i64 = 3_600_000;

/// What the window of an hour says of air temperature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hour {
    /// First instant.
    pub start: UtcMillis,
    /// Lowest value, at the property's resolution.
    pub min: i64,
    /// Highest value.
    pub max: i64,
    /// Readings that count.
    pub count: i64,
    /// Readings that a full hour should have brought.
    pub expected: i64,
}

impl Hour {
    fn is_covered(&self) -> bool {
        self.expected > 0 && 4 * i128::from(self.count) >= 3 * i128::from(self.expected)
    }
}

/// Whether it was; `None`: too little is known.
pub type Answer = Option<bool>;

/// Whether `date` was a hot day, at `decimals` digits of a degree Celsius.
pub fn is_hot_day(date: Date, decimals: u8, hours: &[Hour]) -> Answer {
    let reached = |hour: &Hour| i128::from(hour.max) >= degrees(30, decimals);
    if within(day(date), hours).any(reached) {
        return Some(true);
    }
    all_covered(day(date), hours).then_some(false)
}

/// Whether the night that ends on `date` was tropical, at `decimals` digits of a degree Celsius.
pub fn is_tropical_night(date: Date, decimals: u8, hours: &[Hour]) -> Answer {
    let cooler = |hour: &Hour| i128::from(hour.min) < degrees(20, decimals);
    if within(night(date), hours).any(cooler) {
        return Some(false);
    }
    all_covered(night(date), hours).then_some(true)
}

/// The dates that begin in a span.
pub fn dates(within: Span) -> impl Iterator<Item = Date> {
    let time = Timestamp::from_millisecond(within.from.0).unwrap_or(Timestamp::MAX);
    let first = TimeZone::UTC.to_datetime(time).date();
    let dates = std::iter::successors(Some(first), |date| date.tomorrow().ok());
    let begin = |date: &Date| day(*date).from;
    dates.skip_while(move |date| begin(date) < within.from).take_while(move |date| begin(date) < within.to)
}

/// A year of UTC; `None` for one that the calendar does not have.
pub fn year(year: i16) -> Option<Span> {
    let first = |year| Date::new(year, 1, 1).ok();
    Some(Span { from: utc_midnight(first(year)?), to: utc_midnight(first(year.checked_add(1)?)?) })
}

/// 00–24 UTC.
pub fn day(date: Date) -> Span {
    let from = utc_midnight(date);
    Span { from, to: from.plus(24 * HOUR_MS) }
}

/// From 18 UTC of the day before to 06 UTC of `date`.
pub fn night(date: Date) -> Span {
    let midnight = utc_midnight(date);
    Span { from: midnight.plus(-6 * HOUR_MS), to: midnight.plus(6 * HOUR_MS) }
}

fn utc_midnight(date: Date) -> UtcMillis {
    let midnight = TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0));
    UtcMillis(midnight.map_or(i64::MIN, Timestamp::as_millisecond))
}

fn degrees(whole: i128, decimals: u8) -> i128 {
    whole * 10i128.pow(u32::from(decimals.min(18)))
}

fn within(span: Span, hours: &[Hour]) -> impl Iterator<Item = &Hour> {
    hours.iter().filter(move |hour| span.holds(hour.start) && hour.count > 0)
}

fn all_covered(span: Span, hours: &[Hour]) -> bool {
    let starts = (0..span.millis() / HOUR_MS).map(|n| span.from.plus(n * HOUR_MS));
    let mut covered = starts.map(|start| hours.iter().any(|hour| hour.start == start && hour.is_covered()));
    covered.all(|is| is)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date() -> Date {
        "2026-07-02".parse().unwrap()
    }

    /// Full hours, numbered from 18 UTC of 1 July: 0–11 the night that ends on 2 July, 6–29 that day.
    fn hours(min: i64, max: i64) -> Vec<Hour> {
        let start = night(date()).from;
        (0..30).map(|n| Hour { start: start.plus(n * HOUR_MS), min, max, count: 6, expected: 6 }).collect()
    }

    #[test]
    fn windows_are_utc_and_the_night_crosses_midnight() {
        let text = |span: Span| format!("{} {}", span.from, span.to);
        assert_eq!(text(day(date())), "2026-07-02T00:00:00Z 2026-07-03T00:00:00Z");
        assert_eq!(text(night(date())), "2026-07-01T18:00:00Z 2026-07-02T06:00:00Z");
    }

    #[test]
    fn dates_and_years_are_utc() {
        let year = year(2028).unwrap();
        assert_eq!((dates(year).count(), year.from.to_string()), (366, "2028-01-01T00:00:00Z".to_owned()));
        let within =
            Span { from: "2026-07-01T00:00:01Z".parse().unwrap(), to: "2026-07-03T00:00:01Z".parse().unwrap() };
        let begun: Vec<String> = dates(within).map(|date| date.to_string()).collect();
        assert_eq!(begun, ["2026-07-02", "2026-07-03"]);
    }

    #[test]
    fn a_hot_day_reaches_30_degrees() {
        assert_eq!(is_hot_day(date(), 1, &hours(150, 299)), Some(false));
        assert_eq!(is_hot_day(date(), 1, &hours(150, 300)), Some(true));
        assert_eq!(is_hot_day(date(), 2, &hours(1_500, 2_999)), Some(false));
        assert_eq!(is_hot_day(date(), 0, &hours(15, 30)), Some(true));
    }

    #[test]
    fn a_tropical_night_never_falls_below_20_degrees() {
        assert_eq!(is_tropical_night(date(), 1, &hours(200, 300)), Some(true));
        let mut cooler = hours(210, 300);
        cooler[11].min = 199; // 05–06 UTC
        assert_eq!(is_tropical_night(date(), 1, &cooler), Some(false));
        cooler[11].min = 200;
        cooler[12].min = 150; // 06–07 UTC is no longer night
        assert_eq!(is_tropical_night(date(), 1, &cooler), Some(true));
    }

    #[test]
    fn one_value_decides_and_its_absence_needs_every_hour() {
        let mut hours = hours(210, 290);
        hours[8].count = 5;
        assert_eq!((is_tropical_night(date(), 1, &hours), is_hot_day(date(), 1, &hours)), (Some(true), Some(false)));
        hours[8].count = 4; // of 6: 67 %
        assert_eq!((is_tropical_night(date(), 1, &hours), is_hot_day(date(), 1, &hours)), (None, None));
        (hours[0].min, hours[20].max) = (190, 310);
        assert_eq!((is_tropical_night(date(), 1, &hours), is_hot_day(date(), 1, &hours)), (Some(false), Some(true)));
        assert_eq!((is_tropical_night(date(), 1, &[]), is_hot_day(date(), 1, &[])), (None, None));
    }

    #[test]
    fn an_hour_that_comes_late_decides_as_if_it_had_been_there() {
        let all = hours(200, 299);
        let (mut late, rest) = (all[..3].to_vec(), &all[3..]);
        assert_eq!(is_tropical_night(date(), 1, rest), None);
        late.splice(0..0, rest.iter().copied());
        assert_eq!(is_tropical_night(date(), 1, &late), is_tropical_night(date(), 1, &all));
        late.last_mut().unwrap().min = 199;
        assert_eq!(is_tropical_night(date(), 1, &late), Some(false));
    }
}
