//! What points say: how readings and windows become measurements, tags and fields.
//!
//! ```text
//! readings   air_quality,city=…,device=…,line=0,pole=…,zone=… pm2_5=7.3,temperature_flags="stuck",received_at=…i,time_source="payload"
//! windows    air_quality_15m, _1h, _1d          of devices, tags as above
//!            air_quality_1h_pole, _1d_pole      of poles: city, zone, pole; channels together
//!            air_quality_1h_zone, _1d_zone      of zones: city, zone
//! ```
//! The measurement is the theme of the property. Devices, poles and zones have measurements of their own, so that nothing is
//! counted twice where one is summed up. Tags are bounded by the registry; all that varies is a field. Time is the event time, or
//! the start of the window, in milliseconds.

mod filter;
mod names;
mod readings;
#[cfg(test)]
mod tests;
mod windows;

use std::{collections::HashMap, sync::Arc};

use smartpole_model::{Decimal, Flags, Inputs, PropertyNo, Quarter, UtcMillis};
use smartpole_pipeline::Scope;
use smartpole_store::WindowKey;

use self::filter::Filter;
pub use self::names::Names;
pub(crate) use self::readings::time_source;
use crate::{Options, Series, Value};

/// Series kept prepared: those of a middle-sized city. Of a larger one they are made when they are needed.
const CACHED: usize = 8_192;

/// Makes points of readings and windows, by one registry.
#[derive(Debug)]
pub struct Schema {
    inputs: Arc<Inputs>,
    names: Names,
    filter: Filter,
    properties: Vec<Option<Property>>,
    /// Themes by their number here.
    themes: Vec<String>,
    /// Zone of each pole of the registry: the innermost.
    zones: Vec<String>,
    series: HashMap<Kind, Series>,
    measurements: Vec<String>,
}

/// A property, prepared.
#[derive(Debug)]
struct Property {
    theme: usize,
    wanted: bool,
    decimals: u8,
    is_count: bool,
    /// Whether its sums are numbers of its own unit.
    sums: bool,
    id: String,
    flags: String,
    count: String,
    sum: String,
    min: String,
    max: String,
    mean: String,
    coverage: String,
    excluded: String,
}

/// What a series of readings is about.
type Kind = (smartpole_model::DeviceNo, Option<usize>, usize, u8);

/// Readings that made no point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// The target does not want them.
    pub filtered: u64,
    /// The registry does not know their property any more.
    pub unknown: u64,
}

impl Left {
    /// Both together.
    pub fn add(&mut self, other: Self) {
        self.filtered += other.filtered;
        self.unknown += other.unknown;
    }
}

impl Schema {
    /// Points by `inputs`, for a target.
    pub fn new(inputs: &Arc<Inputs>, names: Names, options: &Options) -> Self {
        let registry = &inputs.registry;
        let filter = Filter::new(registry, options);
        let mut themes: Vec<String> = registry.properties.iter().map(|property| property.theme.clone()).collect();
        themes.sort_unstable();
        themes.dedup();
        let mut properties = Vec::new();
        for property in registry.properties.iter() {
            let at = usize::from(property.number.0);
            properties.resize_with(properties.len().max(at + 1), || None);
            properties[at] = Some(Property::new(property, &themes, &filter));
        }
        let is_wanted = |of: &&Property| of.wanted;
        let mut wanted: Vec<usize> = properties.iter().flatten().filter(is_wanted).map(|of| of.theme).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let measurements = wanted.into_iter().flat_map(|theme| measurements(&themes[theme], &filter)).collect();
        let zones = registry.poles.iter().map(|pole| innermost(inputs, &pole.zones)).collect();
        let (inputs, series) = (Arc::clone(inputs), HashMap::new());
        Self { inputs, names, filter, properties, themes, zones, series, measurements }
    }

    /// All measurements that points for this target may have: those of others in the bucket are none of ours.
    pub fn measurements(&self) -> &[String] {
        &self.measurements
    }

    fn property(&self, number: PropertyNo) -> Option<&Property> {
        self.properties.get(usize::from(number.0))?.as_ref()
    }

    /// Index of the pole that a device hung on; of one that the registry does not have any more, none.
    fn pole(&self, device: smartpole_model::DeviceNo, quarter: Quarter) -> Option<usize> {
        let registry = &self.inputs.registry;
        let index = registry.device_index(self.names.id(Scope::Device(device)))?;
        Some(registry.devices[index].at(quarter.start()).pole)
    }

    /// Whether the target is to get the window of a key, if it has a property that it gets.
    pub fn wants(&self, key: &WindowKey) -> bool {
        self.filter.windows(key.grain) && self.is_in_place(key.scope, key.start)
    }

    /// Whether something lies where the target wants it to, at a time.
    fn is_in_place(&self, scope: Scope, time: UtcMillis) -> bool {
        let pole = |device| {
            let index = self.pole(device, time.quarter())?;
            self.inputs.registry.poles.get(index).map(|pole| pole.id.as_str())
        };
        match scope {
            _ if !self.filter.is_by_place() => true,
            Scope::Device(device) => self.filter.pole(pole(device)),
            Scope::Pole(_) => self.filter.pole(Some(self.names.id(scope))),
            Scope::Zone(_) => self.filter.zone(self.names.id(scope)),
        }
    }

    /// A series of `measurement` about `scope`, where its device hung on a pole at `time`.
    fn series(&self, measurement: &str, scope: Scope, time: UtcMillis, line: Option<u8>) -> Series {
        let line = line.map_or_else(String::new, |line| line.to_string());
        let id = self.names.id(scope);
        let city = ("city", self.inputs.settings.city.as_str());
        let pole_at = |index: usize| (self.zones[index].as_str(), self.inputs.registry.poles[index].id.as_str());
        match scope {
            Scope::Device(device) => {
                let (zone, pole) = self.pole(device, time.quarter()).map_or(("", ""), pole_at);
                let tags = [city, ("zone", zone), ("pole", pole), ("device", id), ("line", line.as_str())];
                Series::new(measurement, &tags)
            }
            Scope::Pole(_) => {
                let index = self.inputs.registry.poles.iter().position(|pole| pole.id == id);
                let zone = index.map_or("", |index| self.zones[index].as_str());
                Series::new(measurement, &[city, ("zone", zone), ("pole", id)])
            }
            Scope::Zone(_) => Series::new(measurement, &[city, ("zone", id)]),
        }
    }
}

impl Property {
    fn new(property: &smartpole_model::ObservedProperty, themes: &[String], filter: &Filter) -> Self {
        let id = &property.id;
        let key = |of: &str| format!("{id}_{of}");
        Self {
            theme: themes.binary_search(&property.theme).unwrap_or_default(),
            wanted: filter.property(property),
            decimals: property.decimals,
            is_count: property.kind == smartpole_model::Kind::IntervalCount,
            sums: property.mean == smartpole_model::Mean::Arithmetic,
            id: id.clone(),
            flags: key("flags"),
            count: key("count"),
            sum: key("sum"),
            min: key("min"),
            max: key("max"),
            mean: key("mean"),
            coverage: key("coverage"),
            excluded: key("excluded"),
        }
    }

    /// A value at the property's resolution: an integer where it has no decimals, always, so that the type of the field never changes.
    fn value(&self, value: i64) -> Value<'static> {
        match self.decimals {
            0 => Value::Int(value),
            decimals => Value::Decimal(Decimal { mantissa: value, decimals }),
        }
    }
}

/// Measurements of a theme, as the server shows them.
fn measurements(theme: &str, filter: &Filter) -> Vec<String> {
    let readings = filter.readings().then(String::new);
    let names = readings.into_iter().chain(windows::suffixes(filter)).map(|suffix| format!("{theme}{suffix}"));
    names.map(|name| Series::new(&name, &[]).measurement().to_owned()).collect()
}

/// The smallest zone: a place before a district before a city.
fn innermost(inputs: &Inputs, zones: &[usize]) -> String {
    let zone = |index: &usize| inputs.registry.zones.get(*index);
    let rank = |zone: &&smartpole_model::Zone| {
        let kind = ["place", "district", "city"].iter().position(|kind| *kind == zone.kind);
        (kind, zone.poles.len())
    };
    zones.iter().filter_map(zone).min_by_key(rank).map_or_else(String::new, |zone| zone.id.clone())
}

/// Codes with commas between.
fn codes(flags: Flags) -> String {
    let codes: Vec<&str> = flags.iter().map(smartpole_model::Flag::code).collect();
    codes.join(",")
}
