//! Hours as they are known.

use smartpole_method::profile::Hour;
use smartpole_model::UtcMillis;
use smartpole_store::Step;

use super::{
    super::sums::{Source, Sum},
    Wanted,
};
use crate::{
    Parts,
    problem::Problem,
    scope::{ScopeKind, ScopeName},
    span::Span,
};

const HOUR_MS: i64 = 3_600_000;

/// The hours of a span that are over and in which the zone had counters.
pub(super) fn hours(parts: &Parts, wanted: &Wanted, span: Span) -> Result<Vec<Hour>, Problem> {
    let name = ScopeName { kind: ScopeKind::Zone, id: wanted.zone.clone() };
    let Some(zone) = name.number(&parts.fold()) else { return Ok(Vec::new()) };
    let source = Source::new(parts, zone, (Step::Hour, wanted.hours), wanted.as_of)?;
    let sums = source.whole(Step::Hour, (span.from, span.to))?;
    let first = span.from.plus(HOUR_MS - 1).utc_hour();
    let starts = (first..).map(|hour| UtcMillis(i64::from(hour) * HOUR_MS));
    let over = starts.take_while(|start| *start < span.to && start.plus(HOUR_MS) <= source.now);
    let hour = |start: UtcMillis| match sums.get(&start) {
        Some(sum) => known(sum),
        None => {
            let expected = source.expected(&[(start, start.plus(HOUR_MS))]);
            Hour { start, counts: [None; 3], count: 0, expected }
        }
    };
    let counted = over.filter(|start| source.is_wanted(*start)).map(hour);
    Ok(counted.filter(|hour| hour.expected > 0).collect())
}

/// An hour with blocks that are open has come in part.
fn known(sum: &Sum) -> Hour {
    let counts = [sum.passed_in, sum.passed_out, sum.crossings()];
    Hour { start: sum.start, counts, count: if sum.is_open() { 0 } else { sum.count }, expected: sum.expected }
}
