//! How often a year lay above a number.

use std::{borrow::Cow, cell::OnceCell, iter::successors};

use jiff::civil::Date;
use smartpole_model::UtcMillis;
use smartpole_window::{Level, next_start};

use super::{Averaging, Limit};
use crate::air::{Average, HourlyMeans, Mean, Pollutant, Regime, cet_midnight, cet_year};

const HOUR_MS: i64 = 3_600_000;

/// How many hours or days of a calendar year lay above a number; for a mean of the year itself, whether the year did (0 or 1).
/// "Tage über dem Zahlenwert (Orientierung)".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Above {
    /// Hours or days with a valid mean above the number.
    pub above: u32,
    /// Hours or days with a valid mean.
    pub valid: u32,
    /// Hours or days of the year.
    pub of: u32,
    /// Whether enough of the year is valid for its count to be one of a year; else there may have been more.
    pub is_complete: bool,
}

/// The means of a CET year that numbers are compared with, each kind made once for all of them.
#[derive(Debug)]
pub struct YearMeans<'a> {
    hourly: &'a HourlyMeans,
    year: i16,
    span: (UtcMillis, UtcMillis),
    hours: OnceCell<Vec<Mean>>,
    days: OnceCell<Vec<Mean>>,
    max_8h: OnceCell<Vec<Mean>>,
    is_ozone_complete: OnceCell<bool>,
}

impl<'a> YearMeans<'a> {
    /// Of hourly means; `None` if there is no such year. For the largest means of 8 hours they reach back to 17:00 of the day before
    /// the year.
    pub fn new(hourly: &'a HourlyMeans, year: i16) -> Option<Self> {
        let span = cet_year(year)?;
        let (hours, days, max_8h) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Some(Self { hourly, year, span, hours, days, max_8h, is_ozone_complete: OnceCell::new() })
    }

    /// The mean of the year itself, if as many of its hours are valid as a regime asks for.
    pub fn mean(&self, regime: Regime) -> Option<Average> {
        self.hourly.year(self.year, regime)
    }

    /// How many hours or days the year has, and the valid means among them.
    fn of(&self, averaging: Averaging, regime: Regime) -> (usize, Cow<'_, [Mean]>) {
        let (from, to) = self.span;
        let hours = || usize::try_from(to.since(from) / HOUR_MS).unwrap_or(0);
        let each_day = |mean: fn(&HourlyMeans, UtcMillis) -> Option<Mean>| {
            days(from, to).filter_map(|day| mean(self.hourly, day)).collect()
        };
        match averaging {
            Averaging::Hour => {
                let means = || self.hourly.between(from, to).map(|(_, mean)| mean).collect();
                (hours(), Cow::Borrowed(self.hours.get_or_init(means)))
            }
            Averaging::Day => {
                let means = || each_day(|hourly, day| hourly.day(day).mean);
                (days(from, to).count(), Cow::Borrowed(self.days.get_or_init(means)))
            }
            Averaging::Max8h => {
                let means = || each_day(|hourly, day| hourly.max_8h(day).mean);
                (days(from, to).count(), Cow::Borrowed(self.max_8h.get_or_init(means)))
            }
            Averaging::Year => {
                let mean = self.mean(regime).and_then(|year| year.mean);
                (1, Cow::Owned(mean.into_iter().collect()))
            }
        }
    }
}

impl Limit {
    /// How many hours or days of a year lay above the number; `year` is of the number's pollutant and unit.
    ///
    /// A year is complete by the part of its hours or days that the regime asks for ([`Regime::needed`]); ozone by 39. BImSchV,
    /// annex 7 A, if five of the six months from April to September are.
    pub fn above(&self, year: &YearMeans<'_>) -> Above {
        let (of, found) = year.of(self.averaging, self.regime);
        let above = found.iter().filter(|mean| self.is_below(**mean)).count();
        let [above, valid, of] = [above, found.len(), of].map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        let is_complete = match (self.regime, self.pollutant, self.averaging) {
            (Regime::Bimschv39, Pollutant::O3, Averaging::Max8h) => {
                *year.is_ozone_complete.get_or_init(|| is_ozone_complete(year.hourly, year.year))
            }
            _ => valid >= self.regime.needed(of),
        };
        Above { above, valid, of, is_complete }
    }
}

/// First instants of the CET days from `from` to before `to`.
fn days(from: UtcMillis, to: UtcMillis) -> impl Iterator<Item = UtcMillis> {
    successors(Some(from), |day| Some(next_start(Level::CetDay, *day))).take_while(move |day| *day < to)
}

/// Whether five of the six months from April to September are complete (39. BImSchV, annex 7 A).
fn is_ozone_complete(means: &HourlyMeans, year: i16) -> bool {
    let month = |month| Date::new(year, month, 1).map(cet_midnight).ok();
    let is_complete = |number: i8| Some(is_ozone_month_complete(means, month(number)?, month(number + 1)?));
    (4..=9).filter_map(is_complete).filter(|complete| *complete).count() >= 5
}

/// Whether a month has 27 days with a largest mean of 8 hours, and 90 % of its hours from 8 to 20 (39. BImSchV, annex 7 A).
fn is_ozone_month_complete(means: &HourlyMeans, from: UtcMillis, to: UtcMillis) -> bool {
    let is_by_day = |start: UtcMillis| (8..20).contains(&(start.since(Level::CetDay.start(start)) / HOUR_MS));
    let by_day = means.between(from, to).filter(|(start, _)| is_by_day(*start)).count();
    let valid_days = days(from, to).filter(|day| means.max_8h(*day).mean.is_some()).count();
    valid_days >= 27 && 10 * by_day >= 9 * 12 * days(from, to).count()
}
