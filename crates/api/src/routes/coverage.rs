//! `GET /api/v1/coverage`

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use smartpole_method::methods;
use smartpole_model::UtcMillis;
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState, Parts,
    number::Exact,
    problem::{Problem, Refused},
    representation::Question,
    routes::{
        method::MethodName,
        place::Place,
        sought::{self, Sought},
    },
    scope::ScopeName,
    span::Span,
};

mod course;
mod table;

use course::Course;

const HOUR_MS: i64 = 3_600_000;
/// How long a span is if no `from` is given.
const DEFAULT_MS: i64 = 28 * 24 * HOUR_MS;
/// Most hours of all poles and properties together that one answer looks through: a good second.
const MOST_HOURS: i64 = 500_000;

/// Of which places and properties, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Id of a pole; this or `zone`.
    #[param(example = "AM-01")]
    pole: Option<String>,
    /// Id of a zone: all its poles.
    zone: Option<String>,
    /// Id of a property; all that the profiles of the sensors expect, and the masses of gases in ppb, if left out.
    #[param(example = "pm2_5")]
    property: Option<String>,
    /// First instant; 28 days before `to` if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<UtcMillis>,
    /// First instant after; now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<UtcMillis>,
    /// How finely: days, ISO weeks or months, of air CET days, else of Europe/Berlin.
    #[serde(default)]
    #[param(inline)]
    step: Step,
    /// As what had been received by this minute would have answered; what is known now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<UtcMillis>,
}

/// How finely coverage is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CoverageStep)]
pub(crate) enum Step {
    /// Days.
    #[default]
    #[serde(rename = "1d")]
    Day,
    /// ISO weeks.
    #[serde(rename = "1w")]
    Week,
    /// Months.
    #[serde(rename = "1mo")]
    Month,
}

impl From<Step> for smartpole_store::Step {
    fn from(step: Step) -> Self {
        match step {
            Step::Day => Self::Day,
            Step::Week => Self::Week,
            Step::Month => Self::Month,
        }
    }
}

/// How much of what was to be expected came.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Coverage {
    /// Whose.
    scope: ScopeName,
    /// How it is made.
    method: MethodName,
    // without a text of its own: with one, its schema would be an object, too
    #[schema(inline)]
    step: Step,
    /// First instant of the time asked about.
    #[schema(value_type = String, format = DateTime)]
    from: UtcMillis,
    /// First instant after it.
    #[schema(value_type = String, format = DateTime)]
    to: UtcMillis,
    /// By pole and property, each in the order of time.
    items: Vec<CoverageItem>,
}

/// A property of a pole in a day, week or month that holds a part of the span.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CoverageItem {
    /// Id of the pole.
    #[schema(example = "AM-01")]
    pole: String,
    /// Id of the property.
    #[schema(example = "pm2_5")]
    property: String,
    /// First instant.
    #[schema(value_type = String, format = DateTime)]
    start: UtcMillis,
    /// First instant after it.
    #[schema(value_type = String, format = DateTime)]
    end: UtcMillis,
    /// Readings that count.
    count: i64,
    /// Readings there should be by now, by the reporting intervals of the sensors that hung there.
    expected: i64,
    /// `count` of `expected`, 0 to 1.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    coverage: Exact,
    /// Hours on end of which no reading counts, though a sensor hung there.
    gaps: Vec<Silence>,
}

/// A time without readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Silence {
    /// First instant.
    #[schema(value_type = String, format = DateTime)]
    from: UtcMillis,
    /// First instant after it.
    #[schema(value_type = String, format = DateTime)]
    to: UtcMillis,
}

/// What share of the expected readings came, by pole and property, and when none did: to look at before a figure is cited.
#[utoipa::path(get, path = "/api/v1/coverage", tag = "values", params(Wanted), responses(
    (status = 200, description = "By pole and property.", body = Coverage),
    Refused,
))]
pub(crate) async fn coverage(
    State(state): State<ApiState>,
    Question(wanted, form): Question<Wanted>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &answer(parts, &wanted)?)).await
}

fn answer(parts: &Parts, wanted: &Wanted) -> Result<Coverage, Problem> {
    let (place, span, sought) = look_up(parts, wanted)?;
    let mut items = Vec::new();
    for sought in &sought {
        items.extend(Course::read(parts, sought, span, wanted.as_of)?.items(wanted.step.into(), span));
    }
    let (scope, method, Span { from, to }) = (place.name, methods::COVERAGE_REPORTS.into(), span);
    Ok(Coverage { scope, method, step: wanted.step, from, to, items })
}

fn look_up(parts: &Parts, wanted: &Wanted) -> Result<(Place, Span, Vec<Sought>), Problem> {
    let (inputs, fold) = (parts.queries.inputs(wanted.as_of)?, parts.fold());
    let place = Place::new(&fold, &inputs.registry, wanted.pole.as_deref(), wanted.zone.as_deref())?;
    let span = Span::of((wanted.from, wanted.to), fold.position().1.plus(1), DEFAULT_MS)?;
    let sought = sought::of(&inputs.registry, &place, wanted.property.as_deref(), span)?;
    let hours = span.to.since(span.from) / HOUR_MS;
    if hours.saturating_mul(sought.len() as i64) > MOST_HOURS {
        let detail = format!(
            "from, to: {hours} hours of {} properties at poles are more than {MOST_HOURS} hours in all",
            sought.len()
        );
        return Err(Problem::parameter(detail, "ask for a shorter span, for one property or for one pole"));
    }
    Ok((place, span, sought))
}
