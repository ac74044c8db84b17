//! How often a year lay above a number.

use std::iter::successors;

use jiff::civil::Date;
use smartpole_model::UtcMillis;
use smartpole_window::{Level, next_start};

use super::{Averaging, Limit};
use crate::air::{HourlyMeans, Mean, Pollutant, Regime, cet_midnight, cet_year};

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

impl Limit {
    /// How many hours or days of a CET year lay above the number. `None` if there is no such year. `means` are of the number's
    /// pollutant and unit; for the largest means of 8 hours they reach back to 17:00 of the day before the year.
    ///
    /// A year is complete by the part of its hours or days that the regime asks for ([`Regime::needed`]); ozone by 39. BImSchV,
    /// annex 7 A, if five of the six months from April to September are.
    pub fn above(&self, means: &HourlyMeans, year: i16) -> Option<Above> {
        let (from, to) = cet_year(year)?;
        let (of, found): (usize, Vec<Mean>) = match self.averaging {
            Averaging::Hour => {
                let hours = to.since(from) / HOUR_MS;
                (usize::try_from(hours).ok()?, means.between(from, to).map(|(_, mean)| mean).collect())
            }
            Averaging::Day => (days(from, to).count(), days(from, to).filter_map(|day| means.day(day).mean).collect()),
            Averaging::Max8h => {
                (days(from, to).count(), days(from, to).filter_map(|day| means.max_8h(day).mean).collect())
            }
            Averaging::Year => (1, means.year(year, self.regime)?.mean.into_iter().collect()),
        };
        let above = found.iter().filter(|mean| self.is_below(**mean)).count();
        let [above, valid, of] = [above, found.len(), of].map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        let is_complete = match (self.regime, self.pollutant, self.averaging) {
            (Regime::Bimschv39, Pollutant::O3, Averaging::Max8h) => is_ozone_complete(means, year),
            _ => valid >= self.regime.needed(of),
        };
        Some(Above { above, valid, of, is_complete })
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
