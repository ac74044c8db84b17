//! How many pass in opening hours.

use smartpole_method::methods;
use smartpole_model::registry::CountRule;

use super::{
    Asked,
    figure::{NO_SENSOR, SiteFigure, What},
    place::Site,
};
use crate::{
    problem::Problem,
    routes::footfall::{IN, OUT, OpenDays, open_days},
};

/// Figures by how a site is counted.
fn whats(rule: CountRule) -> [What; 2] {
    let what =
        |figure| What { theme: "footfall", figure, unit: "/d", method: methods::of_rule(rule), measured: &[IN, OUT] };
    ["crossings_per_weekday", "crossings_per_saturday"].map(what)
}

pub(super) fn figures(asked: &Asked<'_>, site: &Site) -> Result<Vec<SiteFigure>, Problem> {
    let is_counted = [IN, OUT].iter().any(|property| site.measures(property));
    let missing = site.no_sum.or((!is_counted).then_some(NO_SENSOR));
    let (Some(scope), None) = (site.scope, missing) else {
        let why = missing.unwrap_or(NO_SENSOR);
        return Ok(whats(site.rule).map(|what| SiteFigure::missing(what, why)).to_vec());
    };
    let days = open_days(asked.parts, scope, asked.span, asked.as_of)?;
    Ok(whats(site.rule).into_iter().zip(&days).map(|(what, found)| figure(what, found)).collect())
}

fn figure(what: What, found: &OpenDays) -> SiteFigure {
    let OpenDays { mean, days, of, coverage, not_comparable } = *found;
    // nothing of no day is covered
    let coverage = if of == 0 { crate::number::share(0, 1) } else { coverage };
    SiteFigure { not_comparable, ..SiteFigure::new(what, mean, days, coverage) }
}
