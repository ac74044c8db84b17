//! `rules.toml`: what is asked of values.

use std::collections::BTreeMap;

use super::{
    Peer, Problem, QualityRules, Spike,
    names::{FirstLines, Names},
    properties::Properties,
    toml_section::{Document, FromToml, Section},
};
use crate::{Decimal, Kind, ObservedProperty, PropertyNo};

/// The file's name.
pub(super) const FILE: &str = "rules.toml";

/// The rules of a registry that has none of its own.
const DEFAULTS: &str = include_str!("rules.toml");

/// More scaled deviations than this never come about.
const MOST_DEVIATIONS: i64 = 100_000;

/// Rules by property and profile; those without a profile hold for all others.
pub(super) type Rules = BTreeMap<(PropertyNo, Option<String>), QualityRules>;

/// Reads a registry's rules; `profiles` are those that there are.
pub(super) fn read(text: &str, properties: &Properties, profiles: &Names, problems: &mut Vec<Problem>) -> Rules {
    let mut rules = Rules::new();
    let Some(document) = Document::parse(FILE, text, problems) else { return rules };
    let mut root = document.section();
    let mut lines = FirstLines::default();
    for mut section in root.tables("rule") {
        let ids = ids(&mut section);
        let profile = profile(&mut section, profiles);
        let of: Vec<&ObservedProperty> =
            ids.iter().filter_map(|(id, key)| properties.resolve(id, key, &mut section)).collect();
        let drafts: Vec<QualityRules> = draft(&mut section, &of, problems);
        for (property, draft) in of.iter().zip(drafts) {
            let key = (property.number, profile.clone());
            if let Some(first) = lines.taken(key.clone(), section.line) {
                let message = format!("`{}` has the rule of line {first} already", property.id);
                section.problem("profile", message, "write one rule for each property and profile");
            }
            check_kind(&mut section, property, &draft);
            rules.insert(key, draft);
        }
        section.finish(problems);
    }
    root.finish(problems);
    rules
}

/// The rules that are compiled in, for the properties that the catalogue has. What does not suit a catalogue of a city's own
/// is left out.
pub(super) fn defaults(properties: &Properties) -> Rules {
    let mut problems = Vec::new();
    let mut rules = read(DEFAULTS, properties, &Names::default(), &mut problems);
    let suits = |property: &ObservedProperty, rules: &QualityRules| unsuited(property, rules).is_none();
    rules.retain(|(number, _), rules| properties.catalogue.get(*number).is_some_and(|property| suits(property, rules)));
    rules
}

/// The properties of a rule, each with the key that names it.
fn ids(section: &mut Section<'_>) -> Vec<(String, &'static str)> {
    let one: Option<String> = section.optional("property");
    let many: Option<Vec<String>> = section.optional("properties");
    if one.is_none() && many.as_ref().is_none_or(Vec::is_empty) {
        section.problem("property", "`property` is missing", "add `property = \"…\"` or `properties = [\"…\"]`");
    }
    let many = many.into_iter().flatten().map(|id| (id, "properties"));
    one.into_iter().map(|id| (id, "property")).chain(many).collect()
}

fn profile(section: &mut Section<'_>, profiles: &Names) -> Option<String> {
    let id: String = section.optional("profile")?;
    if let Some(hint) = profiles.missing(&id, super::PROFILES) {
        section.problem("profile", format!("unknown profile `{id}`"), hint);
    }
    Some(id)
}

/// What a section asks of each property, in its resolution.
fn draft(section: &mut Section<'_>, of: &[&ObservedProperty], problems: &mut Vec<Problem>) -> Vec<QualityRules> {
    let stuck = section.integer("stuck", 2..=16);
    let warming_up_s = section.integer("warming_up_s", 0..=86_400).unwrap_or(0);
    let uncalibrated = section.optional("uncalibrated").unwrap_or(false);
    let steps = section.optional("step").map(|step: Decimal| {
        if step.mantissa <= 0 {
            section.problem("step", format!("{step} is not above 0"), "use the largest difference that is usual");
        }
        at_resolutions(section, "step", step, of)
    });
    let spikes = section.table("spike").map(|table| spike(table, of, problems));
    let peers = section.table("peer").map(|table| peer(table, of, problems));
    let one = |at: usize| QualityRules {
        stuck,
        spike: spikes.as_ref().and_then(|spikes| spikes.get(at).copied()),
        step: steps.as_ref().and_then(|steps| steps.get(at).copied()),
        warming_up_s,
        uncalibrated,
        peer: peers.as_ref().and_then(|peers| peers.get(at).copied()),
    };
    (0..of.len()).map(one).collect()
}

fn spike(mut section: Section<'_>, of: &[&ObservedProperty], problems: &mut Vec<Problem>) -> Vec<Spike> {
    let neighbours = section.required_integer("neighbours", 3..=15);
    if let Some(even) = neighbours.filter(|neighbours: &u8| neighbours.is_multiple_of(2)) {
        section.problem(
            "neighbours",
            format!("{even} is even"),
            "use an odd number, whose median is one of the values",
        );
    }
    let deviations_milli = deviations(&mut section);
    let least = least(&mut section, of);
    section.finish(problems);
    let (Some(neighbours), Some(deviations_milli)) = (neighbours, deviations_milli) else { return Vec::new() };
    least.into_iter().map(|least| Spike { neighbours, deviations_milli, least }).collect()
}

fn peer(mut section: Section<'_>, of: &[&ObservedProperty], problems: &mut Vec<Problem>) -> Vec<Peer> {
    let radius_m = section.required_integer("radius_m", 1..=50_000);
    let least_poles = section.required_integer("least_poles", 3..=255);
    let deviations_milli = deviations(&mut section);
    let least = least(&mut section, of);
    section.finish(problems);
    let (Some(radius_m), Some(least_poles), Some(deviations_milli)) = (radius_m, least_poles, deviations_milli) else {
        return Vec::new();
    };
    least.into_iter().map(|least| Peer { radius_m, least_poles, deviations_milli, least }).collect()
}

fn deviations(section: &mut Section<'_>) -> Option<u32> {
    let deviations: Decimal = section.required("deviations")?;
    let milli = deviations.at(3).ok().filter(|milli| (1..=MOST_DEVIATIONS).contains(milli));
    if milli.is_none() {
        section.problem("deviations", format!("{deviations} is out of bounds"), "use more than 0 and at most 100");
    }
    u32::try_from(milli?).ok()
}

fn least(section: &mut Section<'_>, of: &[&ObservedProperty]) -> Vec<i64> {
    let Some(least) = section.required::<Decimal>("least") else { return Vec::new() };
    if least.mantissa < 0 {
        section.problem("least", format!("{least} is below 0"), "use the smallest difference that means something");
    }
    at_resolutions(section, "least", least, of)
}

/// A difference at the resolution of each property; one that rounds to another value would not be what was written.
fn at_resolutions(section: &mut Section<'_>, key: &'static str, value: Decimal, of: &[&ObservedProperty]) -> Vec<i64> {
    let mut scaled = Vec::new();
    for property in of {
        let whole = value.at(property.decimals).ok();
        if whole.is_none() || value.decimals > property.decimals {
            let message = format!("{value} is no value of `{}`, which has {} decimals", property.id, property.decimals);
            section.problem(key, message, format!("write it like `{key} = {}`", i64::EXAMPLE));
        }
        scaled.push(whole.unwrap_or_default());
    }
    scaled
}

/// The key of a rule that a property cannot have, with why, if there is one.
fn unsuited(property: &ObservedProperty, rules: &QualityRules) -> Option<(&'static str, String)> {
    let QualityRules { stuck, spike, step, peer, uncalibrated, .. } = rules;
    let stateful = [("stuck", stuck.is_some()), ("spike", spike.is_some()), ("step", step.is_some())];
    let of_levels = [("peer", peer.is_some()), ("uncalibrated", *uncalibrated)];
    let asked = |(key, asked): (&'static str, bool)| asked.then_some(key);
    let fits = [property.min, property.max].into_iter().all(|bound| i32::try_from(bound).is_ok());
    match property.kind {
        Kind::TotalCount => {
            let key = stateful.into_iter().chain(of_levels).find_map(asked)?;
            Some((key, format!("`{}` is a total, which only grows: it has no such rule", property.id)))
        }
        Kind::State => {
            let key = stateful.into_iter().chain(of_levels).find_map(asked)?;
            Some((key, format!("`{}` is a state and no level: it has no such rule", property.id)))
        }
        Kind::IntervalCount if *uncalibrated => {
            Some(("uncalibrated", format!("`{}` is a count, which cannot be calibrated", property.id)))
        }
        _ if fits => None,
        _ => {
            let key = stateful.into_iter().find_map(asked)?;
            Some((
                key,
                format!("values from `min` to `max` of `{}` do not fit into 32 bits at its resolution", property.id),
            ))
        }
    }
}

fn check_kind(section: &mut Section<'_>, property: &ObservedProperty, rules: &QualityRules) {
    if let Some((key, message)) = unsuited(property, rules) {
        section.problem(key, message, "remove it, or write a rule for other properties");
    }
}
