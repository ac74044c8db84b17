//! What happens in the city, as a planner notes it: which events are on a day in a zone.
//!
//! An event of a zone concerns the zones around it, who hold its people, and those within it. One without zones concerns all.

use jiff::{ToSpan, civil::Date};
use smartpole_model::{
    Registry, Zone,
    registry::{Event, EventTime},
};

use crate::calendar::day;

/// The events that concern a zone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneEvents(Vec<Event>);

/// Whether an event is on a date, for any part of the day in Europe/Berlin.
pub fn is_on(event: &Event, date: Date) -> bool {
    event.times.iter().any(|time| holds(time, date))
}

/// Whether a time of an event holds a part of a date.
pub fn holds(time: &EventTime, date: Date) -> bool {
    let span = day(date);
    let is_weekday = time.weekdays.is_empty() || time.weekdays.contains(&date.weekday());
    is_weekday && time.from < span.to && span.from < time.to
}

/// Whether an event concerns a zone, by its index in the registry.
pub fn concerns(event: &Event, zone: usize, zones: &[Zone]) -> bool {
    let related = |of: &usize| is_within(*of, zone, zones) || is_within(zone, *of, zones);
    event.zones.is_empty() || event.zones.iter().any(related)
}

/// Whether a zone is another one or lies in it.
fn is_within(zone: usize, around: usize, zones: &[Zone]) -> bool {
    let parent = |zone: &usize| {
        let parent = zones.get(*zone)?.parent.as_deref()?;
        zones.iter().position(|zone| zone.id == parent)
    };
    // no chain of parents is longer than there are zones
    std::iter::successors(Some(zone), parent).take(zones.len()).any(|zone| zone == around)
}

impl ZoneEvents {
    /// Those of a zone, by its index in the registry.
    pub fn new(registry: &Registry, zone: usize) -> Self {
        Self(registry.events.iter().filter(|event| concerns(event, zone, &registry.zones)).cloned().collect())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The event of an id, if it concerns the zone.
    pub fn get(&self, id: &str) -> Option<&Event> {
        self.0.iter().find(|event| event.id == id)
    }

    /// Ids of the events that are on a date, in the order of the file.
    pub fn on(&self, date: Date) -> Vec<&str> {
        self.0.iter().filter(|event| is_on(event, date)).map(|event| event.id.as_str()).collect()
    }

    /// Ids of the events that are on a date from `first` to `last`, in the order of the file.
    pub fn between(&self, first: Date, last: Date) -> Vec<&str> {
        let is_between = |event: &&Event| {
            let mut dates = first.series(1.day()).take_while(|date| *date <= last);
            dates.any(|date| is_on(event, date))
        };
        self.0.iter().filter(is_between).map(|event| event.id.as_str()).collect()
    }
}

/// Whether two dates have the same events: apart from `but`, which may be on the first, and is not on the other.
pub fn are_alike(here: &[&str], there: &[&str], but: Option<&str>) -> bool {
    here.iter().copied().filter(|id| but != Some(*id)).eq(there.iter().copied())
}

/// Whether a date has no event that another one has not: an ordinary day stands beside that of a festival, but not the other way round.
pub fn adds_none(there: &[&str], here: &[&str]) -> bool {
    there.iter().all(|id| here.contains(id))
}

#[cfg(test)]
mod tests {
    use smartpole_model::registry::{CountRule, EventKind};

    use super::*;

    fn zone(id: &str, parent: Option<&str>) -> Zone {
        let (name, kind, count) = (String::new(), String::new(), CountRule::CrossSection);
        let (parent, geometry) = (parent.map(str::to_owned), Default::default());
        Zone { id: id.to_owned(), name, kind, parent, count, poles: Vec::new(), geometry }
    }

    fn event(id: &str, zones: &[usize], [from, to]: [&str; 2], weekdays: &[jiff::civil::Weekday]) -> Event {
        let [from, to] = [from, to].map(|time| time.parse().unwrap());
        let times = vec![EventTime { from, to, weekdays: weekdays.to_vec(), note: String::new() }];
        Event { id: id.to_owned(), name: String::new(), kind: EventKind::Other, zones: zones.to_vec(), times }
    }

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn an_event_is_on_every_day_that_it_holds_a_part_of() {
        let night = event("night", &[], ["2026-08-28T18:00:00Z", "2026-08-28T22:00:00Z"], &[]);
        assert_eq!(
            ["2026-08-27", "2026-08-28", "2026-08-29"].map(|day| is_on(&night, date(day))),
            [false, true, false]
        );
        let longer = event("longer", &[], ["2026-08-28T18:00:00Z", "2026-08-28T22:00:01Z"], &[]);
        assert!(is_on(&longer, date("2026-08-29")), "a second of it");
        let saturday = jiff::civil::Weekday::Saturday;
        let market = event("market", &[], ["2026-08-01T00:00:00Z", "2027-01-01T00:00:00Z"], &[saturday]);
        assert_eq!(["2026-08-28", "2026-08-29"].map(|day| is_on(&market, date(day))), [false, true]);
    }

    #[test]
    fn an_event_concerns_the_zones_around_and_within() {
        let zones =
            [zone("city", None), zone("old", Some("city")), zone("square", Some("old")), zone("new", Some("city"))];
        let concerned = |of: &[usize]| {
            let event = event("e", of, ["2026-08-01T00:00:00Z", "2027-01-01T00:00:00Z"], &[]);
            (0..zones.len()).filter(|zone| concerns(&event, *zone, &zones)).collect::<Vec<_>>()
        };
        assert_eq!(concerned(&[]), [0, 1, 2, 3]);
        assert_eq!(concerned(&[2]), [0, 1, 2]);
        assert_eq!(concerned(&[1]), [0, 1, 2]);
        assert_eq!(concerned(&[3]), [0, 3]);
    }

    #[test]
    fn zones_that_are_their_own_parents_end() {
        let zones = [zone("a", Some("b")), zone("b", Some("a")), zone("c", None)];
        let event = event("e", &[2], ["2026-08-01T00:00:00Z", "2027-01-01T00:00:00Z"], &[]);
        assert!(!concerns(&event, 0, &zones));
    }

    #[test]
    fn days_are_alike_if_the_same_events_are_on() {
        let works = event("works", &[], ["2026-08-01T00:00:00Z", "2026-08-20T00:00:00Z"], &[]);
        let fair = event("fair", &[], ["2026-08-14T22:00:00Z", "2026-08-15T22:00:00Z"], &[]);
        let events = ZoneEvents(vec![works, fair]);
        let alike = |day: &str, other: &str, but| are_alike(&events.on(date(day)), &events.on(date(other)), but);
        assert_eq!(events.on(date("2026-08-15")), ["works", "fair"]);
        let adds_none = |day: &str, other: &str| adds_none(&events.on(date(day)), &events.on(date(other)));
        assert!(adds_none("2026-08-14", "2026-08-15") && !adds_none("2026-08-15", "2026-08-14"));
        assert_eq!(events.between(date("2026-08-19"), date("2026-08-25")), ["works"]);
        assert!(alike("2026-08-14", "2026-08-13", None) && !alike("2026-08-15", "2026-08-14", None));
        assert!(!alike("2026-08-14", "2026-07-30", None), "before the works");
        assert!(alike("2026-08-15", "2026-08-14", Some("fair")), "with the works, without the fair");
        assert!(!alike("2026-08-15", "2026-07-30", Some("fair")));
        assert!(alike("2026-08-14", "2026-07-30", Some("works")));
    }
}
