//! `rules.toml`: what is asked of values.

use std::collections::BTreeMap;

use super::{
    Peer, Problem, QualityRules, RULES_LOOK_BACK_S, Spike,
    names::{FirstLines, Names},
    properties::Properties,
    toml_section::{Document, FromToml, Section},
};
use crate::{Decimal, Kind, ObservedProperty, PropertyNo};

/// The file's name.
pub(super) const FILE: &str = "rules.toml";

/// The rules of a registry that has none of its own.
const DEFAULTS: &str = include_str!("rules.toml");

/// What a rule can ask; one that asks none of it is an oversight.
const KEYS: [&str; 6] = ["stuck", "spike", "step", "warming_up_s", "uncalibrated", "peer"];

/// Something stands there, right or wrong.
struct Written;

impl FromToml for Written {
    const EXPECTED: &'static str = "anything";
    const EXAMPLE: &'static str = "1";
    fn from_toml(_: &toml::de::DeValue<'_>) -> Option<Self> {
        Some(Self)
    }
}

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
        let of = properties_of(&mut section, properties);
        let profiles = profiles_of(&mut section, profiles);
        let drafts = draft(&mut section, &of, problems);
        for (property, draft) in of.into_iter().zip(drafts) {
            check_kind(&mut section, property, &draft);
            for profile in &profiles {
                let key = (property.number, profile.clone());
                let first = lines.taken(key.clone(), section.line);
                refuse_second(&mut section, property, first);
                rules.insert(key, draft);
            }
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

fn properties_of<'p>(section: &mut Section<'_>, properties: &'p Properties) -> Vec<&'p ObservedProperty> {
    let ids: Option<Vec<String>> = section.required("properties");
    if ids.as_ref().is_some_and(Vec::is_empty) {
        section.problem("properties", "a rule for no property", "name them, or remove the rule");
    }
    ids.into_iter().flatten().filter_map(|id| properties.resolve(&id, "properties", section)).collect()
}

/// The profiles of a rule; `None` alone stands for all that have no rule of their own.
fn profiles_of(section: &mut Section<'_>, profiles: &Names) -> Vec<Option<String>> {
    let Some(ids) = section.optional::<Vec<String>>("profiles") else { return vec![None] };
    if ids.is_empty() {
        section.problem("profiles", "a rule for no profile", "name them, or remove `profiles` for all others");
    }
    for id in &ids {
        if let Some(hint) = profiles.missing(id, super::PROFILES) {
            section.problem("profiles", format!("unknown profile `{id}`"), hint);
        }
    }
    ids.into_iter().map(Some).collect()
}

fn refuse_second(section: &mut Section<'_>, property: &ObservedProperty, first: Option<usize>) {
    if let Some(first) = first {
        let message = format!("`{}` has the rule of line {first} already", property.id);
        section.problem("properties", message, "write one rule for each property and profile");
    }
}

/// What a section asks of each property, in its resolution.
fn draft(section: &mut Section<'_>, of: &[&ObservedProperty], problems: &mut Vec<Problem>) -> Vec<QualityRules> {
    let stuck = section.integer("stuck", 2..=16);
    // a power-up before that is out of sight
    let warming_up_s = section.integer("warming_up_s", 0..=RULES_LOOK_BACK_S);
    let uncalibrated: Option<bool> = section.optional("uncalibrated");
    let steps = section.optional("step").map(|step: Decimal| {
        if step.mantissa <= 0 {
            section.problem("step", format!("{step} is not above 0"), "use the largest difference that is usual");
        }
        at_resolutions(section, "step", step, of)
    });
    let spikes = section.table("spike").map(|table| spike(table, of, problems));
    let peers = section.table("peer").map(|table| peer(table, of, problems));
    if !KEYS.iter().any(|key| section.optional::<Written>(key).is_some()) {
        let hint = format!("add one of {}, or remove the rule", KEYS.join(", "));
        section.problem("properties", "the rule asks nothing", hint);
    }
    let one = |at: usize| QualityRules {
        stuck,
        spike: spikes.as_ref().and_then(|spikes| *spikes.get(at)?),
        step: steps.as_ref().and_then(|steps| *steps.get(at)?),
        warming_up_s: warming_up_s.unwrap_or(0),
        uncalibrated: uncalibrated.unwrap_or(false),
        peer: peers.as_ref().and_then(|peers| *peers.get(at)?),
    };
    (0..of.len()).map(one).collect()
}

fn spike(mut section: Section<'_>, of: &[&ObservedProperty], problems: &mut Vec<Problem>) -> Vec<Option<Spike>> {
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
    least.into_iter().map(|least| Some(Spike { neighbours, deviations_milli, least: least? })).collect()
}

fn peer(mut section: Section<'_>, of: &[&ObservedProperty], problems: &mut Vec<Problem>) -> Vec<Option<Peer>> {
    let radius_m = section.required_integer("radius_m", 1..=50_000);
    let least_poles = section.required_integer("least_poles", 3..=255);
    let deviations_milli = deviations(&mut section);
    let least = least(&mut section, of);
    section.finish(problems);
    let (Some(radius_m), Some(least_poles), Some(deviations_milli)) = (radius_m, least_poles, deviations_milli) else {
        return Vec::new();
    };
    let one = |least: Option<i64>| Some(Peer { radius_m, least_poles, deviations_milli, least: least? });
    least.into_iter().map(one).collect()
}

fn deviations(section: &mut Section<'_>) -> Option<u32> {
    let deviations: Decimal = section.required("deviations")?;
    let milli = deviations.at(3).ok().filter(|milli| (1..=MOST_DEVIATIONS).contains(milli));
    if milli.is_none() {
        section.problem("deviations", format!("{deviations} is out of bounds"), "use more than 0 and at most 100");
    }
    u32::try_from(milli?).ok()
}

fn least(section: &mut Section<'_>, of: &[&ObservedProperty]) -> Vec<Option<i64>> {
    let Some(least) = section.required::<Decimal>("least") else { return Vec::new() };
    if least.mantissa < 0 {
        section.problem("least", format!("{least} is below 0"), "use the smallest difference that means something");
    }
    at_resolutions(section, "least", least, of)
}

/// A difference at the resolution of each property; `None` if it has to be rounded for that, for it would not be what was written.
fn at_resolutions(
    section: &mut Section<'_>,
    key: &'static str,
    value: Decimal,
    of: &[&ObservedProperty],
) -> Vec<Option<i64>> {
    let mut exact = |property: &&ObservedProperty| {
        let whole = value.at(property.decimals).ok();
        let back = |mantissa| Decimal { mantissa, decimals: property.decimals }.at(value.decimals).ok();
        let whole = whole.filter(|whole| back(*whole) == Some(value.mantissa));
        if whole.is_none() {
            let message =
                format!("{value} does not fit the resolution of `{}`, {} decimals", property.id, property.decimals);
            section.problem(key, message, "use fewer decimals or a smaller number, or write a rule for it alone");
        }
        whole
    };
    of.iter().map(&mut exact).collect()
}

/// The key of a rule that a property cannot have, with why, if there is one.
fn unsuited(property: &ObservedProperty, rules: &QualityRules) -> Option<(&'static str, String)> {
    let QualityRules { stuck, spike, step, warming_up_s, peer, uncalibrated } = rules;
    let stateful = [("stuck", stuck.is_some()), ("spike", spike.is_some()), ("step", step.is_some())];
    let of_levels = [("peer", peer.is_some()), ("uncalibrated", *uncalibrated)];
    let asked = |(key, asked): (&'static str, bool)| asked.then_some(key);
    let fits = [property.min, property.max].into_iter().all(|bound| i32::try_from(bound).is_ok());
    match property.kind {
        Kind::TotalCount => {
            let warming_up = ("warming_up_s", *warming_up_s > 0);
            let key = stateful.into_iter().chain(of_levels).chain([warming_up]).find_map(asked)?;
            Some((key, format!("`{}` is a total, which is judged by its differences", property.id)))
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
