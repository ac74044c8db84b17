//! `GET /api/v1/air/limits`

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use smartpole_method::{
    air::{Average, Pollutant, cet_date},
    limits::{self, Above, Averaging, Limit, YearMeans},
    methods,
};
use smartpole_model::UtcMillis;
use smartpole_store::PoleAir;
use utoipa::{IntoParams, ToSchema};

use super::{HOUR_MS, hour::exact};
use crate::{
    ApiState, Parts,
    list::Number,
    number::{self, Exact},
    problem::{Problem, Refused},
    representation::Question,
    routes::{
        method::MethodName,
        place::{Place, Year, year_span},
    },
    scope::ScopeName,
};

mod table;

/// Most poles of a zone whose years are counted in one answer.
const MAX_POLES: usize = 100;
/// The first mean of 8 hours that ends in a year begins 7 hours before it.
const BEFORE_MS: i64 = 7 * HOUR_MS;
/// What the counts are not.
const NOTE: &str = "for orientation: a pole is no legal sampling point and its sensors are no reference method, so these are hours and \
                    days above a number, not exceedances";

/// Whose year. Give one of `pole` and `zone`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedLimits {
    /// Id of a pole.
    #[param(example = "AM-01")]
    pole: Option<String>,
    /// Id of a zone of at most 100 poles.
    zone: Option<String>,
    /// A year of CET; if left out this one, or that of `as_of`.
    #[param(value_type = Option<u16>, minimum = 2000, maximum = 2200)]
    year: Option<Year>,
    /// As what had been received by this minute would have answered; what is known now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<UtcMillis>,
}

/// A year beside the numbers that air is measured against.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AirLimits {
    /// Whose.
    scope: ScopeName,
    /// Which year of CET.
    year: i16,
    /// What the counts are not.
    #[schema(value_type = String)]
    note: &'static str,
    /// How they were made.
    method: MethodName,
    /// One for each number that applies on a day of the year.
    items: Vec<LimitItem>,
}

/// A number, and how often a year lay above it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LimitItem {
    /// Whose it is: `bimschv39`, `directive2024` or `who2021`.
    #[schema(value_type = String, example = "bimschv39")]
    regime: &'static str,
    /// What it is: `limit`, `target`, `long_term`, `guideline` or `interim1` to `interim4`.
    #[schema(value_type = String, example = "limit")]
    kind: &'static str,
    /// Id of the pollutant.
    #[schema(value_type = String, example = "pm10")]
    pollutant: &'static str,
    /// The time that means are of: `hour`, `day`, `max_8h` (the largest mean of 8 hours of a day) or `year`.
    #[schema(value_type = String, example = "day")]
    averaging: &'static str,
    /// The number.
    #[schema(value_type = f64)]
    number: Exact,
    /// UCUM code.
    #[schema(value_type = String, example = "ug/m3")]
    unit: &'static str,
    /// How many hours or days of a calendar year may lie above it.
    allowed: u16,
    /// Over how many years the count of those is averaged.
    years: u8,
    /// The first day on which it applies.
    #[schema(example = "2010-08-06")]
    in_force_from: String,
    /// The last one, if there is one.
    in_force_to: Option<String>,
    /// How far an indicative measurement may be off at the number, per cent; what is known of the sensors is no better.
    uncertainty_percent: u8,
    /// Where number and uncertainty stand.
    #[schema(value_type = String)]
    source: &'static str,
    /// Id of the pole with the most hours or days above it; null if there are none.
    worst: Option<String>,
    /// The fewest hours or days above it at a pole with valid ones.
    lowest: Option<u32>,
    /// The most.
    highest: Option<u32>,
    /// One for each pole that has sensors of the pollutant.
    poles: Vec<PoleAbove>,
}

/// How often the year of a pole lay above a number; for a mean of the year itself, whether the year did (0 or 1).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PoleAbove {
    /// Its id.
    #[schema(example = "AM-01")]
    pole: String,
    /// Hours or days with a valid mean above it; null if there is no valid one.
    above: Option<u32>,
    /// Hours or days with a valid mean.
    valid: u32,
    /// Hours or days of the year.
    of: u32,
    /// Whether enough of the year is valid; else there may have been more.
    complete: bool,
    /// Whether means hold values of an optical particle sensor that nothing corrected.
    uncorrected: bool,
    /// For a number that means of a year are measured against, the mean of this one; else null.
    year_mean: Option<YearMean>,
}

/// The mean of a year.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct YearMean {
    /// The mean of its valid hourly means, in the unit of the number; null of fewer than `needed_hours`.
    #[schema(value_type = Option<f64>)]
    mean: Option<Exact>,
    /// Valid hours.
    valid_hours: u32,
    /// How many there must be: 90 % of the year, by the directive of 2024 85 %.
    needed_hours: u32,
    /// Hours of the year.
    hours: u32,
}

/// Hours and days of a year above limit values, targets and guidelines: orientation, no legal sampling point.
#[utoipa::path(get, path = "/api/v1/air/limits", tag = "air", params(WantedLimits), responses(
    (status = 200, description = "In the order of the numbers' file.", body = AirLimits),
    Refused,
))]
pub(crate) async fn limits(
    State(state): State<ApiState>,
    Question(wanted, form): Question<WantedLimits>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &answer(parts, &wanted)?)).await
}

fn answer(parts: &Parts, wanted: &WantedLimits) -> Result<AirLimits, Problem> {
    let inputs = parts.queries.inputs(wanted.as_of)?;
    let place = Place::new(&parts.fold(), &inputs.registry, wanted.pole.as_deref(), wanted.zone.as_deref())?;
    let now = parts.queries.at(wanted.as_of);
    if place.poles.len() > MAX_POLES {
        let detail = format!("zone: {} has {} poles, {MAX_POLES} are the most", place.name.id, place.poles.len());
        return Err(Problem::parameter(detail, "ask for a smaller zone, or for its poles one by one"));
    }
    let year = wanted.year.map_or_else(|| cet_date(now).year(), |year| i16::try_from(year.0).unwrap_or(i16::MAX));
    let span = year_span(Number(year.unsigned_abs().into()))?;
    let numbers: Vec<&'static Limit> = limits::all().iter().filter(|limit| applies_in(limit, year)).collect();
    let counted = place.air(parts, (span.from.plus(-BEFORE_MS), span.to), wanted.as_of, |pole, air| {
        let years = air.pollutants.iter().filter_map(|(of, hours)| Some((*of, YearMeans::new(&hours.means, year)?)));
        let years: BTreeMap<Pollutant, YearMeans<'_>> = years.collect();
        numbers.iter().map(|limit| above(limit, &air, &years, pole, span.from)).collect::<Vec<_>>()
    })?;
    let item = |(at, limit): (usize, &&'static Limit)| {
        LimitItem::new(limit, counted.iter().filter_map(|pole| pole.get(at)?.clone()).collect())
    };
    let items = numbers.iter().enumerate().map(item).collect();
    Ok(AirLimits { scope: place.name, year, note: NOTE, method: methods::AIR_LIMITS.into(), items })
}

/// Whether it applies on a day of the year.
fn applies_in(limit: &Limit, year: i16) -> bool {
    limit.from.year() <= year && limit.to.is_none_or(|to| year <= to.year())
}

/// `None` of a pole that has no sensor of the pollutant.
fn above(
    limit: &Limit,
    air: &PoleAir,
    years: &BTreeMap<Pollutant, YearMeans<'_>>,
    pole: &str,
    from: UtcMillis,
) -> Option<PoleAbove> {
    let (known, year) = (air.pollutants.get(&limit.pollutant)?, years.get(&limit.pollutant)?);
    let Above { above, valid, of, is_complete } = limit.above(year);
    let uncorrected = known.hours.range(from..).any(|(_, hour)| hour.uncorrected);
    let above = (valid > 0).then_some(above);
    let is_yearly = limit.averaging == Averaging::Year;
    let year_mean = year.mean(limit.regime).filter(|_| is_yearly).map(YearMean::from);
    Some(PoleAbove { pole: pole.to_owned(), above, valid, of, complete: is_complete, uncorrected, year_mean })
}

impl From<Average> for YearMean {
    fn from(Average { mean, valid, needed, of }: Average) -> Self {
        Self { mean: mean.map(exact), valid_hours: valid, needed_hours: needed, hours: of }
    }
}

impl LimitItem {
    fn new(limit: &'static Limit, poles: Vec<PoleAbove>) -> Self {
        let counts = || poles.iter().filter_map(|pole| pole.above);
        let highest = counts().max();
        let worst = poles.iter().find(|pole| pole.above == highest && highest > Some(0));
        Self {
            regime: limit.regime.id(),
            kind: limit.kind.id(),
            pollutant: limit.pollutant.id(),
            averaging: limit.averaging.id(),
            number: number::decimal(limit.value.mantissa, limit.value.decimals),
            unit: limit.pollutant.unit(),
            allowed: limit.allowed,
            years: limit.years,
            in_force_from: limit.from.to_string(),
            in_force_to: limit.to.map(|to| to.to_string()),
            uncertainty_percent: limit.uncertainty_percent,
            source: &limit.source,
            worst: worst.map(|pole| pole.pole.clone()),
            lowest: counts().min(),
            highest,
            poles,
        }
    }
}

#[cfg(test)]
mod tests {
    use smartpole_method::air::{HourlyMeans, Mean, Regime, cet_year};
    use smartpole_store::PollutantHours;

    use super::*;

    /// A pole whose first `valid` hours of 2026 have a mean of 12.25 µg/m³ of NO2.
    fn pole(valid: i64) -> PoleAir {
        let (from, _) = cet_year(2026).unwrap();
        let hours = (0..valid).map(|hour| (from.plus(hour * HOUR_MS), Mean(12_250_000)));
        let known = PollutantHours { means: HourlyMeans::of_means(hours), ..PollutantHours::default() };
        PoleAir { pollutants: [(Pollutant::No2, known)].into(), ..PoleAir::default() }
    }

    fn told(regime: Regime, averaging: Averaging, valid: i64) -> String {
        let (air, (from, _)) = (pole(valid), cet_year(2026).unwrap());
        let is_asked =
            |limit: &&Limit| (limit.regime, limit.averaging, limit.pollutant) == (regime, averaging, Pollutant::No2);
        let limit = limits::all().iter().find(is_asked).unwrap();
        let years = [(Pollutant::No2, YearMeans::new(&air.pollutants[&Pollutant::No2].means, 2026).unwrap())].into();
        let told = above(limit, &air, &years, "A", from).unwrap();
        serde_json::to_string(&told.year_mean).unwrap()
    }

    #[test]
    fn beside_a_number_for_years_stands_the_mean_of_the_year_if_enough_of_its_hours_are_valid() {
        let of = |regime, valid| told(regime, Averaging::Year, valid);
        let german =
            |mean, valid| format!(r#"{{"mean":{mean},"valid_hours":{valid},"needed_hours":7884,"hours":8760}}"#);
        assert_eq!(of(Regime::Bimschv39, 7884), german("12.25", 7884));
        assert_eq!(of(Regime::Bimschv39, 7883), german("null", 7883));
        let european = r#"{"mean":12.25,"valid_hours":7446,"needed_hours":7446,"hours":8760}"#;
        assert_eq!(of(Regime::Directive2024, 7446), european, "85 %");
        assert_eq!(told(Regime::Bimschv39, Averaging::Hour, 8000), "null", "a number for hours");
    }
}
