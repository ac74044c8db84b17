//! What days are like for the whole town, worked out once for all its devices.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use smartpole_model::UtcMillis;

use crate::{
    calendar::{DayKind, Moment},
    weather::Weather,
};

/// Slots of ten minutes in a day.
pub(crate) const SLOTS: usize = 144;
pub(crate) const SLOT_MS: i64 = 600_000;
const DAY_MS: i64 = 86_400_000;
/// Counting days are days of UTC+1: each has 24 hours.
const OFFSET_MS: i64 = 3_600_000;

/// The town of a seed.
#[derive(Debug)]
pub(crate) struct Town {
    pub(crate) seed: u64,
    /// Days that somebody has asked for.
    days: RwLock<HashMap<i64, Arc<TownDay>>>,
}

/// A day of the town.
#[derive(Debug)]
pub(crate) struct TownDay {
    seed: u64,
    day: i64,
    pub(crate) kind: DayKind,
    /// Share of the usual passers that go out, by weather and season.
    pub(crate) crowd: f64,
    /// Made when asked for: of most days only the sum is needed.
    slots: OnceLock<Box<[(Moment, f64); SLOTS]>>,
}

impl Town {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, days: RwLock::default() }
    }

    /// A day, numbered from 1970 in UTC+1.
    pub(crate) fn day(&self, day: i64) -> Arc<TownDay> {
        if let Some(known) = self.days.read().unwrap_or_else(PoisonError::into_inner).get(&day) {
            return Arc::clone(known);
        }
        let made = Arc::new(TownDay::new(self.seed, day));
        self.days.write().unwrap_or_else(PoisonError::into_inner).insert(day, Arc::clone(&made));
        made
    }
}

impl TownDay {
    fn new(seed: u64, day: i64) -> Self {
        let (noon, comfort) = out_at(seed, day, DAY_MS / 2);
        let advent = if noon.month == 12 && noon.day < 24 { 1.15 } else { 1.0 };
        Self { seed, day, kind: noon.kind, crowd: advent * comfort, slots: OnceLock::new() }
    }

    /// The middle of each slot, and the share that go out in its weather.
    pub(crate) fn slots(&self) -> &[(Moment, f64); SLOTS] {
        let middle = |slot| out_at(self.seed, self.day, slot as i64 * SLOT_MS + SLOT_MS / 2);
        self.slots.get_or_init(|| Box::new(std::array::from_fn(middle)))
    }
}

/// That long into a day, and the share that go out in the weather then.
fn out_at(seed: u64, day: i64, elapsed: i64) -> (Moment, f64) {
    let moment = Moment::of(UtcMillis(day * DAY_MS - OFFSET_MS + elapsed));
    (moment, comfort(&Weather::at(seed, &moment)))
}

/// How many go out in that weather.
fn comfort(weather: &Weather) -> f64 {
    let cold_or_hot = (weather.temperature - 18.0).abs() / 60.0;
    (1.0 - 0.45 * weather.rain) * (1.14 - cold_or_hot)
}

/// The day that holds `time`, and the milliseconds since its start.
pub(crate) fn day_of(time: UtcMillis) -> (i64, i64) {
    let local = time.0 + OFFSET_MS;
    (local.div_euclid(DAY_MS), local.rem_euclid(DAY_MS))
}

/// The first day of the year that holds `day`.
pub(crate) fn new_year(day: i64) -> i64 {
    let noon = Moment::of(UtcMillis(day * DAY_MS + DAY_MS / 2));
    day - (noon.year_share * 365.25 + 0.5) as i64
}
