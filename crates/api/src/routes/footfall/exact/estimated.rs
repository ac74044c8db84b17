//! Hours in which counters were missing, and what they would have held.

use smartpole_method::{calendar::date_and_hour, compare::gap_estimate, events::are_alike};
use smartpole_model::UtcMillis;
use smartpole_store::Stretch;

use super::{
    super::{
        beside::{Beside, EstimateItem},
        sums::{Source, Sum, Sums},
    },
    compared::history,
};
use crate::problem::Problem;

const HOUR_MS: i64 = 3_600_000;

/// The hours of a span that are over, should have been counted and were not, each with its estimate or why there is none.
pub(super) fn gaps(source: &Source<'_>, sums: &Sums, (from, to): Stretch) -> Result<Vec<(UtcMillis, Beside)>, Problem> {
    let first = from.plus(HOUR_MS - 1).utc_hour();
    let hours = (first..).map(|hour| UtcMillis(i64::from(hour) * HOUR_MS));
    let over = hours.take_while(|hour| *hour < to && hour.plus(HOUR_MS) <= source.now);
    let missing: Vec<UtcMillis> = over.filter(|hour| is_gap(source, sums, *hour)).collect();
    let history = history(source, missing.iter().copied())?;
    let known = |hour: UtcMillis| history.get(&hour).filter(|sum| sum.is_known()).and_then(Sum::crossings);
    Ok(missing.into_iter().map(|hour| (hour, estimated(source, hour, known))).collect())
}

fn is_gap(source: &Source<'_>, sums: &Sums, hour: UtcMillis) -> bool {
    match sums.get(&hour) {
        Some(sum) => !sum.is_known() && sum.expected > 0,
        None => source.expected(&[(hour, hour.plus(HOUR_MS))]) > 0,
    }
}

fn estimated(source: &Source<'_>, hour: UtcMillis, known: impl Fn(UtcMillis) -> Option<i64>) -> Beside {
    let events = |at: UtcMillis| source.events.on(date_and_hour(at).0);
    let here = events(hour);
    let alike = |at: UtcMillis| known(at).filter(|_| are_alike(&here, &events(at), None));
    match gap_estimate(hour, &source.openings, alike) {
        Ok(estimate) => {
            let days = estimate.days.iter().map(ToString::to_string).collect();
            let estimate = Some(EstimateItem { crossings: estimate.count, days });
            Beside { estimate, ..Beside::default() }
        }
        Err(why) => Beside { not_estimated: Some(why.into()), ..Beside::default() },
    }
}
