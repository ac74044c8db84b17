//! Ids of numbers.

use smartpole_pipeline::{Fold, NameKind, Scope};

/// Ids of devices, poles and zones by their numbers. A number never changes, so a copy is only ever too short.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub(super) devices: Vec<String>,
    pub(super) poles: Vec<String>,
    pub(super) zones: Vec<String>,
}

impl Names {
    /// Those that the fold knows now.
    pub fn of(fold: &Fold) -> Self {
        let all = |kind| {
            let id = |number| fold.name(kind, number).unwrap_or_default().to_owned();
            (0..fold.count(kind)).map(id).collect()
        };
        Self { devices: all(NameKind::Device), poles: all(NameKind::Pole), zones: all(NameKind::Zone) }
    }

    /// The id of a scope; empty if it is not known.
    pub(super) fn id(&self, scope: Scope) -> &str {
        let (ids, number) = match scope {
            Scope::Device(device) => (&self.devices, device.0),
            Scope::Pole(pole) => (&self.poles, pole.0),
            Scope::Zone(zone) => (&self.zones, zone.0),
        };
        ids.get(number as usize).map_or("", String::as_str)
    }
}
