//! `GET /api/v1/heat`: hot days and tropical nights at a pole, "am Mast, nicht amtlich".

use axum::{extract, response::Response};
use serde::{Deserialize, Serialize};
use smartpole_method::{Date, calendar::Span as DateSpan, heat, methods};
use smartpole_model::{ObservedProperty, UtcMillis};
use smartpole_store::{PoleHour, PoleHours, State};
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState, Parts,
    asker::Asker,
    list::{Cursor, Number},
    number::{self, Exact},
    problem::{Problem, Refused},
    representation::Question,
    routes::{
        method::MethodName,
        place::{Place, Year},
        window::WindowState,
    },
    scope::{self, ScopeName},
    span::{Span, Step},
};

mod table;

/// The property whose extremes these are, in degrees Celsius.
pub(super) const PROPERTY: &str = "temperature";
pub(super) const UNIT: &str = "Cel";
const HOUR_MS: i64 = 3_600_000;
/// The night that ends on a date begins so long before it.
const BEFORE_MS: i64 = 6 * HOUR_MS;
/// Days of a leap year, the most of one answer.
const MAX_DAYS: usize = 366;
/// What the answers are not.
const NOTE: &str = "am Mast, nicht amtlich (at the pole, not official): no screen 2 m above grass";

/// Which pole's days: those of a year, or those that begin in a span.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Id of a pole.
    #[param(example = "AM-01")]
    pole: String,
    /// A year of UTC, instead of `from` and `to`.
    #[param(value_type = Option<u16>, minimum = 2000, maximum = 2200)]
    year: Option<Year>,
    /// First instant; a day before `to` if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<UtcMillis>,
    /// First instant after; now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<UtcMillis>,
    /// As what had been received by this minute would have answered; what is known now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<UtcMillis>,
    /// Most days of the answer.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 366)]
    limit: Option<Number<1, MAX_DAYS>>,
    /// The `next` of the answer before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// Days of heat in the order of time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeatAnswer {
    /// Whose.
    scope: ScopeName,
    /// What the answers are not.
    #[schema(value_type = String)]
    note: &'static str,
    /// How hot days and tropical nights were made.
    methods: [MethodName; 2],
    /// Hot days among the items.
    hot_days: Tally,
    /// Tropical nights among the items.
    tropical_nights: Tally,
    /// One for each day from the first to the last of the span in which the pole was heard.
    items: Vec<HeatDay>,
    /// Give this back as `cursor` for more; null at the end.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// How many days were, were not, or may have been.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Tally {
    /// Were.
    yes: u32,
    /// Were not.
    no: u32,
    /// Too little is known of them.
    unknown: u32,
}

/// A day of heat at a pole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeatDay {
    /// Its date in UTC.
    #[schema(example = "2026-07-02")]
    date: String,
    /// Whether it reached 30 °C between 0 and 24 UTC; null: too little is known.
    hot_day: Option<bool>,
    /// Whether it stayed at 20 °C or above from 18 UTC of the day before to 6 UTC; null: too little is known.
    tropical_night: Option<bool>,
    /// The largest value between 0 and 24 UTC, °C.
    #[schema(value_type = Option<f64>)]
    max: Option<Exact>,
    /// The smallest value from 18 UTC of the day before to 6 UTC, °C.
    #[schema(value_type = Option<f64>)]
    night_min: Option<Exact>,
    /// Part of the day that is covered, 0 to 1.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    day_coverage: Exact,
    /// Part of the night that is covered, 0 to 1.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    night_coverage: Exact,
    /// How settled it is, the night before it included.
    state: WindowState,
    /// How often its hours were changed after they were closed.
    revision: u32,
    /// The date from 0 to 24 UTC.
    #[serde(skip)]
    span: DateSpan,
}

/// Hot days and tropical nights (Deutscher Wetterdienst), as a pole measured them: not official.
#[utoipa::path(get, path = "/api/v1/heat", tag = "weather", params(Wanted), responses(
    (status = 200, description = "In the order of time.", body = HeatAnswer),
    Refused,
))]
pub(crate) async fn heat(
    extract::State(state): extract::State<ApiState>,
    asker: Asker,
    Question(wanted, form): Question<Wanted>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &answer(parts, &asker, &wanted)?)).await
}

fn answer(parts: &Parts, asker: &Asker, wanted: &Wanted) -> Result<HeatAnswer, Problem> {
    let (place, property) = {
        let (inputs, fold) = (parts.queries.inputs(wanted.as_of)?, parts.fold());
        let property = scope::property_named(&fold.inputs().registry, PROPERTY)?.clone();
        let place = Place::new(&fold, &inputs.registry, Some(&wanted.pole), None)?;
        asker.check((&fold, &inputs.registry), &place.name, &property)?;
        (place, property)
    };
    check(&property)?;
    let now = parts.queries.at(wanted.as_of);
    let span = span(wanted, now)?.after(wanted.cursor.as_ref())?.0;
    let limit = wanted.limit.map_or(MAX_DAYS, |limit| limit.0);
    // days of UTC have 24 hours all the year
    let (span, next) = span.page(smartpole_store::Step::Hour, Number(limit * 24));
    let around = (span.from.plus(-BEFORE_MS), span.to.plus(24 * HOUR_MS));
    let heard = place.hours(parts, property.number, around, wanted.as_of)?;
    let hours = heard.into_iter().next().map(|(_, hours)| hours).unwrap_or_default();
    let items: Vec<HeatDay> = dates(span, &hours).map(|date| HeatDay::new(date, &property, &hours, now)).collect();
    Ok(HeatAnswer {
        scope: place.name,
        note: NOTE,
        methods: [methods::HEAT_HOT_DAY, methods::HEAT_TROPICAL_NIGHT].map(MethodName::from),
        hot_days: Tally::of(items.iter().map(|day| day.hot_day)),
        tropical_nights: Tally::of(items.iter().map(|day| day.tropical_night)),
        items,
        next,
    })
}

/// Bounds are degrees Celsius.
fn check(property: &ObservedProperty) -> Result<(), Problem> {
    if property.unit == UNIT {
        return Ok(());
    }
    let detail = format!("the catalogue has {PROPERTY} in {}, not in {UNIT}", property.unit);
    Err(Problem::parameter(detail, format!("give it `unit = \"{UNIT}\"` in properties.toml")))
}

fn span(wanted: &Wanted, now: UtcMillis) -> Result<Span, Problem> {
    match (wanted.year, wanted.from, wanted.to) {
        (Some(Number(year)), None, None) => {
            let span = i16::try_from(year).ok().and_then(heat::year);
            let unknown = || Problem::parameter(format!("year: the calendar has no {year}"), "give another year");
            span.map(|DateSpan { from, to }| Span { from, to }).ok_or_else(unknown)
        }
        (None, from, to) => Span::new(from, to, now, Step::Day),
        _ => Err(Problem::parameter("year, from, to: a year and a span are given", "give one of the two")),
    }
}

/// The dates of a span from the first to the last that something is known of.
fn dates(span: Span, hours: &PoleHours) -> impl Iterator<Item = Date> {
    let known = move |date: &Date| within(hours, around(*date)).any(|hour| hour.count > 0);
    let mut dates: Vec<Date> =
        heat::dates(DateSpan { from: span.from, to: span.to }).skip_while(move |date| !known(date)).collect();
    while dates.last().is_some_and(|date| !known(date)) {
        dates.pop();
    }
    dates.into_iter()
}

/// A date with the night that ends on it.
fn around(date: Date) -> DateSpan {
    DateSpan { from: heat::night(date).from, to: heat::day(date).to }
}

fn within(hours: &PoleHours, span: DateSpan) -> impl Iterator<Item = &PoleHour> {
    hours.range(span.from..span.to).map(|(_, hour)| hour)
}

/// Part of a span that is covered.
fn coverage(hours: &PoleHours, span: DateSpan) -> Exact {
    number::share(within(hours, span).map(|hour| hour.covered_ms).sum(), span.millis())
}

impl Tally {
    fn of(answers: impl Iterator<Item = heat::Answer>) -> Self {
        let mut tally = Self::default();
        for answer in answers {
            match answer {
                Some(true) => tally.yes += 1,
                Some(false) => tally.no += 1,
                None => tally.unknown += 1,
            }
        }
        tally
    }
}

impl HeatDay {
    fn new(date: Date, property: &ObservedProperty, hours: &PoleHours, now: UtcMillis) -> Self {
        let (day, night) = (heat::day(date), heat::night(date));
        let said: Vec<heat::Hour> = hours.range(night.from..day.to).map(|(start, hour)| said(*start, hour)).collect();
        let heard = |span| within(hours, span).filter(|hour| hour.count > 0);
        let (state, revision) = State::of_hours(within(hours, around(date)), day.to, now);
        Self {
            date: date.to_string(),
            hot_day: heat::is_hot_day(date, property.decimals, &said),
            tropical_night: heat::is_tropical_night(date, property.decimals, &said),
            max: heard(day).map(|hour| hour.max).max().map(|max| Exact::value(property, max)),
            night_min: heard(night).map(|hour| hour.min).min().map(|min| Exact::value(property, min)),
            day_coverage: coverage(hours, day),
            night_coverage: coverage(hours, night),
            state: state.into(),
            revision,
            span: day,
        }
    }
}

/// What an hour says, covered as its best sensor covers it.
pub(super) fn said(start: UtcMillis, hour: &PoleHour) -> heat::Hour {
    let count = hour.covered_ms.max(i64::from(hour.count > 0));
    heat::Hour { start, min: hour.min, max: hour.max, count, expected: HOUR_MS }
}
