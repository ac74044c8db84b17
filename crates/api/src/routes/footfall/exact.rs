//! Footfall as it is known: for operators and planners.

use std::collections::{BTreeMap, HashMap};

use smartpole_model::{PropertyNo, UtcMillis, registry::CountRule};
use smartpole_pipeline::{Fold, Scope};
use smartpole_store::{Step, Window};

use super::{Footfall, FootfallItem, IN, OUT, Wanted};
use crate::{
    Parts, number,
    problem::Problem,
    routes::window::WindowState,
    scope::{self, ScopeKind, ScopeName},
    span::Span,
};

/// How many passed, with state and revision.
pub(super) fn answer(parts: &Parts, wanted: &Wanted) -> Result<Footfall, Problem> {
    let Some(step) = wanted.step.windows() else {
        return Err(Problem::parameter("step: raw is not for footfall", "use 15m, 1h or 1d"));
    };
    let asked = Asked::new(&parts.fold(), wanted)?;
    let (span, next) = asked.span.page(step, wanted.limit.unwrap_or_default());
    let (r#in, out) = (asked.windows(parts, IN, span, step)?, asked.windows(parts, OUT, span, step)?);
    let items = pairs(&r#in, &out).map(|(r#in, out)| item(r#in, out)).collect();
    Ok(Footfall { zone: wanted.zone.clone(), rule: asked.rule, rounded_to: 1, items, next })
}

/// [`Wanted`], looked up.
struct Asked {
    rule: CountRule,
    /// None of a zone that may not be summed.
    zone: Option<Scope>,
    span: Span,
    as_of: Option<UtcMillis>,
    /// Numbers of the properties [`IN`] and [`OUT`], as far as they are in the catalogue.
    numbers: HashMap<&'static str, PropertyNo>,
}

impl Asked {
    fn new(fold: &Fold, wanted: &Wanted) -> Result<Self, Problem> {
        let registry = &fold.inputs().registry;
        let rule = registry.zones[scope::zone_named(registry, &wanted.zone)?].count;
        let name = ScopeName { kind: ScopeKind::Zone, id: wanted.zone.clone() };
        let zone = name.number(fold).filter(|_| rule != CountRule::None);
        let span = Span::new(wanted.from, wanted.to, fold.position().1, wanted.step)?;
        let (span, _) = span.after(wanted.cursor.as_ref())?;
        let number = |id| Some((id, registry.properties.by_id(id)?.number));
        Ok(Self { rule, zone, span, as_of: wanted.as_of, numbers: [IN, OUT].into_iter().filter_map(number).collect() })
    }

    fn windows(&self, parts: &Parts, property: &str, span: Span, step: Step) -> Result<Vec<Window>, Problem> {
        let (Some(scope), Some(property)) = (self.zone, self.numbers.get(property).copied()) else {
            return Ok(Vec::new());
        };
        let Span { from, to } = span;
        Ok(parts.queries.windows(&smartpole_store::Wanted {
            scope,
            property,
            channel: None,
            from,
            to,
            step,
            as_of: self.as_of,
        })?)
    }
}

/// Windows of one instant together, in the order of time.
fn pairs<'a>(r#in: &'a [Window], out: &'a [Window]) -> impl Iterator<Item = (Option<&'a Window>, Option<&'a Window>)> {
    let mut pairs: BTreeMap<UtcMillis, (Option<&Window>, Option<&Window>)> = BTreeMap::new();
    for window in r#in {
        pairs.entry(window.start).or_default().0 = Some(window);
    }
    for window in out {
        pairs.entry(window.start).or_default().1 = Some(window);
    }
    pairs.into_values()
}

fn item(r#in: Option<&Window>, out: Option<&Window>) -> FootfallItem {
    let known = || r#in.into_iter().chain(out);
    let passed = |window: &Window| Some(window.aggregate.sum).filter(|sum| *sum != 0 || window.aggregate.count > 0);
    let sums: Vec<i64> = known().filter_map(passed).collect();
    let total = |number: fn(&Window) -> i64| known().map(number).sum();
    FootfallItem {
        start: known().map(|window| window.start).min().unwrap_or_default(),
        end: known().map(|window| window.end).max().unwrap_or_default(),
        r#in: r#in.and_then(passed),
        out: out.and_then(passed),
        crossings: (!sums.is_empty()).then(|| sums.iter().sum()),
        coverage: number::share(total(|window| window.aggregate.count), total(|window| window.expected)),
        state: known().map(|window| window.state.into()).min().unwrap_or(WindowState::Open),
        revision: known().map(|window| window.revision).max().unwrap_or(0),
    }
}
