//! `GET /api/v1/air/days`

use axum::{extract, response::Response};
use serde::{Deserialize, Serialize};
use smartpole_method::{
    air::{Average, Pollutant, cet_date},
    methods,
};
use smartpole_model::UtcMillis;
use smartpole_store::{PoleAir, PollutantHours, State};
use smartpole_window::{Level, next_start};
use utoipa::{IntoParams, ToSchema};

use super::{HOUR_MS, hour::exact};
use crate::{
    ApiState, Parts,
    citation::Stretch,
    csv::{Cell, Tabular, Writer},
    list::{Cursor, Number},
    number::{Exact, share},
    problem::{Problem, Refused},
    representation::Question,
    routes::{
        method::MethodName,
        place::{Place, Year, year_span},
        window::WindowState,
    },
    scope::ScopeName,
    span::{Span, Step},
};

/// Days of a leap year, the most of one answer.
const MAX_DAYS: usize = 366;
/// The first mean of 8 hours that ends in a day begins 7 hours before it.
const BEFORE_MS: i64 = 7 * HOUR_MS;

/// Which pole's days: those of a year, or those that begin in a span.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedDays {
    /// Id of a pole.
    #[param(example = "AM-01")]
    pole: String,
    /// A year of CET, instead of `from` and `to`.
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

/// Days of air in the order of time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AirDays {
    /// Whose.
    scope: ScopeName,
    /// How means and largest means of 8 hours were made.
    methods: [MethodName; 2],
    /// One for each day in which a sensor of air was heard.
    items: Vec<AirDay>,
    /// Give this back as `cursor` for more; null at the end.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// A day of air at a pole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AirDay {
    /// Its date in CET (UTC+1, no summer time).
    #[schema(example = "2026-11-28")]
    date: String,
    /// First instant.
    #[schema(value_type = String, format = DateTime)]
    start: UtcMillis,
    /// First instant after it.
    #[schema(value_type = String, format = DateTime)]
    end: UtcMillis,
    /// One for each pollutant that the pole has sensors of.
    pollutants: Vec<PollutantDay>,
}

/// A day of one pollutant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PollutantDay {
    /// Its id.
    #[schema(value_type = String, example = "pm2_5")]
    pollutant: &'static str,
    /// UCUM code.
    #[schema(value_type = String, example = "ug/m3")]
    unit: &'static str,
    /// The mean of its valid hourly means; null of fewer than `needed_hours`.
    #[schema(value_type = Option<f64>)]
    mean: Option<Exact>,
    /// Valid hours.
    valid_hours: u32,
    /// How many there must be.
    needed_hours: u32,
    /// The largest mean of 8 hours that ends in the day; of ozone and carbon monoxide.
    max_8h: Option<Max8h>,
    /// Whether it holds values of an optical particle sensor that nothing corrected.
    uncorrected: bool,
    /// How settled its hours are.
    state: WindowState,
    /// How often they were changed after they were closed.
    revision: u32,
}

/// The largest mean of 8 hours of a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Max8h {
    /// The mean; null of fewer than `needed`.
    #[schema(value_type = Option<f64>)]
    mean: Option<Exact>,
    /// Means of 8 hours, of 24, that have at least 6 valid hours.
    valid: u32,
    /// How many there must be.
    needed: u32,
}

/// Means of CET days at a pole, from 18 valid hours (39. BImSchV, annex 11 A).
#[utoipa::path(get, path = "/api/v1/air/days", tag = "air", params(WantedDays), responses(
    (status = 200, description = "In the order of time.", body = AirDays),
    Refused,
))]
pub(crate) async fn days(
    extract::State(state): extract::State<ApiState>,
    Question(wanted, form): Question<WantedDays>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &answer(parts, &wanted)?)).await
}

fn answer(parts: &Parts, wanted: &WantedDays) -> Result<AirDays, Problem> {
    let inputs = parts.queries.inputs(wanted.as_of)?;
    let place = Place::new(&parts.fold(), &inputs.registry, Some(&wanted.pole), None)?;
    let now = parts.queries.at(wanted.as_of);
    let span = span(wanted, now)?.after(wanted.cursor.as_ref())?.0;
    let limit = wanted.limit.map_or(MAX_DAYS, |limit| limit.0);
    // days of CET have 24 hours all the year
    let (span, next) = span.page(smartpole_store::Step::Hour, Number(limit * 24));
    // the last day may begin just before the end of the span
    let to = next_start(Level::CetDay, Level::CetDay.start(span.to));
    let items =
        place.air(parts, (span.from.plus(-BEFORE_MS), to), wanted.as_of, |_, air| pole_days(&air, span, now))?;
    let methods = [methods::AIR_DAY, methods::AIR_MAX_8H].map(MethodName::from);
    Ok(AirDays { scope: place.name, methods, items: items.into_iter().flatten().collect(), next })
}

fn span(wanted: &WantedDays, now: UtcMillis) -> Result<Span, Problem> {
    match (wanted.year, wanted.from, wanted.to) {
        (Some(year), None, None) => year_span(year),
        (None, from, to) => Span::new(from, to, now, Step::Day),
        _ => Err(Problem::parameter("year, from, to: a year and a span are given", "give one of the two")),
    }
}

fn pole_days(air: &PoleAir, span: Span, now: UtcMillis) -> Vec<AirDay> {
    let mut starts: Vec<UtcMillis> = air.hours().into_iter().map(|hour| Level::CetDay.start(hour)).collect();
    starts.dedup();
    let in_span = starts.into_iter().filter(|start| (span.from..span.to).contains(start));
    in_span.map(|start| AirDay::new(air, start, now)).collect()
}

impl AirDay {
    fn new(air: &PoleAir, start: UtcMillis, now: UtcMillis) -> Self {
        let end = next_start(Level::CetDay, start);
        let pollutants = air.pollutants.iter().map(|(of, hours)| PollutantDay::new(*of, hours, (start, end), now));
        Self { date: cet_date(start).to_string(), start, end, pollutants: pollutants.collect() }
    }
}

impl PollutantDay {
    fn new(pollutant: Pollutant, hours: &PollutantHours, (start, end): (UtcMillis, UtcMillis), now: UtcMillis) -> Self {
        let Average { mean, valid, needed, .. } = hours.means.day(start);
        let has_max_8h = matches!(pollutant, Pollutant::O3 | Pollutant::Co);
        let max_8h = has_max_8h.then(|| hours.means.max_8h(start));
        let day = || hours.hours.range(start..end).map(|(_, hour)| hour);
        let (state, revision) = State::of_hours(day(), end, now);
        Self {
            pollutant: pollutant.id(),
            unit: pollutant.unit(),
            mean: mean.map(exact),
            valid_hours: valid,
            needed_hours: needed,
            max_8h: max_8h.map(|max| Max8h { mean: max.mean.map(exact), valid: max.valid, needed: max.needed }),
            uncorrected: day().any(|hour| hour.uncorrected),
            state: state.into(),
            revision,
        }
    }
}

const COLUMNS: [&str; 17] = [
    "pole",
    "date",
    "start",
    "start_local",
    "end",
    "end_local",
    "pollutant",
    "unit",
    "mean",
    "valid_hours",
    "needed_hours",
    "max_8h",
    "max_8h_valid",
    "max_8h_needed",
    "uncorrected",
    "state",
    "revision",
];

/// A row is a day of a pollutant.
impl Tabular for AirDays {
    fn write(&self, out: &mut Writer) -> csv::Result<()> {
        let days = self.items.iter();
        out.table(COLUMNS, days.flat_map(|day| day.pollutants.iter().map(|of| day.row(&self.scope.id, of))))
    }

    fn next(&self) -> Option<&Cursor> {
        self.next.as_ref()
    }

    fn methods(&self) -> Vec<MethodName> {
        self.methods.to_vec()
    }

    /// Covered are valid hours, of 24.
    fn stretches(&self) -> Vec<Stretch> {
        let of_day = |day: &AirDay| {
            let (start, end) = (day.start, day.end);
            let coverage = |of: &PollutantDay| Some(share(of.valid_hours.into(), 24));
            day.pollutants.iter().map(|of| Stretch { start, end, coverage: coverage(of) }).collect::<Vec<_>>()
        };
        self.items.iter().flat_map(of_day).collect()
    }
}

impl AirDay {
    fn row<'a>(&'a self, pole: &'a str, of: &'a PollutantDay) -> [Cell<'a>; COLUMNS.len()] {
        let ([start, start_local], [end, end_local]) = (Cell::instant(self.start), Cell::instant(self.end));
        [
            pole.into(),
            Cell::Date(&self.date),
            start,
            start_local,
            end,
            end_local,
            of.pollutant.into(),
            of.unit.into(),
            of.mean.into(),
            of.valid_hours.into(),
            of.needed_hours.into(),
            of.max_8h.as_ref().and_then(|max| max.mean).into(),
            of.max_8h.as_ref().map(|max| max.valid).into(),
            of.max_8h.as_ref().map(|max| max.needed).into(),
            of.uncorrected.into(),
            Cell::word(&of.state),
            of.revision.into(),
        ]
    }
}
