//! Since when counting rules hold. What was shown by a former rule is not shown again by another: both together would tell more of a
//! step than one does.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;
use smartpole_model::UtcMillis;

use crate::{KeptRegistry, Parts, problem::Problem};

const ZONES: &str = "zones.geojson";
/// The rule by which a whole tree is shown by direction.
const BY_DIRECTION: &str = "cordon_in";

/// Since when zones have their rules, by id; none of those that never had another.
type Since = BTreeMap<String, UtcMillis>;

/// What is known of it; clones are the same one.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules(Arc<Mutex<Known>>);

/// None before somebody asked.
#[derive(Clone, Debug, Default)]
struct Known {
    /// Hash of the inputs in force when it was read.
    inputs: String,
    since: Option<Arc<Since>>,
}

impl Rules {
    /// Since when all of these zones have their rules of now; `inputs` is the hash of the inputs in force.
    ///
    /// # Errors
    /// If former registries cannot be read.
    pub(super) fn since(&self, parts: &Parts, inputs: &str, zones: &[String]) -> Result<UtcMillis, Problem> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let since = match known.since.filter(|_| known.inputs == inputs) {
            Some(since) => since,
            None => {
                let since = Arc::new(read(parts)?);
                let known = Known { inputs: inputs.to_owned(), since: Some(Arc::clone(&since)) };
                *self.0.lock().unwrap_or_else(PoisonError::into_inner) = known;
                since
            }
        };
        Ok(zones.iter().filter_map(|zone| since.get(zone).copied()).max().unwrap_or(UtcMillis(i64::MIN)))
    }
}

fn read(parts: &Parts) -> Result<Since, Problem> {
    let (mut rules, mut changed) = (BTreeMap::new(), Since::new());
    for (n, KeptRegistry { since, hash }) in internal(parts.registries.kept())?.into_iter().enumerate() {
        let Some(text) = internal(parts.registries.file(&hash, ZONES))? else { continue };
        for (zone, rule) in rules_of(&text) {
            let former = rules.insert(zone.clone(), rule.clone());
            let is_other = former.map_or(n > 0 && rule == BY_DIRECTION, |former| former != rule);
            if is_other {
                changed.insert(zone, since);
            }
        }
    }
    Ok(changed)
}

/// Zones of a file and their counting rules, as it has them.
fn rules_of(text: &[u8]) -> Vec<(String, String)> {
    let zones: Value = serde_json::from_slice(text).unwrap_or_default();
    let of = |feature: &Value| {
        let word = |name: &str| feature["properties"][name].as_str().map(str::to_owned);
        Some((word("id")?, word("count").unwrap_or_default()))
    };
    zones["features"].as_array().into_iter().flatten().filter_map(of).collect()
}

fn internal<T>(read: Result<T, Box<dyn std::error::Error + Send + Sync>>) -> Result<T, Problem> {
    read.map_err(|error| Problem::internal(&*error))
}
