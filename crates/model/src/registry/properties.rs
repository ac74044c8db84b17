//! `properties.toml`: the catalogue.

use super::{
    Problem,
    names::{self, FirstLines, Names},
    relations::{self, Relations},
    toml_section::{Document, Section},
};
use crate::{Catalogue, Decimal, Flag, Flags, Kind, Mean, ObservedProperty, PropertyNo};

/// The file's name.
/// The file of the catalogue.
pub const FILE: &str = "properties.toml";

/// Numbers index a table, so they stay small.
const NUMBERS: std::ops::RangeInclusive<i64> = 1..=999;

const MEANS: [(&str, Mean); 2] = [("arithmetic", Mean::Arithmetic), ("energy", Mean::Energy)];

/// The catalogue as far as it is sound, and the ids of all entries.
#[derive(Debug)]
pub(super) struct Properties {
    pub(super) catalogue: Catalogue,
    names: Names,
}

impl Properties {
    /// A catalogue of which nothing is known.
    pub(super) fn unreadable() -> Self {
        Self { catalogue: Catalogue::default(), names: Names::unreadable() }
    }

    /// What to do about an id that is not in the catalogue.
    pub(super) fn missing(&self, id: &str) -> Option<String> {
        self.names.missing(id, FILE)
    }

    /// The property of an id that another file names under `key`; silent about flawed ones, which are reported already.
    pub(super) fn resolve(&self, id: &str, key: &str, section: &mut Section<'_>) -> Option<&ObservedProperty> {
        if let Some(hint) = self.missing(id) {
            section.problem(key, format!("unknown property `{id}`"), hint);
        }
        self.catalogue.by_id(id)
    }
}

/// An entry before its references are followed.
struct Entry<'t> {
    section: Section<'t>,
    property: Option<ObservedProperty>,
    id: Option<String>,
    number: Option<u16>,
    relations: Relations,
}

/// Reads the catalogue.
pub(super) fn read(text: &str, problems: &mut Vec<Problem>) -> Properties {
    let Some(document) = Document::parse(FILE, text, problems) else { return Properties::unreadable() };
    let mut root = document.section();
    let mut entries: Vec<Entry<'_>> = root.tables("property").into_iter().map(entry).collect();
    root.finish(problems);
    refuse_repetitions(&mut entries);
    let names = Names::new(entries.iter().filter_map(|entry| entry.id.clone()));
    let drafts = Catalogue::new(entries.iter().filter_map(|entry| entry.property.clone()));
    let properties = Properties { catalogue: drafts, names };
    let all: relations::All =
        entries.iter().filter_map(|entry| Some((entry.id.clone()?, entry.relations.clone()))).collect();
    for Entry { section, property, relations, .. } in &mut entries {
        if let Some(property) = property {
            relations::follow(section, property, relations, &properties, &all);
        }
    }
    let mut sound = |Entry { section, property, .. }: Entry<'_>| if section.finish(problems) { property } else { None };
    let catalogue = Catalogue::new(entries.into_iter().filter_map(&mut sound).collect::<Vec<_>>());
    Properties { catalogue, ..properties }
}

fn entry(mut section: Section<'_>) -> Entry<'_> {
    let id: Option<String> = section.required("id");
    if let Some(problem) = id.as_deref().and_then(names::bad_id) {
        section.problem("id", format!("the id {problem}"), names::ID_HINT);
    }
    let number = section.required_integer("number", NUMBERS);
    let property = property(&mut section, id.clone(), number);
    let relations = Relations::read(&mut section);
    Entry { section, property, id, number, relations }
}

/// Every key is asked for, even after one was wrong: hence the look-ups first and the `?` after.
fn property(section: &mut Section<'_>, id: Option<String>, number: Option<u16>) -> Option<ObservedProperty> {
    let (name_de, name_en) = (section.required("name_de"), section.required("name_en"));
    let (unit, theme) = (section.required("unit"), section.required("theme"));
    let kind = kind(section);
    let decimals = section.required_integer("decimals", 0..=6);
    let (min, max) = range(section, decimals);
    let sentinels = sentinels(section, decimals);
    let mean = mean(section, kind);
    energy_range(section, mean, decimals, (min, max));
    let personal = section.optional("personal").unwrap_or(false);
    let public = section.optional("public").unwrap_or(true);
    let excluded_by = excluded_by(section);
    Some(ObservedProperty {
        number: PropertyNo(number?),
        id: id?,
        name_de: name_de?,
        name_en: name_en?,
        unit: unit?,
        kind: kind?,
        decimals: decimals?,
        min: min?,
        max: max?,
        sentinels,
        theme: theme?,
        counts: None,
        opposite: None,
        converts: None,
        mean,
        personal,
        public,
        excluded_by,
    })
}

fn kind(section: &mut Section<'_>) -> Option<Kind> {
    let word: String = section.required("kind")?;
    let kind = names::choose(&word, &Kind::ALL.map(|kind| (kind.code(), kind)));
    kind.map_err(|hint| section.problem("kind", format!("unknown kind `{word}`"), hint)).ok()
}

fn mean(section: &mut Section<'_>, kind: Option<Kind>) -> Mean {
    let Some(word) = section.optional::<String>("mean") else { return Mean::default() };
    let mean = names::choose(&word, &MEANS).unwrap_or_else(|hint| {
        section.problem("mean", format!("unknown mean `{word}`"), hint);
        Mean::default()
    });
    if mean == Mean::Energy && kind.is_some_and(|kind| kind != Kind::Gauge) {
        section.problem("mean", "only a gauge has an energy mean", "remove it, or change `kind`");
    }
    mean
}

fn range(section: &mut Section<'_>, decimals: Option<u8>) -> (Option<i64>, Option<i64>) {
    let mut bound = |key| {
        let value: Decimal = section.required(key)?;
        at_resolution(section, key, value, decimals)
    };
    let (min, max) = (bound("min"), bound("max"));
    if let (Some(least), Some(most)) = (min, max)
        && least > most
    {
        section.problem("min", "`min` is greater than `max`", "swap them");
    }
    (min, max)
}

/// The table of energies begins at 0 and ends at 140 dB: what lies beyond would have a wrong mean.
fn energy_range(section: &mut Section<'_>, mean: Mean, decimals: Option<u8>, bounds: (Option<i64>, Option<i64>)) {
    let loudest = decimals.and_then(|decimals| Decimal { mantissa: 140, decimals: 0 }.at(decimals).ok());
    let (Mean::Energy, Some(loudest)) = (mean, loudest) else { return };
    for (key, bound) in [("min", bounds.0), ("max", bounds.1)] {
        if bound.is_some_and(|bound| !(0..=loudest).contains(&bound)) {
            let hint = "set `min` and `max` within 0 and 140, or let `mean` be \"arithmetic\"";
            section.problem_of_new(key, "an energy mean is made of levels from 0 to 140 dB", hint);
        }
    }
}

fn sentinels(section: &mut Section<'_>, decimals: Option<u8>) -> Vec<i64> {
    let values: Vec<Decimal> = section.optional("sentinels").unwrap_or_default();
    values.into_iter().filter_map(|value| at_resolution(section, "sentinels", value, decimals)).collect()
}

fn at_resolution(section: &mut Section<'_>, key: &str, value: Decimal, decimals: Option<u8>) -> Option<i64> {
    let scaled = value.at(decimals?);
    scaled
        .map_err(|error| section.problem(key, format!("{value}: {error}"), "use a smaller number or fewer decimals"))
        .ok()
}

/// What was superseded never counts, whatever is said.
fn excluded_by(section: &mut Section<'_>) -> Flags {
    let always = Flags::NONE.with(Flag::Superseded);
    let Some(codes) = section.optional::<Vec<String>>("excluded_by") else {
        return always.with(Flag::OutOfRange).with(Flag::Sentinel);
    };
    let choices = Flag::ALL.map(|flag| (flag.code(), flag));
    let mut flag = |code: String| {
        let flag = names::choose(&code, &choices);
        flag.map_err(|hint| section.problem("excluded_by", format!("unknown flag `{code}`"), hint)).ok()
    };
    // `late` was a word of former programs that no value ever had
    codes.into_iter().filter(|code| code != "late").filter_map(&mut flag).fold(always, Flags::with)
}

/// A number or an id that is used again would give old values a new meaning.
fn refuse_repetitions(entries: &mut [Entry<'_>]) {
    let (mut ids, mut numbers) = (FirstLines::default(), FirstLines::default());
    for Entry { section, id, number, .. } in entries {
        let line = section.line;
        if let Some(first) = id.clone().and_then(|id| ids.taken(id, line)) {
            section.problem(
                "id",
                format!("the id is taken by the property of line {first}"),
                "give each property its own id",
            );
        }
        if let Some(first) = number.and_then(|number| numbers.taken(number, line)) {
            let hint = "take a number that was never used: stored values know their property by it";
            section.problem("number", format!("the number is taken by the property of line {first}"), hint);
        }
    }
}
