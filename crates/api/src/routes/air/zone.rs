//! One hour of a zone: its worst pole, and how far its poles lie apart.

use std::collections::BTreeMap;

use serde::Serialize;
use smartpole_method::{
    air::{HourEnd, Pollutant, zone_mean},
    index::{Answer, Index, worst_of},
};
use smartpole_model::{Flags, UtcMillis, ZoneNo};
use smartpole_pipeline::{NameKind, Scope};
use smartpole_store::{PoleAir, PoleHour, Step, Wanted, Window};
use utoipa::ToSchema;

use super::{HOUR_MS, hour::exact};
use crate::{
    Parts,
    number::{self, Exact},
    problem::Problem,
    routes::window::WindowState,
    span::Span,
};

/// Hours of the zone itself: poles leave it and come, so that its revisions are not the sum of theirs.
pub(super) type Windows = BTreeMap<(Pollutant, UtcMillis), Window>;

/// The hours of a zone that begin in a span.
pub(super) fn windows(parts: &Parts, zone: &str, span: Span, as_of: Option<UtcMillis>) -> Result<Windows, Problem> {
    let (inputs, mut windows) = (parts.queries.inputs(as_of)?, Windows::new());
    let Some(number) = parts.queries.number(NameKind::Zone, zone) else { return Ok(windows) };
    for pollutant in Pollutant::ALL {
        let Some(property) = inputs.registry.properties.by_id(pollutant.id()) else { continue };
        let (scope, step) = (Scope::Zone(ZoneNo(number)), Step::Hour);
        let wanted =
            Wanted { scope, property: property.number, channel: None, from: span.from, to: span.to, step, as_of };
        let hours = parts.queries.windows(&wanted)?.into_iter();
        windows.extend(hours.map(|window| ((pollutant, window.start), window)));
    }
    Ok(windows)
}

/// What one pole says of an hour.
pub(super) struct Heard<'a> {
    pole: &'a str,
    hours: Vec<(Pollutant, PoleHour)>,
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
    /// Part of the readings that came, of what a full hour should bring of the sensors that the poles' means are made of, 0 to 1.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    pub(super) coverage: Exact,
    /// Remarks of the readings of the poles that were heard in it; `peer` is one of a pole and stands there.
    #[schema(value_type = Vec<String>)]
    pub(super) flags: Flags,
    /// How settled the zone's hour is.
    pub(super) state: WindowState,
    /// How often it was changed after it was closed, also by poles that left the zone or came to it.
    pub(super) revision: u32,
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
        let hour = |pollutant: &Pollutant| Some((*pollutant, *air.hour(*pollutant, start)?));
        let hours = air.pollutants.keys().filter_map(hour).collect();
        Self { pole, hours, answers: air.indices().map(|index| air.answer(index, start)) }
    }

    fn hour(&self, pollutant: Pollutant) -> Option<&PoleHour> {
        self.hours.iter().find_map(|(of, hour)| (*of == pollutant).then_some(hour))
    }
}

impl ZoneHour {
    pub(super) fn new(start: UtcMillis, poles: &[Heard<'_>], windows: &Windows) -> Self {
        let end = start.plus(HOUR_MS);
        let pollutant = |pollutant| ZonePollutant::new(pollutant, poles, windows.get(&(pollutant, start))?);
        let pollutants = Pollutant::ALL.into_iter().filter_map(pollutant);
        // of all poles the same methods
        let methods = poles.first().into_iter().flat_map(|heard| heard.answers.iter().map(|answer| answer.index));
        let index = |(at, index): (usize, Index)| {
            let answers = poles.iter().filter_map(|heard| Some((heard.pole, heard.answers.get(at)?)));
            ZoneIndex::new(index, answers)
        };
        let hour_end_label = HourEnd::of(start).to_string();
        let indices = methods.enumerate().map(index).collect();
        Self { start, end, hour_end_label, pollutants: pollutants.collect(), indices }
    }
}

impl ZonePollutant {
    fn new(pollutant: Pollutant, poles: &[Heard<'_>], window: &Window) -> Option<Self> {
        let zone = zone_mean(poles.iter().filter_map(|heard| Some((heard.pole, heard.hour(pollutant)?.mean?))))?;
        let hours = || poles.iter().filter_map(|heard| heard.hour(pollutant));
        let made_of = || hours().filter(|hour| hour.mean.is_some());
        // a pole that sends more than it should makes up for no other
        let came = made_of().map(|hour| hour.came.min(hour.expected)).sum();
        Some(Self {
            pollutant: pollutant.id(),
            unit: pollutant.unit(),
            mean: exact(zone.mean),
            lowest: exact(zone.lowest),
            highest: exact(zone.highest),
            pole: zone.worst.to_owned(),
            poles: zone.poles,
            coverage: number::share(came, made_of().map(|hour| hour.expected).sum()),
            flags: hours().fold(Flags::NONE, |flags, hour| flags.union(hour.flags)),
            state: window.state.into(),
            revision: window.revision,
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
