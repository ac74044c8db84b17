//! The hours of a property at a pole, and what is missing of them.

use std::collections::BTreeMap;

use smartpole_model::UtcMillis;
use smartpole_pipeline::Scope;
use smartpole_store::{Counters, Step, Stretch};

use super::{CoverageItem, HOUR_MS, Silence};
use crate::{Parts, number, problem::Problem, routes::sought::Sought, span::Span};

/// What came.
pub(super) struct Course<'a> {
    sought: &'a Sought,
    /// Readings that count by the first instants of hours, of those that have some.
    hours: BTreeMap<UtcMillis, i64>,
    /// Sensors that have reported the property.
    sensors: Counters,
    /// The instant asked about.
    now: UtcMillis,
}

impl<'a> Course<'a> {
    pub(super) fn read(
        parts: &Parts,
        sought: &'a Sought,
        span: Span,
        as_of: Option<UtcMillis>,
    ) -> Result<Self, Problem> {
        let (scope, property) = (Scope::Pole(sought.number), sought.property.number);
        // windows that hold a part of the span begin up to a month before it
        let (from, to) = (span.from.plus(-32 * 24 * HOUR_MS), span.to.plus(32 * 24 * HOUR_MS));
        let wanted = smartpole_store::Wanted { scope, property, channel: None, from, to, step: Step::Hour, as_of };
        let windows = parts.queries.windows(&wanted)?;
        let heard = windows.iter().filter(|window| window.aggregate.count > 0);
        let hours = heard.map(|window| (window.start, window.aggregate.count)).collect();
        let sensors = parts.queries.counters(scope, (&[property], None), as_of)?;
        Ok(Self { sought, hours, sensors, now: parts.queries.at(as_of) })
    }

    /// The windows that hold a part of the span and in which something was expected.
    pub(super) fn items(&self, step: Step, span: Span) -> Vec<CoverageItem> {
        let air = self.sought.property.theme == "air_quality";
        let around = |at: UtcMillis| step.around(air, at);
        let windows = std::iter::successors(Some(around(span.from)), |(_, end)| Some(around(*end)));
        let end = span.to.min(self.now);
        windows.take_while(|(start, _)| *start < end).filter_map(|window| self.item(window)).collect()
    }

    fn item(&self, (start, end): Stretch) -> Option<CoverageItem> {
        let count: i64 = self.hours.range(start..end).map(|(_, count)| count).sum();
        let until_now = (start, end.min(self.now));
        let expected = self.expected(until_now);
        (expected > 0 || count > 0).then(|| CoverageItem {
            pole: self.sought.pole.clone(),
            property: self.sought.property.id.clone(),
            start,
            end,
            count,
            expected,
            coverage: number::share(count, expected),
            gaps: self.gaps(until_now),
        })
    }

    /// Readings that should have come: of sensors that have reported, else of those that hang there.
    fn expected(&self, (from, to): Stretch) -> i64 {
        if self.is_heard() {
            return self.sensors.expected(&[(from, to)]);
        }
        let overlap =
            |((begin, end), interval): &(Stretch, i64)| (*end).min(to).since((*begin).max(from)).max(0) / interval;
        self.sought.hung.iter().map(overlap).sum()
    }

    /// Whether a sensor has ever reported the property here.
    fn is_heard(&self) -> bool {
        self.sensors.expected(&[(UtcMillis(0), self.now)]) > 0
    }

    /// Hours on end without a reading, though one was due.
    fn gaps(&self, (start, end): Stretch) -> Vec<Silence> {
        let hours = (0..).map(|n| start.plus(n * HOUR_MS)).take_while(|hour| hour.plus(HOUR_MS) <= end);
        let silent = hours.filter(|hour| !self.hours.contains_key(hour) && self.hangs(*hour));
        let mut gaps: Vec<Silence> = Vec::new();
        for hour in silent {
            match gaps.last_mut() {
                Some(gap) if gap.to == hour => gap.to = hour.plus(HOUR_MS),
                _ => gaps.push(Silence { from: hour, to: hour.plus(HOUR_MS) }),
            }
        }
        gaps.retain(|gap| self.expected((gap.from, gap.to)) > 0);
        gaps
    }

    /// Whether a sensor hung there for all of an hour.
    fn hangs(&self, hour: UtcMillis) -> bool {
        let end = hour.plus(HOUR_MS);
        if self.is_heard() {
            return !self.sensors.in_service(&[(hour, end)]).throughout.is_empty();
        }
        self.sought.hung.iter().any(|((from, to), _)| *from <= hour && end <= *to)
    }
}
