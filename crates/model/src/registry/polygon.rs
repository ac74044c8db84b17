//! GeoJSON geometry (RFC 7946): read, checked, and asked what lies in it.

use serde_json::Value;

use crate::Position;

/// Closed rings of all polygons. By the even-odd rule holes need no mention of their own.
#[derive(Debug, Default)]
pub(super) struct Rings(Vec<Vec<Position>>);

impl Rings {
    /// Reads a Polygon or MultiPolygon; else what is wrong and what to do.
    pub(super) fn read(geometry: &Value) -> Result<Self, (String, &'static str)> {
        let kind = geometry.get("type").and_then(Value::as_str).unwrap_or("nothing");
        let coordinates = geometry.get("coordinates").and_then(Value::as_array);
        let polygons: Vec<&Value> = match (kind, coordinates) {
            ("Polygon", Some(_)) => geometry.get("coordinates").into_iter().collect(),
            ("MultiPolygon", Some(polygons)) => polygons.iter().collect(),
            ("Polygon" | "MultiPolygon", None) => return Err(bad_form()),
            _ => return Err((format!("expected a Polygon or MultiPolygon, found {kind}"), "draw the zone as an area")),
        };
        let mut rings = Vec::new();
        for polygon in polygons {
            for ring in polygon.as_array().ok_or_else(bad_form)? {
                rings.push(read_ring(ring)?);
            }
        }
        if rings.is_empty() { Err(bad_form()) } else { Ok(Self(rings)) }
    }

    /// Whether a place lies inside. A place on an edge belongs to one side of it, always the same.
    pub(super) fn contain(&self, place: Position) -> bool {
        self.0.iter().filter(|ring| crosses(ring, place)).count() % 2 == 1
    }

    /// Its rings, each with its first position again as its last.
    pub(super) fn rings(&self) -> impl Iterator<Item = &[Position]> {
        self.0.iter().map(Vec::as_slice)
    }

    /// Its corners.
    pub(super) fn corners(&self) -> impl Iterator<Item = Position> {
        self.0.iter().flatten().copied()
    }
}

fn bad_form() -> (String, &'static str) {
    ("the coordinates are not those of its type".to_owned(), "export the geometry again as GeoJSON (RFC 7946)")
}

fn read_ring(ring: &Value) -> Result<Vec<Position>, (String, &'static str)> {
    let positions = ring.as_array().ok_or_else(bad_form)?;
    let ring = positions.iter().map(read_position).collect::<Result<Vec<_>, _>>()?;
    match (ring.first(), ring.last()) {
        (Some(first), Some(last)) if first != last => {
            Err(("a ring is not closed".to_owned(), "repeat its first position as its last"))
        }
        _ if ring.len() < 4 => Err((format!("a ring has {} positions", ring.len()), "an area needs at least 4")),
        _ => Ok(ring),
    }
}

fn read_position(position: &Value) -> Result<Position, (String, &'static str)> {
    let degree = |index: usize| position.get(index).and_then(Value::as_f64);
    let (Some(lon), Some(lat)) = (degree(0), degree(1)) else { return Err(bad_form()) };
    if lat.abs() <= 90.0 && lon.abs() <= 180.0 {
        return Ok(Position { lat, lon });
    }
    Err((format!("[{lon}, {lat}] lies outside WGS 84"), "write [longitude, latitude] in degrees"))
}

/// Whether a ray to the east of `place` crosses the ring an odd number of times.
fn crosses(ring: &[Position], place: Position) -> bool {
    let mut inside = false;
    for edge in ring.windows(2) {
        let (a, b) = (edge[0], edge[1]);
        if (a.lat > place.lat) != (b.lat > place.lat) {
            let lon = a.lon + (place.lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon);
            inside ^= place.lon < lon;
        }
    }
    inside
}
