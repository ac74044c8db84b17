//! `CrowdFlowObserved`: the newest hour of crossings in each zone, as the public sees it.

use std::sync::Arc;

use smartpole_model::Zone;

use super::entity::Entity;
use crate::{
    Parts,
    problem::Problem,
    routes::{
        Days,
        footfall::{FootfallItem, newest_hour, no_sum},
    },
};

const CONTEXT: &str =
    "https://raw.githubusercontent.com/smart-data-models/dataModel.Transportation/master/context.jsonld";

/// One for each zone that has a count in the last hours.
pub(super) fn entities(parts: &Parts, days: &Days) -> Result<Vec<Entity>, Problem> {
    let inputs = Arc::clone(parts.fold().inputs());
    let zones = inputs.registry.zones.iter().filter(|zone| no_sum(zone).is_none());
    let of_zone = |zone: &Zone| {
        let hour = newest_hour(parts, days, &zone.id).transpose();
        hour.map(|hour| hour.map(|hour| entity(zone, &hour)))
    };
    zones.filter_map(of_zone).collect()
}

fn entity(zone: &Zone, hour: &FootfallItem) -> Entity {
    let (start, end) = (hour.start, hour.end);
    let named = [("peopleCount", hour.crossings), ("peopleCountTowards", hour.r#in), ("peopleCountAway", hour.out)];
    let entity = Entity::new("CrowdFlowObserved", &zone.id, CONTEXT)
        .text("name", &zone.name)
        .text("description", "crossings of counting lines in an hour, not people, in multiples of 5")
        .text("dateObserved", format!("{start}/{end}"))
        .time("dateObservedFrom", start)
        .time("dateObservedTo", end)
        .located(zone.geometry.clone());
    let known = named.into_iter().filter_map(|(name, count)| Some((name, count?)));
    known.fold(entity, |entity, (name, count)| entity.counted(name, count, end))
}
