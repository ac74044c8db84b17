//! `GET /api/v1/footfall`

use std::collections::{BTreeMap, HashMap};

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use smartpole_model::{PropertyNo, UtcMillis, registry::CountRule};
use smartpole_pipeline::{Fold, Scope};
use smartpole_store::{Step, Window};
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState, Parts,
    list::{Cursor, Limit},
    number::{self, Exact},
    problem::{Problem, Refused},
    query::Params,
    routes::window::WindowState,
    scope::{self, ScopeKind, ScopeName},
    span::{self, Span},
};

/// Every public count is rounded to this, from its own exact sum: small numbers do not tell of single persons.
const ROUNDED_TO: i64 = 5;

/// The properties of which footfall is made.
const IN: &str = "people_in";
const OUT: &str = "people_out";

/// Which zone's footfall, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Id of a zone.
    #[param(example = "altstadt")]
    zone: String,
    /// First instant; a day before `to` if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<UtcMillis>,
    /// First instant after; now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<UtcMillis>,
    /// How finely: `15m`, `1h` or `1d` (Europe/Berlin days).
    #[serde(default)]
    #[param(inline)]
    step: span::Step,
    /// As what had been received by this minute would have answered; what is known now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<UtcMillis>,
    /// Most items of the answer.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 10000)]
    limit: Option<Limit>,
    /// The `next` of the answer before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// How many passed. Counters count crossings, not people.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Footfall {
    /// Id of the zone.
    zone: String,
    /// What its counts may be summed to: `cordon_in`, `cross_section` or `none` (then there are no items).
    #[schema(value_type = String, example = "cross_section")]
    rule: CountRule,
    /// Every number is rounded to this, from its own exact sum; so `in` and `out` need not add up to `crossings`.
    rounded_to: i64,
    /// One for each window.
    items: Vec<FootfallItem>,
    /// Give this back as `cursor` for more; null at the end.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// One window.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FootfallItem {
    /// First instant.
    #[schema(value_type = String, format = DateTime)]
    start: UtcMillis,
    /// First instant after it.
    #[schema(value_type = String, format = DateTime)]
    end: UtcMillis,
    /// In; null where nothing is known, which is not zero.
    r#in: Option<i64>,
    /// Out.
    out: Option<i64>,
    /// Both.
    crossings: Option<i64>,
    /// Part of the expected reports that came, 0 to 1.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    coverage: Exact,
    /// How settled it is.
    state: WindowState,
    /// How often it was changed after it was closed.
    revision: u32,
}

/// How many passed in a zone, by its counting rule, each number rounded to 5.
#[utoipa::path(get, path = "/api/v1/footfall", tag = "values", params(Wanted), responses(
    (status = 200, description = "In the order of time.", body = Footfall),
    Refused,
))]
pub(crate) async fn footfall(
    State(state): State<ApiState>,
    Params(wanted): Params<Wanted>,
) -> Result<Json<Footfall>, Problem> {
    Ok(Json(state.ask(move |parts| answer(parts, &wanted)).await?))
}

fn answer(parts: &Parts, wanted: &Wanted) -> Result<Footfall, Problem> {
    let Some(step) = wanted.step.windows() else {
        return Err(Problem::parameter("step: raw is not for footfall", "use 15m, 1h or 1d"));
    };
    let asked = Asked::new(&parts.fold(), wanted)?;
    let (span, next) = asked.span.page(step, wanted.limit.unwrap_or_default());
    let (r#in, out) = (asked.windows(parts, IN, span, step)?, asked.windows(parts, OUT, span, step)?);
    let items = pairs(&r#in, &out).map(|(r#in, out)| item(r#in, out)).collect();
    Ok(Footfall { zone: wanted.zone.clone(), rule: asked.rule, rounded_to: ROUNDED_TO, items, next })
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
        r#in: r#in.and_then(passed).map(rounded),
        out: out.and_then(passed).map(rounded),
        crossings: (!sums.is_empty()).then(|| rounded(sums.iter().sum())),
        coverage: number::share(total(|window| window.aggregate.count), total(|window| window.expected)),
        state: known().map(|window| window.state.into()).min().unwrap_or(WindowState::Open),
        revision: known().map(|window| window.revision).max().unwrap_or(0),
    }
}

/// To the nearest multiple of [`ROUNDED_TO`]; it is odd, so none is in the middle.
fn rounded(sum: i64) -> i64 {
    let remainder = sum.rem_euclid(ROUNDED_TO);
    let down = sum - remainder;
    if 2 * remainder > ROUNDED_TO { down + ROUNDED_TO } else { down }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_to_the_nearest_five() {
        assert_eq!([0, 1, 2, 3, 4, 5, 7, 8, 12].map(rounded), [0, 0, 0, 5, 5, 5, 5, 10, 10]);
    }
}
