//! When lamps have no power by plan.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use smartpole_model::{
    Position, UtcMillis,
    registry::{DayTime, PowerOff},
};
use sunrise::{Coordinates, SolarDay, SolarEvent};

const MINUTE_MS: i64 = 60_000;

/// Whether silence says anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quiet {
    /// No: there is no power by plan.
    Now,
    /// Only since then; the smallest instant if there always is.
    Since(UtcMillis),
}

/// The plan around one instant.
#[derive(Debug)]
pub(crate) struct Plan {
    now: UtcMillis,
    spans: Vec<Span>,
}

#[derive(Debug)]
struct Span {
    /// Empty: all.
    switch_points: BTreeSet<String>,
    from: UtcMillis,
    to: UtcMillis,
}

impl Plan {
    /// The plan as rules have it; the sun is that over `middle`: across a city it differs by less than a minute.
    pub(crate) fn new(rules: &[PowerOff], now: UtcMillis, middle: Option<Position>) -> Self {
        let zone = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC);
        let today = Timestamp::from_millisecond(now.0).map(|now| zone.to_datetime(now).date());
        let days = today.into_iter().flat_map(|today| {
            let around = [today.yesterday(), Ok(today)];
            around.into_iter().flatten()
        });
        let days: Vec<Date> = days.collect();
        let span = |rule: &PowerOff, day: Date| {
            let from = instant(rule.from, day, &zone, middle)?;
            let to = instant(rule.to, day, &zone, middle)?;
            let to = if to > from { to } else { instant(rule.to, day.tomorrow().ok()?, &zone, middle)? };
            let margin = rule.margin_min * MINUTE_MS;
            let switch_points = rule.switch_points.iter().cloned().collect();
            Some(Span { switch_points, from: from.plus(-margin), to: to.plus(margin) })
        };
        let spans = rules.iter().flat_map(|rule| days.iter().filter_map(move |day| span(rule, *day))).collect();
        Self { now, spans }
    }

    /// What silence of something says that hangs on a switch point, or on none that anybody knows.
    pub(crate) fn of(&self, switch_point: Option<&str>) -> Quiet {
        let concerns = |span: &&Span| match switch_point {
            _ if span.switch_points.is_empty() => true,
            Some(name) => span.switch_points.contains(name),
            None => false,
        };
        let mut since = UtcMillis(i64::MIN);
        for span in self.spans.iter().filter(concerns) {
            if (span.from..span.to).contains(&self.now) {
                return Quiet::Now;
            }
            if span.to <= self.now {
                since = since.max(span.to);
            }
        }
        Quiet::Since(since)
    }
}

fn instant(time: DayTime, day: Date, zone: &TimeZone, middle: Option<Position>) -> Option<UtcMillis> {
    match time {
        DayTime::Minute(minute) => {
            let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
            let local = zone.to_timestamp(day.at(hour, minute, 0, 0)).ok()?;
            Some(UtcMillis(local.as_millisecond()))
        }
        DayTime::Sunrise => sun(SolarEvent::Sunrise, day, middle?),
        DayTime::Sunset => sun(SolarEvent::Sunset, day, middle?),
    }
}

fn sun(event: SolarEvent, day: Date, place: Position) -> Option<UtcMillis> {
    let place = Coordinates::new(place.lat, place.lon)?;
    let (month, of_month) = (u32::try_from(day.month()).ok()?, u32::try_from(day.day()).ok()?);
    let date = NaiveDate::from_ymd_opt(day.year().into(), month, of_month)?;
    Some(UtcMillis(SolarDay::new(place, date).event_time(event)?.timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASTROP: Position = Position { lat: 51.55, lon: 7.31 };

    fn at(text: &str) -> UtcMillis {
        text.parse().unwrap()
    }

    fn quiet(from: DayTime, to: DayTime, margin_min: i64, now: &str) -> Quiet {
        let rule = PowerOff { switch_points: vec!["S-1".to_owned()], from, to, margin_min };
        Plan::new(&[rule], at(now), Some(CASTROP)).of(Some("S-1"))
    }

    #[test]
    fn the_sun_rises_and_sets_as_published() {
        // astral 3.2 (PyPI; NOAA's equations) for 51.55° N, 7.31° E, to the minute
        for (day, rise, set) in SUN {
            let date: Date = day.parse().unwrap();
            for (event, told) in [(SolarEvent::Sunrise, rise), (SolarEvent::Sunset, set)] {
                let found = sun(event, date, CASTROP).unwrap();
                let off = found.since(at(&format!("{day}T{told}:00Z"))).abs();
                assert!(off <= 2 * MINUTE_MS, "{day} {event:?}: {found}");
            }
        }
    }

    const SUN: [(&str, &str, &str); 4] = [
        ("2026-01-15", "07:30", "15:50"),
        ("2026-03-20", "05:34", "17:43"),
        ("2026-06-21", "03:13", "19:52"),
        ("2026-11-29", "07:12", "15:26"),
    ];

    #[test]
    fn by_day_lamps_without_power_say_nothing() {
        let by_day = |now| quiet(DayTime::Minute(7 * 60), DayTime::Minute(17 * 60), 30, now);
        assert_eq!(by_day("2026-11-29T12:00:00Z"), Quiet::Now);
        assert_eq!(by_day("2026-11-29T05:30:00Z"), Quiet::Now, "06:30 in Berlin, half an hour before");
        assert_eq!(by_day("2026-11-29T05:29:59Z"), Quiet::Since(at("2026-11-28T16:30:00Z")));
        assert_eq!(by_day("2026-11-29T16:30:00Z"), Quiet::Since(at("2026-11-29T16:30:00Z")));
        assert_eq!(by_day("2026-07-01T04:30:00Z"), Quiet::Now, "summer time");
    }

    #[test]
    fn a_span_may_go_over_midnight() {
        let by_night = |now| quiet(DayTime::Minute(22 * 60), DayTime::Minute(5 * 60), 0, now);
        assert_eq!(by_night("2026-11-29T02:00:00Z"), Quiet::Now);
        assert_eq!(by_night("2026-11-29T12:00:00Z"), Quiet::Since(at("2026-11-29T04:00:00Z")));
    }

    #[test]
    fn other_switch_points_are_not_concerned() {
        let rule = PowerOff {
            switch_points: vec!["S-1".to_owned()],
            from: DayTime::Sunrise,
            to: DayTime::Sunset,
            margin_min: 0,
        };
        let plan = Plan::new(&[rule], at("2026-06-21T12:00:00Z"), Some(CASTROP));
        assert_eq!(plan.of(Some("S-1")), Quiet::Now);
        assert_eq!(
            (plan.of(Some("S-2")), plan.of(None)),
            (Quiet::Since(UtcMillis(i64::MIN)), Quiet::Since(UtcMillis(i64::MIN)))
        );
    }
}
