//! The air of a site: how its hours are classed, and two means.

use std::collections::BTreeMap;

use smartpole_method::{
    air::{Mean, Pollutant},
    methods,
};
use smartpole_model::UtcMillis;
use smartpole_store::{Air, PoleAir};

use super::{
    Asked,
    figure::{NO_DATA, NO_INDEX, NO_SENSOR, SiteFigure, What},
    place::Site,
};
use crate::{number, problem::Problem};

/// Share of the hours of each class of the index, 0 sehr gut to 4 sehr schlecht.
const CLASSES: [What; 5] = [
    class("uba_lqi_2025_class_0"),
    class("uba_lqi_2025_class_1"),
    class("uba_lqi_2025_class_2"),
    class("uba_lqi_2025_class_3"),
    class("uba_lqi_2025_class_4"),
];
const MEANS: [(Pollutant, What); 2] =
    [(Pollutant::Pm2_5, mean_of("pm2_5", &["pm2_5"])), (Pollutant::No2, mean_of("no2", &["no2"]))];
/// Ids of the pollutants of the index.
const INDEXED: [&str; 5] = ["pm2_5", "pm10", "no2", "o3", "so2"];

const fn class(figure: &'static str) -> What {
    What { theme: "air", figure, unit: "1", method: methods::INDEX_UBA_LQI_2025, measured: &INDEXED }
}

const fn mean_of(figure: &'static str, measured: &'static [&'static str]) -> What {
    What { theme: "air", figure, unit: "ug/m3", method: methods::AIR_HOUR, measured }
}

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
    let share = |(class, what): (u8, What)| {
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
    (at, pollutant, what): (usize, Pollutant, What),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_made_of_its_pollutants() {
        assert!(Air::INDEX.pollutants().map(Pollutant::id).eq(INDEXED));
    }
}
