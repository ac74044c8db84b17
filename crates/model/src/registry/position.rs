//! Where something stands: WGS 84 degrees, or metres of the official map (ETRS89 / UTM zone 32N, EPSG:25832), in which street
//! lighting is kept in North Rhine-Westphalia.
//!
//! ETRS89 is taken for WGS 84: they differ by the drift of the European plate since 1989, less than a metre.

use std::sync::LazyLock;

use proj4rs::Proj;

use super::{Problem, table::Row};
use crate::Position;

/// Six degrees of longitude wide, so that a mistyped zone or a swapped pair is noticed; generous at the edges, as cities lie across.
const EASTINGS: (f64, f64) = (100_000.0, 900_000.0);
/// From the equator to the pole; Germany lies from 5,230,000 to 6,110,000.
const NORTHINGS: (f64, f64) = (4_000_000.0, 7_500_000.0);

/// Both ends of the transformation; text that proj4rs knows.
static PROJECTIONS: LazyLock<Option<(Proj, Proj)>> = LazyLock::new(|| {
    let utm =
        Proj::from_proj_string("+proj=utm +zone=32 +ellps=GRS80 +towgs84=0,0,0,0,0,0,0 +units=m +no_defs").ok()?;
    let geographic = Proj::from_proj_string("+proj=longlat +ellps=GRS80 +towgs84=0,0,0,0,0,0,0 +no_defs").ok()?;
    Some((utm, geographic))
});

/// The place in the columns `lat` and `lon`, or in `easting` and `northing`: `Some(None)` if all are empty, none if it is not sound.
pub(super) fn read(row: &Row<'_>, problems: &mut Vec<Problem>) -> Option<Option<Position>> {
    let given = |columns: [&str; 2]| columns.iter().any(|column| !row.get(column).is_empty());
    match (given(["lat", "lon"]), given(["easting", "northing"])) {
        (false, false) => Some(None),
        (true, false) => geographic(row, problems).map(Some),
        (false, true) => projected(row, problems).map(Some),
        (true, true) => {
            let hint = "leave either lat and lon or easting and northing empty";
            problems.push(row.problem("easting", "the place is given twice", hint));
            None
        }
    }
}

fn geographic(row: &Row<'_>, problems: &mut Vec<Problem>) -> Option<Position> {
    let (lat, lon) = (degrees(row, "lat", 90.0, problems), degrees(row, "lon", 180.0, problems));
    Some(Position { lat: lat?, lon: lon? })
}

fn degrees(row: &Row<'_>, column: &str, limit: f64, problems: &mut Vec<Problem>) -> Option<f64> {
    let degrees = row.number(column);
    let message = match degrees {
        Some(degrees) if degrees.abs() <= limit => return Some(degrees),
        Some(degrees) => format!("{degrees} is no WGS 84 degree: {column} lies between -{limit} and {limit}"),
        None => format!("{:?} is no number", row.get(column)),
    };
    problems.push(row.problem(column, message, "write decimal degrees like 51.54759"));
    None
}

fn projected(row: &Row<'_>, problems: &mut Vec<Problem>) -> Option<Position> {
    let (easting, northing) =
        (metres(row, "easting", EASTINGS, problems), metres(row, "northing", NORTHINGS, problems));
    let (easting, northing) = (easting?, northing?);
    let place = from_utm(easting, northing);
    if place.is_none() {
        let hint = "compare them with the map: easting first, zone 32 without the leading 32";
        problems.push(row.problem("easting", format!("no place has {easting} and {northing}"), hint));
    }
    place
}

fn metres(row: &Row<'_>, column: &str, (least, most): (f64, f64), problems: &mut Vec<Problem>) -> Option<f64> {
    let metres = row.number(column);
    let message = match metres {
        Some(metres) if (least..=most).contains(&metres) => return Some(metres),
        Some(metres) => format!("{metres} is no {column} of EPSG:25832: those here lie between {least} and {most}"),
        None => format!("{:?} is no number", row.get(column)),
    };
    let hint =
        "write metres of ETRS89 / UTM zone 32N like 382950.27 and 5712089.19, without the leading 32 of the zone";
    problems.push(row.problem(column, message, hint));
    None
}

/// The place of an easting and a northing, rounded to 1e-7 degrees (a centimetre).
fn from_utm(easting: f64, northing: f64) -> Option<Position> {
    let (utm, geographic) = PROJECTIONS.as_ref()?;
    let mut point = (easting, northing, 0.0);
    proj4rs::transform::transform(utm, geographic, &mut point).ok()?;
    let round = |radians: f64| (radians.to_degrees() * 1e7).round() / 1e7;
    let (lon, lat) = (round(point.0), round(point.1));
    (lat.is_finite() && lon.is_finite()).then_some(Position { lat, lon })
}
