//! Numbers of entities: made of numbers that never change, so that they stay, and whole, as clients and the conformance suite
//! expect. All but those of observations are below 2^53, which JavaScript can count to; those are for the first 128 devices.
//!
//! ```text
//! Thing, Location, HistoricalLocation, FeatureOfInterest   the pole's number + 1
//! Sensor                                                   the device's number + 1
//! ObservedProperty                                         its number in the catalogue
//! Datastream    pole's number + 1 │ device 17 bits │ series 6 bits
//! Observation                       device 17 bits │ series 6 bits │ milliseconds since 2020 40 bits
//! ```
//!
//! A series is counted among those of its device, in the order in which they were first reported.

use std::ops::Range;

use smartpole_model::{DeviceNo, UtcMillis};

const SERIES_BITS: u32 = 6;
const DEVICE_BITS: u32 = 17;
const TIME_BITS: u32 = 40;
/// 2020-01-01T00:00:00Z, from which on readings are taken unless a city says otherwise; the bits last until November 2054.
const EPOCH: UtcMillis = UtcMillis(1_577_836_800_000);

/// A series of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Course {
    pub(super) device: DeviceNo,
    /// Its place among the device's.
    pub(super) series: usize,
}

impl Course {
    /// As a number; none of what has no place in its bits.
    fn number(self) -> Option<i64> {
        let series = i64::try_from(self.series).ok().filter(|series| *series < 1 << SERIES_BITS)?;
        let device = Some(i64::from(self.device.0)).filter(|device| *device < 1 << DEVICE_BITS)?;
        Some(device << SERIES_BITS | series)
    }

    fn of(number: i64) -> Option<Self> {
        let device = u32::try_from(number >> SERIES_BITS).ok().filter(|device| *device < 1 << DEVICE_BITS)?;
        let series = usize::try_from(number & ((1 << SERIES_BITS) - 1)).ok()?;
        Some(Self { device: DeviceNo(device), series })
    }
}

/// The number of an entity for which there is one of the fold.
pub(super) fn entity(number: u32) -> i64 {
    i64::from(number) + 1
}

/// The number of a datastream of a thing.
pub(super) fn datastream(thing: i64, course: Course) -> Option<i64> {
    Some(thing << (DEVICE_BITS + SERIES_BITS) | course.number()?)
}

/// The numbers that datastreams of a thing have.
pub(super) fn datastreams(thing: i64) -> Range<i64> {
    let first = |thing: i64| thing.saturating_mul(1 << (DEVICE_BITS + SERIES_BITS));
    first(thing)..first(thing.saturating_add(1))
}

/// The number of an observation.
pub(super) fn observation(course: Course, time: UtcMillis) -> Option<i64> {
    let since = Some(time.since(EPOCH)).filter(|since| (0..1 << TIME_BITS).contains(since))?;
    Some(course.number()? << TIME_BITS | since)
}

/// What an observation's number says.
pub(super) fn observed(id: i64) -> Option<(Course, UtcMillis)> {
    let course = Course::of(id >> TIME_BITS)?;
    Some((course, EPOCH.plus(id & ((1 << TIME_BITS) - 1))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_observation_is_found_by_its_number_alone(device in 0_u32..1 << 17, series in 0_usize..64, since in 0_i64..1 << 40) {
            let course = Course { device: DeviceNo(device), series };
            let time = EPOCH.plus(since);
            prop_assert_eq!(observed(observation(course, time).unwrap()), Some((course, time)));
        }

        #[test]
        fn any_number_is_an_observation_s_or_none_s(id: i64) {
            let known = observed(id);
            prop_assert_eq!(known.is_some(), id >= 0);
            if let Some((course, time)) = known {
                prop_assert_eq!(observation(course, time), Some(id));
            }
        }
    }

    #[test]
    fn what_has_no_place_in_the_bits_has_no_number() {
        let course = |device, series| Course { device: DeviceNo(device), series };
        assert_eq!(datastream(0, course(1 << 17, 0)), None);
        assert_eq!(datastream(0, course(0, 64)), None);
        assert_eq!(observation(course(0, 0), EPOCH.plus(-1)), None);
        assert_eq!(observation(course(0, 0), EPOCH.plus(1 << 40)), None);
    }
}
