//! How many pass in opening hours.

use super::{Asked, NO_SENSOR, SiteFigure, place::Site};
use crate::{
    problem::Problem,
    routes::footfall::{IN, OUT, OpenDays, open_days},
};

const WEEKDAY: [&str; 3] = ["footfall", "crossings_per_weekday", "/d"];
const SATURDAY: [&str; 3] = ["footfall", "crossings_per_saturday", "/d"];

pub(super) fn figures(asked: &Asked<'_>, site: &Site) -> Result<Vec<SiteFigure>, Problem> {
    let is_counted = [IN, OUT].iter().any(|property| site.measures(property));
    let missing = site.no_sum.or((!is_counted).then_some(NO_SENSOR));
    let (Some(scope), None) = (site.scope, missing) else {
        let why = missing.unwrap_or(NO_SENSOR);
        return Ok([WEEKDAY, SATURDAY].map(|what| SiteFigure::missing(what, why)).to_vec());
    };
    let [weekdays, saturdays] = open_days(asked.parts, scope, asked.span, asked.as_of)?;
    Ok(vec![figure(WEEKDAY, &weekdays), figure(SATURDAY, &saturdays)])
}

fn figure(what: [&'static str; 3], found: &OpenDays) -> SiteFigure {
    let OpenDays { mean, days, of, coverage, not_comparable } = *found;
    // nothing of no day is covered
    let coverage = if of == 0 { crate::number::share(0, 1) } else { coverage };
    SiteFigure { not_comparable, ..SiteFigure::new(what, mean, days, coverage) }
}
