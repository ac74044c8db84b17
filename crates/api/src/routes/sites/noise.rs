//! How loud a site is by day, in the evening and at night.

use smartpole_method::{
    calendar, methods,
    noise::{self, Period, PeriodLevel},
};
use smartpole_model::Mean;
use smartpole_window::energy;

use super::{
    Asked, HOUR_MS,
    figure::{NO_SENSOR, SiteFigure, What},
    place::Site,
};
use crate::{
    number,
    problem::Problem,
    routes::noise::{PROPERTY, level},
};

const PERIODS: [(Period, What); 3] =
    [(Period::Day, what("laeq_day")), (Period::Evening, what("laeq_evening")), (Period::Night, what("laeq_night"))];

const fn what(figure: &'static str) -> What {
    What { theme: "noise", figure, unit: "dB", method: methods::NOISE_PERIOD, measured: &[PROPERTY] }
}

pub(super) fn figures(asked: &Asked<'_>, site: &Site) -> Result<Vec<SiteFigure>, Problem> {
    let property = asked.parts.fold().inputs().registry.properties.by_id(PROPERTY).cloned();
    let Some(property) = property.filter(|property| site.measures(&property.id) && property.mean == Mean::Energy)
    else {
        return Ok(PERIODS.map(|(_, what)| SiteFigure::missing(what, NO_SENSOR)).to_vec());
    };
    let end = asked.span.to.min(asked.now);
    // the night of the last day ends up to a day after the span
    let span = (asked.span.from, end.plus(25 * HOUR_MS));
    let poles = site.place.hours(asked.parts, property.number, span, asked.as_of)?;
    let heard: Vec<_> = poles.iter().filter(|(_, hours)| !hours.is_empty()).collect();
    let dates: Vec<_> = noise::days(calendar::Span { from: asked.span.from, to: end.max(asked.span.from) }).collect();
    let figure = |(period, what): (Period, What)| {
        let over = dates.iter().filter(|date| period.span(**date).to <= asked.now);
        let levels = over.flat_map(|date| heard.iter().map(|(_, hours)| level(period, *date, hours)));
        figure(what, &levels.collect::<Vec<_>>())
    };
    Ok(PERIODS.map(figure).to_vec())
}

/// The level of the mean energy of the periods that have one, of all poles.
fn figure(what: What, levels: &[PeriodLevel]) -> SiteFigure {
    let known: Vec<i64> = levels.iter().filter_map(|level| level.tenths).collect();
    let energies = known.iter().fold(0_i64, |sum, tenths| sum.saturating_add(energy::of_tenths(*tenths)));
    let mean = energy::mean_tenths(energies, known.len() as i64);
    let covered = levels.iter().map(|level| level.covered_ms).sum();
    let coverage = number::share(covered, levels.iter().map(|level| level.length_ms).sum::<i64>().max(1));
    SiteFigure::new(what, mean.map(|tenths| number::decimal(tenths, 1)), known.len() as i64, coverage)
}
