//! Who belongs to a scope, and how much they should have said.

use std::sync::Arc;

use smartpole_model::{Device, DeviceNo, Inputs, PoleNo, Registry, UtcMillis, registry::Installation};
use smartpole_pipeline::{Fold, NameKind, Scope};

use crate::{
    counters::{Line, Stretch},
    expected::Reports,
};

/// A device that belongs to a scope at some time.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) device: DeviceNo,
    /// Index in the registry; a device that left it belongs to itself only.
    index: Option<usize>,
    inputs: Arc<Inputs>,
}

/// A registry, and a fold that knows numbers of what is in it: that in force, or one of before.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) fold: &'a Fold,
    pub(crate) inputs: &'a Arc<Inputs>,
}

impl<'a> From<&'a Fold> for Seen<'a> {
    fn from(fold: &'a Fold) -> Self {
        Self { fold, inputs: fold.inputs() }
    }
}

impl<'a> Seen<'a> {
    pub(crate) fn registry(self) -> &'a Registry {
        &self.inputs.registry
    }

    pub(crate) fn is_now(self) -> bool {
        Arc::ptr_eq(self.inputs, self.fold.inputs())
    }

    /// The number of the device of an index.
    pub(crate) fn device(self, index: usize) -> Option<DeviceNo> {
        match self.is_now() {
            true => self.fold.device_numbers().get(index).copied(),
            false => self.fold.device_no(&self.registry().devices.get(index)?.id),
        }
    }

    /// The index of a pole's number.
    fn pole(self, number: PoleNo) -> Option<usize> {
        let id = self.fold.name(NameKind::Pole, number.0)?;
        self.registry().poles.iter().position(|pole| pole.id == id)
    }
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
    /// The zone that blocks must count for, too, if it is divided.
    within: Option<Scope>,
}

impl Member {
    /// The part that a block of this device starting at `time` belongs to, if any.
    pub(crate) fn part_at(&self, time: UtcMillis, parts: &[Part]) -> Option<u32> {
        let registry = &self.inputs.registry;
        let active = self.index.and_then(|index| registry.devices[index].active_at(time));
        let pole = active.map(|installation| installation.pole);
        let belongs = |part: &&Part| match (part.scope, pole) {
            (Scope::Device(device), _) => device == self.device,
            (Scope::Pole(_), Some(pole)) => part.pole == Some(pole),
            (Scope::Zone(_), Some(pole)) => part.zone.is_some_and(|zone| registry.poles[pole].zones.contains(&zone)),
            _ => false,
        };
        parts.iter().find(belongs).map(|part| part.number)
    }
}

impl Part {
    /// Whether it is a device.
    pub(crate) fn is_device(&self) -> bool {
        matches!(self.scope, Scope::Device(_))
    }

    /// Whether it is the pole of this index in the registry.
    pub(crate) fn is_pole(&self, index: usize) -> bool {
        self.pole == Some(index)
    }

    /// A device alone, as what it says of this part.
    pub(crate) fn of_device(&self, device: DeviceNo) -> Self {
        Self { scope: Scope::Device(device), number: self.number, pole: None, zone: None, within: None }
    }

    /// A pole that is not in a zone any more, as a part of it.
    pub(crate) fn former(PoleNo(number): PoleNo, zone: Scope) -> Self {
        Self { scope: Scope::Pole(PoleNo(number)), number, pole: None, zone: None, within: Some(zone) }
    }

    /// Whether a block that counts for these is of this part.
    pub(crate) fn has(&self, scopes: &[Scope]) -> bool {
        scopes.contains(&self.scope) && self.within.is_none_or(|zone| scopes.contains(&zone))
    }
}

impl Member {
    /// Whether a block of it belongs to one of these parts by the registry, at whatever time.
    pub(crate) fn is_ever_in(&self, parts: &[Part]) -> bool {
        let installations = self.index.map_or(&[][..], |index| &self.inputs.registry.devices[index].installations);
        let alone = parts.iter().any(|part| part.scope == Scope::Device(self.device));
        alone || installations.iter().any(|installation| self.part_at(installation.from, parts).is_some())
    }
}

/// Devices that ever belong to a scope, by number.
pub(crate) fn members<'a>(seen: impl Into<Seen<'a>>, scope: Scope) -> Vec<Member> {
    let seen @ Seen { fold, inputs } = seen.into();
    if let Scope::Device(device) = scope {
        let id = fold.name(NameKind::Device, device.0);
        let index = id.and_then(|id| inputs.registry.device_index(id));
        return vec![Member { device, index, inputs: Arc::clone(inputs) }];
    }
    members_of(seen, &parts(seen, scope, false))
}

/// Devices of the registry that ever belong to one of these parts (poles or zones), by number.
pub(crate) fn members_of<'a>(seen: impl Into<Seen<'a>>, parts: &[Part]) -> Vec<Member> {
    let seen @ Seen { inputs, .. } = seen.into();
    let registry = seen.registry();
    // a city has far more devices than most questions are about
    let poles = poles_of(registry, parts);
    let hangs_there = |(_, device): &(usize, &Device)| device.installations.iter().any(|at| poles[at.pole]);
    let devices = registry.devices.iter().enumerate().filter(hangs_there).filter_map(|(index, _)| {
        let device = seen.device(index)?;
        let candidate = Member { device, index: Some(index), inputs: Arc::clone(inputs) };
        candidate.is_ever_in(parts).then_some(candidate)
    });
    let mut members: Vec<Member> = devices.collect();
    members.sort_unstable_by_key(|member| member.device);
    members
}

/// Whether each pole of the registry belongs to one of these parts.
fn poles_of(registry: &Registry, parts: &[Part]) -> Vec<bool> {
    let mut poles = vec![false; registry.poles.len()];
    for part in parts {
        let of_zone = part.zone.map_or(&[][..], |zone| &registry.zones[zone].poles);
        of_zone.iter().chain(&part.pole).for_each(|pole| poles[*pole] = true);
    }
    poles
}

/// All devices of the registry, by number.
pub(crate) fn registered(seen: Seen<'_>) -> Vec<Member> {
    let member = |index: usize| {
        Some(Member { device: seen.device(index)?, index: Some(index), inputs: Arc::clone(seen.inputs) })
    };
    let mut members: Vec<Member> = (0..seen.registry().devices.len()).filter_map(member).collect();
    members.sort_unstable_by_key(|member| member.device);
    members
}

/// The member that is this device.
pub(crate) fn member_of(members: &[Member], device: DeviceNo) -> Option<&Member> {
    Some(&members[members.binary_search_by_key(&device, |member| member.device).ok()?])
}

/// The parts of a scope: `by_pole` divides a zone into its poles.
pub(crate) fn parts<'a>(seen: impl Into<Seen<'a>>, scope: Scope, by_pole: bool) -> Vec<Part> {
    let seen @ Seen { fold, .. } = seen.into();
    let registry = seen.registry();
    match scope {
        Scope::Device(_) => vec![Part { scope, number: 0, pole: None, zone: None, within: None }],
        Scope::Pole(number) => vec![Part { scope, number: 0, pole: seen.pole(number), zone: None, within: None }],
        Scope::Zone(number) => {
            let id = fold.name(NameKind::Zone, number.0);
            let zone = id.and_then(|id| registry.zones.iter().position(|zone| zone.id == id));
            if !by_pole {
                return vec![Part { scope, number: 0, pole: None, zone, within: None }];
            }
            let poles = pole_parts(seen, zone.map_or(&[][..], |zone| &registry.zones[zone].poles));
            poles.into_iter().map(|pole| Part { within: Some(scope), ..pole }).collect()
        }
    }
}

/// Poles, by their indices in the registry, as parts.
pub(crate) fn pole_parts<'a>(seen: impl Into<Seen<'a>>, poles: &[usize]) -> Vec<Part> {
    let seen = seen.into();
    let part = |index: &usize| {
        let number = seen.fold.number(NameKind::Pole, &seen.registry().poles.get(*index)?.id)?;
        Some(Part { scope: Scope::Pole(PoleNo(number)), number, pole: Some(*index), zone: None, within: None })
    };
    poles.iter().filter_map(part).collect()
}

impl Member {
    /// How often the device should report at `time`.
    pub(crate) fn interval_ms(&self, time: UtcMillis) -> i64 {
        let registry = &self.inputs.registry;
        let profile = self.index.and_then(|index| registry.profiles.get(&registry.devices[index].at(time).profile));
        profile.map_or(0, |profile| i64::from(profile.interval_s) * 1_000)
    }

    /// The lines that the device counted for these parts, and when.
    pub(crate) fn lines(&self, parts: &[Part]) -> impl Iterator<Item = (Line, Stretch)> {
        let registry = &self.inputs.registry;
        let installations = self.index.map_or(&[][..], |index| &registry.devices[index].installations);
        installations.iter().filter_map(|installation| {
            let Installation { from, to, pole, line, direction, .. } = installation;
            self.part_at(*from, parts)?;
            let (pole, line, direction) = (registry.poles[*pole].id.clone(), line.clone(), direction.clone());
            Some((Line { pole, line, direction, beside: 0 }, (*from, *to)))
        })
    }

    /// When the device should report, and how often, for these parts.
    pub(crate) fn reports(&self, parts: &[Part]) -> impl Iterator<Item = Reports> {
        let registry = &self.inputs.registry;
        let installations = self.index.map_or(&[][..], |index| &registry.devices[index].installations);
        installations.iter().filter_map(|installation| {
            let Installation { from, to, .. } = *installation;
            self.part_at(from, parts)?;
            let interval_s = registry.profiles.get(&installation.profile)?.interval_s.max(1);
            Some(Reports { from, to, interval_ms: i64::from(interval_s) * 1_000 })
        })
    }
}
