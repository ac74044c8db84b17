//! Where devices hung: by the registry, or as of an earlier instant before it moved them.

use std::collections::{BTreeMap, BTreeSet};

use smartpole_model::{DeviceNo, Inputs, PoleNo, PropertyNo, Quarter, UtcMillis, registry::Installation};
use smartpole_pipeline::Scope;

use super::{gather::quarters, sensors::Station};
use crate::{
    Error,
    history::{Histories, History},
    moved::{Move, Moves},
    queries::Snapshot,
    scope::Part,
};

/// The places of devices at the instant asked about.
pub(super) struct Places {
    moves: Moves,
    /// Devices of which a block counted for a pole until a registry moved it.
    away: BTreeMap<PoleNo, BTreeSet<DeviceNo>>,
    /// Minute of receipt of the instant asked about; all of them as of now.
    minute: i64,
}

impl Places {
    /// Those of a span.
    pub(super) fn read(snapshot: &Snapshot, (from, to): (UtcMillis, UtcMillis), minute: i64) -> Result<Self, Error> {
        let moves = Moves::read(snapshot, from.quarter(), Quarter(to.quarter().0.saturating_add(1)))?;
        let mut away: BTreeMap<PoleNo, BTreeSet<DeviceNo>> = BTreeMap::new();
        for ((_, device), moves) in moves.blocks() {
            for scope in moves.iter().flat_map(Move::former) {
                if let Scope::Pole(pole) = scope {
                    away.entry(*pole).or_default().insert(device);
                }
            }
        }
        Ok(Self { moves, away, minute })
    }

    /// Whether a block of a device counted for a pole before a registry moved it.
    pub(super) fn was_at(&self, device: DeviceNo, pole: PoleNo) -> bool {
        self.away.get(&pole).is_some_and(|devices| devices.contains(&device))
    }

    /// Whether a device hung on a pole in a quarter; of one in which no block moved the registry says it.
    pub(super) fn hangs(&self, inputs: &Inputs, station: &Station, pole: &Part, quarter: Quarter) -> bool {
        let parts = std::slice::from_ref(pole);
        let then = self.moves.part_before((quarter, station.device), self.minute, parts);
        then.map_or_else(|| is_at(inputs, station, pole, quarter), |part| part.is_some())
    }

    /// Whether a registry moved a block of a device in an hour.
    pub(super) fn any_moved(&self, device: DeviceNo, start: UtcMillis) -> bool {
        quarters(start).any(|quarter| !self.moves.of((quarter, device)).is_empty())
    }

    /// How often a property of a device was revised in an hour while its blocks counted for a pole, by the instant asked about.
    pub(super) fn revisions(
        &self,
        (snapshot, inputs): (&Snapshot, &Inputs),
        (station, property): (&Station, PropertyNo),
        pole: &Part,
        start: UtcMillis,
    ) -> Result<i32, Error> {
        let (moves, parts) = (&self.moves, std::slice::from_ref(pole));
        let histories = Histories { snapshot, moves, parts, property, channel: None };
        quarters(start).try_fold(0, |sum, quarter| {
            let now = is_at(inputs, station, pole, quarter).then_some(pole.number);
            let History { changes, .. } = histories.of((quarter, station.device), now)?;
            Ok(sum + changes.iter().filter(|change| change.minute < self.minute).count() as i32)
        })
    }
}

/// Whether the registry says that a device hangs on a pole at the beginning of a quarter.
fn is_at(inputs: &Inputs, station: &Station, pole: &Part, quarter: Quarter) -> bool {
    let device = inputs.registry.devices.get(station.index);
    let active = device.and_then(|device| device.active_at(quarter.start()));
    active.is_some_and(|installation: &Installation| pole.is_pole(installation.pole))
}
