//! The air of a site: how its hours are classed, and two means.

use std::collections::BTreeMap;

use smartpole_method::air::{Mean, Pollutant};
use smartpole_model::UtcMillis;
use smartpole_store::{Air, PoleAir};

use super::{Asked, NO_DATA, NO_INDEX, NO_SENSOR, SiteFigure, place::Site};
use crate::{number, problem::Problem};

/// Share of the hours of each class of the index, 0 sehr gut to 4 sehr schlecht.
const CLASSES: [[&str; 3]; 5] = [
    ["air", "uba_lqi_2025_class_0", "1"],
    ["air", "uba_lqi_2025_class_1", "1"],
    ["air", "uba_lqi_2025_class_2", "1"],
    ["air", "uba_lqi_2025_class_3", "1"],
    ["air", "uba_lqi_2025_class_4", "1"],
];
const MEANS: [(Pollutant, [&str; 3]); 2] =
    [(Pollutant::Pm2_5, ["air", "pm2_5", "ug/m3"]), (Pollutant::No2, ["air", "no2", "ug/m3"])];

/// What a pole says.
struct Heard {
    is_heard: bool,
    classes: Vec<(UtcMillis, u8)>,
    /// Means of the whole time and numbers of hours, in the order of [`MEANS`].
    means: [Option<(Mean, i64)>; MEANS.len()],
}

pub(super) fn figures(asked: &Asked<'_>, site: &Site) -> Result<Vec<SiteFigure>, Problem> {
    let span = (asked.span.from, asked.span.to.min(asked.now));
    let heard = site.place.air(asked.parts, span, asked.as_of, |_, air| Heard::new(&air))?;
    let mut figures = classes(asked, site, &heard);
    figures.extend((0..).zip(MEANS).map(|(at, (pollutant, what))| mean(asked, site, &heard, (at, pollutant, what))));
    Ok(figures)
}

impl Heard {
    fn new(air: &PoleAir) -> Self {
        let class = |hour: UtcMillis| Some((hour, air.answer(Air::INDEX, hour).class?));
        let mean = |(pollutant, _)| {
            let hours = &air.pollutants.get(&pollutant)?.hours;
            let valid: Vec<Mean> = hours.values().filter_map(|hour| hour.mean).collect();
            Some((Mean::of_means(valid.iter().copied())?, valid.len() as i64))
        };
        let is_heard = !air.pollutants.is_empty();
        Self { is_heard, classes: air.hours().into_iter().filter_map(class).collect(), means: MEANS.map(mean) }
    }
}

/// Of several poles an hour has the class of the worst.
fn classes(asked: &Asked<'_>, site: &Site, heard: &[Heard]) -> Vec<SiteFigure> {
    if !Air::INDEX.pollutants().any(|pollutant| site.measures(pollutant.id())) {
        return CLASSES.map(|what| SiteFigure::missing(what, NO_SENSOR)).to_vec();
    }
    let mut hours: BTreeMap<UtcMillis, u8> = BTreeMap::new();
    for (hour, class) in heard.iter().flat_map(|heard| &heard.classes) {
        let worst = hours.entry(*hour).or_insert(*class);
        *worst = (*worst).max(*class);
    }
    let (all, coverage) = (hours.len() as i64, number::share(hours.len() as i64, asked.hours()));
    let why = if heard.iter().any(|heard| heard.is_heard) { NO_INDEX } else { NO_DATA };
    let share = |(class, what): (u8, [&'static str; 3])| {
        let some = hours.values().filter(|worst| **worst == class).count() as i64;
        SiteFigure::new(what, (all > 0).then(|| number::share(some, all)), all, coverage).or(why)
    };
    (0..).zip(CLASSES).map(share).collect()
}

/// Of several poles the mean of their means, each of the same weight.
fn mean(
    asked: &Asked<'_>,
    site: &Site,
    heard: &[Heard],
    (at, pollutant, what): (usize, Pollutant, [&'static str; 3]),
) -> SiteFigure {
    if !site.measures(pollutant.id()) {
        return SiteFigure::missing(what, NO_SENSOR);
    }
    let known: Vec<(Mean, i64)> = heard.iter().filter_map(|heard| *heard.means.get(at)?).collect();
    let hours: i64 = known.iter().map(|(_, hours)| hours).sum();
    let mean = Mean::of_means(known.iter().map(|(mean, _)| *mean));
    let coverage = number::share(hours, asked.hours().saturating_mul(known.len().max(1) as i64));
    SiteFigure::new(what, mean.map(|mean| number::decimal(mean.at(1), 1)), hours, coverage)
}
