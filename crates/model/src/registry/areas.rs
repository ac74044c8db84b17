//! How zones lie to each other: those of one kind side by side, each within the one around it, and each pole of ours in one.
//!
//! A pole in two zones of one kind would count twice in what is summed up of them. Kinds may lie over each other as they like.
//! A registry that came into force before this was asked for stays in force.

use std::collections::{HashMap, HashSet};

use super::{
    Pole, Problem, Zone, crossings,
    outline::{Outline, Plane, TOUCH},
    poles,
    zones::{self, ZoneDraft},
};
use crate::Position;

/// A zone with a border.
struct Area<'z> {
    draft: &'z ZoneDraft,
    zone: &'z Zone,
    outline: Outline,
}

/// Reports borders that cross themselves, zones that overlap one of their kind, and zones that leave the one around them.
pub(super) fn check(drafts: &[ZoneDraft], problems: &mut Vec<Problem>) {
    let Some(plane) = zones::corners(drafts).next().map(Plane::at) else { return };
    let area = |draft| Some(Area { draft, zone: &draft.zone, outline: Outline::of(&draft.rings, plane)? });
    let areas: Vec<Area<'_>> = drafts.iter().filter_map(area).collect();
    let by_id: HashMap<&str, &Area<'_>> = areas.iter().map(|area| (area.zone.id.as_str(), area)).collect();
    for (at, area) in areas.iter().enumerate() {
        let around = area.zone.parent.as_deref().and_then(|parent| by_id.get(parent));
        problems.extend(crossings::find(area.draft.rings.rings()).map(|near| crosses_itself(area, near)));
        problems.extend(areas[..at].iter().find_map(|former| overlaps(area, former)));
        problems.extend(around.and_then(|around| leaves(area, around)));
    }
}

fn crosses_itself(area: &Area<'_>, near: Position) -> Problem {
    let message = format!("its border crosses itself near {}", written(near));
    area.problem(message, "draw the area again, with corners in their order")
}

fn overlaps(area: &Area<'_>, former: &Area<'_>) -> Option<Problem> {
    let (Zone { id, kind, .. }, Zone { id: other, .. }) = (area.zone, former.zone);
    // no kind at all, and a kind that is to lie within itself, are reported as such
    let is_within = |one: &Zone, other: &String| one.parent.as_ref() == Some(other);
    if kind.is_empty() || *kind != former.zone.kind || is_within(area.zone, other) || is_within(former.zone, id) {
        return None;
    }
    let (at, line) = (written(area.outline.overlap(&former.outline)?), former.draft.line);
    let message = format!("`{id}` overlaps the {kind} `{other}` of line {line} by more than {TOUCH} m, at {at}");
    let hint = format!("draw one border for both: a pole cannot count in two zones of the kind {kind}");
    Some(area.problem(message, hint))
}

fn leaves(area: &Area<'_>, around: &Area<'_>) -> Option<Problem> {
    let (Zone { id, .. }, Zone { id: parent, kind, .. }) = (area.zone, around.zone);
    let (at, line) = (written(area.outline.leaves(&around.outline)?), around.draft.line);
    let message = format!("`{id}` is outside of the {kind} `{parent}` around it by more than {TOUCH} m, at {at}");
    let hint = format!("draw it within, widen `{parent}` of line {line}, or name another `parent`");
    Some(area.problem(message, hint))
}

fn written(Position { lat, lon }: Position) -> String {
    format!("[{lon}, {lat}]")
}

impl Area<'_> {
    fn problem(&self, message: String, hint: impl Into<String>) -> Problem {
        Problem::new(zones::FILE, message, hint).at_line(self.draft.line).in_field("geometry").sparing_kept()
    }
}

/// Where poles and zones stand in their files.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) poles: Vec<usize>,
    pub(super) zones: Vec<usize>,
}

/// Reports poles of ours that no zone holds and poles that two zones of one kind hold, unless poles or zones have other problems,
/// which may be why.
pub(super) fn check_poles(poles: &[Pole], zones: &[Zone], lines: &Lines, problems: &mut Vec<Problem>) {
    if problems.iter().any(|problem| [poles::FILE, zones::FILE].contains(&&*problem.file)) {
        return;
    }
    let lost = poles.iter().zip(&lines.poles).filter(|(pole, _)| pole.provider.is_none() && pole.zones.is_empty());
    problems.extend(lost.map(|(pole, line)| {
        let message = format!("`{}` is in no zone, so in no figure of an area", pole.id);
        let hint = format!("let a border of {} go around it, or name it in the `poles` of a zone", zones::FILE);
        Problem::new(poles::FILE, message, hint).at_line(*line).in_field("id").sparing_kept()
    }));
    let mut known = HashSet::new();
    for pole in poles {
        let mut first = HashMap::new();
        for zone in &pole.zones {
            let former = *first.entry(zones[*zone].kind.as_str()).or_insert(*zone);
            if former != *zone && known.insert((former, *zone)) {
                problems.push(
                    shared(pole, [&zones[former], &zones[*zone]], lines.zones[former]).at_line(lines.zones[*zone]),
                );
            }
        }
    }
}

fn shared(pole: &Pole, [former, zone]: [&Zone; 2], line: usize) -> Problem {
    let message =
        format!("`{}` holds the pole `{}`, as the {} `{}` of line {line} does", zone.id, pole.id, zone.kind, former.id);
    let hint = format!("let one of them hold it: a pole cannot count in two zones of the kind {}", zone.kind);
    Problem::new(zones::FILE, message, hint).in_field("poles").sparing_kept()
}
