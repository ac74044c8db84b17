//! `poles.csv`: the lamps, and places of foreign series.

use super::{
    Pole, Problem, Site,
    names::{self, FirstLines, Names},
    table::{self, Layout, Row},
};
use crate::Position;

/// The file's name.
pub(super) const FILE: &str = "poles.csv";

/// Longest name of a provider, in characters: it stands beside each figure.
const MOST_PROVIDER: usize = 80;

const LAYOUT: Layout = Layout {
    file: FILE,
    required: &["id", "name", "place", "lat", "lon"],
    optional: &["site", "provider"],
    secret: false,
};

/// A pole and the line it stands on.
#[derive(Debug)]
pub(super) struct PoleRow {
    pub(super) line: usize,
    pub(super) id: String,
    /// `None` if the row is not sound.
    pub(super) pole: Option<Pole>,
}

/// Reads the poles.
pub(super) fn read(text: &str, problems: &mut Vec<Problem>) -> (Vec<PoleRow>, Names) {
    let mut poles = Vec::new();
    let mut lines = FirstLines::default();
    let whole = table::rows(text, &LAYOUT, problems, |row, problems| {
        let id = row.get("id").to_owned();
        if let Some(problem) = names::bad_id(&id) {
            problems.push(row.problem("id", format!("the id {problem}"), names::ID_HINT));
        }
        if let Some(first) = lines.taken(id.clone(), row.line) {
            let message = format!("pole `{id}` is on line {first} already");
            problems.push(row.problem("id", message, "give each pole its own id"));
        }
        let pole = pole(row, &id, problems);
        poles.push(PoleRow { line: row.line, id, pole });
    });
    (poles, if whole { lines.into() } else { Names::unreadable() })
}

fn pole(row: &Row<'_>, id: &str, problems: &mut Vec<Problem>) -> Option<Pole> {
    let (position, site, provider) = (position(row, problems), site(row, problems), provider(row, problems));
    let name = match row.get("name") {
        "" => id,
        name => name,
    };
    Some(Pole {
        id: id.to_owned(),
        name: name.to_owned(),
        place: row.get("place").to_owned(),
        position: position?,
        site,
        provider,
        zones: Vec::new(),
    })
}

fn site(row: &Row<'_>, problems: &mut Vec<Problem>) -> Site {
    match row.get("site") {
        "" => Site::Elsewhere,
        "traffic" => Site::Traffic,
        word => {
            let hint = "write traffic for a pole close to one major road, or leave it empty";
            problems.push(row.problem("site", format!("unknown site `{word}`"), hint));
            Site::Elsewhere
        }
    }
}

fn provider(row: &Row<'_>, problems: &mut Vec<Problem>) -> Option<String> {
    let name = row.get("provider");
    if name.chars().count() > MOST_PROVIDER || name.chars().any(char::is_control) {
        let message = format!("no name of at most {MOST_PROVIDER} characters");
        problems.push(row.problem("provider", message, "write whose numbers these are, as it is to be cited"));
    }
    (!name.is_empty()).then(|| name.to_owned())
}

/// A place in the columns `lat` and `lon`.
pub(super) fn position(row: &Row<'_>, problems: &mut Vec<Problem>) -> Option<Position> {
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
