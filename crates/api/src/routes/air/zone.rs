//! One hour of a zone: its worst pole, and how far its poles lie apart.

use serde::Serialize;
use smartpole_method::{
    air::{HourEnd, Mean, Pollutant, zone_mean},
    index::{Answer, Index, worst_of},
};
use smartpole_model::UtcMillis;
use smartpole_store::PoleAir;
use utoipa::ToSchema;

use super::{HOUR_MS, hour::exact};
use crate::number::Exact;

/// What one pole says of an hour.
pub(super) struct Heard<'a> {
    pole: &'a str,
    means: Vec<(Pollutant, Mean)>,
    answers: [Answer; 3],
}

/// An hour of air in a zone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ZoneHour {
    /// First instant.
    #[schema(value_type = String, format = DateTime)]
    pub(super) start: UtcMillis,
    /// First instant after it.
    #[schema(value_type = String, format = DateTime)]
    pub(super) end: UtcMillis,
    /// Its end in CET (UTC+1, no summer time), as the Umweltbundesamt names hours.
    #[schema(example = "2026-11-28 24:00:00")]
    pub(super) hour_end_label: String,
    /// One for each pollutant of which a pole has an hourly mean.
    pub(super) pollutants: Vec<ZonePollutant>,
    /// One for each method; they are not comparable.
    pub(super) indices: Vec<ZoneIndex>,
}

/// An hour of one pollutant in a zone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ZonePollutant {
    /// Its id.
    #[schema(value_type = String, example = "pm2_5")]
    pub(super) pollutant: &'static str,
    /// UCUM code.
    #[schema(value_type = String, example = "ug/m3")]
    pub(super) unit: &'static str,
    /// The mean of the poles' means, each of the same weight; no index is made of it.
    #[schema(value_type = f64)]
    pub(super) mean: Exact,
    /// The smallest mean of a pole.
    #[schema(value_type = f64)]
    pub(super) lowest: Exact,
    /// The largest.
    #[schema(value_type = f64)]
    pub(super) highest: Exact,
    /// Id of the pole that has it.
    #[schema(example = "AM-01")]
    pub(super) pole: String,
    /// Poles with a mean.
    pub(super) poles: u32,
}

/// What the indices of the poles say together.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ZoneIndex {
    /// Method and version.
    #[schema(value_type = String, example = "uba_lqi_2025")]
    pub(super) index: &'static str,
    /// The version.
    #[schema(value_type = String, example = "2025")]
    pub(super) version: &'static str,
    /// The worst class of a pole; null if no pole has an index.
    pub(super) class: Option<u8>,
    /// Id of the pollutant that sets it.
    #[schema(value_type = Option<String>, example = "pm2_5")]
    pub(super) worst: Option<&'static str>,
    /// Id of the pole that has it.
    #[schema(example = "AM-01")]
    pub(super) pole: Option<String>,
    /// The best class of a pole.
    pub(super) best: Option<u8>,
    /// Poles with an index.
    pub(super) poles: u32,
    /// Whether the indices of all these poles are complete; else no advice on health may stand beside it.
    pub(super) complete: bool,
}

impl<'a> Heard<'a> {
    pub(super) fn new(pole: &'a str, air: &PoleAir, start: UtcMillis) -> Self {
        let mean = |pollutant: &Pollutant| Some((*pollutant, air.hour(*pollutant, start)?.mean?));
        let means = air.pollutants.keys().filter_map(mean).collect();
        Self { pole, means, answers: air.indices().map(|index| air.answer(index, start)) }
    }
}

impl ZoneHour {
    pub(super) fn new(start: UtcMillis, poles: &[Heard<'_>]) -> Self {
        let pollutants = Pollutant::ALL.into_iter().filter_map(|pollutant| ZonePollutant::new(pollutant, poles));
        // of all poles the same methods
        let methods = poles.first().into_iter().flat_map(|heard| heard.answers.iter().map(|answer| answer.index));
        let index = |(at, index): (usize, Index)| {
            let answers = poles.iter().filter_map(|heard| Some((heard.pole, heard.answers.get(at)?)));
            ZoneIndex::new(index, answers)
        };
        let (end, hour_end_label) = (start.plus(HOUR_MS), HourEnd::of(start).to_string());
        let indices = methods.enumerate().map(index).collect();
        Self { start, end, hour_end_label, pollutants: pollutants.collect(), indices }
    }
}

impl ZonePollutant {
    fn new(pollutant: Pollutant, poles: &[Heard<'_>]) -> Option<Self> {
        let means = poles.iter().flat_map(|heard| heard.means.iter().map(|(of, mean)| (heard.pole, *of, *mean)));
        let zone = zone_mean(means.filter(|(_, of, _)| *of == pollutant).map(|(pole, _, mean)| (pole, mean)))?;
        Some(Self {
            pollutant: pollutant.id(),
            unit: pollutant.unit(),
            mean: exact(zone.mean),
            lowest: exact(zone.lowest),
            highest: exact(zone.highest),
            pole: zone.worst.to_owned(),
            poles: zone.poles,
        })
    }
}

impl ZoneIndex {
    fn new<'a>(index: Index, answers: impl Iterator<Item = (&'a str, &'a Answer)>) -> Self {
        let worst = worst_of(answers);
        Self {
            index: index.id(),
            version: index.version(),
            class: worst.map(|worst| worst.class),
            worst: worst.map(|worst| worst.pollutant.id()),
            pole: worst.map(|worst| worst.pole.to_owned()),
            best: worst.map(|worst| worst.best),
            poles: worst.map_or(0, |worst| worst.poles),
            complete: worst.is_some_and(|worst| worst.complete),
        }
    }
}
