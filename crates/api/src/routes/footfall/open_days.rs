//! Crossings in opening hours on weekdays and on Saturdays: what a site is judged by.

use jiff::civil::Weekday;
use smartpole_model::UtcMillis;
use smartpole_pipeline::Scope;
use smartpole_store::Step;

use super::{
    Hours,
    beside::Why,
    per_day::{DaySums, PerDay},
    sums::Source,
};
use crate::{Parts, number::Exact, problem::Problem, span::Span};

/// Crossings per day, of one kind of day.
pub(in crate::routes) struct OpenDays {
    /// Mean of the days that are known, rounded to tenths.
    pub(in crate::routes) mean: Option<Exact>,
    /// How many they are.
    pub(in crate::routes) days: i64,
    /// How many there were with counters in service.
    pub(in crate::routes) of: i64,
    /// Part of the expected reports of all these days that came.
    pub(in crate::routes) coverage: Exact,
    /// Why it may not be compared with that of another place, if so.
    pub(in crate::routes) not_comparable: Option<Why>,
}

/// Of Monday to Friday, and of Saturdays; public holidays have no opening hours.
///
/// # Errors
/// If the store cannot be read.
pub(in crate::routes) fn open_days(
    parts: &Parts,
    scope: Scope,
    span: Span,
    as_of: Option<UtcMillis>,
) -> Result<[OpenDays; 2], Problem> {
    let source = Source::new(parts, scope, (Step::Day, Hours::Open), as_of)?;
    let days = DaySums::new(&source, span)?;
    let weekdays = days.of(|date| !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday));
    let saturdays = days.of(|date| date.weekday() == Weekday::Saturday);
    Ok([weekdays, saturdays].map(|sum| OpenDays::of(&source, &sum)))
}

impl OpenDays {
    fn of(source: &Source<'_>, sum: &PerDay) -> Self {
        let not_comparable = sum.fitness(source).1.map(Why::beside_others);
        Self { mean: sum.mean(), days: sum.days, of: sum.of, coverage: sum.coverage(), not_comparable }
    }
}
