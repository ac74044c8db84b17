//! `events.csv`: what happens in the city on some days, and how a planner knows of it.

use std::collections::BTreeMap;

use jiff::civil::Weekday;

use super::{
    Problem, Registry, instant,
    names::{ID_HINT, Names, bad_id, choose},
    table::{self, Layout, Row},
    zones,
};
use crate::{UtcMillis, WEEKDAYS};

/// The file's name.
pub(super) const FILE: &str = "events.csv";

pub(super) const LAYOUT: Layout = Layout {
    file: FILE,
    required: &["id", "name", "kind", "from", "to"],
    optional: &["weekdays", "zones", "note"],
    key: &["id", "from"],
    numbers: &[],
    secret: false,
};

/// What kind of event one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// A weekly market, a flea market, a Christmas market.
    Market,
    /// A festival, a fair, a concert.
    Festival,
    /// A run, a match.
    Sport,
    /// Shops draw people: a Sunday opening, a sale.
    Sale,
    /// Works in the street.
    Roadworks,
    /// A street, a square or a shop is closed.
    Closure,
    /// Anything else.
    Other,
}

impl EventKind {
    /// The words of files and interfaces.
    pub const ALL: [(&str, Self); 7] = [
        ("market", Self::Market),
        ("festival", Self::Festival),
        ("sport", Self::Sport),
        ("sale", Self::Sale),
        ("roadworks", Self::Roadworks),
        ("closure", Self::Closure),
        ("other", Self::Other),
    ];
}

/// Something that happens, once or again and again. Nothing that is stored depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: String,
    /// Its name on the page.
    pub name: String,
    /// What kind it is.
    pub kind: EventKind,
    /// Indices in [`Registry::zones`], as the file lists them; none: all of the city.
    pub zones: Vec<usize>,
    /// When it is, by the first instant.
    pub times: Vec<EventTime>,
}

/// A time of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventTime {
    /// First instant.
    pub from: UtcMillis,
    /// First instant after it; the last instant there is if nobody knows yet.
    pub to: UtcMillis,
    /// The weekdays within that it is on; none: all.
    pub weekdays: Vec<Weekday>,
    /// What the planner notes of it, free text.
    pub note: String,
}

impl EventTime {
    /// The first instant after it, if it is known.
    pub fn end(&self) -> Option<UtcMillis> {
        (self.to != instant::STILL).then_some(self.to)
    }
}

/// Reads the events; in the order of the file.
pub(super) fn read(text: &str, registry: &Registry, problems: &mut Vec<Problem>) -> Vec<Event> {
    let are_sound = problems.iter().all(|problem| problem.file != zones::FILE);
    let ids = registry.zones.iter().map(|zone| zone.id.clone());
    let names = if are_sound { Names::new(ids) } else { Names::unreadable() };
    let mut found = Found::default();
    table::rows(text, &LAYOUT, problems, |row, problems| {
        if let Some(event) = event(row, registry, &names, problems) {
            found.add(event, row, problems);
        }
    });
    found.in_order()
}

/// Events so far; a row with an id that is there adds a time to it.
#[derive(Default)]
struct Found {
    events: Vec<(Event, usize)>,
    by_id: BTreeMap<String, usize>,
}

impl Found {
    fn add(&mut self, event: Event, row: &Row<'_>, problems: &mut Vec<Problem>) {
        let Some(at) = self.by_id.get(&event.id).copied() else {
            self.by_id.insert(event.id.clone(), self.events.len());
            self.events.push((event, row.line));
            return;
        };
        let (first, line) = &mut self.events[at];
        let same = [
            ("name", first.name == event.name),
            ("kind", first.kind == event.kind),
            ("zones", first.zones == event.zones),
        ];
        for (column, _) in same.iter().filter(|(_, is_same)| !is_same) {
            let message = format!("line {line} says something else of `{}`", event.id);
            problems.push(row.problem(
                column,
                message,
                "several rows of an id are several times of one event: give this one another id, or the same words",
            ));
        }
        first.times.extend(event.times);
    }

    fn in_order(self) -> Vec<Event> {
        let mut events: Vec<Event> = self.events.into_iter().map(|(event, _)| event).collect();
        events.iter_mut().for_each(|event| event.times.sort_by_key(|time| (time.from, time.to)));
        events
    }
}

fn event(row: &Row<'_>, registry: &Registry, names: &Names, problems: &mut Vec<Problem>) -> Option<Event> {
    let before = problems.len();
    let id = row.get("id").to_owned();
    if let Some(message) = bad_id(&id) {
        problems.push(row.problem("id", message, ID_HINT));
    }
    let name = row.get("name").to_owned();
    if name.is_empty() {
        problems.push(row.problem("name", "is empty", "write what people call it"));
    }
    let kind = choose(row.get("kind"), &EventKind::ALL);
    if let Err(hint) = &kind {
        problems.push(row.problem("kind", format!("{:?} is no kind of event", row.get("kind")), hint.clone()));
    }
    if row.get("from").is_empty() {
        problems.push(row.problem("from", "is empty", "write its first day, like 2026-12-05, or instant"));
    }
    let (zones, weekdays) = (zones_of(row, registry, names, problems), weekdays_of(row, problems));
    let (from, to) = instant::span(row, ["from", "to"], problems)?;
    let times = vec![EventTime { from, to, weekdays, note: row.get("note").to_owned() }];
    (problems.len() == before).then_some(Event { id, name, kind: kind.ok()?, zones, times })
}

/// The words of a cell, with `;` between.
fn words<'a>(row: &'a Row<'_>, column: &str) -> impl Iterator<Item = &'a str> {
    row.get(column).split(';').map(str::trim).filter(|word| !word.is_empty())
}

fn zones_of(row: &Row<'_>, registry: &Registry, names: &Names, problems: &mut Vec<Problem>) -> Vec<usize> {
    for id in words(row, "zones") {
        if let Some(hint) = names.missing(id, zones::FILE) {
            problems.push(row.problem("zones", format!("unknown zone `{id}`"), hint));
        }
    }
    let index = |id: &str| registry.zones.iter().position(|zone| zone.id == id);
    words(row, "zones").filter_map(index).collect()
}

fn weekdays_of(row: &Row<'_>, problems: &mut Vec<Problem>) -> Vec<Weekday> {
    let mut weekdays = Vec::new();
    for word in words(row, "weekdays") {
        match choose(word, &WEEKDAYS) {
            Ok(weekday) => weekdays.push(weekday),
            Err(hint) => problems.push(row.problem("weekdays", format!("{word:?} is no weekday"), hint)),
        }
    }
    weekdays
}
