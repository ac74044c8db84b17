//! Footfall as it is known: for operators and planners.

use smartpole_method::{
    calendar::date_and_hour,
    events::{ZoneEvents, is_on},
    methods,
};
use smartpole_model::{
    Registry, UtcMillis,
    registry::{CountRule, Event},
};
use smartpole_pipeline::{Fold, Scope};
use smartpole_store::Step;

use super::{
    Footfall, FootfallItem, Hours, MadeOf, Missing, Readings, Wanted,
    beside::{Beside, Compare, Why},
    check_days, no_sum,
    on_days::OnDays,
    sums::{Source, Sum, Sums},
    totals,
};
use crate::{
    Parts, number,
    problem::{Named, Problem},
    routes::counts::control,
    scope::{self, ScopeKind, ScopeName},
    span::Span,
};
mod compared;
mod estimated;

/// How many passed, with state and revision, and what was asked for beside it.
pub(super) fn answer(parts: &Parts, wanted: &Wanted) -> Result<Footfall, Problem> {
    let inputs = parts.queries.inputs(wanted.as_of)?;
    let asked = Asked::new((&parts.fold(), &inputs.registry), wanted)?;
    let (span, next) = asked.span.page(asked.step, wanted.limit.unwrap_or_default());
    let mut source =
        asked.zone.map(|zone| Source::new(parts, zone, (asked.step, asked.hours), wanted.as_of)).transpose()?;
    source.iter_mut().for_each(|source| source.events = asked.events.clone());
    let span = (span.from, span.to);
    let items = source.as_ref().map_or_else(|| Ok(Vec::new()), |source| asked.items(source, span))?;
    let missing = source.as_ref().map_or_else(Missing::default, |source| asked.missing(source, span, &items));
    let name = ScopeName { kind: ScopeKind::Zone, id: wanted.zone.clone() };
    Ok(Footfall {
        zone: wanted.zone.clone(),
        rule: asked.rule,
        method: methods::of_rule(if asked.no_sum.is_some() { CountRule::None } else { asked.rule }).into(),
        no_sum: asked.no_sum,
        withheld: None,
        rounded_to: 1,
        made_of: MadeOf::Exact,
        compared_by: asked.compare.as_ref().map(|compare| compare.method().into()),
        estimated_by: asked.estimate.then(|| methods::ESTIMATE_GAP.into()),
        control: control(parts, &name, wanted.as_of)?,
        covered: Readings::of(&items, missing).share(),
        asked: source.as_ref().map(|source| (span.0, span.1.min(source.now))).filter(|_| next.is_none()),
        totals: totals(wanted, &items, next.as_ref(), missing),
        items,
        next,
    })
}

/// [`Wanted`], looked up.
struct Asked {
    rule: CountRule,
    no_sum: Option<Why>,
    /// None of a zone that may not be summed.
    zone: Option<Scope>,
    span: Span,
    step: Step,
    hours: Hours,
    compare: Option<Compare>,
    days: Option<OnDays>,
    events: ZoneEvents,
    estimate: bool,
}

impl Asked {
    fn new((fold, registry): (&Fold, &Registry), wanted: &Wanted) -> Result<Self, Problem> {
        let (step, hours, compare) = options(wanted)?;
        let index = scope::zone_named(registry, &wanted.zone)?;
        let (rule, no_sum) = (registry.zones[index].count, no_sum(&registry.zones[index]));
        let events = ZoneEvents::new(registry, index);
        let event = compare.as_ref().and_then(Compare::event);
        let event = event.map(|id| event_named(registry, &events, id)).transpose()?;
        let name = ScopeName { kind: ScopeKind::Zone, id: wanted.zone.clone() };
        let newest = fold.position().1;
        let (span, _) = wanted.span(newest, event)?.kept(fold, wanted.step)?.after(wanted.cursor.as_ref())?;
        Ok(Self {
            rule,
            zone: name.number(fold).filter(|_| no_sum.is_none()),
            no_sum,
            span,
            step,
            hours,
            compare,
            days: wanted.days.clone(),
            events,
            estimate: wanted.estimate,
        })
    }

    /// The windows of which something is known, and of estimates also the hours of which nothing is.
    fn items(&self, source: &Source<'_>, span: smartpole_store::Stretch) -> Result<Vec<FootfallItem>, Problem> {
        let sums = source.sums(span)?;
        let shown: Vec<&Sum> = sums.values().filter(|sum| self.holds(sum.start)).collect();
        let beside = match &self.compare {
            Some(compare) => compared::beside(source, compare, &shown)?,
            None => shown.iter().map(|_| Beside::default()).collect(),
        };
        let mut items: Vec<FootfallItem> =
            shown.iter().zip(beside).map(|(sum, beside)| item(source, sum, beside)).collect();
        if self.estimate {
            self.add_gaps(source, &sums, span, &mut items)?;
        }
        Ok(items)
    }

    /// The windows asked for and begun that are no items.
    fn missing(&self, source: &Source<'_>, span: smartpole_store::Stretch, items: &[FootfallItem]) -> Missing {
        let is_item = |start: UtcMillis| items.binary_search_by_key(&start, |item| item.start).is_ok();
        let mut missing = Missing::default();
        for ((start, _), stretches) in source.wanted((span.0, span.1.min(source.now))) {
            if self.holds(start) && !is_item(start) {
                missing.windows += 1;
                missing.expected += source.expected(&stretches);
            }
        }
        missing
    }

    /// Whether a window is of the days that are wanted.
    fn holds(&self, start: UtcMillis) -> bool {
        let date = || date_and_hour(start).0;
        let event = self.compare.as_ref().and_then(Compare::event).and_then(|id| self.events.get(id));
        self.days.as_ref().is_none_or(|days| days.hold(date())) && event.is_none_or(|event| is_on(event, date()))
    }

    fn add_gaps(
        &self,
        source: &Source<'_>,
        sums: &Sums,
        span: smartpole_store::Stretch,
        items: &mut Vec<FootfallItem>,
    ) -> Result<(), Problem> {
        let gaps = estimated::gaps(source, sums, span)?;
        for (start, gap) in gaps.into_iter().filter(|(start, _)| self.holds(*start)) {
            match items.binary_search_by_key(&start, |item| item.start) {
                Ok(at) => {
                    let beside = std::mem::take(&mut items[at].beside);
                    let Beside { estimate, not_estimated, .. } = gap;
                    items[at].beside = Beside { estimate, not_estimated, ..beside };
                }
                Err(at) => items.insert(at, unknown(source, self.step.around(false, start), gap)),
            }
        }
        Ok(())
    }
}

/// Which step, which hours, compared with what: of these not everything goes together.
fn options(wanted: &Wanted) -> Result<(Step, Hours, Option<Compare>), Problem> {
    let Some(step) = wanted.step.windows() else {
        return Err(Problem::parameter("step: raw is not for footfall", "use 15m, 1h, 1d, 1w, 1mo or 1y"));
    };
    if wanted.hours == Hours::Open && matches!(step, Step::Quarter | Step::Hour) {
        let detail = "hours, step: opening hours are summed up for days and longer";
        return Err(Problem::parameter(detail, "use step=1d, 1w, 1mo or 1y, or leave `hours` out"));
    }
    if wanted.estimate && step != Step::Hour {
        let detail = "estimate, step: gaps are estimated hour by hour";
        return Err(Problem::parameter(detail, "use step=1h, or leave `estimate` out"));
    }
    check_days(wanted, step)?;
    wanted.compare.as_ref().map_or(Ok(()), |compare| compared::check(compare, step))?;
    Ok((step, wanted.hours, wanted.compare.clone()))
}

/// The event of an id, which has to concern the zone.
fn event_named<'a>(registry: &Registry, events: &'a ZoneEvents, id: &str) -> Result<&'a Event, Problem> {
    let known = || registry.events.iter().map(|event| event.id.as_str());
    events.get(id).ok_or_else(|| match known().any(|known| known == id) {
        true => {
            let detail = format!("compare, zone: the event {id:?} is not in this zone, nor in one around or within it");
            Problem::parameter(detail, "GET /api/v1/events?zone= lists those of a zone")
        }
        false => Problem::unknown(&Named::EVENT, id, known()),
    })
}

fn item(source: &Source<'_>, sum: &Sum, beside: Beside) -> FootfallItem {
    FootfallItem {
        start: sum.start,
        end: sum.end,
        r#in: sum.passed_in,
        out: sum.passed_out,
        crossings: sum.crossings(),
        coverage: number::share(sum.count, sum.expected),
        readings: Readings { came: sum.count, expected: sum.expected },
        state: Some(sum.state),
        revision: Some(sum.revision),
        events: source.events_of(sum),
        beside,
    }
}

/// A window of which nothing is known.
fn unknown(source: &Source<'_>, (start, end): smartpole_store::Stretch, beside: Beside) -> FootfallItem {
    FootfallItem {
        start,
        end,
        r#in: None,
        out: None,
        crossings: None,
        coverage: number::share(0, 1),
        readings: Readings { came: 0, expected: source.expected(&[(start, end)]) },
        state: None,
        revision: None,
        events: Vec::new(),
        beside,
    }
}
