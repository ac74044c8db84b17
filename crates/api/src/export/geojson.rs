//! Rows as features of a GeoJSON FeatureCollection (RFC 7946), each at its pole or as its outline; null is what has no place.

use std::mem;

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Column, Encoder, Footer, Geometry, Kind, Place};
use crate::{csv::Cell, number::Exact, problem::Problem};

const START: &str = "{\"type\":\"FeatureCollection\",\"features\":[";

/// A collection under way.
pub(super) struct GeoJson {
    columns: &'static [Column],
    written: Vec<u8>,
    is_first: bool,
}

#[derive(Serialize)]
struct Feature<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(serialize_with = "geometry")]
    geometry: Option<Geometry<'a>>,
    properties: Properties<'a>,
}

/// Cells by the names of their columns.
struct Properties<'a>(&'a [Column], &'a [Cell<'a>]);

#[derive(Serialize)]
struct Point {
    #[serde(rename = "type")]
    kind: &'static str,
    coordinates: [f64; 2],
}

impl GeoJson {
    pub(super) fn new(columns: &'static [Column]) -> Self {
        Self { columns, written: START.into(), is_first: true }
    }

    fn member(&mut self, name: &[u8], value: Option<&impl Serialize>) -> Result<(), Problem> {
        let Some(value) = value else { return Ok(()) };
        self.written.extend_from_slice(name);
        serde_json::to_writer(&mut self.written, value).map_err(|error| Problem::internal(&error))
    }
}

impl Encoder for GeoJson {
    fn row(&mut self, row: &[Cell<'_>], geometry: Option<Geometry<'_>>) -> Result<(), Problem> {
        let feature = Feature { kind: "Feature", geometry, properties: Properties(self.columns, row) };
        self.written.extend_from_slice(if mem::take(&mut self.is_first) { b"\n" } else { b",\n" });
        serde_json::to_writer(&mut self.written, &feature).map_err(|error| Problem::internal(&error))
    }

    fn take(&mut self) -> Result<Vec<u8>, Problem> {
        Ok(mem::take(&mut self.written))
    }

    /// What is said of it are foreign members (RFC 7946 section 6.1).
    fn end(&mut self, footer: &Footer<'_>) -> Result<Vec<u8>, Problem> {
        self.written.extend_from_slice(b"\n]");
        self.member(b",\"citation\":", footer.citation)?;
        self.member(b",\"missing\":", footer.missing)?;
        self.written.extend_from_slice(b"}\n");
        self.take()
    }
}

fn geometry<S: Serializer>(geometry: &Option<Geometry<'_>>, serializer: S) -> Result<S::Ok, S::Error> {
    match *geometry {
        Some(Geometry::Point(Place { lon, lat })) => {
            Point { kind: "Point", coordinates: [lon, lat] }.serialize(serializer)
        }
        Some(Geometry::Outline(outline)) => outline.serialize(serializer),
        None => serializer.serialize_none(),
    }
}

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(columns, row) = self;
        let mut map = serializer.serialize_map(None)?;
        for (column, cell) in columns.iter().zip(*row).filter(|(column, _)| column.kind != Kind::Local) {
            match cell {
                Cell::Number(number) => map.serialize_entry(column.name, &Exact(*number))?,
                Cell::Text(text) => map.serialize_entry(column.name, text)?,
                Cell::Date(date) => map.serialize_entry(column.name, date)?,
                Cell::Utc(time) | Cell::Local(time) => map.serialize_entry(column.name, time)?,
                Cell::Degrees(degrees) => map.serialize_entry(column.name, degrees)?,
                Cell::Bool(yes) => map.serialize_entry(column.name, yes)?,
                Cell::Empty => map.serialize_entry(column.name, &())?,
            }
        }
        map.end()
    }
}
