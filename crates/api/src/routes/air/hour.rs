//! One hour of a pole.

use std::collections::BTreeMap;

use serde::Serialize;
use smartpole_method::{
    air::{HourEnd, Mean, Pollutant},
    index::Answer,
};
use smartpole_model::{Flags, UtcMillis};
use smartpole_store::PoleAir;
use utoipa::ToSchema;

use super::{HOUR_MS, official::Official};
use crate::{
    number::{self, Exact},
    routes::{peer_marks::Marks, window::WindowState},
};

/// An hour of air at a pole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PoleHour {
    /// First instant.
    #[schema(value_type = String, format = DateTime)]
    pub(super) start: UtcMillis,
    /// First instant after it.
    #[schema(value_type = String, format = DateTime)]
    pub(super) end: UtcMillis,
    /// Its end in CET (UTC+1, no summer time), as the Umweltbundesamt names hours.
    #[schema(example = "2026-11-28 24:00:00")]
    pub(super) hour_end_label: String,
    /// One for each pollutant that the pole has sensors of.
    pub(super) pollutants: Vec<PollutantHour>,
    /// One for each method; they are not comparable.
    pub(super) indices: Vec<IndexHour>,
    /// The same hour at the nearest official station that has one.
    pub(super) official: Option<Official>,
}

/// An hour of one pollutant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PollutantHour {
    /// Its id.
    #[schema(value_type = String, example = "pm2_5")]
    pub(super) pollutant: &'static str,
    /// UCUM code.
    #[schema(value_type = String, example = "ug/m3")]
    pub(super) unit: &'static str,
    /// The mean of its sensors' hourly means; null if no sensor has three quarters of its readings.
    #[schema(value_type = Option<f64>)]
    pub(super) value: Option<Exact>,
    /// Part of the readings that came, of what a full hour should bring of the sensors that the value is made of, 0 to 1; without a value,
    /// of all sensors.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    pub(super) coverage: Exact,
    /// Whether there is a value.
    pub(super) valid: bool,
    /// Remarks of its readings; `peer`: the value lies far from those of the poles around, see `/api/v1/peers`.
    #[schema(value_type = Vec<String>)]
    pub(super) flags: Flags,
    /// How settled it is.
    pub(super) state: WindowState,
    /// How often it was changed after it was closed.
    pub(super) revision: u32,
}

/// What one method says of an hour.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IndexHour {
    /// Method and version: `uba_lqi_2025`, `uba_lqi_former` or `european_aqi_2024`.
    #[schema(value_type = String, example = "uba_lqi_2025")]
    pub(super) index: &'static str,
    /// The version.
    #[schema(value_type = String, example = "2025")]
    pub(super) version: &'static str,
    /// 0 (sehr gut) to 4 of `uba_lqi`, 1 (good) to 6 of `european_aqi`; null where the method makes no index of what was measured.
    pub(super) class: Option<u8>,
    /// Id of the pollutant that sets it.
    #[schema(value_type = Option<String>, example = "pm2_5")]
    pub(super) worst: Option<&'static str>,
    /// The class of each pollutant that has one, by its id.
    #[schema(value_type = BTreeMap<String, u8>)]
    pub(super) classes: BTreeMap<&'static str, u8>,
    /// Pollutants of the index without a class.
    #[schema(value_type = Vec<String>)]
    pub(super) missing: Vec<&'static str>,
    /// Those of the missing that were measured, but by light and without any correction.
    #[schema(value_type = Vec<String>)]
    pub(super) uncorrected: Vec<&'static str>,
    /// Whether every pollutant of the index has a class.
    pub(super) complete: bool,
    /// Whether advice on health may stand beside it.
    pub(super) may_advise: bool,
}

impl PoleHour {
    pub(super) fn new(air: &PoleAir, marks: &Marks, start: UtcMillis, official: Option<Official>) -> Self {
        let hour = |of: &Pollutant| Some(PollutantHour::new(air.hour(*of, start)?, *of, marks, start));
        let known = air.pollutants.keys().filter_map(hour);
        let indices = air.indices().map(|index| IndexHour::new(&air.answer(index, start)));
        let (end, hour_end_label) = (start.plus(HOUR_MS), HourEnd::of(start).to_string());
        Self { start, end, hour_end_label, pollutants: known.collect(), indices: indices.into(), official }
    }
}

impl PollutantHour {
    fn new(hour: &smartpole_store::PoleHour, pollutant: Pollutant, marks: &Marks, start: UtcMillis) -> Self {
        Self {
            pollutant: pollutant.id(),
            unit: pollutant.unit(),
            value: hour.mean.map(exact),
            coverage: number::share(hour.came, hour.expected),
            valid: hour.mean.is_some(),
            flags: marks.add(pollutant.id(), start, hour.flags),
            state: hour.state.into(),
            revision: hour.revision,
        }
    }
}

impl IndexHour {
    fn new(answer: &Answer) -> Self {
        let ids = |pollutants: &[Pollutant]| pollutants.iter().map(|pollutant| pollutant.id()).collect();
        Self {
            index: answer.index.id(),
            version: answer.index.version(),
            class: answer.class,
            worst: answer.worst.map(Pollutant::id),
            classes: answer.classes.iter().map(|(pollutant, class)| (pollutant.id(), *class)).collect(),
            missing: ids(&answer.missing),
            uncorrected: ids(&answer.uncorrected),
            complete: answer.is_complete(),
            may_advise: answer.may_advise(),
        }
    }
}

/// A mean with all its digits, so that who holds hourly means comes to the same means of longer times.
pub(super) fn exact(mean: Mean) -> Exact {
    number::decimal(mean.0, Mean::DIGITS)
}
