//! Which sites are meant.

use smartpole_model::{
    Registry,
    registry::{CountRule, Sensing},
};
use smartpole_pipeline::{Fold, Scope};

use crate::{
    problem::{Named, Problem},
    routes::{
        footfall::{self, Why},
        place::Place,
        sought,
    },
    span::Span,
};

/// How many sites one answer has.
const FEWEST: usize = 2;
const MOST: usize = 6;

/// A zone or a pole, looked up.
pub(super) struct Site {
    pub(super) place: Place,
    /// What the fold calls it; none of one that it has not met.
    pub(super) scope: Option<Scope>,
    pub(super) name: String,
    pub(super) rule: CountRule,
    pub(super) provider: Option<String>,
    /// Why its counts are not added up, if so.
    pub(super) no_sum: Option<Why>,
    /// Properties that sensors there should report in the span, by id, and what these work by.
    measured: Vec<(String, Vec<Sensing>)>,
}

impl Site {
    fn new((fold, registry): (&Fold, &Registry), id: &str, span: Span) -> Result<Self, Problem> {
        let zone = registry.zones.iter().find(|zone| zone.id == id);
        let pole = registry.poles.iter().find(|pole| pole.id == id);
        let (place, name, rule) = match (zone, pole) {
            (Some(zone), _) => (Place::new(fold, registry, None, Some(id))?, &zone.name, zone.count),
            (None, Some(pole)) => (Place::new(fold, registry, Some(id), None)?, &pole.name, CountRule::CrossSection),
            (None, None) => return Err(Problem::unknown(&Named::SITE, id, ids(registry))),
        };
        let measured = sought::of(registry, &place, None, span)?.into_iter();
        let measured = measured.map(|sought| (sought.property.id, sought.sensing)).collect();
        Ok(Self {
            scope: place.name.number(fold),
            place,
            name: name.clone(),
            rule,
            provider: pole.filter(|_| zone.is_none()).and_then(|pole| pole.provider.clone()),
            no_sum: zone.and_then(footfall::no_sum),
            measured,
        })
    }

    /// Whether a sensor there should report a property.
    pub(super) fn measures(&self, property: &str) -> bool {
        self.measured.iter().any(|(measured, _)| measured == property)
    }

    /// What the sensors of these properties work by.
    pub(super) fn sensing(&self, properties: &[&str]) -> Vec<Sensing> {
        let of = self.measured.iter().filter(|(measured, _)| properties.contains(&measured.as_str()));
        of.flat_map(|(_, sensing)| sensing).fold(Vec::new(), |mut all, sensing| {
            if !all.contains(sensing) {
                all.push(*sensing);
            }
            all
        })
    }
}

fn ids(registry: &Registry) -> impl Iterator<Item = &str> {
    let zones = registry.zones.iter().map(|zone| zone.id.as_str());
    zones.chain(registry.poles.iter().map(|pole| pole.id.as_str()))
}

/// The sites that a parameter names.
pub(super) fn sites(known: (&Fold, &Registry), text: &str, span: Span) -> Result<Vec<Site>, Problem> {
    if text == "all" {
        return candidates(known.1).map(|id| Site::new(known, id, span)).collect();
    }
    let ids: Vec<&str> = text.split(',').map(str::trim).collect();
    if !(FEWEST..=MOST).contains(&ids.len()) {
        let detail = format!("sites: {} are named, not {FEWEST} to {MOST}", ids.len());
        return Err(Problem::parameter(detail, "name ids of zones or poles with commas between, or `all`"));
    }
    ids.into_iter().map(|id| Site::new(known, id, span)).collect()
}

/// Places of the city, and those whose series are somebody else's.
fn candidates(registry: &Registry) -> impl Iterator<Item = &str> {
    let places = registry.zones.iter().filter(|zone| zone.kind == "place").map(|zone| zone.id.as_str());
    let foreign = registry.poles.iter().filter(|pole| pole.provider.is_some()).map(|pole| pole.id.as_str());
    places.chain(foreign)
}
