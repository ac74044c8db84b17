//! Air at poles: the hourly means of their sensors, and the index of the newest hour that has one.

mod hours;

use std::{collections::HashMap, sync::PoisonError};

use smartpole_method::{
    air::Pollutant,
    index::{Answer, Index, Site},
};
use smartpole_model::{Inputs, PoleNo, PropertyNo, UtcMillis};
use smartpole_pipeline::NameKind;
use smartpole_window::Level;

use crate::{
    Error, Queries,
    pole_hours::{HOUR_MS, WantedHours},
    scope::Seen,
};
pub use hours::{PoleAir, PollutantHours};

/// How many hours before the running one may be called the air now.
const HOURS: i64 = 3;

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
    /// Readings of the sensors that the pollutants with a class are made of.
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
        let (count, expected) = (hours().map(|hour| hour.came).sum(), hours().map(|hour| hour.expected).sum());
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
        let running = Level::Hour.start(self.at(None));
        let (from, to) = (running.plus(-HOURS * HOUR_MS), running.plus(HOUR_MS));
        self.air_hours(poles, (from, to), None, |_, air| Air::newest(&air))
    }

    /// What `each` makes of the hours that begin in `span` (from, to before) at each of these poles, in their order, all as of one
    /// instant: now, or what had been received by `as_of`. A pole that is not in the registry has none. Hours of one pole at a time
    /// are in memory.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn air_hours<T>(
        &self,
        poles: &[PoleNo],
        (from, to): (UtcMillis, UtcMillis),
        as_of: Option<UtcMillis>,
        mut each: impl FnMut(PoleNo, PoleAir) -> T,
    ) -> Result<Vec<T>, Error> {
        let inputs = self.inputs(as_of)?;
        let (measured, sites) = {
            let fold = self.fold.read().unwrap_or_else(PoisonError::into_inner);
            (measured(&inputs), sites(Seen { fold: &fold, inputs: &inputs }))
        };
        let (pollutants, properties): (Vec<Pollutant>, Vec<PropertyNo>) = measured.into_iter().unzip();
        let wanted = WantedHours { poles, properties: &properties, from, to, as_of };
        self.pole_hours(&wanted, |pole, hours| {
            let heard = pollutants.iter().copied().zip(hours).filter(|(_, hours)| !hours.is_empty());
            let known = heard.map(|(pollutant, hours)| (pollutant, PollutantHours::new(hours)));
            let site = sites.get(&pole).copied().unwrap_or_default();
            each(pole, PoleAir { site, pollutants: known.collect() })
        })
    }
}

/// Where poles stand, of those that are not just anywhere.
fn sites(seen: Seen<'_>) -> HashMap<PoleNo, Site> {
    let poles = seen.registry().poles.iter().filter(|pole| pole.site != Site::default());
    poles.filter_map(|pole| Some((PoleNo(seen.fold.number(NameKind::Pole, &pole.id)?), pole.site))).collect()
}

/// The pollutants of the catalogue, each in the unit that methods want.
fn measured(inputs: &Inputs) -> Vec<(Pollutant, PropertyNo)> {
    let number = |pollutant: Pollutant| {
        let property = inputs.registry.properties.by_id(pollutant.id())?;
        (property.unit == pollutant.unit()).then_some((pollutant, property.number))
    };
    Pollutant::ALL.into_iter().filter_map(number).collect()
}
