//! `GET /api/v1/footfall`

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use smartpole_model::{UtcMillis, registry::CountRule};
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState,
    list::{Cursor, Limit},
    number::Exact,
    problem::{Problem, Refused},
    query::Params,
    routes::window::WindowState,
    span,
};

mod exact;
mod public;

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
    Ok(Json(state.ask(move |parts| public::answer(parts, &wanted)).await?))
}
