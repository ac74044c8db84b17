//! The air at a pole, as far as a street lamp notices.

use crate::{
    calendar::{DayKind, Moment},
    dice::{Dice, bump},
    footfall::interpolated,
    weather::Weather,
};

/// Traffic in each hour of a working day, in hundredths of its peak.
const TRAFFIC: [u16; 24] =
    [8, 5, 4, 5, 12, 30, 62, 95, 90, 66, 58, 60, 64, 62, 66, 80, 98, 100, 78, 52, 38, 28, 20, 12];
/// The same on days without work.
const QUIET_TRAFFIC: [u16; 24] =
    [16, 12, 8, 6, 5, 8, 12, 18, 26, 38, 48, 54, 56, 54, 56, 58, 58, 54, 48, 40, 32, 26, 20, 16];

/// A pole's surroundings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Street {
    /// How much of the traffic's exhaust stays: 0.6 open square … 1.4 canyon.
    canyon: f64,
    /// The sensor's own error of particles, a factor.
    gain: f64,
    /// The sensor's own error of temperature, °C.
    warm: f64,
}

/// What is measured at an instant. Concentrations in µg/m³.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Air {
    pub(crate) pm1: f64,
    pub(crate) pm2_5: f64,
    pub(crate) pm4: f64,
    pub(crate) pm10: f64,
    pub(crate) no2: f64,
    pub(crate) o3: f64,
    /// dB(A)
    pub(crate) noise: f64,
    /// °C
    pub(crate) temperature: f64,
    /// %
    pub(crate) humidity: f64,
    /// hPa
    pub(crate) pressure: f64,
    /// 0 free … 1 peak hour
    pub(crate) traffic: f64,
    /// 0 dry … 1 pouring
    pub(crate) rain: f64,
}

impl Street {
    /// The surroundings of a device.
    pub(crate) fn new(seed: u64, device: i64) -> Self {
        let mut dice = Dice::of(seed, &[20, device]);
        Self { canyon: dice.between(0.6, 1.4), gain: dice.between(0.88, 1.12), warm: dice.between(-0.5, 0.5) }
    }

    /// What the device measures; `dice` is this instant's chance.
    pub(crate) fn air(&self, moment: &Moment, weather: &Weather, dice: &mut Dice) -> Air {
        let traffic = traffic(moment);
        let ventilation = 5.0 / (2.5 + weather.wind);
        let exhaust = traffic * self.canyon * ventilation;
        let stoves = weather.winter * (0.4 + 0.6 * bump(moment.hour - 20.5, 4.0));
        let dust = 5.0 + 4.5 * exhaust + 5.5 * stoves + 24.0 * weather.inversion;
        let pm2_5 = (dust * ventilation.min(1.25) * (1.0 - 0.4 * weather.rain) + fireworks(moment)) * self.gain;
        let pm2_5 = (pm2_5 * (1.0 + 0.05 * dice.noise())).clamp(1.0, 900.0);
        let no2 = (7.0 + 24.0 * exhaust + 12.0 * weather.inversion + 4.0 * weather.winter + dice.noise()).max(1.0);
        let o3 = 28.0 + 24.0 * (1.0 - weather.winter) + 75.0 * weather.sun - 0.55 * no2 + 1.5 * dice.noise();
        let still_air = 43.0 + 15.0 * (traffic * self.canyon).sqrt().min(1.2);
        Air {
            pm1: pm2_5 * dice.between(0.58, 0.74),
            pm2_5,
            pm4: pm2_5 * dice.between(1.12, 1.25),
            pm10: pm2_5 * dice.between(1.35, 1.75) + 1.0,
            no2,
            o3: o3.max(1.0),
            noise: still_air + 5.0 * weather.rain + fireworks(moment).min(60.0) / 3.0 + 1.2 * dice.noise(),
            temperature: weather.temperature + self.warm + 0.1 * dice.noise(),
            humidity: (weather.humidity + 0.6 * dice.noise()).clamp(20.0, 100.0),
            pressure: weather.pressure + 0.05 * dice.noise(),
            traffic,
            rain: weather.rain,
        }
    }
}

fn traffic(moment: &Moment) -> f64 {
    let hours = match moment.kind {
        DayKind::Weekday | DayKind::Market => &TRAFFIC,
        DayKind::Saturday | DayKind::Rest | DayKind::HalfDay => &QUIET_TRAFFIC,
    };
    interpolated(hours, moment.hour) / 100.0
}

/// Particles of New Year's Eve, µg/m³ of PM2.5: up within minutes of midnight, gone by morning.
fn fireworks(moment: &Moment) -> f64 {
    match (moment.month, moment.day) {
        (12, 31) => 180.0 * bump(24.0 - moment.hour, 0.25),
        (1, 1) => 180.0 * bump(moment.hour, 1.8),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn air(seed: u64, text: &str) -> Air {
        let moment = Moment::of(text.parse().unwrap());
        Street::new(seed, 1).air(&moment, &Weather::at(seed, &moment), &mut Dice::of(seed, &[1]))
    }

    fn mean(text: &str, value: fn(&Air) -> f64) -> f64 {
        (0..60).map(|seed| value(&air(seed, text))).sum::<f64>() / 60.0
    }

    #[test]
    fn rush_hours_raise_nitrogen_dioxide_and_the_sun_ozone() {
        assert!(mean("2026-07-01T05:30:00Z", |air| air.no2) > 1.5 * mean("2026-07-01T01:00:00Z", |air| air.no2));
        assert!(mean("2026-07-01T12:00:00Z", |air| air.o3) > 1.5 * mean("2026-01-14T12:00:00Z", |air| air.o3));
        assert!(mean("2026-07-01T12:00:00Z", |air| air.temperature) > 18.0);
        assert!(mean("2026-01-14T12:00:00Z", |air| air.temperature) < 8.0);
    }

    #[test]
    fn particles_are_those_of_a_town_and_of_fireworks_at_new_year() {
        let (summer, winter) =
            (mean("2026-07-01T12:00:00Z", |air| air.pm2_5), mean("2026-01-14T19:00:00Z", |air| air.pm2_5));
        assert!((3.0..12.0).contains(&summer) && (6.0..30.0).contains(&winter), "{summer} {winter}");
        assert!(mean("2026-12-31T23:10:00Z", |air| air.pm2_5) > 100.0);
    }
}
