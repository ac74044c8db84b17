//! `poles.csv`: the lamps, and places of foreign series.

use super::{
    Pole, Problem, Site, lighting,
    names::{self, FirstLines, Names},
    position,
    table::{self, Layout, Row},
};
use crate::Position;
/// The file's name.
pub(super) const FILE: &str = "poles.csv";

/// Longest name of a provider, in characters: it stands beside each figure.
const MOST_PROVIDER: usize = 80;

pub(super) const LAYOUT: Layout = Layout {
    file: FILE,
    required: &["id", "name", "place"],
    optional: &["lat", "lon", "easting", "northing", "site", "provider", "lamp", "switch_point"],
    key: &["id"],
    numbers: &["lat", "lon", "easting", "northing"],
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
    let mut is_placed = true;
    let whole = table::rows(text, &LAYOUT, problems, |row, problems| {
        is_placed &= has_place(row);
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
    if !is_placed {
        let hint = "add lat and lon, or easting and northing of EPSG:25832, to the first line";
        problems.push(Problem::new(FILE, "column `lat` is missing", hint).at_line(1).in_field("lat"));
    }
    (poles, if whole { lines.into() } else { Names::unreadable() })
}

fn pole(row: &Row<'_>, id: &str, problems: &mut Vec<Problem>) -> Option<Pole> {
    let (position, site, provider) = (place(row, problems), site(row, problems), provider(row, problems));
    let (lamp, switch_point) = (lighting::name(row, "lamp", problems), lighting::name(row, "switch_point", problems));
    let name = match row.get("name") {
        "" => id,
        name => name,
    };
    Some(Pole {
        id: id.to_owned(),
        name: name.to_owned(),
        place: row.get("place").to_owned(),
        position: position?,
        lamp,
        switch_point,
        site,
        provider,
        zones: Vec::new(),
    })
}

/// Whether the file has columns for it; once is enough to say that it has not.
fn has_place(row: &Row<'_>) -> bool {
    row.has("lat") && row.has("lon") || row.has("easting") && row.has("northing")
}

/// A pole has a place.
fn place(row: &Row<'_>, problems: &mut Vec<Problem>) -> Option<Position> {
    if !has_place(row) {
        return None;
    }
    let given = position::read(row, problems)?;
    if given.is_none() {
        let hint = "give lat and lon in degrees, or easting and northing in metres";
        problems.push(row.problem("lat", "the place is missing", hint));
    }
    given
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
