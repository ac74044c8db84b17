//! Air-quality indices of one pole: "LQI-Klasse nach UBA-Schema (Sensordaten, nicht amtlich)".
//!
//! ```text
//! HourlyMeans of each pollutant ──► Index::mean (1 h or 24 h) ──► Measured ──► Index::answer ──► Answer ──► worst_of (zone)
//! ```
//!
//! - The worst pollutant sets the index. Which ones are missing is part of the answer, and only a complete one may advise.
//! - Bands are printed as whole numbers and their rounding is not stated: a mean is rounded half up, then classified.
//! - Particles counted by light take in water. Without any correction, by humidity or by calibration, they get no class.
//! - Each pollutant's mean is one pole's. An index is never made of the averaged air of a zone: nobody breathes that, and clean
//!   poles would hide the bad one. A zone has a worst pole and a range.
//!
//! ```
//! use smartpole_method::{
//!     air::{Hour, HourlyMeans, Pollutant},
//!     index::{Index, Measured},
//! };
//!
//! let start = "2026-11-28T22:00:00Z".parse().unwrap();
//! let means = HourlyMeans::new(2, [(start, Hour { sum: 5 * 950, count: 5, expected: 6 })]); // PM10, 9.5 µg/m³
//! let mean = Index::UbaLqi2025.mean(Pollutant::Pm10, &means, start).unwrap();
//! let answer = Index::UbaLqi2025.answer(&[Measured { pollutant: Pollutant::Pm10, mean, uncorrected: false }]);
//! assert_eq!((answer.class, answer.worst), (Some(1), Some(Pollutant::Pm10)));
//! assert_eq!(answer.missing, [Pollutant::Pm2_5, Pollutant::No2, Pollutant::O3, Pollutant::So2]);
//! assert!(!answer.may_advise());
//! ```

mod answer;
mod bands;
mod zone;

pub use answer::{Answer, Measured};
pub use smartpole_model::registry::Site;
pub use zone::{WorstPole, worst_of};

use smartpole_model::UtcMillis;

use crate::air::{HourlyMeans, Mean, Pollutant};

/// A method of an index; indices of different methods are not comparable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Index {
    /// Luftqualitätsindex of the Umweltbundesamt as revised in 2025: five pollutants, all as hourly means; classes 0 sehr gut,
    /// 1 gut, 2 mäßig, 3 schlecht, 4 sehr schlecht; one pollutant is enough. Source: Umweltbundesamt, "Der Luftqualitätsindex
    /// (LQI)", and Pfäfflin et al. 2025, doi 10.60810/openumwelt-7990.
    UbaLqi2025,
    /// The one before it, with the same words: particles as rolling means of 24 hours, no sulphur dioxide. Source:
    /// Umweltbundesamt, "Berechnungsgrundlagen Luftqualitätsindex".
    UbaLqiFormer,
    /// European Air Quality Index of the European Environment Agency, bands of 2024: five pollutants, all as hourly means;
    /// levels 1 good, 2 fair, 3 moderate, 4 poor, 5 very poor, 6 extremely poor. Source: airindex.eea.europa.eu, ETC-HE Report
    /// 2024/17.
    EuropeanAqi2024(Site),
}

impl Index {
    /// The method without its version, e.g. `uba_lqi`.
    pub fn method(self) -> &'static str {
        if matches!(self, Self::EuropeanAqi2024(_)) { "european_aqi" } else { "uba_lqi" }
    }

    /// The version of the method.
    pub fn version(self) -> &'static str {
        match self {
            Self::UbaLqi2025 => "2025",
            Self::UbaLqiFormer => "former",
            Self::EuropeanAqi2024(_) => "2024",
        }
    }

    /// Method and version in one word, as interfaces name the index.
    pub fn id(self) -> &'static str {
        match self {
            Self::UbaLqi2025 => "uba_lqi_2025",
            Self::UbaLqiFormer => "uba_lqi_former",
            Self::EuropeanAqi2024(_) => "european_aqi_2024",
        }
    }

    /// Its pollutants, in the order that decides between equally bad ones.
    pub fn pollutants(self) -> impl Iterator<Item = Pollutant> {
        bands::of(self).iter().map(|band| band.pollutant)
    }

    /// The class of a mean in [`Pollutant::unit`], made of as many hours as [`Index::hours`] says; `None` for a pollutant that
    /// is no part of the index. Noise below zero is as good as none.
    pub fn class(self, pollutant: Pollutant, mean: Mean) -> Option<u8> {
        let band = bands::find(self, pollutant)?;
        let above = band.upper_bounds.iter().filter(|bound| mean.half_up() > **bound).count();
        Some(bands::first_class(self) + above as u8)
    }

    /// How many hours the mean of a pollutant is of, 1 or 24; `None` for a pollutant that is no part of the index.
    pub fn hours(self, pollutant: Pollutant) -> Option<u8> {
        bands::find(self, pollutant).map(|band| band.hours)
    }

    /// The mean of a pollutant that tells its class in the hour that holds `time`, if enough was measured.
    pub fn mean(self, pollutant: Pollutant, means: &HourlyMeans, time: UtcMillis) -> Option<Mean> {
        match self.hours(pollutant)? {
            1 => means.hour(time),
            _ => means.rolling_24h(time.plus(3_600_000)).mean,
        }
    }

    /// Whether the method makes an index of these pollutants.
    ///
    /// The European one wants nitrogen dioxide and particles of either size at a road, and ozone besides elsewhere (European
    /// Environment Agency, "The European Air Quality Index", notes 1 and 2, as published beside the bands before those of 2024).
    /// The Agency fills gaps by models, which a pole has not. UBA's is content with one pollutant.
    fn is_enough(self, has: impl Fn(Pollutant) -> bool) -> bool {
        let particles = has(Pollutant::Pm2_5) || has(Pollutant::Pm10);
        match self {
            Self::UbaLqi2025 | Self::UbaLqiFormer => self.pollutants().any(has),
            Self::EuropeanAqi2024(Site::Traffic) => particles && has(Pollutant::No2),
            Self::EuropeanAqi2024(Site::Elsewhere) => particles && has(Pollutant::No2) && has(Pollutant::O3),
        }
    }
}
