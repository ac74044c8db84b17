//! Who passes where, and when.
//!
//! A line's total is a function of absolute time: a count for each day of the year, dealt out to the day's 144 slots of ten
//! minutes, evenly within a slot. So interval counts are differences of totals at any interval, and a fleet that starts
//! again goes on where its counters stood. Totals start at 0 each New Year, when the batteries are changed.

use std::sync::Arc;

use smartpole_model::UtcMillis;

use crate::{
    calendar::{DayKind, Moment},
    dice::Dice,
    town::{SLOT_MS, SLOTS, Town, day_of, new_year},
};

/// Persons in each hour of the day at Am Markt. The peaks of Thursday 10–11 h (1,080) and Saturday 11–12 h (1,328) were
/// counted in October 2020 (Ruhr Nachrichten); the rest is a guess around them.
const WEEKDAY: [u16; 24] =
    [8, 4, 2, 2, 4, 24, 80, 170, 310, 470, 620, 690, 650, 600, 620, 680, 720, 640, 440, 250, 140, 80, 45, 20];
const MARKET: [u16; 24] =
    [8, 4, 2, 2, 8, 40, 140, 320, 640, 960, 1100, 1060, 860, 660, 620, 680, 720, 640, 440, 250, 140, 80, 45, 20];
const SATURDAY: [u16; 24] =
    [18, 12, 6, 3, 4, 20, 80, 260, 560, 880, 1200, 1360, 1180, 900, 760, 640, 520, 390, 290, 210, 160, 120, 80, 45];
const REST: [u16; 24] =
    [25, 16, 9, 4, 3, 6, 14, 26, 50, 90, 150, 210, 230, 250, 330, 370, 340, 260, 180, 120, 80, 50, 30, 15];
const HALF_DAY: [u16; 24] =
    [8, 4, 2, 2, 4, 24, 100, 300, 620, 900, 1050, 1000, 820, 520, 200, 120, 100, 90, 80, 60, 50, 40, 40, 60];

/// The line that a counter watches.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    town: Arc<Town>,
    /// Passers compared with Am Markt.
    level: f64,
    /// Whether the market is held here.
    market: bool,
    device: i64,
}

/// Which way people pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    In = 0,
    Out = 1,
}

/// What passed a line on one day.
#[derive(Clone, Debug)]
pub(crate) struct DayCounts {
    day: i64,
    /// Total of either way at the start of the day: who comes in on a day goes out on it.
    before: i64,
    /// What had passed since then at the start of each slot.
    passed: [Box<[u32; SLOTS + 1]>; 2],
}

impl Line {
    /// The line of a device at a place of that name.
    pub(crate) fn new(town: Arc<Town>, device: i64, place: &str) -> Self {
        const LEVELS: [(&str, f64); 7] = [
            ("Am Markt", 1.0),
            ("Lönsstraße", 0.8),
            ("Münsterplatz", 0.65),
            ("Europaplatz", 0.4),
            ("Icker", 0.45),
            ("Lange Straße", 0.35),
            ("Neuroder", 0.25),
        ];
        let mut dice = Dice::of(town.seed, &[LINE, device]);
        let known = LEVELS.iter().find(|(name, _)| place.contains(name)).map(|(_, level)| *level);
        let level = known.unwrap_or_else(|| dice.between(0.08, 0.4)) * dice.between(0.92, 1.08);
        Self { level, market: place.contains("Am Markt"), town, device }
    }

    /// Persons an hour at Am Markt on such a day.
    fn hours(&self, kind: DayKind) -> &'static [u16; 24] {
        match kind {
            DayKind::Market if self.market => &MARKET,
            DayKind::Weekday | DayKind::Market => &WEEKDAY,
            DayKind::Saturday => &SATURDAY,
            DayKind::Rest => &REST,
            DayKind::HalfDay => &HALF_DAY,
        }
    }

    /// Persons an hour, both ways, on a day without weather and chance.
    fn rate(&self, moment: &Moment) -> f64 {
        let fireworks = if (moment.month, moment.day) == (1, 1) && moment.hour < 1.5 { 250.0 } else { 0.0 };
        (interpolated(self.hours(moment.kind), moment.hour) + fireworks) * self.level
    }

    /// Persons one way on a whole day.
    fn day_total(&self, day: i64) -> i64 {
        let town = self.town.day(day);
        let usual = self.hours(town.kind).iter().map(|hour| f64::from(*hour)).sum::<f64>() * self.level / 2.0;
        let chance = 1.0 + 0.05 * Dice::of(self.town.seed, &[DAY, self.device, day]).noise();
        (usual * town.crowd * chance) as i64
    }

    /// The day that holds `time`.
    pub(crate) fn day(&self, time: UtcMillis) -> DayCounts {
        let (day, _) = day_of(time);
        self.day_after(day, (new_year(day)..day).map(|day| self.day_total(day)).sum())
    }

    /// The day after `day`, without summing up the year again.
    pub(crate) fn next_day(&self, day: &DayCounts) -> DayCounts {
        let next = day.day + 1;
        let before = if new_year(next) == next { 0 } else { day.before + i64::from(day.passed[0][SLOTS]) };
        self.day_after(next, before)
    }

    /// How the way's persons of a day are dealt out to its slots.
    fn weights(&self, way: Way, day: i64) -> [f64; SLOTS] {
        let town = self.town.day(day);
        std::array::from_fn(|slot| {
            let (moment, comfort) = &town.slots()[slot];
            let purpose = [SLOT, self.device, day, slot as i64, way as i64];
            self.rate(moment) * comfort * tilt(way, moment.hour) * Dice::of(self.town.seed, &purpose).between(0.8, 1.2)
        })
    }

    /// A day at whose start `before` had passed each way.
    fn day_after(&self, day: i64, before: i64) -> DayCounts {
        let total = self.day_total(day) as f64;
        let passed = [Way::In, Way::Out].map(|way| dealt(&self.weights(way, day), total));
        DayCounts { day, before, passed }
    }
}

const LINE: i64 = 10;
const DAY: i64 = 11;
const SLOT: i64 = 12;

impl DayCounts {
    /// Days from this one to the one that holds `time`.
    pub(crate) fn days_until(&self, time: UtcMillis) -> i64 {
        day_of(time).0 - self.day
    }

    /// What has passed since New Year at `time`, an instant of this day.
    pub(crate) fn total(&self, way: Way, time: UtcMillis) -> i64 {
        let (_, elapsed) = day_of(time);
        let slot = (elapsed / SLOT_MS) as usize;
        let passed = &self.passed[way as usize];
        let in_slot = i64::from(passed[slot + 1] - passed[slot]);
        self.before + i64::from(passed[slot]) + in_slot * (elapsed % SLOT_MS) / SLOT_MS
    }
}

/// Running sums of the weights, scaled to that total.
fn dealt(weights: &[f64; SLOTS], total: f64) -> Box<[u32; SLOTS + 1]> {
    let scale = total / weights.iter().sum::<f64>();
    let mut passed = Box::new([0; SLOTS + 1]);
    let mut sum = 0.0;
    for (slot, weight) in weights.iter().enumerate() {
        sum += weight;
        passed[slot + 1] = (sum * scale + 1e-6) as u32; // so that the last one is the whole despite rounding
    }
    passed
}

/// More come in the morning, more leave in the evening.
fn tilt(way: Way, hour: f64) -> f64 {
    let morning = ((13.5 - hour) / 30.0).clamp(-0.25, 0.25);
    if way == Way::In { 1.0 + morning } else { 1.0 - morning }
}

/// The hours' values are those of their middles.
pub(crate) fn interpolated(hours: &[u16; 24], hour: f64) -> f64 {
    let at = hour + 23.5;
    let (whole, part) = (at as usize, at - at.floor());
    f64::from(hours[whole % 24]) * (1.0 - part) + f64::from(hours[(whole + 1) % 24]) * part
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> UtcMillis {
        text.parse().unwrap()
    }

    /// Persons both ways in the hour from `start`, mean over several towns' weather and chance.
    fn persons(place: &str, start: &str) -> f64 {
        let hour = |seed| {
            let (line, start) = (Line::new(Arc::new(Town::new(seed)), 1, place), time(start));
            let day = line.day(start);
            [Way::In, Way::Out]
                .map(|way| day.total(way, start.plus(3_600_000)) - day.total(way, start))
                .iter()
                .sum::<i64>()
        };
        (0..40).map(hour).sum::<i64>() as f64 / 40.0
    }

    #[test]
    fn am_markt_has_the_footfall_that_was_counted_there() {
        let (thursday, saturday) =
            (persons("Am Markt", "2026-10-29T09:00:00Z"), persons("Am Markt", "2026-10-31T10:00:00Z"));
        assert!((950.0..1150.0).contains(&thursday), "{thursday}");
        assert!((1150.0..1400.0).contains(&saturday), "{saturday}");
    }

    #[test]
    fn nights_sundays_and_other_places_are_quieter() {
        let weekday = persons("Am Markt", "2026-10-28T10:00:00Z");
        assert!(persons("Am Markt", "2026-10-28T02:00:00Z") < 8.0);
        assert!(persons("Am Markt", "2026-10-25T10:00:00Z") < weekday / 2.0);
        assert!(persons("Neuroder Platz", "2026-10-28T10:00:00Z") < weekday / 2.0);
    }

    #[test]
    fn totals_grow_through_the_year_without_a_step_at_midnight() {
        let line = Line::new(Arc::new(Town::new(7)), 3, "Lönsstraße");
        let mut time = time("2026-03-27T00:00:00Z");
        let mut former = line.day(time).total(Way::In, time);
        for _ in 0..5 * 144 {
            time = time.plus(600_000);
            let total = line.day(time).total(Way::In, time);
            assert!((0..200).contains(&(total - former)), "{time}: {former} → {total}");
            former = total;
        }
    }

    #[test]
    fn totals_start_again_at_new_year() {
        let (line, midnight) = (Line::new(Arc::new(Town::new(7)), 3, "Am Markt"), time("2026-12-31T23:00:00Z"));
        assert_eq!(line.day(midnight).total(Way::In, midnight), 0);
        let before = midnight.plus(-1);
        assert!(line.day(before).total(Way::In, before) > 100_000);
    }
}
