//! `NoiseLevelObserved`: the newest hour of sound levels at each pole that the public may know of.

use smartpole_method::air::Mean;
use smartpole_store::{PoleHours, WantedHours};

use super::{
    entity::Entity,
    pole::{CONTEXT, DAY_MS, HOUR_MS, Named, poles},
};
use crate::{
    Parts,
    asker::Asker,
    number,
    problem::Problem,
    scope::{ScopeKind, ScopeName},
};

/// The property whose levels these are.
const PROPERTY: &str = "noise_laeq";

/// One for each pole that had a valid level in the last day.
pub(super) fn entities(parts: &Parts) -> Result<Vec<Entity>, Problem> {
    let (property, (poles, numbers)) = {
        let fold = parts.fold();
        let Some(property) = fold.inputs().registry.properties.by_id(PROPERTY) else { return Ok(Vec::new()) };
        let may_know = |pole: &str| {
            let scope = ScopeName { kind: ScopeKind::Pole, id: pole.to_owned() };
            Asker::PUBLIC.check((&fold, &fold.inputs().registry), &scope, property).is_ok()
        };
        (property.number, poles(&fold, may_know))
    };
    let now = parts.queries.at(None);
    let (from, to) = (now.plus(-DAY_MS), now.plus(-HOUR_MS + 1));
    let wanted = WantedHours { poles: &numbers, properties: &[property], from, to, as_of: None };
    let heard = parts.queries.pole_hours(&wanted, |_, hours| hours.into_iter().next().unwrap_or_default())?;
    Ok(poles.iter().zip(&heard).filter_map(|(pole, hours)| entity(pole, hours)).collect())
}

fn entity((id, name, position): &Named, hours: &PoleHours) -> Option<Entity> {
    let (hour, level) = hours.iter().rev().find_map(|(hour, found)| Some((*hour, found.mean?)))?;
    let end = hour.plus(HOUR_MS);
    let entity = Entity::new("NoiseLevelObserved", id, CONTEXT)
        .text("name", name)
        .text("description", "energy mean of an hour at a street lamp, not official; levels only, never sound")
        .time("dateObservedFrom", hour)
        .time("dateObservedTo", end)
        .at(*position)
        .measured("LAeq", number::decimal(level.0, Mean::DIGITS), Some("2N"), end);
    Some(entity)
}
