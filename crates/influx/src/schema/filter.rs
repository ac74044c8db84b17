//! What a target is to get: by theme, property, zone and resolution. A reading or window is sent if it passes all of them.

use std::collections::HashSet;

use smartpole_model::{ObservedProperty, Registry, Zone};
use smartpole_store::Grain;

use crate::{Options, Resolution};

/// The filter of a target, by one registry.
#[derive(Debug)]
pub(super) struct Filter {
    options: Options,
    places: Option<Places>,
}

/// Ids of what lies in the wanted zones.
#[derive(Debug)]
struct Places {
    poles: HashSet<String>,
    /// The wanted zones, and all within them.
    zones: HashSet<String>,
}

impl Filter {
    pub(super) fn new(registry: &Registry, options: &Options) -> Self {
        let places = (!options.zones.is_empty()).then(|| Places::new(registry, &options.zones));
        Self { options: options.clone(), places }
    }

    pub(super) fn property(&self, property: &ObservedProperty) -> bool {
        let passes = |wanted: &[String], id: &String| wanted.is_empty() || wanted.contains(id);
        passes(&self.options.themes, &property.theme) && passes(&self.options.properties, &property.id)
    }

    pub(super) fn readings(&self) -> bool {
        self.options.wants(Resolution::Raw)
    }

    pub(super) fn windows(&self, grain: Grain) -> bool {
        self.options.wants(grain.into())
    }

    /// Whether places matter at all.
    pub(super) fn is_by_place(&self) -> bool {
        self.places.is_some()
    }

    /// A pole; one that hung nowhere lies in no zone.
    pub(super) fn pole(&self, id: Option<&str>) -> bool {
        self.places.as_ref().is_none_or(|places| id.is_some_and(|id| places.poles.contains(id)))
    }

    pub(super) fn zone(&self, id: &str) -> bool {
        self.places.as_ref().is_none_or(|places| places.zones.contains(id))
    }
}

impl Places {
    fn new(registry: &Registry, wanted: &[String]) -> Self {
        let inside = |zone: &&Zone| around(registry, zone).any(|zone| wanted.contains(&zone.id));
        let zones = registry.zones.iter().filter(inside).map(|zone| zone.id.clone()).collect();
        let named = registry.zones.iter().filter(|zone| wanted.contains(&zone.id));
        let poles = named.flat_map(|zone| &zone.poles).filter_map(|index| registry.poles.get(*index));
        Self { poles: poles.map(|pole| pole.id.clone()).collect(), zones }
    }
}

/// A zone and those around it, from the inside.
fn around<'a>(registry: &'a Registry, zone: &'a Zone) -> impl Iterator<Item = &'a Zone> {
    let parent = |zone: &&'a Zone| {
        let parent = zone.parent.as_ref()?;
        registry.zones.iter().find(|zone| zone.id == *parent)
    };
    std::iter::successors(Some(zone), parent).take(registry.zones.len())
}
