//! `GET /api/v1/footfall`

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use smartpole_model::{UtcMillis, registry::CountRule};
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState, Parts, history,
    list::{Cursor, Limit},
    number::{self, Exact},
    problem::{Problem, Refused},
    query::Params,
    routes::window::{Frame, WindowState},
    scope::{self, ScopeKind, ScopeName},
    span::{Span, Step},
};

/// Every public count is rounded to this, from its own exact sum: small numbers do not tell of single persons.
const ROUNDED_TO: i64 = 5;

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
    step: Step,
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
    if wanted.step == Step::Raw {
        return Err(Problem::parameter("step: raw is not for footfall", "use 15m, 1h or 1d"));
    }
    let (rule, scope, now) = {
        let fold = parts.fold();
        let registry = &fold.inputs().registry;
        let zone = &registry.zones[scope::zone_named(registry, &wanted.zone)?];
        let name = ScopeName { kind: ScopeKind::Zone, id: zone.id.clone() };
        (zone.count, name.number(&fold), fold.position().1)
    };
    let (span, _) = Span::new(wanted.from, wanted.to, now, wanted.step)?.after(wanted.cursor.as_ref())?;
    let (span, next) = span.page(wanted.step, wanted.limit.unwrap_or_default());
    let rows =
        scope.filter(|_| rule != CountRule::None).map(|scope| history::footfall(parts, scope, span, wanted.step));
    let items = rows.into_iter().flatten().map(item).collect();
    Ok(Footfall { zone: wanted.zone.clone(), rule, rounded_to: ROUNDED_TO, items, next })
}

fn item(row: history::FootfallRow) -> FootfallItem {
    let Frame { start, end, expected, state, revision } = row.frame;
    FootfallItem {
        start,
        end,
        r#in: row.into.map(rounded),
        out: row.out.map(rounded),
        crossings: row.crossings.map(rounded),
        coverage: number::share(row.count, expected),
        state,
        revision,
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
