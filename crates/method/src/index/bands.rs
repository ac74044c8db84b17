//! The tables.

use super::Index;
use crate::air::Pollutant::{self, No2, O3, Pm2_5, Pm10, So2};

/// What one pollutant counts in an index.
#[derive(Debug)]
pub(super) struct Band {
    pub(super) pollutant: Pollutant,
    /// How many hours its mean is of.
    pub(super) hours: u8,
    /// The largest whole number of each class but the last, µg/m³.
    pub(super) upper_bounds: &'static [i64],
}

const fn band(pollutant: Pollutant, hours: u8, upper_bounds: &'static [i64]) -> Band {
    Band { pollutant, hours, upper_bounds }
}

/// Umweltbundesamt, "Der Luftqualitätsindex (LQI)", revised 2025.
const UBA_LQI_2025: [Band; 5] = [
    band(Pm2_5, 1, &[5, 15, 30, 50]),
    band(Pm10, 1, &[9, 27, 54, 90]),
    band(No2, 1, &[10, 30, 60, 100]),
    band(O3, 1, &[24, 72, 144, 240]),
    band(So2, 1, &[10, 30, 60, 100]),
];

/// Umweltbundesamt, "Berechnungsgrundlagen Luftqualitätsindex".
const UBA_LQI_FORMER: [Band; 4] = [
    band(Pm2_5, 24, &[10, 20, 25, 50]),
    band(Pm10, 24, &[20, 35, 50, 100]),
    band(No2, 1, &[20, 40, 100, 200]),
    band(O3, 1, &[60, 120, 180, 240]),
];

/// European Environment Agency, airindex.eea.europa.eu, bands of 2024 (ETC-HE Report 2024/17).
const EUROPEAN_AQI_2024: [Band; 5] = [
    band(Pm2_5, 1, &[5, 15, 50, 90, 140]),
    band(Pm10, 1, &[15, 45, 120, 195, 270]),
    band(No2, 1, &[10, 25, 60, 100, 150]),
    band(O3, 1, &[60, 100, 120, 160, 180]),
    band(So2, 1, &[20, 40, 125, 190, 275]),
];

pub(super) fn of(index: Index) -> &'static [Band] {
    match index {
        Index::UbaLqi2025 => &UBA_LQI_2025,
        Index::UbaLqiFormer => &UBA_LQI_FORMER,
        Index::EuropeanAqi2024(_) => &EUROPEAN_AQI_2024,
    }
}

pub(super) fn find(index: Index, pollutant: Pollutant) -> Option<&'static Band> {
    of(index).iter().find(|band| band.pollutant == pollutant)
}

/// The number of the best class: UBA's interface counts from 0, the European index from 1.
pub(super) fn first_class(index: Index) -> u8 {
    u8::from(matches!(index, Index::EuropeanAqi2024(_)))
}
