//! How much of a site's parking is taken.

use smartpole_method::methods;
use smartpole_store::{Step, Wanted};

use super::{
    Asked,
    figure::{NO_SENSOR, SiteFigure, What},
    place::Site,
};
use crate::{number, problem::Problem};

/// 1 of a bay that is taken, 0 of one that is free.
const PROPERTY: &str = "parking_state";
const WHAT: What =
    What { theme: "parking", figure: "taken", unit: "1", method: methods::WINDOW_MEAN, measured: &[PROPERTY] };

/// The mean of the readings of all bays.
pub(super) fn figure(asked: &Asked<'_>, site: &Site) -> Result<SiteFigure, Problem> {
    let property = asked.parts.fold().inputs().registry.properties.by_id(PROPERTY).map(|property| property.number);
    let (Some(property), Some(scope), true) = (property, site.scope, site.measures(PROPERTY)) else {
        return Ok(SiteFigure::missing(WHAT, NO_SENSOR));
    };
    let (from, to) = (asked.span.from, asked.span.to);
    let wanted = Wanted { scope, property, channel: None, from, to, step: Step::Day, as_of: asked.as_of };
    let days = asked.parts.queries.windows(&wanted)?;
    let add = |of: fn(&smartpole_store::Window) -> i64| days.iter().map(of).sum::<i64>();
    let (taken, count) = (add(|day| day.aggregate.sum), add(|day| day.aggregate.count));
    let sensors = asked.parts.queries.counters(scope, (&[property], None), asked.as_of)?;
    let coverage = number::share(count, sensors.expected(&[(from, to.min(asked.now))]).max(1));
    Ok(SiteFigure::new(WHAT, (count > 0).then(|| number::share(taken, count)), count, coverage))
}
