//! What the public sees of the counters of a leaf in a day.

use smartpole_method::{
    calendar::Span,
    public::{Step, period, steps},
};
use smartpole_model::{Quarter, UtcMillis};
use smartpole_store::{Frozen, FrozenQuarter};

use super::HOUR_MS;

/// A Europe/Berlin day of a leaf.
#[derive(Debug)]
pub(crate) struct Day {
    /// Both directions together, or in and out apart.
    pub(super) lines: Vec<Line>,
    /// How many counters there were in each quarter, and how many of them measured.
    shares: Vec<(Quarter, u32, u32)>,
}

/// Figures of one count, by how long they are.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) steps: Vec<Step>,
    pub(super) hours: Vec<Step>,
    /// Once the day is over.
    pub(super) day: Option<Step>,
}

impl Day {
    /// Figures of the quarters of a day.
    pub(super) fn of(span: Span, frozen: &Frozen, by_direction: bool) -> Self {
        let first = frozen.quarters.partition_point(|found| found.quarter.start() < span.from);
        let own = frozen.quarters.iter().skip(first).take_while(|found| found.quarter.start() < span.to);
        let own: Vec<FrozenQuarter> = own.copied().collect();
        let line = |count: fn(&FrozenQuarter) -> Option<i64>| {
            let counts: Vec<_> = own.iter().map(|found| (found.quarter, count(found))).collect();
            Line::of(span, &counts, frozen.known)
        };
        let lines = match by_direction {
            true => vec![line(|found| found.counts[0]), line(|found| found.counts[1])],
            false => vec![line(|found| found.counts.into_iter().flatten().reduce(i64::saturating_add))],
        };
        let shares = own.iter().map(|found| (found.quarter, found.counters, found.measuring)).collect();
        Self { lines, shares }
    }

    /// Whether nothing will be shown of it that is not shown yet.
    pub(super) fn is_over(&self) -> bool {
        self.lines.iter().all(|line| line.day.is_some())
    }

    /// Counters times quarters of a span, all and those in which one measured.
    pub(super) fn share(&self, span: Span) -> (i64, i64) {
        let first = self.shares.partition_point(|(quarter, ..)| quarter.start() < span.from);
        let own = self.shares[first..].iter().take_while(|(quarter, ..)| quarter.start() < span.to);
        own.fold((0, 0), |(all, some), (_, counters, measuring)| {
            (all + i64::from(*counters), some + i64::from(*measuring))
        })
    }
}

impl Line {
    fn of(span: Span, counts: &[(Quarter, Option<i64>)], known: UtcMillis) -> Self {
        let steps = steps(counts, known);
        let hour = |step: &Step| step.span.from.0.div_euclid(HOUR_MS);
        let hours = steps.chunk_by(|a, b| hour(a) == hour(b)).filter_map(|parts| {
            let from = UtcMillis(hour(parts.first()?) * HOUR_MS);
            period(Span { from, to: from.plus(HOUR_MS) }, parts)
        });
        let hours: Vec<Step> = hours.collect();
        let day = period(span, &hours);
        Self { steps, hours, day }
    }
}
