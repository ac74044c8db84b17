//! Lamps and areas.

use crate::Position;

/// A street lamp that measures, or a place whose series are somebody else's.
#[derive(Clone, Debug, PartialEq)]
pub struct Pole {
    /// Its id.
    pub id: String,
    /// Its name on the page.
    pub name: String,
    /// The place it stands at, free text.
    pub place: String,
    /// Where it stands.
    pub position: Position,
    /// Its number in the street lighting (Leuchtstellennummer), as it stands on the mast.
    pub lamp: Option<String>,
    /// The cabinet that switches its power (Schaltstelle).
    pub switch_point: Option<String>,
    /// What kind of place that is.
    pub site: Site,
    /// Whose numbers these are; `None` for a pole of the city's own. A foreign place is in no zone but one that lists it.
    pub provider: Option<String>,
    /// Indices of the zones that hold it, in file order.
    pub zones: Vec<usize>,
}

/// What kind of place a pole stands at, as the European air quality index asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Site {
    /// Close to one major road.
    Traffic,
    /// Anywhere else, or nobody knows.
    #[default]
    Elsewhere,
}

/// What a zone's counts may be summed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountRule {
    /// Its counters form a cordon: people in, people out.
    CordonIn,
    /// Its counters are cross-sections: crossings in both directions.
    CrossSection,
    /// Nothing is summed.
    None,
}

/// An area of the city; zones nest (place ⊂ district ⊂ city).
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// Its id.
    pub id: String,
    /// Its name on the page.
    pub name: String,
    /// `place`, `district` or `city`.
    pub kind: String,
    /// Id of the zone around it.
    pub parent: Option<String>,
    /// What its counts may be summed to.
    pub count: CountRule,
    /// Indices of its poles, in file order.
    pub poles: Vec<usize>,
    /// GeoJSON geometry, as in the file.
    pub geometry: serde_json::Value,
}
