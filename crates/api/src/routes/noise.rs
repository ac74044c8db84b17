//! `GET /api/v1/noise`: levels of the day's periods at poles. A day's figure is "Tageswert, kein Kartierungs-LDEN".

use axum::{extract, response::Response};
use serde::{Deserialize, Serialize};
use smartpole_method::{
    Date,
    calendar::Span as DateSpan,
    methods,
    noise::{self, Part, Period, PeriodLevel},
};
use smartpole_model::{Mean, ObservedProperty, UtcMillis};
use smartpole_store::{PoleHour, PoleHours, State};
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState, Parts,
    asker::Asker,
    list::{Cursor, Number},
    number::{self, Exact},
    problem::{Problem, Refused},
    representation::Question,
    routes::{method::MethodName, place::Place, window::WindowState},
    scope::{self, ScopeName},
    span::{Span, Step},
};

mod table;

/// The property whose levels these are, an energy mean.
pub(super) const PROPERTY: &str = "noise_laeq";
const HOUR_MS: i64 = 3_600_000;
/// Days of a leap year, the most of one answer.
const MAX_DAYS: usize = 366;
/// Days times poles, the most of one answer about a zone.
const MAX_POLE_DAYS: usize = 1_000;
/// What the figure of a day is not.
const NOTE: &str = "day_figure: Tageswert, kein Kartierungs-LDEN (the figure of one day at a lamp post; the LDEN of a noise map is computed \
                    for a year from traffic, 34. BImSchV § 5)";

/// Whose levels, and when. Give one of `pole` and `zone`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Id of a pole.
    #[param(example = "AM-01")]
    pole: Option<String>,
    /// Id of a zone: its poles one by one, as nobody hears an average.
    zone: Option<String>,
    /// First instant; a day before `to` if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<UtcMillis>,
    /// First instant after; now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<UtcMillis>,
    /// As what had been received by this minute would have answered; what is known now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<UtcMillis>,
    /// Most days of the answer; of zones with many poles fewer come.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 366)]
    limit: Option<Number<1, MAX_DAYS>>,
    /// The `next` of the answer before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// Days of noise in the order of time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoiseAnswer {
    /// Whose.
    scope: ScopeName,
    /// What the figure of a day is not.
    #[schema(value_type = String)]
    note: &'static str,
    /// How levels of periods and figures of days were made.
    methods: [MethodName; 2],
    /// One for each day that begins in the span and in which a pole was heard.
    items: Vec<NoiseDay>,
    /// Give this back as `cursor` for more; null at the end.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// A day of noise, from 6 to 6 by the clock of Europe/Berlin.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoiseDay {
    /// The date of its day and evening.
    #[schema(example = "2026-11-28")]
    date: String,
    /// First instant.
    #[schema(value_type = String, format = DateTime)]
    start: UtcMillis,
    /// First instant after it.
    #[schema(value_type = String, format = DateTime)]
    end: UtcMillis,
    /// One for each pole that was heard in it.
    poles: Vec<PoleNoise>,
}

/// A day of noise at a pole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PoleNoise {
    /// Its id.
    #[schema(example = "AM-01")]
    pole: String,
    /// Day, evening, night.
    periods: Vec<PeriodNoise>,
    /// "Tageswert, kein Kartierungs-LDEN", dB: 5 dB are added in the evening, 10 dB at night; null unless all three have a level.
    #[schema(value_type = Option<f64>)]
    day_figure: Option<Exact>,
    /// How settled it is.
    state: WindowState,
    /// How often its hours were changed after they were closed.
    revision: u32,
}

/// A period of a day at a pole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PeriodNoise {
    /// `day` (6 to 18), `evening` (18 to 22) or `night` (22 to 6; 34. BImSchV § 2).
    #[schema(value_type = String, example = "night")]
    period: &'static str,
    /// First instant.
    #[schema(value_type = String, format = DateTime)]
    start: UtcMillis,
    /// First instant after it.
    #[schema(value_type = String, format = DateTime)]
    end: UtcMillis,
    /// LAeq, dB: the level of the mean energy; null unless three quarters of the period are covered.
    #[schema(value_type = Option<f64>)]
    laeq: Option<Exact>,
    /// Part of the period that is covered, 0 to 1.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    coverage: Exact,
    /// How settled it is.
    state: WindowState,
    /// How often its hours were changed after they were closed.
    revision: u32,
}

/// Levels of day, evening and night at poles, and a figure for each day: levels only, never sound.
#[utoipa::path(get, path = "/api/v1/noise", tag = "noise", params(Wanted), responses(
    (status = 200, description = "In the order of time.", body = NoiseAnswer),
    Refused,
))]
pub(crate) async fn noise(
    extract::State(state): extract::State<ApiState>,
    asker: Asker,
    Question(wanted, form): Question<Wanted>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &answer(parts, &asker, &wanted)?)).await
}

fn answer(parts: &Parts, asker: &Asker, wanted: &Wanted) -> Result<NoiseAnswer, Problem> {
    let (place, property) = {
        let (inputs, fold) = (parts.queries.inputs(wanted.as_of)?, parts.fold());
        let property = scope::property_named(&fold.inputs().registry, PROPERTY)?.clone();
        let place = Place::new(&fold, &inputs.registry, wanted.pole.as_deref(), wanted.zone.as_deref())?;
        asker.check((&fold, &inputs.registry), &place.name, &property)?;
        (place, property)
    };
    check(&property)?;
    let now = parts.queries.at(wanted.as_of);
    let span = Span::new(wanted.from, wanted.to, now, Step::Day)?.after(wanted.cursor.as_ref())?.0;
    let limit = wanted.limit.map_or(MAX_DAYS, |limit| limit.0);
    let limit = limit.min(MAX_POLE_DAYS / place.poles.len().max(1)).max(1);
    let (span, next) = span.page(smartpole_store::Step::Day, Number(limit));
    // the night of the last day ends up to a day after the span
    let hours = place.hours(parts, property.number, (span.from, span.to.plus(25 * HOUR_MS)), wanted.as_of)?;
    let days = noise::days(DateSpan { from: span.from, to: span.to });
    let items = days.map(|date| NoiseDay::new(date, &hours, now)).filter(|day| !day.poles.is_empty());
    let (items, methods) = (items.collect(), [methods::NOISE_PERIOD, methods::NOISE_DAY_FIGURE].map(MethodName::from));
    Ok(NoiseAnswer { scope: place.name.clone(), note: NOTE, methods, items, next })
}

/// A level without energies has no LAeq.
fn check(property: &ObservedProperty) -> Result<(), Problem> {
    if property.mean == Mean::Energy {
        return Ok(());
    }
    let detail = format!("the catalogue does not say that {PROPERTY} is summed up by energy");
    Err(Problem::parameter(detail, "give it `mean = \"energy\"` in properties.toml"))
}

impl NoiseDay {
    fn new(date: Date, poles: &[(&str, PoleHours)], now: UtcMillis) -> Self {
        let span = noise::day_span(date);
        let heard = poles.iter().filter(|(_, hours)| within(hours, span).next().is_some());
        let poles = heard.map(|(pole, hours)| PoleNoise::new(pole, hours, date, now)).collect();
        Self { date: date.to_string(), start: span.from, end: span.to, poles }
    }
}

impl PoleNoise {
    fn new(pole: &str, hours: &PoleHours, date: Date, now: UtcMillis) -> Self {
        let levels = Period::ALL.map(|period| level(period, date, hours));
        let span = noise::day_span(date);
        let (state, revision) = State::of_hours(within(hours, span), span.to, now);
        let period = |(period, level): (Period, &PeriodLevel)| PeriodNoise::new(period, date, level, hours, now);
        let periods = Period::ALL.into_iter().zip(&levels).map(period).collect();
        let [day, evening, night] = levels;
        let day_figure = noise::day_figure(day, evening, night).map(|tenths| number::decimal(tenths, 1));
        Self { pole: pole.to_owned(), periods, day_figure, state: state.into(), revision }
    }
}

impl PeriodNoise {
    fn new(period: Period, date: Date, level: &PeriodLevel, hours: &PoleHours, now: UtcMillis) -> Self {
        let span = period.span(date);
        let (state, revision) = State::of_hours(within(hours, span), span.to, now);
        Self {
            period: period.id(),
            start: span.from,
            end: span.to,
            laeq: level.tenths.map(|tenths| number::decimal(tenths, 1)),
            coverage: number::share(level.covered_ms, level.length_ms),
            state: state.into(),
            revision,
        }
    }
}

pub(super) fn level(period: Period, date: Date, hours: &PoleHours) -> PeriodLevel {
    let part = |hour: &PoleHour| Part { energy: hour.sum, count: hour.count, duration_ms: hour.covered_ms };
    noise::period_level(period, date, within(hours, period.span(date)).map(part))
}

fn within(hours: &PoleHours, span: DateSpan) -> impl Iterator<Item = &PoleHour> {
    hours.range(span.from..span.to).map(|(_, hour)| hour)
}
