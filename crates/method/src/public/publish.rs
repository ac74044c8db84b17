//! A day of exact quarters, as the public sees it.

use jiff::civil::Date;
use smartpole_model::{Quarter, UtcMillis};

use super::{
    grid::steps,
    rounding::{Possible, rounded},
};
use crate::calendar::{OPEN_FROM, OPEN_TO, Span, date_and_hour};

/// What is known of a quarter of an hour in one scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuarterCount {
    /// It has not ended, or its counters may still report.
    Open,
    /// Closed, and no counter reported. That is not a count of 0.
    Missing,
    /// Closed: how many.
    Counted(i64),
}

/// A figure for the public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What it is of.
    pub span: Span,
    /// A multiple of 5; `None` if nothing is known of any of its quarters.
    pub count: Option<i64>,
}

/// A part of a day whose steps are all closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Whether it is 10–20 (on whatever day), or the rest of the day.
    pub is_10_to_20: bool,
    /// Its safe sum: for [`published_sum`] alone, never to be shown as it is; `None` if nothing is known of any quarter.
    pub safe_sum: Option<i64>,
}

/// Figures of a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublicDay {
    /// Steps of the grid that are closed.
    pub steps: Vec<Figure>,
    /// Hours of which all steps are.
    pub hours: Vec<Figure>,
    /// Parts of which all hours are.
    pub parts: Vec<Part>,
}

impl PublicDay {
    /// The day's figure, if both parts are closed.
    pub fn count(&self) -> Option<i64> {
        if self.parts.len() < 2 { None } else { published_sum(self.parts.iter().copied()) }
    }
}

/// A figure for the sum of parts of days, of one scope or of several that share no counter; `None` if nothing is known of any.
pub fn published_sum(parts: impl IntoIterator<Item = Part>) -> Option<i64> {
    parts.into_iter().filter_map(|part| part.safe_sum).reduce(i64::saturating_add).map(rounded)
}

/// The figures of a Europe/Berlin day, from what is known of each of its quarters.
pub fn publish_day(date: Date, count_of: impl Fn(Quarter) -> QuarterCount) -> PublicDay {
    let cells: Vec<Cell> = steps(date).into_iter().map(|step| Cell::of_step(step, &count_of)).collect();
    let hours: Vec<Cell> = cells.chunk_by(|one, next| hour(one) == hour(next)).map(Cell::of_hour).collect();
    let parts = [true, false].into_iter().filter_map(|is_10_to_20| {
        let of_it = |cell: &&Cell| is_within_10_to_20(cell.span.from) == is_10_to_20;
        part(is_10_to_20, hours.iter().filter(of_it))
    });
    let figures = |cells: &[Cell]| cells.iter().filter_map(Cell::figure).collect();
    PublicDay { steps: figures(&cells), hours: figures(&hours), parts: parts.collect() }
}

/// A step or an hour: what it was, and what the public knows of it.
struct Cell {
    span: Span,
    is_open: bool,
    known: Option<Known>,
}

#[derive(Clone, Copy)]
struct Known {
    exact: i64,
    figure: i64,
    possible: Possible,
}

impl Cell {
    fn of_step(span: Span, count_of: &impl Fn(Quarter) -> QuarterCount) -> Self {
        let first = span.from.quarter().0;
        let counts: Vec<QuarterCount> = (first..span.to.quarter().0).map(|number| count_of(Quarter(number))).collect();
        let counted = counts.iter().filter_map(|count| match count {
            QuarterCount::Counted(n) => Some((*n).max(0)),
            QuarterCount::Open | QuarterCount::Missing => None,
        });
        let known = counted.reduce(i64::saturating_add).map(|exact| {
            let figure = rounded(exact);
            Known { exact, figure, possible: Possible::of_step(figure) }
        });
        Self { span, is_open: counts.contains(&QuarterCount::Open), known }
    }

    /// Of the steps of an hour; at night that is one, which stays as it is.
    fn of_hour(steps: &[Self]) -> Self {
        let from = steps.first().map_or(UtcMillis(0), |step| step.span.from);
        let span = Span { from, to: steps.last().map_or(from, |step| step.span.to) };
        let known: Vec<Known> = steps.iter().filter_map(|step| step.known).collect();
        let known = if known.len() < 2 { known.first().copied() } else { Some(sum_of(&known)) };
        Self { span, is_open: steps.iter().any(|step| step.is_open), known }
    }

    fn figure(&self) -> Option<Figure> {
        (!self.is_open).then(|| Figure { span: self.span, count: self.known.map(|known| known.figure) })
    }
}

fn sum_of(parts: &[Known]) -> Known {
    let exact = exact_sum(parts);
    let (figure, possible) = Possible::of_sum(parts.iter().map(|part| part.possible)).figure(exact);
    Known { exact, figure, possible }
}

fn exact_sum(parts: &[Known]) -> i64 {
    parts.iter().fold(0, |sum, part| sum.saturating_add(part.exact))
}

fn part<'a>(is_10_to_20: bool, hours: impl Iterator<Item = &'a Cell> + Clone) -> Option<Part> {
    if hours.clone().any(|hour| hour.is_open) {
        return None;
    }
    let known: Vec<Known> = hours.filter_map(|hour| hour.known).collect();
    let safe = || Possible::of_sum(known.iter().map(|hour| hour.possible)).safe(exact_sum(&known));
    Some(Part { is_10_to_20, safe_sum: (!known.is_empty()).then(safe) })
}

fn hour(cell: &Cell) -> i32 {
    cell.span.from.utc_hour()
}

fn is_within_10_to_20(time: UtcMillis) -> bool {
    (OPEN_FROM..OPEN_TO).contains(&date_and_hour(time).1)
}
