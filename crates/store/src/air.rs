//! Air at poles: the hourly means of their sensors, and the index of the newest hour that has one.
//!
//! ```text
//! hours of devices {sum, count} ──► a mean for each sensor that is valid ──► the pole's mean ──► PoleAir ──► Index::answer
//! ```
//!
//! - A sensor is a channel of a device. Each has its own hour, so one of two that dies does not cost the pole its hour, and one that
//!   reports more often weighs no more.
//! - What a full hour should bring is expected of every hour, the running one too: it counts as soon as three quarters of it came.

mod gather;
mod hours;
mod sensors;

use smartpole_method::{
    air::Pollutant,
    index::{Answer, Index},
};
use smartpole_model::{PoleNo, Quarter, UtcMillis};
use smartpole_window::Level;

use crate::{Error, Queries};
use gather::Asked;
pub use hours::{PoleAir, PollutantHour, PollutantHours};

/// How many hours before the running one may be called the air now.
const HOURS: i64 = 3;
pub(crate) const HOUR_MS: i64 = 3_600_000;

/// The air at a pole by [`Air::INDEX`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Air {
    /// 0 sehr gut … 4 sehr schlecht.
    pub class: u8,
    /// Id of the pollutant that sets it.
    pub worst: &'static str,
    /// First instant of the hour.
    pub hour: UtcMillis,
    /// Pollutants of the index without a class.
    pub missing: Vec<&'static str>,
    /// Readings of the pollutants that have a class.
    pub count: i64,
    /// Readings that a full hour should have brought of them.
    pub expected: i64,
}

impl Air {
    /// The method.
    pub const INDEX: Index = Index::UbaLqi2025;

    /// The newest hour of a pole that has an index.
    fn newest(air: &PoleAir) -> Option<Self> {
        air.hours().into_iter().rev().find_map(|hour| Self::of(air, &air.answer(Self::INDEX, hour), hour))
    }

    fn of(air: &PoleAir, answer: &Answer, hour: UtcMillis) -> Option<Self> {
        let (class, worst) = (answer.class?, answer.worst?.id());
        let hours = || answer.classes.iter().filter_map(|(pollutant, _)| air.hour(*pollutant, hour));
        let missing = answer.missing.iter().map(|pollutant| Pollutant::id(*pollutant)).collect();
        let (count, expected) = (hours().map(|hour| hour.count).sum(), hours().map(|hour| hour.expected).sum());
        Some(Self { class, worst, hour, missing, count, expected })
    }
}

impl Queries {
    /// The air at each of these poles, in their order, each asked for once: of the newest hour that has an index, the running one or
    /// one of the three before it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn air(&self, poles: &[PoleNo]) -> Result<Vec<Option<Air>>, Error> {
        let running = Level::Hour.start(self.now());
        self.air_hours(poles, running.plus(-HOURS * HOUR_MS), running.plus(HOUR_MS), |_, air| Air::newest(&air))
    }

    /// What `each` makes of the hours that begin from `from` to before `to` at each of these poles, in their order, all as of one
    /// instant. A pole that is not in the registry has none. Hours of one pole at a time are in memory.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn air_hours<T>(
        &self,
        poles: &[PoleNo],
        from: UtcMillis,
        to: UtcMillis,
        mut each: impl FnMut(PoleNo, PoleAir) -> T,
    ) -> Result<Vec<T>, Error> {
        let (from, to) = (Level::Hour.start(from.plus(HOUR_MS - 1)), Level::Hour.start(to.plus(HOUR_MS - 1)));
        let (asked, snapshot) = self.snapshot(|fold| {
            let asked = Asked::new(fold, poles, (from, to));
            let devices = asked.devices().collect();
            (asked, devices, from.quarter(), Quarter(to.quarter().0))
        })?;
        let recent = gather::by_device(&snapshot);
        let mut answers = Vec::with_capacity(poles.len());
        for pole in poles {
            answers.push(each(*pole, asked.pole(&snapshot, &recent, *pole)?));
        }
        drop(recent);
        self.done(snapshot);
        Ok(answers)
    }

    fn now(&self) -> UtcMillis {
        self.fold.read().unwrap_or_else(std::sync::PoisonError::into_inner).position().1
    }
}
