//! Sensors of a pole, what they say in an hour, and what it comes to.

use std::collections::BTreeSet;

use smartpole_method::air::{Hour, Mean, Pollutant};
use smartpole_model::{DeviceNo, Flag, Flags, PropertyNo, Series, UtcMillis};
use smartpole_pipeline::Fold;
use smartpole_window::{Aggregate, Aggregates};

use super::{HOUR_MS, hours::PollutantHour};
use crate::State;

/// A pollutant as the catalogue has it.
pub(super) struct Measured {
    pub(super) pollutant: Pollutant,
    pub(super) property: PropertyNo,
    pub(super) decimals: u8,
    /// Whether it is counted by light.
    pub(super) optical: bool,
}

/// A device with the sensors it has been heard of.
pub(super) struct Station {
    pub(super) device: DeviceNo,
    /// Index in the registry.
    pub(super) index: usize,
    pub(super) sensors: BTreeSet<(PropertyNo, u8)>,
}

/// What a device said in an hour, of pollutants.
#[derive(Default)]
pub(super) struct Said {
    pub(super) aggregates: Aggregates,
    pub(super) revision: u32,
    pub(super) open: bool,
}

impl Station {
    pub(super) fn new(fold: &Fold, device: DeviceNo, index: usize, measured: &[Measured]) -> Self {
        let catalogue = &fold.inputs().registry.properties;
        let heard = fold.latest(device).iter().map(|latest| latest.series);
        // of gases told in ppb the mass is made
        let made = |number| catalogue.get(number).and_then(|property| property.converts).map_or(number, |(to, _)| to);
        let sensors = heard.flat_map(|series| [series.property, made(series.property)].map(|of| (of, series.channel)));
        let is_pollutant = |(property, _): &(PropertyNo, u8)| measured.iter().any(|known| known.property == *property);
        Self { device, index, sensors: sensors.filter(is_pollutant).collect() }
    }

    /// Channels of a property: those it was ever heard of, and those it speaks of.
    fn channels(&self, property: PropertyNo, said: Option<&Said>) -> BTreeSet<u8> {
        let known = self.sensors.range((property, 0)..=(property, u8::MAX)).map(|(_, channel)| *channel);
        let spoken = said.into_iter().flat_map(|said| &said.aggregates.0).map(|(series, _)| series);
        known.chain(spoken.filter(|series| series.property == property).map(|series| series.channel)).collect()
    }
}

impl Said {
    pub(super) fn add(&mut self, aggregates: &Aggregates, revision: u32, open: bool) {
        self.aggregates.merge(aggregates);
        self.revision += revision;
        self.open |= open;
    }

    fn of(&self, property: PropertyNo, channel: u8) -> Aggregate {
        let found = self.aggregates.get(Series { property, channel });
        found.copied().unwrap_or_default()
    }
}

/// One hour of a pollutant, of all sensors of a pole.
#[derive(Default)]
pub(super) struct Together {
    means: Vec<Mean>,
    count: i64,
    expected: i64,
    flags: Flags,
    revision: u32,
    open: bool,
    uncorrected: bool,
    sensors: usize,
}

impl Together {
    /// Adds the sensors of a device that hangs there, heard in the hour or not.
    pub(super) fn add(&mut self, measured: &Measured, station: &Station, said: Option<&Said>, expected: i64) {
        let channels = station.channels(measured.property, said);
        self.sensors += channels.len();
        self.expected += expected.saturating_mul(channels.len() as i64);
        let Some(said) = said.filter(|_| !channels.is_empty()) else { return };
        self.revision += said.revision;
        self.open |= said.open;
        for channel in channels {
            let aggregate = said.of(measured.property, channel);
            let Aggregate { sum, count, .. } = aggregate;
            self.count += count;
            self.flags = self.flags.union(aggregate.remarks());
            if let Some(mean) = (Hour { sum, count, expected }).mean(measured.decimals) {
                self.means.push(mean);
                self.uncorrected |= measured.optical && !aggregate.flags.contains(Flag::Corrected);
            }
        }
    }

    /// `None` without a sensor.
    pub(super) fn hour(self, start: UtcMillis, now: UtcMillis) -> Option<PollutantHour> {
        let Self { means, count, expected, flags, revision, open, uncorrected, sensors } = self;
        let state = State::of(open, start.plus(HOUR_MS), now, revision);
        let hour = PollutantHour { mean: Mean::of_means(means), count, expected, flags, state, revision, uncorrected };
        (sensors > 0).then_some(hour)
    }
}
