//! Columns of exports.

use smartpole_model::Pole;

/// A column: its name, and what stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Words.
    Text,
    /// A decimal.
    Number,
    /// An integer.
    Whole,
    /// Yes or no.
    Bool,
    /// An instant.
    Instant,
    /// An instant by the clock of Europe/Berlin, for spreadsheets only.
    Local,
}

/// Where a row is, WGS 84 degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    pub(crate) lon: f64,
    pub(crate) lat: f64,
}

/// Where a row is: at a place, or within an outline, which is a geometry of GeoJSON (RFC 7946, 3.1).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Geometry<'a> {
    Point(Place),
    Outline(&'a serde_json::Value),
}

impl From<Place> for Geometry<'_> {
    fn from(place: Place) -> Self {
        Self::Point(place)
    }
}

impl Place {
    /// Where a pole stands.
    pub(crate) fn of(pole: &Pole) -> Self {
        Self { lon: pole.position.lon, lat: pole.position.lat }
    }
}

impl Column {
    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        self.name
    }
}

impl Kind {
    /// A column of this kind.
    pub(crate) const fn named(self, name: &'static str) -> Column {
        Column { name, kind: self }
    }
}
