//! `AirQualityObserved`: the newest hour of air at each pole.

use smartpole_method::{
    air::{Mean, Pollutant},
    index::Index,
};
use smartpole_model::UtcMillis;
use smartpole_store::PoleAir;

use super::{
    entity::Entity,
    pole::{CONTEXT, DAY_MS, HOUR_MS, Named, poles},
};
use crate::{Parts, number, problem::Problem};

/// The words of the index's classes, in English.
const LEVELS: [&str; 5] = ["very good", "good", "moderate", "poor", "very poor"];

/// One for each pole that had a valid mean in the last day.
pub(super) fn entities(parts: &Parts) -> Result<Vec<Entity>, Problem> {
    let (poles, numbers) = poles(&parts.fold(), |_| true);
    let now = parts.queries.at(None);
    let mut pole = poles.iter();
    let heard =
        parts.queries.air_hours(&numbers, (now.plus(-DAY_MS), now), None, |_, air| entity(pole.next()?, &air, now));
    Ok(heard?.into_iter().flatten().collect())
}

fn entity((id, name, position): &Named, air: &PoleAir, now: UtcMillis) -> Option<Entity> {
    let means = |hour: UtcMillis| {
        Pollutant::ALL.into_iter().filter_map(move |pollutant| Some((pollutant, air.hour(pollutant, hour)?.mean?)))
    };
    let is_over = |hour: &UtcMillis| hour.plus(HOUR_MS) <= now;
    let hour = air.hours().into_iter().rev().filter(is_over).find(|hour| means(*hour).next().is_some())?;
    let end = hour.plus(HOUR_MS);
    let mut entity = Entity::new("AirQualityObserved", id, CONTEXT)
        .text("name", name)
        .text(
            "description",
            "hourly means of sensors at a street lamp, not official; dateObserved is the end of the hour",
        )
        .time("dateObserved", end)
        .at(*position);
    for (pollutant, mean) in means(hour) {
        let (attribute, unit) = named(pollutant);
        entity = entity.measured(attribute, number::decimal(mean.0, Mean::DIGITS), Some(unit), end);
    }
    let class = air.answer(Index::UbaLqi2025, hour).class;
    let level = class.and_then(|class| LEVELS.get(usize::from(class)));
    Some(match class.zip(level) {
        None => entity,
        Some((class, level)) => {
            entity.counted("airQualityIndex", i64::from(class), end).text("airQualityLevel", *level)
        }
    })
}

/// The attribute's name, and its unit by UN/CEFACT: GQ is µg/m³, GP mg/m³.
fn named(pollutant: Pollutant) -> (&'static str, &'static str) {
    match pollutant {
        Pollutant::Pm2_5 => ("pm25", "GQ"),
        Pollutant::Pm10 => ("pm10", "GQ"),
        Pollutant::No2 => ("no2", "GQ"),
        Pollutant::O3 => ("o3", "GQ"),
        Pollutant::So2 => ("so2", "GQ"),
        Pollutant::Co => ("co", "GP"),
    }
}
