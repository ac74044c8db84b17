//! What becomes another by another registry: entries by name, and where devices hang.

use std::collections::{BTreeMap, BTreeSet};

use super::{Device, Installation, InstallationState, Pole, Registry, Zone};
use crate::UtcMillis;

/// Entries of one kind that are new, gone or others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// `poles`, `devices`, `zones`, `profiles`, `gateways` or `properties`.
    pub kind: &'static str,
    /// Ids that are new.
    pub added: Vec<String>,
    /// Ids that are gone.
    pub removed: Vec<String>,
    /// Ids whose entries say something else.
    pub changed: Vec<String>,
}

/// Where a device hangs, and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Id of its pole.
    pub pole: String,
    /// Id of its profile.
    pub profile: String,
    /// Whether it is at work.
    pub state: InstallationState,
}

/// A time in which a device hangs elsewhere, or is read otherwise, than it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Its id.
    pub device: String,
    /// First instant; the smallest means "always".
    pub from: UtcMillis,
    /// First instant after it; the largest means "still".
    pub to: UtcMillis,
    /// What it was; none if it hung nowhere.
    pub former: Option<Standing>,
    /// What it is.
    pub now: Option<Standing>,
}

impl Registry {
    /// What another registry has otherwise, kinds without any left out.
    pub fn differences(&self, next: &Self) -> Vec<Difference> {
        let profiles = |registry: &Self| registry.profiles.clone().into_iter().collect();
        let gateways = |registry: &Self| registry.gateways.iter().map(|of| (of.eui.to_string(), of.clone())).collect();
        let properties = |registry: &Self| registry.properties.iter().map(|of| (of.id.clone(), of.clone())).collect();
        let all = [
            difference("poles", &self.pole_facts(), &next.pole_facts()),
            difference("devices", &self.device_facts(), &next.device_facts()),
            difference("zones", &self.zone_facts(), &next.zone_facts()),
            difference("profiles", &profiles(self), &profiles(next)),
            difference("gateways", &gateways(self), &gateways(next)),
            difference("properties", &properties(self), &properties(next)),
        ];
        all.into_iter().filter(|of| !(of.added.is_empty() && of.removed.is_empty() && of.changed.is_empty())).collect()
    }

    /// Which devices hang elsewhere or are read otherwise by another registry, and when; in its order, those that are gone last.
    pub fn moves(&self, next: &Self) -> Vec<Move> {
        let mut moves = Vec::new();
        let gone = self.devices.iter().filter(|device| next.device_index(&device.id).is_none());
        for id in next.devices.iter().chain(gone).map(|device| &device.id) {
            let of = |registry: &Self| registry.device_index(id).map(|index| registry.devices[index].clone());
            let (was, is) = (of(self), of(next));
            if was.is_some() || is.is_some() {
                moved(id, (self, was.as_ref()), (next, is.as_ref()), &mut moves);
            }
        }
        moves
    }

    fn pole_facts(&self) -> BTreeMap<String, Pole> {
        let bare = |pole: &Pole| (pole.id.clone(), Pole { zones: Vec::new(), ..pole.clone() });
        self.poles.iter().map(bare).collect()
    }

    fn device_facts(&self) -> BTreeMap<String, (Device, Vec<&str>)> {
        let bare = |device: &Device| {
            let poles = device.installations.iter().map(|of| self.poles[of.pole].id.as_str()).collect();
            let mut device = device.clone();
            device.installations.iter_mut().for_each(|of| of.pole = 0);
            (device.id.clone(), (device, poles))
        };
        self.devices.iter().map(bare).collect()
    }

    fn zone_facts(&self) -> BTreeMap<String, (Zone, Vec<&str>)> {
        let bare = |zone: &Zone| {
            let poles = zone.poles.iter().map(|pole| self.poles[*pole].id.as_str()).collect();
            (zone.id.clone(), (Zone { poles: Vec::new(), ..zone.clone() }, poles))
        };
        self.zones.iter().map(bare).collect()
    }

    fn standing(&self, device: Option<&Device>, at: UtcMillis) -> Option<Standing> {
        let installation = device?.at(at);
        let Installation { from, to, pole, profile, state, .. } = installation;
        let standing = || Standing { pole: self.poles[*pole].id.clone(), profile: profile.clone(), state: *state };
        (*from <= at && at < *to).then(standing)
    }
}

fn difference<T: PartialEq>(kind: &'static str, was: &BTreeMap<String, T>, is: &BTreeMap<String, T>) -> Difference {
    let ids = |mut of: Box<dyn Iterator<Item = &String> + '_>| of.by_ref().cloned().collect();
    Difference {
        kind,
        added: ids(Box::new(is.keys().filter(|id| !was.contains_key(*id)))),
        removed: ids(Box::new(was.keys().filter(|id| !is.contains_key(*id)))),
        changed: ids(Box::new(
            is.iter().filter(|(id, of)| was.get(*id).is_some_and(|was| was != *of)).map(|(id, _)| id),
        )),
    }
}

/// The times in which a device hangs otherwise, those that follow each other as one.
fn moved(id: &str, was: (&Registry, Option<&Device>), is: (&Registry, Option<&Device>), moves: &mut Vec<Move>) {
    let both = was.1.into_iter().chain(is.1);
    let turns = both.flat_map(|device| device.installations.iter().flat_map(|of| [of.from, of.to]));
    let mut turns: BTreeSet<UtcMillis> = turns.collect();
    turns.extend([UtcMillis(i64::MIN), UtcMillis(i64::MAX)]);
    let turns: Vec<UtcMillis> = turns.into_iter().collect();
    for (from, to) in turns.iter().copied().zip(turns.iter().copied().skip(1)) {
        let (former, now) = (was.0.standing(was.1, from), is.0.standing(is.1, from));
        match moves.last_mut().filter(|last| last.device == id && last.to == from) {
            _ if former == now => {}
            Some(last) if last.former == former && last.now == now => last.to = to,
            _ => moves.push(Move { device: id.to_owned(), from, to, former, now }),
        }
    }
}
