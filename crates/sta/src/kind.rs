//! What entities are, what they say, and how they hang together (OGC 18-088, 8.2).

/// An entity type of the Sensing part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What is watched over: a pole.
    Thing,
    /// Where a thing is.
    Location,
    /// Since when a thing is or was there.
    HistoricalLocation,
    /// Observations of one thing, sensor and property.
    Datastream,
    /// An instrument: a device.
    Sensor,
    /// What is observed: an entry of the catalogue.
    ObservedProperty,
    /// One reading.
    Observation,
    /// What an observation is about: the place at the pole.
    FeatureOfInterest,
}

/// A way from an entity to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Its name in paths: the type's, in the plural if it may lead to several.
    pub name: &'static str,
    /// What it leads to.
    pub to: Kind,
    /// Whether it may lead to several.
    pub many: bool,
}

const fn one(name: &'static str, to: Kind) -> Relation {
    Relation { name, to, many: false }
}

const fn many(to: Kind) -> Relation {
    Relation { name: to.plural(), to, many: true }
}

impl Kind {
    /// All of them, in the order of the service's root document.
    pub const ALL: [Self; 8] = [
        Self::Thing,
        Self::Location,
        Self::HistoricalLocation,
        Self::Datastream,
        Self::Sensor,
        Self::ObservedProperty,
        Self::Observation,
        Self::FeatureOfInterest,
    ];

    /// The name of all its entities in paths.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Thing => "Things",
            Self::Location => "Locations",
            Self::HistoricalLocation => "HistoricalLocations",
            Self::Datastream => "Datastreams",
            Self::Sensor => "Sensors",
            Self::ObservedProperty => "ObservedProperties",
            Self::Observation => "Observations",
            Self::FeatureOfInterest => "FeaturesOfInterest",
        }
    }

    /// Properties, in the order of the standard's tables.
    pub const fn properties(self) -> &'static [&'static str] {
        match self {
            Self::Thing => &["name", "description", "properties"],
            Self::Location => &["name", "description", "encodingType", "location", "properties"],
            Self::HistoricalLocation => &["time"],
            Self::Datastream => &["name", "description", "unitOfMeasurement", "observationType", "properties"],
            Self::Sensor => &["name", "description", "encodingType", "metadata", "properties"],
            Self::ObservedProperty => &["name", "definition", "description", "properties"],
            Self::Observation => &["phenomenonTime", "resultTime", "result", "resultQuality", "parameters"],
            Self::FeatureOfInterest => &["name", "description", "encodingType", "feature", "properties"],
        }
    }

    /// Relations, in the order of the standard's tables.
    pub const fn relations(self) -> &'static [Relation] {
        const THING: Relation = one("Thing", Kind::Thing);
        const THINGS: Relation = many(Kind::Thing);
        const LOCATIONS: Relation = many(Kind::Location);
        const HISTORY: Relation = many(Kind::HistoricalLocation);
        const DATASTREAM: Relation = one("Datastream", Kind::Datastream);
        const DATASTREAMS: Relation = many(Kind::Datastream);
        const SENSOR: Relation = one("Sensor", Kind::Sensor);
        const PROPERTY: Relation = one("ObservedProperty", Kind::ObservedProperty);
        const OBSERVATIONS: Relation = many(Kind::Observation);
        const FEATURE: Relation = one("FeatureOfInterest", Kind::FeatureOfInterest);
        match self {
            Self::Thing => &[LOCATIONS, HISTORY, DATASTREAMS],
            Self::Location => &[THINGS, HISTORY],
            Self::HistoricalLocation => &[THING, LOCATIONS],
            Self::Datastream => &[THING, SENSOR, PROPERTY, OBSERVATIONS],
            Self::Sensor | Self::ObservedProperty => &[DATASTREAMS],
            Self::Observation => &[DATASTREAM, FEATURE],
            Self::FeatureOfInterest => &[OBSERVATIONS],
        }
    }

    /// The relation of a name.
    pub fn relation(self, name: &str) -> Option<Relation> {
        self.relations().iter().find(|relation| relation.name == name).copied()
    }

    /// The property of a name.
    pub fn property(self, name: &str) -> Option<&'static str> {
        self.properties().iter().find(|property| **property == name).copied()
    }
}
