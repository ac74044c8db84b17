//! Each count beside that of another time, if both can be compared.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use smartpole_method::{
    calendar::{Period, date_and_hour, local_hour},
    compare::{
        BASELINE_DAYS, BASELINE_WEEKS, Baseline, Comparison, Length, NotComparable, Side, at_same_hour, baseline,
        change_permille, comparable, partner,
    },
    events::{adds_none, are_alike},
};
use smartpole_model::UtcMillis;
use smartpole_store::{InService, Step};

use super::super::{
    beside::{Beside, Compare, Partner, Why},
    sums::{Source, Sum, Sums},
};
use crate::{number, problem::Problem};

/// How long windows are, as partners are found.
pub(super) fn length(step: Step) -> Length {
    match step {
        Step::Quarter | Step::Hour => Length::Hour,
        Step::Day => Length::Day,
        Step::Week => Length::Period(Period::Week),
        Step::Month => Length::Period(Period::Month),
        Step::Year => Length::Period(Period::Year),
    }
}

/// Whether a comparison can be asked for at a step.
///
/// # Errors
/// If not: no month is a week or a feast away from another, and the last four days are compared by hours and days.
pub(super) fn check(compare: &Compare, step: Step) -> Result<(), Problem> {
    let suits = match compare.comparison() {
        Some(comparison) => comparison.suits(length(step)),
        None => matches!(step, Step::Hour | Step::Day),
    };
    let detail = "compare, step: windows of this length have no such partner";
    let remedy = "previous_week, easter and advent are for 15m, 1h, 1d and 1w, baseline and event:<id> for 1h and 1d, previous_year for all";
    if suits { Ok(()) } else { Err(Problem::parameter(detail, remedy)) }
}

/// What is beside each of these counts, in their order.
pub(super) fn beside(source: &Source<'_>, compare: &Compare, sums: &[&Sum]) -> Result<Vec<Beside>, Problem> {
    match compare.comparison() {
        Some(comparison) => beside_one(source, comparison, sums),
        None => beside_four(source, sums, compare.event()),
    }
}

fn beside_one(source: &Source<'_>, comparison: Comparison, sums: &[&Sum]) -> Result<Vec<Beside>, Problem> {
    let starts: Vec<Option<UtcMillis>> =
        sums.iter().map(|sum| partner(comparison, length(source.step), sum.start)).collect();
    let known = || starts.iter().flatten().copied();
    let partners = match (known().min(), known().max()) {
        (Some(first), Some(last)) => source.sums((first, last.plus(1)))?,
        _ => Sums::new(),
    };
    let one = |(sum, start): (&&Sum, &Option<UtcMillis>)| {
        let found = start.and_then(|start| partners.get(&start)).ok_or(NotComparable::NoData);
        let found = found.and_then(|found| both(source, sum, found).map(|()| found));
        found.map_or_else(
            |why| Beside { not_comparable: Some(why.into()), ..Beside::default() },
            |found| compared(source, sum, found),
        )
    };
    Ok(sums.iter().zip(&starts).map(one).collect())
}

/// Whether two counts may be compared.
fn both(source: &Source<'_>, one: &Sum, other: &Sum) -> Result<(), NotComparable> {
    let ((one, here), (other, there)) = (one.side(&source.counters), other.side(&source.counters));
    comparable(one, Side { rule: u32::from(are_others(&here, &there)), ..other })
}

/// Whether as many lines were counted, but others.
fn are_others(here: &InService, there: &InService) -> bool {
    here.throughout.len() == there.throughout.len() && here.throughout != there.throughout
}

fn compared(source: &Source<'_>, sum: &Sum, with: &Sum) -> Beside {
    let crossings = with.crossings().unwrap_or(0);
    let partner = Partner {
        start: Some(with.start),
        end: Some(with.end),
        days: Vec::new(),
        r#in: with.passed_in,
        out: with.passed_out,
        crossings,
        coverage: number::share(with.count, with.expected),
        events: source.events_of(with),
    };
    let change_permille = change_permille(sum.crossings().unwrap_or(0), crossings);
    Beside { partner: Some(partner), change_permille, ..Beside::default() }
}

/// Beside the last four comparable days: of an event those with the same events but for this one, else those without events that the day
/// itself has not.
fn beside_four(source: &Source<'_>, sums: &[&Sum], but: Option<&str>) -> Result<Vec<Beside>, Problem> {
    let events = events_by_date(source, sums);
    let history = history(source, sums.iter().map(|sum| sum.start))?;
    let events_on = |day: Date| events.get(&day).map_or(&[][..], Vec::as_slice);
    let one = |sum: &&Sum| {
        let on = |day: Date| same_time(source.step, day, sum.start).and_then(|start| history.get(&start));
        let here = events_on(date_and_hour(sum.start).0);
        let fits = |there: &[&str]| match but {
            Some(_) => are_alike(here, there, but),
            None => adds_none(there, here),
        };
        let has_data =
            |day: Date| on(day).is_some_and(|found| both(source, sum, found).is_ok()) && fits(events_on(day));
        // what is wrong with itself is wrong with any other
        if let Err(why) = both(source, sum, sum) {
            return Beside { not_comparable: Some(why.into()), ..Beside::default() };
        }
        match baseline(date_and_hour(sum.start).0, &source.openings, has_data) {
            Ok(days) => compared_with_four(sum, &days, &days.map(on)),
            Err(why) => Beside { not_comparable: Some(Why::from(why)), ..Beside::default() },
        }
    };
    Ok(sums.iter().map(one).collect())
}

/// The events of the dates of windows and of those before them that may be comparable.
fn events_by_date<'a>(source: &'a Source<'_>, sums: &[&Sum]) -> BTreeMap<Date, Vec<&'a str>> {
    let dates = || sums.iter().map(|sum| date_and_hour(sum.start).0);
    let (Some(first), Some(last)) = (dates().min(), dates().max()) else { return BTreeMap::new() };
    let dates = first.saturating_sub(BASELINE_WEEKS.weeks()).series(1.day()).take_while(|date| *date <= last);
    dates.map(|date| (date, source.events.on(date))).collect()
}

/// The windows in which the last comparable days of windows that start then are looked for.
pub(super) fn history(source: &Source<'_>, starts: impl Iterator<Item = UtcMillis> + Clone) -> Result<Sums, Problem> {
    let (Some(first), Some(last)) = (starts.clone().min(), starts.max()) else { return Ok(Sums::new()) };
    let weeks = (BASELINE_WEEKS + 1).weeks();
    let from = date_and_hour(first).0.checked_sub(weeks).map_or(first, |date| local_hour(date, 0));
    source.sums((from, last))
}

/// The window of a day that is at the same time as the one from `start` on.
fn same_time(step: Step, day: Date, start: UtcMillis) -> Option<UtcMillis> {
    if step == Step::Day { Some(local_hour(day, 0)) } else { at_same_hour(day, start) }
}

fn compared_with_four(sum: &Sum, days: &Baseline, four: &[Option<&Sum>; BASELINE_DAYS]) -> Beside {
    let four = || four.iter().flatten();
    let add = |of: fn(&Sum) -> Option<i64>| four().map(|day| of(day)).sum::<Option<i64>>();
    let crossings: i64 = four().filter_map(|day| day.crossings()).sum();
    let partner = Partner {
        start: None,
        end: None,
        days: days.iter().map(Date::to_string).collect(),
        r#in: add(|day| day.passed_in).map(quarter_of),
        out: add(|day| day.passed_out).map(quarter_of),
        crossings: quarter_of(crossings),
        events: Vec::new(),
        coverage: number::share(four().map(|day| day.count).sum(), four().map(|day| day.expected).sum()),
    };
    let change_permille = change_permille(sum.crossings().unwrap_or(0).saturating_mul(BASELINE_DAYS as i64), crossings);
    Beside { partner: Some(partner), change_permille, ..Beside::default() }
}

/// The mean of four, of a sum that is not negative, rounded half up.
fn quarter_of(sum: i64) -> i64 {
    sum.saturating_add(2) / BASELINE_DAYS as i64
}
