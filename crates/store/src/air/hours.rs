//! The hours of a pole, and what indices say of them.

use std::collections::{BTreeMap, BTreeSet};

use smartpole_method::{
    air::{HourlyMeans, Pollutant},
    index::{Answer, Index, Measured, Site},
};
use smartpole_model::UtcMillis;

use crate::pole_hours::{HOUR_MS, PoleHour, PoleHours};

/// What a pole's sensors say of the air, hour by hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PoleAir {
    /// Where the pole stands, by the registry in force.
    pub site: Site,
    /// Only pollutants that were measured there.
    pub pollutants: BTreeMap<Pollutant, PollutantHours>,
}

/// The hours of one pollutant at a pole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PollutantHours {
    /// The means of the valid ones.
    pub means: HourlyMeans,
    /// All in which the pole was heard, in [`Pollutant::unit`].
    pub hours: PoleHours,
}

impl PollutantHours {
    pub(super) fn new(hours: PoleHours) -> Self {
        let valid = hours.iter().filter_map(|(start, hour)| Some((*start, hour.mean?)));
        Self { means: HourlyMeans::of_means(valid), hours }
    }

    /// Whether a valid one of the `hours` hours up to the end of the one that begins at `start` is uncorrected.
    fn is_uncorrected(&self, start: UtcMillis, hours: u8) -> bool {
        let first = start.plus(-(i64::from(hours) - 1) * HOUR_MS);
        self.hours.range(first..=start).any(|(_, hour)| hour.uncorrected)
    }
}

impl PoleAir {
    /// First instants of the hours in which the pole was heard.
    pub fn hours(&self) -> BTreeSet<UtcMillis> {
        self.pollutants.values().flat_map(|known| known.hours.keys().copied()).collect()
    }

    /// The hour of a pollutant that begins at `start`.
    pub fn hour(&self, pollutant: Pollutant, start: UtcMillis) -> Option<&PoleHour> {
        self.pollutants.get(&pollutant)?.hours.get(&start)
    }

    /// The indices that are made of a pole's air.
    pub fn indices(&self) -> [Index; 3] {
        [Index::UbaLqi2025, Index::UbaLqiFormer, Index::EuropeanAqi2024(self.site)]
    }

    /// The index of the hour that begins at `start`. Means of 24 hours need the hours before it.
    pub fn answer(&self, index: Index, start: UtcMillis) -> Answer {
        let measured = |pollutant| {
            let known = self.pollutants.get(&pollutant)?;
            let mean = index.mean(pollutant, &known.means, start)?;
            let uncorrected = known.is_uncorrected(start, index.hours(pollutant)?);
            Some(Measured { pollutant, mean, uncorrected })
        };
        let measured: Vec<Measured> = index.pollutants().filter_map(measured).collect();
        index.answer(&measured)
    }
}
