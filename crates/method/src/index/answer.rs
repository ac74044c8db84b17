//! What an index says of a pole.

use super::Index;
use crate::air::{Mean, Pollutant};

/// The mean of one pollutant at one pole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Of what.
    pub pollutant: Pollutant,
    /// Of the hours that the index asks for ([`Index::mean`]), in [`Pollutant::unit`].
    pub mean: Mean,
    /// Whether it holds values of an optical particle sensor that nothing corrected, neither humidity nor calibration.
    pub uncorrected: bool,
}

/// An index, and what it is based on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The method.
    pub index: Index,
    /// The class of the worst pollutant; `None` where the method makes no index of what was measured, even if there are classes
    /// of pollutants.
    pub class: Option<u8>,
    /// The pollutant that sets the class; of several the first in the order of the index.
    pub worst: Option<Pollutant>,
    /// The class of each pollutant that has one, in the order of the index.
    pub classes: Vec<(Pollutant, u8)>,
    /// Pollutants of the index without a class.
    pub missing: Vec<Pollutant>,
    /// Those of the missing that were measured, but by an optical sensor that nothing corrected.
    pub uncorrected: Vec<Pollutant>,
}

impl Index {
    /// The index of one pole by its means. A mean given twice counts by its worse one; pollutants that are no part of the
    /// index count for nothing.
    pub fn answer(self, measured: &[Measured]) -> Answer {
        let of = |pollutant| measured.iter().filter(move |measured| measured.pollutant == pollutant);
        let class_of = |pollutant| {
            let corrected = of(pollutant).filter(|measured| !measured.uncorrected);
            corrected.filter_map(|measured| self.class(pollutant, measured.mean)).max()
        };
        let classes: Vec<_> = self.pollutants().filter_map(|p| Some((p, class_of(p)?))).collect();
        let has = |pollutant| classes.iter().any(|(known, _)| *known == pollutant);
        let missing: Vec<_> = self.pollutants().filter(|pollutant| !has(*pollutant)).collect();
        let uncorrected = missing.iter().copied().filter(|pollutant| of(*pollutant).next().is_some()).collect();
        let worst = classes.iter().copied().reduce(|worst, next| if next.1 > worst.1 { next } else { worst });
        let worst = worst.filter(|_| self.is_enough(has));
        let (class, worst) = (worst.map(|(_, class)| class), worst.map(|(pollutant, _)| pollutant));
        Answer { index: self, class, worst, classes, missing, uncorrected }
    }
}

impl Answer {
    /// Whether every pollutant of the index has a class: UBA's "vollständiger Kreis".
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    /// Whether advice on health may stand beside it: not if a pollutant is missing, for that may be the bad one.
    pub fn may_advise(&self) -> bool {
        self.class.is_some() && self.is_complete()
    }
}
