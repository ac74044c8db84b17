//! Hours of poles: what their sensors say of any property, hour by hour, now or as of an earlier instant.
//!
//! ```text
//! hours of devices {sum, count} ──► a mean for each sensor that is valid ──► the pole's mean ──► PoleHour ──► air, noise, heat, peers
//! ```
//!
//! - A sensor is a channel of a device. Each has its own hour, so one of two that dies does not cost the pole its hour, and one that
//!   reports more often weighs no more. Devices that follow each other at the pole within an hour are one: a swap costs no hour.
//! - What a full hour should bring is expected of every hour, the running one too: it counts as soon as three quarters of it came.
//! - As of an earlier instant an hour is what had been received by then, and sensors are those that measured something before it. Devices
//!   hang where they hung for the registry of then, which is that of now if it is not known.
//! - That a registry brought a block of a device to the pole or took it away is a revision of the hour, of each property it was heard of.

mod gather;
mod places;
mod sensors;
mod stored;

use std::{collections::BTreeMap, sync::PoisonError};

use smartpole_method::air::Mean;
use smartpole_model::{Flags, PoleNo, PropertyNo, Quarter, UtcMillis};
use smartpole_window::Level;

use crate::{Error, Queries, State, as_of::instant, scope::Seen};
use gather::{Asked, Read};

pub(crate) const HOUR_MS: i64 = 3_600_000;

/// Which hours are wanted.
#[derive(Clone, Copy, Debug)]
pub struct WantedHours<'a> {
    /// Whose.
    pub poles: &'a [PoleNo],
    /// Of what: gauges.
    pub properties: &'a [PropertyNo],
    /// Hours that begin from here on …
    pub from: UtcMillis,
    /// … and before this.
    pub to: UtcMillis,
    /// As what had been received by then would have answered; floored to the minute. None: as of now.
    pub as_of: Option<UtcMillis>,
}

/// Hours in which a pole was heard, by their first instant.
pub type PoleHours = BTreeMap<UtcMillis, PoleHour>;

/// One hour of one property at a pole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoleHour {
    /// The mean of its sensors' valid means, in the property's unit, of sound levels that of their energies; `None` if no sensor has
    /// one.
    pub mean: Option<Mean>,
    /// Sum of the readings that count, of all sensors, at the property's resolution; of sound levels of their energies.
    pub sum: i64,
    /// How many they are.
    pub count: i64,
    /// The smallest of them; 0 of none.
    pub min: i64,
    /// The largest; 0 of none.
    pub max: i64,
    /// Of them, those of the sensors that the mean is made of; without a mean, all.
    pub came: i64,
    /// Readings that a full hour should bring of these sensors.
    pub expected: i64,
    /// How long the sensor that covers most of the hour does, in milliseconds: the hour times its readings, of those it should bring.
    pub covered_ms: i64,
    /// Remarks of its readings.
    pub flags: Flags,
    /// How settled it is.
    pub state: State,
    /// Revisions of the blocks in it that changed what they say of the property.
    pub revision: u32,
    /// Whether the mean is one of optical particle sensors, and fewer than three quarters of the readings in it, of all its sensors,
    /// are corrected.
    pub uncorrected: bool,
}

impl Queries {
    /// What `each` makes of the hours of each pole, in their order, all as of one instant: those of every property, in the order asked.
    /// A pole that is not in the registry has none. Hours of one pole at a time are in memory.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn pole_hours<T>(
        &self,
        wanted: &WantedHours<'_>,
        mut each: impl FnMut(PoleNo, Vec<PoleHours>) -> T,
    ) -> Result<Vec<T>, Error> {
        let begin = |time: UtcMillis| Level::Hour.start(time.plus(HOUR_MS - 1));
        let (from, to) = (begin(wanted.from), begin(wanted.to));
        let moved = self.moved((from.quarter(), to.quarter()))?;
        let inputs = self.inputs(wanted.as_of)?;
        let (asked, snapshot) = self.snapshot(|fold| {
            let asked = Asked::new(Seen { fold, inputs: &inputs }, wanted, (from, to), &moved);
            let devices = asked.devices().collect();
            (asked, devices, from.quarter(), Quarter(to.quarter().0))
        })?;
        let (recent, places) = (stored::by_device(&snapshot), asked.places(&snapshot)?);
        let read = Read { snapshot: &snapshot, recent: &recent, places: &places };
        let mut answers = Vec::with_capacity(wanted.poles.len());
        for pole in wanted.poles {
            answers.push(each(*pole, asked.pole(read, *pole)?));
        }
        drop(recent);
        self.done(snapshot);
        Ok(answers)
    }

    /// The instant a question is about: the newest receipt, or an earlier one.
    pub fn at(&self, as_of: Option<UtcMillis>) -> UtcMillis {
        let newest = self.fold.read().unwrap_or_else(PoisonError::into_inner).position().1;
        instant(as_of, newest)
    }
}

impl State {
    /// How settled what some hours up to `end` make is, and how often they were changed; `now` is the instant asked about.
    pub fn of_hours<'a>(hours: impl IntoIterator<Item = &'a PoleHour>, end: UtcMillis, now: UtcMillis) -> (Self, u32) {
        let add = |(open, revision), hour: &PoleHour| (open || hour.state == Self::Open, revision + hour.revision);
        let (open, revision) = hours.into_iter().fold((false, 0), add);
        (Self::of(open, end, now, revision), revision)
    }
}
