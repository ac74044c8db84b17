//! The air-quality index of the Umweltbundesamt, applied to sensors: "LQI-Klasse nach UBA-Schema (Sensordaten, nicht amtlich)".
//!
//! Source: Umweltbundesamt, "Der Luftqualitätsindex (LQI)", revised 2025 (report doi 10.60810/openumwelt-7990). All five
//! pollutants are hourly means in µg/m³; the pollutant with the worst class sets the index; one is enough, and whether all
//! five were there is part of the answer. The bands are printed as integers and the rounding is not stated: a mean is rounded
//! half up to an integer, then classified. An hourly mean counts from 75 % of its readings (39. BImSchV, Anlage 11 A).

/// Method and version, to travel with every index.
pub const METHOD: &str = "uba_lqi_2025";

/// Upper bounds, µg/m³, of sehr gut, gut, mäßig and schlecht; above the last it is sehr schlecht.
const BANDS: [(&str, [i64; 4]); 5] = [
    ("pm2_5", [5, 15, 30, 50]),
    ("pm10", [9, 27, 54, 90]),
    ("no2", [10, 30, 60, 100]),
    ("o3", [24, 72, 144, 240]),
    ("so2", [10, 30, 60, 100]),
];

/// Ids of the five pollutants.
pub fn pollutants() -> impl Iterator<Item = &'static str> {
    BANDS.iter().map(|(id, _)| *id)
}

/// 0 sehr gut, 1 gut, 2 mäßig, 3 schlecht, 4 sehr schlecht; of a mean of `count` values that sum to `sum` at `decimals`
/// digits of µg/m³. `None` for another property or no value.
pub fn class(pollutant: &str, sum: i64, count: i64, decimals: u8) -> Option<u8> {
    let (_, bounds) = BANDS.iter().find(|(id, _)| *id == pollutant)?;
    let scale = 10i128.pow(u32::from(decimals)) * i128::from(count);
    if scale <= 0 {
        return None;
    }
    let rounded = (2 * i128::from(sum) + scale).div_euclid(2 * scale);
    Some(bounds.iter().filter(|bound| rounded > i128::from(**bound)).count() as u8)
}

/// Whether enough of an hour was measured for its mean to count: 75 %.
pub fn hour_counts(count: i64, expected: i64) -> bool {
    count > 0 && 4 * count >= 3 * expected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn classes(pollutant: &str, hundredths: &[i64]) -> Vec<u8> {
        hundredths.iter().filter_map(|sum| class(pollutant, *sum, 1, 2)).collect()
    }

    #[test]
    fn a_mean_is_rounded_half_up_and_then_classified() {
        assert_eq!(classes("pm10", &[0, 949, 950, 2749, 2750, 5449, 5450, 9049, 9050]), [0, 0, 1, 1, 2, 2, 3, 3, 4]);
        assert_eq!(classes("pm2_5", &[540, 549, 550, 1550, 3050, 5050]), [0, 0, 1, 2, 3, 4]);
        assert_eq!(classes("o3", &[2449, 2450, 7250, 14450, 24050]), [0, 1, 2, 3, 4]);
        assert_eq!(class("no2", 3 * 305, 3, 1), Some(2), "30.5 of three values");
        assert_eq!(class("temperature", 100, 1, 2), None);
        assert_eq!(class("no2", 0, 0, 1), None);
        assert_eq!(class("no2", -70, 1, 1), Some(0), "noise below zero is as good as none");
    }

    #[test]
    fn an_hour_counts_from_three_quarters_of_its_readings() {
        assert!(hour_counts(5, 6) && !hour_counts(4, 6) && hour_counts(3, 4) && hour_counts(9, 12));
        assert!(!hour_counts(0, 0));
    }
}
