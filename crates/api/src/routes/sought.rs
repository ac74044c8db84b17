//! What poles should have measured.

use std::collections::BTreeMap;

use smartpole_model::{
    Kind, ObservedProperty, PoleNo, PropertyNo, Registry, UtcMillis,
    registry::{InstallationState, Sensing},
};
use smartpole_store::Stretch;

use crate::{problem::Problem, routes::place::Place, scope, span::Span};

/// A property that should have been measured at a pole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::routes) struct Sought {
    pub(in crate::routes) pole: String,
    pub(in crate::routes) number: PoleNo,
    pub(in crate::routes) property: ObservedProperty,
    /// When a sensor hung there whose profile expects it, and its reporting interval in milliseconds.
    pub(in crate::routes) hung: Vec<(Stretch, i64)>,
    /// What these sensors work by.
    pub(in crate::routes) sensing: Vec<Sensing>,
}

/// When sensors of a property hung at a pole, and what they work by.
#[derive(Default)]
struct Hung {
    stretches: Vec<(Stretch, i64)>,
    sensing: Vec<Sensing>,
}

/// What the poles of a place should have measured in a span: one property, or all that profiles expect.
pub(in crate::routes) fn of(
    registry: &Registry,
    place: &Place,
    property: Option<&str>,
    span: Span,
) -> Result<Vec<Sought>, Problem> {
    let wanted = property.map(|id| scope::property_named(registry, id)).transpose()?;
    let pole = |(id, number): &(String, PoleNo)| {
        let hung = hung(registry, id, span).into_iter();
        let sought = hung.filter_map(|(property, Hung { stretches: hung, sensing })| {
            let property = registry.properties.get(property)?.clone();
            Some(Sought { pole: id.clone(), number: *number, property, hung, sensing })
        });
        sought.filter(|sought| wanted.is_none_or(|wanted| wanted.number == sought.property.number)).collect::<Vec<_>>()
    };
    Ok(place.poles.iter().flat_map(pole).collect())
}

/// Properties that sensors at a pole should report in a span, and when each hung there.
fn hung(registry: &Registry, pole: &str, span: Span) -> BTreeMap<PropertyNo, Hung> {
    let mut found: BTreeMap<PropertyNo, Hung> = BTreeMap::new();
    let installations = registry.devices.iter().flat_map(|device| &device.installations);
    let here = installations.filter(|installation| {
        registry.poles.get(installation.pole).is_some_and(|known| known.id == pole)
            && installation.state == InstallationState::Active
    });
    for installation in here {
        let stretch: (UtcMillis, UtcMillis) = (installation.from.max(span.from), installation.to.min(span.to));
        let Some(profile) = registry.profiles.get(&installation.profile).filter(|_| stretch.0 < stretch.1) else {
            continue;
        };
        let interval_ms = i64::from(profile.interval_s.max(1)) * 1_000;
        for property in profile.expected.iter().flat_map(|number| summed_up(registry, *number)) {
            let Hung { stretches, sensing } = found.entry(property).or_default();
            if !stretches.contains(&(stretch, interval_ms)) {
                stretches.push((stretch, interval_ms));
            }
            if !sensing.contains(&profile.sensing) {
                sensing.push(profile.sensing);
            }
        }
    }
    found
}

/// The properties that windows of it are of: of totals what they count, of a gas told in ppb its mass, too.
fn summed_up(registry: &Registry, number: PropertyNo) -> impl Iterator<Item = PropertyNo> {
    let property = registry.properties.get(number);
    let itself = property.filter(|property| property.kind != Kind::TotalCount).map(|_| number);
    let made = property.and_then(|property| property.counts.or(property.converts.map(|(to, _)| to)));
    itself.into_iter().chain(made)
}
