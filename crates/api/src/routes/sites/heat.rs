//! How often it is hot at a site: at the pole of which most days are known.

use jiff::civil::Date;
use smartpole_method::{
    calendar, heat,
    methods::{self, Method},
};
use smartpole_store::PoleHours;

use super::{
    Asked, HOUR_MS,
    figure::{NO_DATA, NO_SENSOR, SiteFigure, TOO_LITTLE, What},
    place::Site,
};
use crate::{
    number,
    problem::Problem,
    routes::heat::{PROPERTY, UNIT, said},
};

const HOT: What = what("hot_days", methods::HEAT_HOT_DAY);
const TROPICAL: What = what("tropical_nights", methods::HEAT_TROPICAL_NIGHT);

const fn what(figure: &'static str, method: Method) -> What {
    What { theme: "heat", figure, unit: "1", method, measured: &[PROPERTY] }
}

pub(super) fn figures(asked: &Asked<'_>, site: &Site) -> Result<Vec<SiteFigure>, Problem> {
    let property = asked.parts.fold().inputs().registry.properties.by_id(PROPERTY).cloned();
    let Some(property) = property.filter(|property| site.measures(&property.id) && property.unit == UNIT) else {
        return Ok([HOT, TROPICAL].map(|what| SiteFigure::missing(what, NO_SENSOR)).to_vec());
    };
    let end = asked.span.to.min(asked.now).max(asked.span.from);
    // the night before a day begins six hours before it
    let span = (asked.span.from.plus(-6 * HOUR_MS), end);
    let poles = site.place.hours(asked.parts, property.number, span, asked.as_of)?;
    let over = |date: &Date| heat::day(*date).to <= end;
    let dates: Vec<Date> = heat::dates(calendar::Span { from: asked.span.from, to: end }).filter(over).collect();
    let why = if poles.iter().any(|(_, hours)| !hours.is_empty()) { TOO_LITTLE } else { NO_DATA };
    let figure = |what, is: fn(Date, u8, &[heat::Hour]) -> heat::Answer| {
        let answers =
            poles.iter().map(|(_, hours)| answers(&dates, hours, |date, said| is(date, property.decimals, said)));
        figure(what, dates.len(), answers).or(why)
    };
    Ok(vec![figure(HOT, heat::is_hot_day), figure(TROPICAL, heat::is_tropical_night)])
}

/// What the hours of a pole say of each date.
fn answers(dates: &[Date], hours: &PoleHours, is: impl Fn(Date, &[heat::Hour]) -> heat::Answer) -> Vec<heat::Answer> {
    let around = |date: Date| {
        let hours = hours.range(heat::night(date).from..heat::day(date).to);
        hours.map(|(start, hour)| said(*start, hour)).collect::<Vec<_>>()
    };
    dates.iter().map(|date| is(*date, &around(*date))).collect()
}

/// How many were, at the pole of which most are known.
fn figure(what: What, days: usize, poles: impl Iterator<Item = Vec<heat::Answer>>) -> SiteFigure {
    let known = |answers: &Vec<heat::Answer>| answers.iter().flatten().count();
    let best = poles.max_by_key(known).unwrap_or_default();
    let of = known(&best) as i64;
    let yes = best.iter().filter(|answer| **answer == Some(true)).count() as i64;
    let coverage = number::share(of, days.max(1) as i64);
    SiteFigure::new(what, (of > 0).then(|| number::decimal(yes, 0)), of, coverage)
}
