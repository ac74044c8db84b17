//! The catalogue of observed properties.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{Decimal, Flags};

/// A property's number in the catalogue: never reused, never with another meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PropertyNo(pub u16);

/// How values of a property relate to time, and so how they are aggregated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A level at an instant (temperature): mean, minimum, maximum.
    Gauge,
    /// Events since the previous value: summed.
    IntervalCount,
    /// Events since a start: differences are summed, as the property named by `counts`.
    TotalCount,
    /// A made-up scale (VOC index): mean, never a unit.
    Index,
    /// One of several states.
    State,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Gauge, Self::IntervalCount, Self::TotalCount, Self::Index, Self::State];

    /// Its word in files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::IntervalCount => "interval_count",
            Self::TotalCount => "total_count",
            Self::Index => "index",
            Self::State => "state",
        }
    }
}

/// How levels make the level of a longer time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mean {
    /// By their sum.
    #[default]
    Arithmetic,
    /// By their energy: sound levels.
    Energy,
}

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedProperty {
    /// Its number.
    pub number: PropertyNo,
    /// The word of files and interfaces, e.g. `pm2_5`.
    pub id: String,
    /// German name.
    pub name_de: String,
    /// English name.
    pub name_en: String,
    /// UCUM code, e.g. `ug/m3`.
    pub unit: String,
    /// How it relates to time.
    pub kind: Kind,
    /// Digits after the point: values are integers at this resolution.
    pub decimals: u8,
    /// Smallest valid value, at the resolution.
    pub min: i64,
    /// Largest valid value, at the resolution.
    pub max: i64,
    /// Values that mean "none", at the resolution.
    pub sentinels: Vec<i64>,
    /// Group of the InfluxDB measurement and of the page: `air_quality`, `footfall`, `weather`, `device`, …
    pub theme: String,
    /// For a total: the interval count that its differences feed.
    pub counts: Option<PropertyNo>,
    /// The property that this one is under another name: crossings in and out of a reversed line.
    pub opposite: Option<PropertyNo>,
    /// What this one is converted to for windows, and by which factor (ppb to µg/m³ at 293 K).
    pub converts: Option<(PropertyNo, Decimal)>,
    /// How values make a window.
    pub mean: Mean,
    /// Whether counts could be of single persons: published in steps, rounded.
    pub personal: bool,
    /// Whether the public may see it.
    pub public: bool,
    /// Flags that keep a value out of aggregates.
    pub excluded_by: Flags,
}

impl ObservedProperty {
    /// A stored integer as the decimal that was measured.
    pub fn decimal(&self, value: i64) -> Decimal {
        Decimal { mantissa: value, decimals: self.decimals }
    }

    /// Whether its values are readings of another property, are converted to it or count into it.
    pub fn makes(&self, other: PropertyNo) -> bool {
        let converted = self.converts.map(|(to, _)| to);
        [Some(self.number), self.counts, converted].contains(&Some(other))
    }

    /// Whether its values are masses of particles, which an optical sensor sees with the water on them.
    pub fn is_particle_mass(&self) -> bool {
        matches!(self.id.as_str(), "pm1" | "pm2_5" | "pm4" | "pm10")
    }
}

/// All observed properties, by number and by id.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    by_number: Vec<Option<ObservedProperty>>,
    by_id: HashMap<String, PropertyNo>,
}

impl Catalogue {
    /// A catalogue of the given properties; of two with one number or id the later wins (the loader refuses such files).
    pub fn new(properties: impl IntoIterator<Item = ObservedProperty>) -> Self {
        let mut catalogue = Self::default();
        for property in properties {
            let index = usize::from(property.number.0);
            if catalogue.by_number.len() <= index {
                catalogue.by_number.resize(index + 1, None);
            }
            catalogue.by_id.insert(property.id.clone(), property.number);
            catalogue.by_number[index] = Some(property);
        }
        catalogue
    }

    /// The property of a number.
    pub fn get(&self, number: PropertyNo) -> Option<&ObservedProperty> {
        self.by_number.get(usize::from(number.0))?.as_ref()
    }

    /// The property of an id.
    pub fn by_id(&self, id: &str) -> Option<&ObservedProperty> {
        self.get(*self.by_id.get(id)?)
    }

    /// All properties, by number.
    pub fn iter(&self) -> impl Iterator<Item = &ObservedProperty> {
        self.by_number.iter().flatten()
    }
}
