//! What a device measures at an instant: a function of seed, device and time.

use std::sync::Arc;

use smartpole_model::{Catalogue, Decimal, ObservedProperty, Profile, UtcMillis};

use crate::{
    air::{Air, Street},
    calendar::Moment,
    dice::Dice,
    footfall::{DayCounts, Line, Way},
    payload::SaidValue,
    town::Town,
    weather::Weather,
};

/// Where a property's values come from.
#[derive(Clone, Copy, Debug)]
enum Origin {
    Air(fn(&Air) -> f64),
    Total(Way),
    Interval(Way),
}

/// A property that devices of a profile report.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) name: Arc<str>,
    pub(crate) property: ObservedProperty,
    origin: Origin,
    /// From the origin's number to an integer at the property's resolution.
    scale: f64,
}

/// What devices of a profile report.
#[derive(Clone, Debug)]
pub(crate) struct Equipment {
    pub(crate) measured: Vec<Measured>,
    /// Totals start again at this number.
    pub(crate) wrap: i64,
    /// The minute of the local day at which totals start again from 0.
    pub(crate) resets_at: Option<u16>,
    pub(crate) interval_ms: i64,
}

impl Equipment {
    pub(crate) fn of(profile: &Profile, catalogue: &Catalogue, step_s: Option<u32>) -> Self {
        let measured = profile.expected.iter().filter_map(|number| Measured::of(catalogue.get(*number)?)).collect();
        let interval_ms = i64::from(step_s.unwrap_or(profile.interval_s).max(1)) * 1000;
        let (wrap, resets_at) = (1 << profile.counter.width_bits.min(62), profile.counter.resets_at);
        Self { measured, wrap, resets_at, interval_ms }
    }
}

impl Measured {
    /// None if the town has no such quantity.
    fn of(property: &ObservedProperty) -> Option<Self> {
        let origin = origin(&property.id)?;
        let scale = 10f64.powi(i32::from(property.decimals));
        Some(Self { name: property.id.as_str().into(), property: property.clone(), origin, scale })
    }

    pub(crate) fn is_counter(&self) -> bool {
        !matches!(self.origin, Origin::Air(_))
    }

    /// Which total it is, if it is one.
    pub(crate) fn total(&self) -> Option<Way> {
        if let Origin::Total(way) = self.origin { Some(way) } else { None }
    }

    /// The value with its name and decimals, for a sensor that packs its own bytes.
    pub(crate) fn read(&self, value: i64) -> (&str, i64, u8) {
        (&self.name, value, self.property.decimals)
    }

    /// The value as it is sent.
    pub(crate) fn said(&self, value: i64) -> SaidValue {
        SaidValue {
            property: Arc::clone(&self.name),
            value: Decimal { mantissa: value, decimals: self.property.decimals },
        }
    }
}

fn origin(property: &str) -> Option<Origin> {
    let value: fn(&Air) -> f64 = match property {
        "people_in" => return Some(Origin::Interval(Way::In)),
        "people_out" => return Some(Origin::Interval(Way::Out)),
        "people_in_total" => return Some(Origin::Total(Way::In)),
        "people_out_total" => return Some(Origin::Total(Way::Out)),
        "pm1" => |air| air.pm1,
        "pm2_5" => |air| air.pm2_5,
        "pm4" => |air| air.pm4,
        "pm10" => |air| air.pm10,
        "no2" => |air| air.no2,
        "o3" => |air| air.o3,
        "no" => |air| air.no2 * 0.5,
        "co" => |air| 0.2 + 0.3 * air.traffic,
        "so2" => |air| 1.5 + air.pm1 * 0.1,
        "noise_laeq" => |air| air.noise,
        "temperature" => |air| air.temperature,
        "relative_humidity" => |air| air.humidity,
        "pressure" => |air| air.pressure,
        "soil_temperature" => |air| 0.7 * air.temperature + 3.5,
        "soil_moisture" => |air| 24.0 + 0.1 * air.humidity + 3.0 * air.rain,
        "battery_voltage" => |air| 3.55 + 0.002 * air.temperature,
        "battery_level" => |air| 88.0 + 0.1 * air.temperature,
        _ => return None,
    };
    Some(Origin::Air(value))
}

/// A device at its place.
#[derive(Clone, Debug)]
pub(crate) struct Sensor {
    town: Arc<Town>,
    device: i64,
    equipment: Arc<Equipment>,
    street: Street,
    line: Line,
    /// The day of the last count.
    day: Option<DayCounts>,
}

impl Sensor {
    pub(crate) fn new(town: Arc<Town>, device: i64, place: &str, equipment: Arc<Equipment>) -> Self {
        let (street, line) = (Street::new(town.seed, device), Line::new(Arc::clone(&town), device, place));
        Self { town, device, equipment, street, line, day: None }
    }

    /// Values in the order of the equipment, at their properties' resolutions; counts of intervals reach `interval_ms`
    /// back. Totals are not wrapped.
    pub(crate) fn measure(&mut self, time: UtcMillis, interval_ms: i64) -> Vec<i64> {
        let equipment = Arc::clone(&self.equipment);
        let air = equipment.measured.iter().any(|measured| !measured.is_counter()).then(|| self.air(time));
        let mut value = |measured: &Measured| {
            let exact = match (measured.origin, &air) {
                (Origin::Total(way), _) => return self.total(way, time),
                (Origin::Interval(way), _) => return self.passed(way, time, interval_ms),
                (Origin::Air(value), Some(air)) => value(air) * measured.scale,
                (Origin::Air(_), None) => 0.0, // not reached: there is air if anything needs it
            };
            (exact.round() as i64).clamp(measured.property.min, measured.property.max)
        };
        equipment.measured.iter().map(&mut value).collect()
    }

    fn air(&self, time: UtcMillis) -> Air {
        let moment = Moment::of(time);
        let mut dice = Dice::of(self.town.seed, &[21, self.device, time.0]);
        self.street.air(&moment, &Weather::at(self.town.seed, &moment), &mut dice)
    }

    fn passed(&mut self, way: Way, time: UtcMillis, interval_ms: i64) -> i64 {
        let before = self.total(way, time.plus(-interval_ms));
        let after = self.total(way, time);
        if after >= before { after - before } else { after } // New Year lies between
    }

    /// What has passed since New Year.
    pub(crate) fn total(&mut self, way: Way, time: UtcMillis) -> i64 {
        let day = match self.day.take() {
            Some(day) if day.days_until(time) == 0 => day,
            Some(day) if day.days_until(time) == 1 => self.line.next_day(&day),
            _ => self.line.day(time),
        };
        self.day.insert(day).total(way, time)
    }
}
