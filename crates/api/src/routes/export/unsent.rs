//! Readings that nobody sends as they are asked for.

use std::collections::BTreeSet;

use smartpole_model::{ObservedProperty, PropertyNo};
use smartpole_pipeline::Fold;

use crate::{
    asker::{is_in, makes, reported},
    problem::Problem,
    scope::ScopeName,
};

/// Refuses readings of a property that no device there sends but some make of another one, as counts are made of totals: the file would
/// have none of them and not say why.
///
/// # Errors
/// 400, naming what is sent.
pub(super) fn check(fold: &Fold, name: Option<&ScopeName>, asked: &[ObservedProperty]) -> Result<(), Problem> {
    let registry = &fold.inputs().registry;
    let devices = registry.devices.iter().filter(|device| name.is_none_or(|name| is_in(registry, device, name)));
    let sent: BTreeSet<PropertyNo> = devices.flat_map(|device| reported(fold, device)).collect();
    for property in asked.iter().filter(|property| !sent.contains(&property.number)) {
        let made_of = || registry.properties.iter().filter(|of| sent.contains(&of.number) && makes(of, property));
        let is_asked_for = made_of().any(|of| asked.iter().any(|asked| asked.number == of.number));
        let ids: Vec<&str> = made_of().map(|of| of.id.as_str()).collect();
        if !ids.is_empty() && !is_asked_for {
            let (id, ids) = (&property.id, ids.join(","));
            let detail = format!("property: nobody sends {id} there, it is made of {ids}");
            return Err(Problem::parameter(detail, format!("give property={ids}, or what=windows for {id}")));
        }
    }
    Ok(())
}
