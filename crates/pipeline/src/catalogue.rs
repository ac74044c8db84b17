//! A catalogue that no longer fits what is stored by the one in force.

use std::collections::BTreeSet;

use smartpole_model::{Catalogue, ObservedProperty, Problem, PropertyNo, registry::PROPERTIES};

use crate::Fold;

impl Fold {
    /// What is wrong with a catalogue that is to come into force: a property of which a reading is stored must be there with the
    /// number, the unit, the resolution and the kind it has now, as blocks hold integers under numbers. All else may change, also
    /// its id, which no other number may have then: who asks for it would be answered with readings of something else.
    pub fn misfits(&self, next: &Catalogue) -> Vec<Problem> {
        let in_force = &self.active.inputs.registry.properties;
        let latest = self.devices.iter().flat_map(|device| &device.latest);
        let met: BTreeSet<PropertyNo> = latest.map(|latest| latest.series.property).collect();
        let stored: BTreeSet<PropertyNo> =
            met.into_iter().filter_map(|number| in_force.get(number)).flat_map(counted_as).collect();
        stored.into_iter().filter_map(|number| misfit(in_force.get(number)?, next)).collect()
    }
}

/// A property, and those that its values count for in windows.
fn counted_as(property: &ObservedProperty) -> impl Iterator<Item = PropertyNo> + use<> {
    let converted = property.converts.map(|(to, _)| to);
    [Some(property.number), property.counts, property.opposite, converted].into_iter().flatten()
}

fn misfit(stored: &ObservedProperty, next: &Catalogue) -> Option<Problem> {
    let number = stored.number.0;
    let message = match (next.get(stored.number), next.by_id(&stored.id)) {
        (None, None) => "readings of it are stored, and the entry is gone".to_owned(),
        (_, Some(moved)) if moved.number != stored.number => {
            format!("readings of it are stored under the number {number}, which is {} now", moved.number.0)
        }
        (next, _) => {
            let (column, was, is) = changed(stored, next?)?;
            format!("readings of it are stored with `{column} = {was}`, which is {is} now")
        }
    };
    let hint = format!(
        "put the entry back as it was (number {number}), and give what is new an id and a number of its own; a property that is no longer measured stays in the catalogue"
    );
    Some(Problem::new(PROPERTIES, message, hint).in_field(&stored.id))
}

/// What differs, as the file has it: what it was and what it is.
fn changed(stored: &ObservedProperty, next: &ObservedProperty) -> Option<(&'static str, String, String)> {
    let told = |property: &ObservedProperty| {
        [
            ("unit", format!("\"{}\"", property.unit)),
            ("decimals", property.decimals.to_string()),
            ("kind", format!("\"{}\"", property.kind.code())),
        ]
    };
    let mut pairs = told(stored).into_iter().zip(told(next));
    let ((column, was), (_, is)) = pairs.find(|(was, is)| was != is)?;
    Some((column, was, is))
}
