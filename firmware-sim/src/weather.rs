//! Weather of the whole town: smooth random curves over the season's course.

use crate::{
    calendar::Moment,
    dice::{curve, wave},
};

/// The weather at an instant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weather {
    /// °C
    pub(crate) temperature: f64,
    /// %
    pub(crate) humidity: f64,
    /// hPa
    pub(crate) pressure: f64,
    /// m/s
    pub(crate) wind: f64,
    /// 0 dry … 1 pouring
    pub(crate) rain: f64,
    /// 0 none … 1 a lid on the town: cold, still air that keeps what is emitted
    pub(crate) inversion: f64,
    /// 0 night … 1 the clearest noon of June
    pub(crate) sun: f64,
    /// 0 in July … 1 in January
    pub(crate) winter: f64,
}

const RAIN: i64 = 1;
const WIND: i64 = 2;
const PRESSURE: i64 = 3;
const WARMTH: i64 = 4;
const STILLNESS: i64 = 5;

impl Weather {
    pub(crate) fn at(seed: u64, moment: &Moment) -> Self {
        let days = moment.days;
        // The year is coldest in mid-January, the day at three in the night; a day is warmest at three in the afternoon.
        let winter = (1.0 - wave(moment.year_share - 0.04)) / 2.0;
        let high = curve(seed, PRESSURE, days / 3.0);
        let rain = ((curve(seed, RAIN, days / 0.6) - 0.62 - 0.15 * (high - 0.5)) * 3.5).clamp(0.0, 1.0);
        let wind = 1.2 + 7.0 * curve(seed, WIND, days / 1.2) * (1.2 - 0.6 * high);
        let still = ((curve(seed, STILLNESS, days / 4.0) - 0.6) * 4.0).clamp(0.0, 1.0);
        let daylight = (wave(moment.hour / 24.0) - (0.45 * winter - 0.2)).max(0.0);
        let sun = (daylight * (1.1 - 0.65 * winter) * (1.0 - 0.7 * rain)).clamp(0.0, 1.0);
        let swing = (2.0 + 4.0 * (1.0 - winter)) * (1.0 - 0.6 * rain) * wave((moment.hour - 3.0) / 24.0);
        let temperature = 19.0 - 16.0 * winter + 9.0 * (curve(seed, WARMTH, days / 3.0) - 0.5) + swing;
        Self {
            temperature,
            humidity: (64.0 + 14.0 * winter + 18.0 * rain - 2.6 * swing).clamp(28.0, 99.0),
            pressure: 996.0 + 30.0 * high - 3.0 * rain,
            wind,
            rain,
            inversion: still * (0.25 + 0.75 * winter) * (4.0 / (4.0 + wind)) * (1.0 - rain),
            sun,
            winter,
        }
    }
}
