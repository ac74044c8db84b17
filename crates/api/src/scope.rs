//! Names of the fold's numbers, and what a request is about.

use serde::Serialize;
use smartpole_model::{Device, DeviceNo, ObservedProperty, Pole, PoleNo, PropertyNo, Registry, UtcMillis, ZoneNo};
use smartpole_pipeline::{Fold, NameKind, Scope};
use utoipa::ToSchema;

use crate::problem::{Named, Problem};

/// Whom values are of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ScopeName {
    /// What kind.
    pub(crate) kind: ScopeKind,
    /// Its id.
    pub(crate) id: String,
}

/// What kind of thing values are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ScopeKind {
    Device,
    Pole,
    Zone,
}

impl ScopeName {
    /// What the fold calls it; `None` of a thing it has not met.
    pub(crate) fn number(&self, fold: &Fold) -> Option<Scope> {
        match self.kind {
            ScopeKind::Device => fold.device_no(&self.id).map(Scope::Device),
            ScopeKind::Pole => fold.number(NameKind::Pole, &self.id).map(|number| Scope::Pole(PoleNo(number))),
            ScopeKind::Zone => fold.number(NameKind::Zone, &self.id).map(|number| Scope::Zone(ZoneNo(number))),
        }
    }
}

/// The pole a device stood at, at `time`.
pub(crate) fn pole_at<'a>(registry: &'a Registry, device: &Device, time: UtcMillis) -> &'a Pole {
    &registry.poles[device.at(time).pole]
}

/// A device of the fold and its entry in the registry, if it is still there.
pub(crate) fn device(fold: &Fold, number: DeviceNo) -> Option<(&str, &Device)> {
    let id = fold.name(NameKind::Device, number.0)?;
    let registry = &fold.inputs().registry;
    Some((id, &registry.devices[registry.device_index(id)?]))
}

/// The property of a number; the catalogue never loses one.
pub(crate) fn property(fold: &Fold, number: PropertyNo) -> Option<&ObservedProperty> {
    fold.inputs().registry.properties.get(number)
}

/// The property of an id.
pub(crate) fn property_named<'a>(registry: &'a Registry, id: &str) -> Result<&'a ObservedProperty, Problem> {
    let known = registry.properties.iter().map(|property| property.id.as_str());
    registry.properties.by_id(id).ok_or_else(|| Problem::unknown(&Named::PROPERTY, id, known))
}

/// The index of a pole's id.
pub(crate) fn pole_named(registry: &Registry, id: &str) -> Result<usize, Problem> {
    let known = registry.poles.iter().map(|pole| pole.id.as_str());
    position(known, id, &Named::POLE)
}

/// The index of a zone's id.
pub(crate) fn zone_named(registry: &Registry, id: &str) -> Result<usize, Problem> {
    let known = registry.zones.iter().map(|zone| zone.id.as_str());
    position(known, id, &Named::ZONE)
}

/// The index of a device's id.
pub(crate) fn device_named(registry: &Registry, id: &str) -> Result<usize, Problem> {
    let known = registry.devices.iter().map(|device| device.id.as_str());
    registry.device_index(id).ok_or_else(|| Problem::unknown(&Named::DEVICE, id, known))
}

fn position<'a>(mut known: impl Iterator<Item = &'a str> + Clone, id: &str, what: &Named) -> Result<usize, Problem> {
    let all = known.clone();
    known.position(|known| known == id).ok_or_else(|| Problem::unknown(what, id, all))
}
