//! Crossings per day: the mean of the days of which enough is known.

use std::collections::BTreeMap;

use jiff::civil::Date;
use smartpole_method::{
    calendar::{date_and_hour, day, opening_hours},
    compare::{NotComparable, Side, comparable},
    profile::mean_tenths,
};
use smartpole_model::Quarter;
use smartpole_store::Stretch;

use super::{
    Hours,
    sums::{Source, Sum, Sums},
};
use crate::{
    number::{self, Exact},
    problem::Problem,
    span::Span,
};

/// Days of a span that are over.
pub(super) struct DaySums<'a> {
    source: &'a Source<'a>,
    sums: Sums,
    /// What counts of each day that has something to count.
    days: BTreeMap<Date, Stretch>,
}

/// Some of them together.
#[derive(Debug, Default)]
pub(super) struct PerDay {
    /// How many passed on the days that are known.
    pub(super) crossings: Option<i64>,
    /// How many days are known: at least 90 % of their reports came.
    pub(super) days: i64,
    /// How many there were in which counters were in service.
    pub(super) of: i64,
    /// Reports that came, of all these days.
    count: i64,
    /// Reports that should have come.
    expected: i64,
    /// What counts of all these days.
    stretches: Vec<Stretch>,
}

impl<'a> DaySums<'a> {
    pub(super) fn new(source: &'a Source<'a>, span: Span) -> Result<Self, Problem> {
        let stretch = |date: Date| match source.hours {
            Hours::All => Some(day(date)),
            Hours::Open => opening_hours(date, &source.openings),
        };
        let dates = date_and_hour(span.from).0.series(jiff::ToSpan::days(1));
        let begun = dates.take_while(|date| day(*date).from < span.to.min(source.now));
        let begun = begun.filter(|date| day(*date).from >= span.from);
        let days = begun.filter_map(|date| Some((date, stretch(date).map(|found| (found.from, found.to))?)));
        let days = days.filter(|(_, stretch)| stretch.1 <= source.now).collect();
        Ok(Self { source, sums: source.sums((span.from, span.to))?, days })
    }

    /// The days that are wanted.
    pub(super) fn of(&self, is_wanted: impl Fn(Date) -> bool) -> PerDay {
        let mut sum = PerDay::default();
        for (date, stretch) in self.days.iter().filter(|(date, _)| is_wanted(**date)) {
            let expected = self.source.expected(&[*stretch]);
            if expected > 0 {
                sum.add(self.sums.get(&day(*date).from), expected, *stretch);
            }
        }
        sum
    }
}

impl PerDay {
    fn add(&mut self, found: Option<&Sum>, expected: i64, stretch: Stretch) {
        self.of += 1;
        self.expected += expected;
        self.stretches.push(stretch);
        let Some(found) = found else { return };
        self.count += found.count.min(expected);
        if let Some(crossings) = found.crossings().filter(|_| found.is_known()) {
            self.days += 1;
            self.crossings = Some(self.crossings.unwrap_or(0).saturating_add(crossings));
        }
    }

    /// The mean of the days that are known, rounded half up to tenths.
    pub(super) fn mean(&self) -> Option<Exact> {
        Some(number::decimal(mean_tenths(self.crossings?, self.days)?, 1))
    }

    pub(super) fn coverage(&self) -> Exact {
        number::share(self.count, self.expected)
    }

    /// How many counters were in service throughout, and why the days may not be compared with those of another place.
    pub(super) fn fitness(&self, source: &Source<'_>) -> (usize, Option<NotComparable>) {
        let service = source.counters.in_service(&self.stretches);
        let millis: i64 = self.stretches.iter().map(|(from, to)| to.since(*from)).sum();
        let windows = millis / Quarter::MILLIS;
        let side = Side {
            count: if self.crossings.is_some() { self.count } else { 0 },
            expected: self.expected,
            closed: windows,
            windows,
            counters: service.throughout.len() as i64,
            partly: service.partly.len() as i64,
            rule: 0,
        };
        (service.throughout.len(), comparable(side, side).err())
    }
}
