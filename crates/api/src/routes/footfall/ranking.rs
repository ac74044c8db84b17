//! `GET /api/v1/footfall/ranking`

use std::cmp::Reverse;

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use smartpole_method::methods;
use smartpole_model::{Registry, UtcMillis, Zone, registry::CountRule};
use smartpole_pipeline::{Fold, Scope};
use smartpole_store::Step;
use utoipa::{IntoParams, ToSchema};

use super::{
    Hours,
    beside::Why,
    no_sum,
    per_day::{DaySums, PerDay},
    sums::Source,
};
use crate::{
    ApiState, Parts,
    number::Exact,
    problem::{Problem, Refused},
    representation::Question,
    routes::method::MethodName,
    scope::{self, ScopeKind, ScopeName},
    span::Span,
};

mod table;

/// How long a span is if no `from` is given.
const DEFAULT_MS: i64 = 28 * 86_400_000;
/// Longest span of days as they are stored …
const MOST_DAYS: i64 = 3_660;
/// … and of those that are made of hours, or of blocks as they were.
const MOST_MADE_DAYS: i64 = 371;

/// What zones are not.
const NOTE: &str = "zones stand beside each other and are never added up: whoever crosses several counts in each, and a zone holds those \
    within it; zones are ranked among those of their kind that are counted by the same rule";

/// Which zones, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// First instant; 28 days before `to` if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<UtcMillis>,
    /// First instant after; now if left out. At most 3,660 days after `from`, with `hours=open` or `as_of` 371.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<UtcMillis>,
    /// Which hours count: `all`, or `open`: Monday to Saturday 10 to 20, Sunday openings 13 to 18; days without are none.
    #[serde(default)]
    #[param(inline)]
    hours: Hours,
    /// Id of a zone: those within it alone, without itself.
    #[param(example = "altstadt")]
    within: Option<String>,
    /// As what had been received by this minute would have answered; what is known now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<UtcMillis>,
}

/// Zones beside each other, the busiest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ranking {
    /// How crossings per day are made.
    method: MethodName,
    /// What zones are not.
    #[schema(value_type = String)]
    note: &'static str,
    /// First instant of the time asked about.
    #[schema(value_type = String, format = DateTime)]
    from: UtcMillis,
    /// First instant after it.
    #[schema(value_type = String, format = DateTime)]
    to: UtcMillis,
    /// Zones whose counts may be summed; those that are not comparable last.
    items: Vec<RankedZone>,
}

/// A zone among others.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RankedZone {
    /// Its place among the comparable zones of its kind and rule, from 1; null if it is not comparable.
    rank: Option<usize>,
    /// Its id.
    #[schema(example = "am-markt")]
    zone: String,
    /// Its name.
    name: String,
    /// `place`, `district` or `city`.
    #[schema(example = "place")]
    kind: String,
    /// Id of the zone around it.
    parent: Option<String>,
    /// `cordon_in` or `cross_section`: zones of different rules are not comparable.
    #[schema(value_type = String, example = "cross_section")]
    rule: CountRule,
    /// Counters that were in service throughout: whoever walks past several counts at each.
    counters: usize,
    /// Mean of crossings on the days that are known, rounded to tenths; null if none is.
    #[schema(value_type = Option<f64>)]
    crossings_per_day: Option<Exact>,
    /// Crossings on these days.
    crossings: Option<i64>,
    /// Days that are known: over, and covered by at least 90 %.
    days: i64,
    /// Days that there were with counters.
    of: i64,
    /// Part of the expected reports of all these days that came, 0 to 1.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    coverage: Exact,
    /// Why it may not be compared with the others, if so.
    not_comparable: Option<Why>,
}

/// Zones by crossings per day, beside each other.
#[utoipa::path(get, path = "/api/v1/footfall/ranking", tag = "values", params(Wanted), responses(
    (status = 200, description = "The busiest first.", body = Ranking),
    Refused,
))]
pub(crate) async fn footfall_ranking(
    State(state): State<ApiState>,
    Question(wanted, form): Question<Wanted>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &answer(parts, &wanted)?)).await
}

fn answer(parts: &Parts, wanted: &Wanted) -> Result<Ranking, Problem> {
    let inputs = parts.queries.inputs(wanted.as_of)?;
    let (zones, span) = look_up((&parts.fold(), &inputs.registry), wanted)?;
    let ranked = zones.into_iter().map(|(zone, scope)| ranked(parts, wanted, span, &zone, scope));
    let mut items: Vec<RankedZone> = ranked.collect::<Result<_, _>>()?;
    rank(&mut items);
    Ok(Ranking { method: methods::FOOTFALL_RANKING.into(), note: NOTE, from: span.from, to: span.to, items })
}

/// The zones that are wanted and may be summed, as far as they have counted something.
fn look_up((fold, registry): (&Fold, &Registry), wanted: &Wanted) -> Result<(Vec<(Zone, Scope)>, Span), Problem> {
    if let Some(around) = &wanted.within {
        scope::zone_named(registry, around)?;
    }
    let span = Span::of((wanted.from, wanted.to), fold.position().1.plus(1), DEFAULT_MS)?;
    let is_stored = wanted.hours == Hours::All && wanted.as_of.is_none();
    span.at_most(if is_stored { MOST_DAYS } else { MOST_MADE_DAYS })?;
    let is_wanted = |zone: &&Zone| {
        no_sum(zone).is_none() && wanted.within.as_ref().is_none_or(|around| is_within(registry, zone, around))
    };
    let scope = |zone: &Zone| ScopeName { kind: ScopeKind::Zone, id: zone.id.clone() }.number(fold);
    let zones = registry.zones.iter().filter(is_wanted);
    Ok((zones.filter_map(|zone| Some((zone.clone(), scope(zone)?))).collect(), span))
}

/// Whether a zone lies in another one.
fn is_within(registry: &Registry, zone: &Zone, around: &str) -> bool {
    let of = |id: &str| registry.zones.iter().find(|zone| zone.id == id);
    let parents = std::iter::successors(zone.parent.as_deref(), |id| of(id)?.parent.as_deref());
    parents.take(registry.zones.len()).any(|parent| parent == around)
}

fn ranked(parts: &Parts, wanted: &Wanted, span: Span, zone: &Zone, scope: Scope) -> Result<RankedZone, Problem> {
    let source = Source::new(parts, scope, (Step::Day, wanted.hours), wanted.as_of)?;
    let sum: PerDay = DaySums::new(&source, span)?.of(|_| true);
    let (counters, why) = sum.fitness(&source);
    Ok(RankedZone {
        rank: None,
        zone: zone.id.clone(),
        name: zone.name.clone(),
        kind: zone.kind.clone(),
        parent: zone.parent.clone(),
        rule: zone.count,
        counters,
        crossings_per_day: sum.mean(),
        crossings: sum.crossings,
        days: sum.days,
        of: sum.of,
        coverage: sum.coverage(),
        not_comparable: why.map(Why::beside_others),
    })
}

/// Sorts, and numbers those that are comparable.
fn rank(items: &mut [RankedZone]) {
    let mean = |item: &RankedZone| item.crossings_per_day.map_or(0, |mean| mean.0.mantissa);
    items.sort_by_key(|item| (item.not_comparable.is_some(), Reverse(mean(item))));
    let comparable = |item: &&RankedZone| item.not_comparable.is_none();
    let place = |(at, item): (usize, &RankedZone)| {
        let before = items[..at].iter().filter(comparable);
        let busier =
            before.filter(|other| (&other.kind, other.rule) == (&item.kind, item.rule) && mean(other) > mean(item));
        comparable(&item).then(|| busier.count() + 1)
    };
    let places: Vec<Option<usize>> = items.iter().enumerate().map(place).collect();
    items.iter_mut().zip(places).for_each(|(item, place)| item.rank = place);
}
