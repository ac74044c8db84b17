//! What the page tells of a place.

use std::{collections::HashMap, sync::Arc};

use smartpole_model::{ObservedProperty, UtcMillis};

use crate::{
    Parts,
    asker::Asker,
    number::Exact,
    problem::Problem,
    routes::{
        Days,
        footfall::{FootfallItem, newest_hour, no_sum},
        latest::{self, LatestItem},
        poles::{self, Pole},
    },
    scope,
};

/// A place with its poles, in the registry's order.
pub(super) struct Place {
    pub(super) name: String,
    pub(super) poles: Vec<(Pole, Vec<Value>)>,
    /// The newest hour of which the public sees a count.
    pub(super) crossings: Option<FootfallItem>,
}

/// The newest value of a series.
pub(super) struct Value {
    pub(super) property: Arc<ObservedProperty>,
    pub(super) value: Exact,
    pub(super) time: UtcMillis,
    /// Whether a remark keeps it out of windows.
    pub(super) counts: bool,
}

impl Place {
    /// The pole whose air is worst.
    pub(super) fn worst(&self) -> Option<&Pole> {
        self.poles
            .iter()
            .map(|(pole, _)| pole)
            .filter(|pole| pole.air.class.is_some())
            .max_by_key(|pole| pole.air.class)
    }
}

/// All places, and whether all values are among them.
pub(super) fn all(parts: &Parts, days: &Days) -> Result<(Vec<Place>, bool), Problem> {
    let latest = latest::newest(parts)?;
    let mut values = values(parts, &latest.items)?;
    let mut places: Vec<Place> = Vec::new();
    for pole in poles::answer(parts, &Asker::PUBLIC)? {
        let own = values.remove(&pole.id).unwrap_or_default();
        match places.iter_mut().find(|place| place.name == pole.place) {
            Some(place) => place.poles.push((pole, own)),
            None => places.push(Place { name: pole.place.clone(), poles: vec![(pole, own)], crossings: None }),
        }
    }
    count(parts, days, &mut places)?;
    Ok((places, latest.next.is_none()))
}

/// Values by pole.
fn values(parts: &Parts, items: &[LatestItem]) -> Result<HashMap<String, Vec<Value>>, Problem> {
    let inputs = Arc::clone(parts.fold().inputs());
    let mut known: HashMap<&str, Arc<ObservedProperty>> = HashMap::new();
    let mut values: HashMap<String, Vec<Value>> = HashMap::new();
    for item in items {
        let property = match known.get(item.property.as_str()) {
            Some(property) => Arc::clone(property),
            None => Arc::new(scope::property_named(&inputs.registry, &item.property)?.clone()),
        };
        known.insert(&item.property, Arc::clone(&property));
        let counts = !item.flags.intersects(property.excluded_by);
        values.entry(item.pole.clone()).or_default().push(Value {
            property,
            value: item.counted.unwrap_or(item.value),
            time: item.event_time,
            counts,
        });
    }
    Ok(values)
}

/// The newest counts, of zones that are called like the place.
fn count(parts: &Parts, days: &Days, places: &mut [Place]) -> Result<(), Problem> {
    let inputs = Arc::clone(parts.fold().inputs());
    for zone in inputs.registry.zones.iter().filter(|zone| zone.kind == "place" && no_sum(zone).is_none()) {
        if let Some(place) = places.iter_mut().find(|place| place.name == zone.name) {
            place.crossings = newest_hour(parts, days, &zone.id)?;
        }
    }
    Ok(())
}
