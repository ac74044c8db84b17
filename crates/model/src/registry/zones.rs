//! `zones.geojson`: areas, and which poles they hold.

use serde_json::{Map, Value, value::RawValue};

use super::{
    CountRule, Pole, Problem, Zone,
    names::{self, FirstLines, Names},
    polygon::Rings,
    text::line_of,
};
use crate::Position;

/// The file's name.
pub(super) const FILE: &str = "zones.geojson";

/// Kinds, smallest first: a zone lies in a larger one, so zones never form a ring.
const KINDS: [(&str, usize); 3] = [("place", 0), ("district", 1), ("city", 2)];

const COUNTS: [(&str, CountRule); 3] =
    [("cordon_in", CountRule::CordonIn), ("cross_section", CountRule::CrossSection), ("none", CountRule::None)];

const KEYS: [&str; 6] = ["id", "name", "kind", "parent", "count", "poles"];

/// The number that QGIS gives each feature.
const FID: &str = "fid";

#[derive(serde::Deserialize)]
struct Collection<'t> {
    #[serde(borrow)]
    features: Vec<&'t RawValue>,
}

/// A zone before its poles are looked up.
#[derive(Debug)]
pub(super) struct ZoneDraft {
    pub(super) line: usize,
    pub(super) zone: Zone,
    pub(super) rings: Rings,
    /// Ids of its poles, where the file lists them.
    poles: Option<Vec<String>>,
}

/// Reads the zones.
pub(super) fn read(text: &str, problems: &mut Vec<Problem>) -> Vec<ZoneDraft> {
    let collection: Collection<'_> = match serde_json::from_str(text) {
        Ok(collection) => collection,
        Err(error) => {
            let hint = "export it again as a GeoJSON FeatureCollection (RFC 7946)";
            problems
                .push(Problem::new(FILE, format!("no GeoJSON: {}", reason(&error)), hint).at_line(error.line().max(1)));
            return Vec::new();
        }
    };
    let mut lines = FirstLines::default();
    let (mut drafts, mut read, mut line) = (Vec::new(), 0, 1);
    for raw in collection.features {
        let offset = raw.get().as_ptr() as usize - text.as_ptr() as usize;
        line += line_of(&text[read..], offset - read) - 1; // from feature to feature: a city's file has many
        read = offset;
        let mut feature = Feature { line, problems };
        drafts.extend(feature.read(raw.get(), &mut lines));
    }
    check_parents(&drafts, &lines.into(), problems);
    drafts
}

/// What is wrong without where, which is said apart.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason).to_owned()
}

/// Looks the poles of each zone up; tells the poles, too. A foreign place is in those that list it.
pub(super) fn link(drafts: Vec<ZoneDraft>, poles: &mut [Pole]) -> Vec<Zone> {
    let mut zones = Vec::new();
    for ZoneDraft { mut zone, rings, poles: listed, .. } in drafts {
        let holds = |pole: &Pole| match &listed {
            Some(ids) => ids.contains(&pole.id),
            None => pole.provider.is_none() && rings.contain(pole.position),
        };
        zone.poles = (0..poles.len()).filter(|index| holds(&poles[*index])).collect();
        for index in &zone.poles {
            poles[*index].zones.push(zones.len());
        }
        zones.push(zone);
    }
    zones
}

/// Reports listed poles that are not in `poles.csv`.
pub(super) fn check_poles(drafts: &[ZoneDraft], poles: &Names, problems: &mut Vec<Problem>) {
    for draft in drafts {
        for id in draft.poles.iter().flatten() {
            if let Some(hint) = poles.missing(id, super::poles::FILE) {
                let problem = Problem::new(FILE, format!("unknown pole `{id}`"), hint);
                problems.push(problem.at_line(draft.line).in_field("poles"));
            }
        }
    }
}

/// Corners of all zones.
pub(super) fn corners(drafts: &[ZoneDraft]) -> impl Iterator<Item = Position> {
    drafts.iter().flat_map(|draft| draft.rings.corners())
}

fn check_parents(drafts: &[ZoneDraft], ids: &Names, problems: &mut Vec<Problem>) {
    for ZoneDraft { line, zone, .. } in drafts {
        let Some(parent) = &zone.parent else { continue };
        let mut report = |message: String, hint: String| {
            problems.push(Problem::new(FILE, message, hint).at_line(*line).in_field("parent"));
        };
        if let Some(hint) = ids.missing(parent, FILE) {
            report(format!("unknown zone `{parent}`"), hint);
        }
        let larger = drafts.iter().find(|draft| draft.zone.id == *parent);
        if let Some(larger) = larger.filter(|larger| !is_larger(&larger.zone, zone)) {
            let message =
                format!("`{parent}` is a {} and cannot hold the {} `{}`", larger.zone.kind, zone.kind, zone.id);
            report(message, "a place lies in a district or city, a district in a city".to_owned());
        }
    }
}

/// An unknown kind is reported already and passes for any.
fn is_larger(outer: &Zone, inner: &Zone) -> bool {
    let rank = |zone: &Zone| names::choose(&zone.kind, &KINDS);
    match (rank(outer), rank(inner)) {
        (Ok(outer), Ok(inner)) => outer > inner,
        _ => true,
    }
}

/// Reads one feature.
struct Feature<'p> {
    line: usize,
    problems: &'p mut Vec<Problem>,
}

impl Feature<'_> {
    fn problem(&mut self, field: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(Problem::new(FILE, message, hint).at_line(self.line).in_field(field));
    }

    fn read(&mut self, text: &str, lines: &mut FirstLines) -> Option<ZoneDraft> {
        let feature: Map<String, Value> = match serde_json::from_str(text) {
            Ok(feature) => feature,
            Err(error) => {
                self.problem(
                    "features",
                    format!("no GeoJSON Feature: {}", reason(&error)),
                    "export it again as GeoJSON",
                );
                return None;
            }
        };
        let none = Map::new();
        let properties = feature.get("properties").and_then(Value::as_object).unwrap_or(&none);
        self.check_keys(properties);
        let id = self.id(properties, lines);
        let name = self.text(properties, "name");
        let kind = self.word(properties, "kind", &KINDS.map(|(word, _)| (word, word)));
        let count = self.word(properties, "count", &COUNTS);
        let parent = self.parent(properties);
        let poles = self.poles(properties);
        let geometry = feature.get("geometry").cloned().unwrap_or_default();
        let rings = self.rings(&geometry, poles.is_some());
        // What is wrong is reported; the rest is kept so that its references are checked.
        let (name, kind) = (name.unwrap_or_default(), kind.unwrap_or_default().to_owned());
        let count = count.unwrap_or(CountRule::None);
        let zone = Zone { id: id?, name, kind, parent, count, poles: Vec::new(), geometry };
        Some(ZoneDraft { line: self.line, zone, rings, poles })
    }

    /// Map programs add keys of their own, so only those are refused that look like one of ours.
    fn check_keys(&mut self, properties: &Map<String, Value>) {
        for key in properties.keys().filter(|key| *key != FID && !KEYS.contains(&key.as_str())) {
            if let Some(hint) = names::did_you_mean(key, KEYS) {
                self.problem(key, format!("unknown property `{key}`"), hint);
            }
        }
    }

    fn id(&mut self, properties: &Map<String, Value>, lines: &mut FirstLines) -> Option<String> {
        let id = self.text(properties, "id")?;
        if let Some(problem) = names::bad_id(&id) {
            self.problem("id", format!("the id {problem}"), names::ID_HINT);
        }
        if let Some(first) = lines.taken(id.clone(), self.line) {
            self.problem("id", format!("zone `{id}` is on line {first} already"), "give each zone its own id");
        }
        Some(id)
    }

    fn text(&mut self, properties: &Map<String, Value>, key: &str) -> Option<String> {
        let text = properties.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        if text.is_none() {
            self.problem(
                key,
                format!("`{key}` is missing or no text"),
                format!("add \"{key}\": \"…\" to its properties"),
            );
        }
        text.map(str::to_owned)
    }

    fn word<T: Copy>(&mut self, properties: &Map<String, Value>, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let word = self.text(properties, key)?;
        let choice = names::choose(&word, choices);
        choice.map_err(|hint| self.problem(key, format!("unknown {key} `{word}`"), hint)).ok()
    }

    fn parent(&mut self, properties: &Map<String, Value>) -> Option<String> {
        match properties.get("parent") {
            None | Some(Value::Null) => None,
            Some(_) => self.text(properties, "parent"),
        }
    }

    fn poles(&mut self, properties: &Map<String, Value>) -> Option<Vec<String>> {
        let value = properties.get("poles").filter(|value| !value.is_null())?;
        let ids: Option<Vec<_>> =
            value.as_array().and_then(|ids| ids.iter().map(|id| Some(id.as_str()?.to_owned())).collect());
        if ids.is_none() {
            self.problem("poles", "no list of pole ids", "write it like \"poles\": [\"AM-01\"], or leave it out");
        }
        ids
    }

    fn rings(&mut self, geometry: &Value, listed: bool) -> Rings {
        if geometry.is_null() && listed {
            return Rings::default();
        }
        Rings::read(geometry).unwrap_or_else(|(message, hint)| {
            self.problem("geometry", message, hint);
            Rings::default()
        })
    }
}
