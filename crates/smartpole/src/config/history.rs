//! Where readings are read from that the store keeps no more.

use serde::Deserialize;
use smartpole_influx::{Options, Version};
use smartpole_model::registry::did_you_mean;

use super::{Mistakes, section::Section};

/// What keeps readings for longer than the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum History {
    /// Nothing.
    #[default]
    Local,
    /// One of the targets.
    InfluxDb,
}

/// The target that is asked for them, if any; it has to get all readings, and be one that can be asked.
pub(super) fn target(
    history: History,
    named: Option<&str>,
    targets: &[Options],
    root: &mut Section,
    mistakes: &mut Mistakes,
) -> Option<Options> {
    if history == History::Local {
        if named.is_some() {
            root.mistake(
                "history_target",
                "has no effect without history",
                "add `history = \"influxdb\"`, or remove it",
                mistakes,
            );
        }
        return None;
    }
    let found = match named {
        None => targets.first(),
        Some(name) => targets.iter().find(|target| target.name == name),
    };
    let Some(target) = found else {
        let (key, message) = match named {
            Some(name) => ("history_target", format!("there is no target `{name}`")),
            None => ("history", "there is no target".to_owned()),
        };
        let known = targets.iter().map(|target| target.name.as_str());
        let near = named.and_then(|name| did_you_mean(name, known));
        let hint = near.unwrap_or_else(|| "add [[influx]], or give the name of one".to_owned());
        root.mistake(key, &message, &hint, mistakes);
        return None;
    };
    let key = if named.is_some() { "history_target" } else { "history" };
    if target.version == Version::V3 {
        let message = format!("target {} cannot be asked for readings", target.name);
        root.mistake(key, &message, "name a target of version 1 or 2 by `history_target`", mistakes);
    }
    if !target.gets_all_readings() {
        let message = format!("target {} does not get all readings", target.name);
        let hint = "remove its themes, properties and zones, let its resolution have \"raw\", or name another target by `history_target`";
        root.mistake(key, &message, hint, mistakes);
    }
    Some(target.clone())
}
