//! Words of a target's filter that nothing in the registry has.

use std::{collections::BTreeSet, path::Path};

use smartpole_influx::Options;
use smartpole_model::{
    Registry,
    registry::{Problem, did_you_mean},
};

/// Themes, properties and zones that a target is to get and that are not there.
pub(super) fn mistakes(file: &Path, target: &Options, registry: &Registry) -> Vec<Problem> {
    let themes = registry.properties.iter().map(|property| property.theme.as_str());
    let properties = registry.properties.iter().map(|property| property.id.as_str());
    let zones = registry.zones.iter().map(|zone| zone.id.as_str());
    [
        unknown(&target.themes, &themes.collect(), "no property has the theme", "influx.themes"),
        unknown(&target.properties, &properties.collect(), "there is no property", "influx.properties"),
        unknown(&target.zones, &zones.collect(), "there is no zone", "influx.zones"),
    ]
    .into_iter()
    .flatten()
    .map(|(message, hint, field)| {
        let message = format!("target {}: {message}", target.name);
        Problem::new(&file.display().to_string(), message, hint).in_field(field)
    })
    .collect()
}

/// Message, remedy and key of each wanted word that is not known.
fn unknown(
    wanted: &[String],
    known: &BTreeSet<&str>,
    lacks: &str,
    field: &'static str,
) -> Vec<(String, String, &'static str)> {
    let all = || format!("use some of {}", known.iter().copied().collect::<Vec<_>>().join(", "));
    let mistake = |word: &String| {
        let hint = did_you_mean(word, known.iter().copied()).unwrap_or_else(all);
        (format!("{lacks} `{word}`"), hint, field)
    };
    wanted.iter().filter(|word| !known.contains(word.as_str())).map(mistake).collect()
}
