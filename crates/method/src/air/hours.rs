//! Means of hours, and what is made of them.

use std::collections::BTreeMap;

use smartpole_model::UtcMillis;
use smartpole_window::Level;

use super::{Hour, Mean, Regime, cet_year};

const HOUR_MS: i64 = 3_600_000;
const DAY_HOURS: u32 = 24;

/// A mean of several, with what it is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Average {
    /// The mean, if enough of its parts are valid.
    pub mean: Option<Mean>,
    /// Parts that are valid.
    pub valid: u32,
    /// Parts that must be.
    pub needed: u32,
    /// Parts there are.
    pub of: u32,
}

/// The valid hourly means of one pollutant at one pole, by the first instant of their hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HourlyMeans(BTreeMap<UtcMillis, Mean>);

impl HourlyMeans {
    /// Of the windows of hours, in any order; `decimals` is the property's resolution. Windows of the same hour (two sensors
    /// of a pole) are added up; hours with less than 75 % of their readings are left out.
    pub fn new(decimals: u8, hours: impl IntoIterator<Item = (UtcMillis, Hour)>) -> Self {
        let mut windows: BTreeMap<UtcMillis, Hour> = BTreeMap::new();
        for (time, hour) in hours {
            let window = windows.entry(Level::Hour.start(time)).or_default();
            *window = window.plus(hour);
        }
        Self(windows.into_iter().filter_map(|(start, hour)| Some((start, hour.mean(decimals)?))).collect())
    }

    /// Of the means of hours, each once.
    pub fn of_means(hours: impl IntoIterator<Item = (UtcMillis, Mean)>) -> Self {
        Self(hours.into_iter().map(|(time, mean)| (Level::Hour.start(time), mean)).collect())
    }

    /// The mean of the hour that holds `time`.
    pub fn hour(&self, time: UtcMillis) -> Option<Mean> {
        self.0.get(&Level::Hour.start(time)).copied()
    }

    /// The hours that begin from `from` to before `to`, in order.
    pub fn between(&self, from: UtcMillis, to: UtcMillis) -> impl Iterator<Item = (UtcMillis, Mean)> {
        let range = (from < to).then(|| self.0.range(from..to));
        range.into_iter().flatten().map(|(start, mean)| (*start, *mean))
    }

    /// The mean of 8 hours up to `end`, from 6 of them (39. BImSchV, annex 11 A).
    pub fn rolling_8h(&self, end: UtcMillis) -> Average {
        self.rolling(end, 8, 6)
    }

    /// The mean of 24 hours up to `end`, from 18 of them.
    pub fn rolling_24h(&self, end: UtcMillis) -> Average {
        self.rolling(end, DAY_HOURS, 18)
    }

    /// The mean of the CET day that holds `time`, from 18 of its hours (39. BImSchV, annex 11 A).
    pub fn day(&self, time: UtcMillis) -> Average {
        self.rolling_24h(Level::CetDay.start(time).plus(i64::from(DAY_HOURS) * HOUR_MS))
    }

    /// The largest mean of 8 hours that ends in the CET day that holds `time`, from 18 of its 24 such means; parts are these
    /// means. The first is that of 17:00 on the day before to 1:00, the last that of 16:00 to 24:00 (39. BImSchV, § 1 no. 13
    /// and annex 11 A).
    pub fn max_8h(&self, time: UtcMillis) -> Average {
        let start = Level::CetDay.start(time);
        let ends = (1..=i64::from(DAY_HOURS)).map(|hour| start.plus(hour * HOUR_MS));
        let means: Vec<Mean> = ends.filter_map(|end| self.rolling_8h(end).mean).collect();
        Average::new(means.len(), 18, DAY_HOURS, || means.iter().copied().max())
    }

    /// The mean of the hours of a CET year, if the part of them that `regime` asks for is valid. `None` if there is no such
    /// year. Hours lost to maintenance are not excused, which is stricter than annex 11 A of the 39. BImSchV.
    pub fn year(&self, year: i16, regime: Regime) -> Option<Average> {
        let (from, to) = cet_year(year)?;
        let of = u32::try_from(to.since(from) / HOUR_MS).ok()?;
        Some(self.over(from, to, regime.needed(of), of))
    }

    fn rolling(&self, end: UtcMillis, hours: u32, needed: u32) -> Average {
        let end = Level::Hour.start(end);
        self.over(end.plus(-i64::from(hours) * HOUR_MS), end, needed, hours)
    }

    fn over(&self, from: UtcMillis, to: UtcMillis, needed: u32, of: u32) -> Average {
        let means = || self.between(from, to).map(|(_, mean)| mean);
        Average::new(means().count(), needed, of, || Mean::of_means(means()))
    }
}

impl Average {
    /// `mean`, if enough is valid.
    fn new(valid: usize, needed: u32, of: u32, mean: impl FnOnce() -> Option<Mean>) -> Self {
        let valid = u32::try_from(valid).unwrap_or(u32::MAX);
        Self { mean: if valid >= needed { mean() } else { None }, valid, needed, of }
    }
}
