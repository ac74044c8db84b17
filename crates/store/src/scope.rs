//! Who belongs to a scope, and how much they should have said.

use std::sync::Arc;

use smartpole_model::{DeviceNo, Inputs, PoleNo, PropertyNo, UtcMillis};
use smartpole_pipeline::{Fold, NameKind, Scope};

/// A device that belongs to a scope at some time.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) device: DeviceNo,
    /// Index in the registry; a device that left it belongs to itself only.
    index: Option<usize>,
    inputs: Arc<Inputs>,
}

/// What is summed first and weighed alike then: the scope itself, or the poles of a zone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) scope: Scope,
    /// Tells parts apart.
    pub(crate) number: u32,
    /// Index of the pole in the registry, of parts that are poles.
    pole: Option<usize>,
    /// Index of the zone in the registry, of a part that is a zone.
    zone: Option<usize>,
}

impl Member {
    /// The part that a block of this device starting at `time` belongs to, if any.
    pub(crate) fn part_at(&self, time: UtcMillis, parts: &[Part]) -> Option<u32> {
        let registry = &self.inputs.registry;
        let pole = self.index.map(|index| registry.devices[index].at(time).pole);
        let belongs = |part: &&Part| match (part.scope, pole) {
            (Scope::Device(device), _) => device == self.device,
            (Scope::Pole(_), Some(pole)) => part.pole == Some(pole),
            (Scope::Zone(_), Some(pole)) => part.zone.is_some_and(|zone| registry.poles[pole].zones.contains(&zone)),
            _ => false,
        };
        parts.iter().find(belongs).map(|part| part.number)
    }
}

/// Devices that ever belong to a scope.
pub(crate) fn members(fold: &Fold, scope: Scope) -> Vec<Member> {
    let inputs = fold.inputs();
    let registry = &inputs.registry;
    let member = |device, index| Member { device, index, inputs: Arc::clone(inputs) };
    if let Scope::Device(device) = scope {
        let id = fold.name(NameKind::Device, device.0);
        return vec![member(device, id.and_then(|id| registry.device_index(id)))];
    }
    let whole = parts(fold, scope, false);
    let devices = registry.devices.iter().enumerate().filter_map(|(index, device)| {
        let candidate = member(fold.device_no(&device.id)?, Some(index));
        let ever = device.assignments.iter().any(|assignment| candidate.part_at(assignment.from, &whole).is_some());
        ever.then_some(candidate)
    });
    devices.collect()
}

/// The parts of a scope: `by_pole` divides a zone into its poles.
pub(crate) fn parts(fold: &Fold, scope: Scope, by_pole: bool) -> Vec<Part> {
    let registry = &fold.inputs().registry;
    let pole = |number: u32| {
        fold.name(NameKind::Pole, number).and_then(|id| registry.poles.iter().position(|pole| pole.id == id))
    };
    match scope {
        Scope::Device(_) => vec![Part { scope, number: 0, pole: None, zone: None }],
        Scope::Pole(number) => vec![Part { scope, number: 0, pole: pole(number.0), zone: None }],
        Scope::Zone(number) => {
            let id = fold.name(NameKind::Zone, number.0);
            let zone = id.and_then(|id| registry.zones.iter().position(|zone| zone.id == id));
            if !by_pole {
                return vec![Part { scope, number: 0, pole: None, zone }];
            }
            let poles = zone.map_or(&[][..], |zone| &registry.zones[zone].poles);
            let part = |index: &usize| {
                let number = fold.number(NameKind::Pole, &registry.poles[*index].id)?;
                Some(Part { scope: Scope::Pole(PoleNo(number)), number, pole: Some(*index), zone: None })
            };
            poles.iter().filter_map(part).collect()
        }
    }
}

/// How often something should be reported.
#[derive(Debug)]
pub(crate) struct Expected {
    /// Reporting intervals of the series, in milliseconds.
    intervals: Vec<i64>,
}

impl Expected {
    /// Of the series that the devices have reported of a property, or of the totals that feed it.
    pub(crate) fn of(fold: &Fold, members: &[Member], property: PropertyNo, channel: Option<u8>) -> Self {
        let registry = &fold.inputs().registry;
        let now = fold.position().1;
        let mut intervals = Vec::new();
        for member in members {
            let profile =
                member.index.and_then(|index| registry.profiles.get(&registry.devices[index].at(now).profile));
            let Some(profile) = profile else { continue };
            let interval = i64::from(profile.interval_s.max(1)) * 1_000;
            let feeds = |number| registry.properties.get(number).is_some_and(|known| known.counts == Some(property));
            let said = fold.latest(member.device).iter().map(|latest| latest.series).filter(|series| {
                channel.is_none_or(|channel| channel == series.channel)
                    && (series.property == property || feeds(series.property))
            });
            let mut channels: Vec<u8> = said.map(|series| series.channel).collect();
            channels.sort_unstable();
            channels.dedup();
            intervals.extend(channels.iter().map(|_| interval));
        }
        Self { intervals }
    }

    /// Readings expected from `start` to `end`.
    pub(crate) fn within(&self, start: UtcMillis, end: UtcMillis) -> i64 {
        let length = end.since(start).max(0);
        self.intervals.iter().map(|interval| length / interval).sum()
    }
}
