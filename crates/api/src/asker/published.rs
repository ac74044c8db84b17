//! What of a device is published: what it measured while it was active.

use smartpole_model::{Device, Registry, UtcMillis, registry::InstallationState};

use super::Asker;
use crate::scope::{ScopeKind, ScopeName};

/// When what belongs to a device, pole or zone is shown. Of poles and zones that is always, as nothing but what is active counts for them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Published(Option<Vec<(UtcMillis, UtcMillis)>>);

impl Published {
    /// Whether what was measured at a time is shown.
    pub(crate) fn holds(&self, time: UtcMillis) -> bool {
        self.0.as_ref().is_none_or(|spans| spans.iter().any(|(from, to)| *from <= time && time < *to))
    }
}

impl Asker {
    /// When this one is shown what belongs to a device, pole or zone.
    pub(crate) fn published(&self, registry: &Registry, scope: &ScopeName) -> Published {
        let is_it = |device: &&Device| scope.kind == ScopeKind::Device && device.id == scope.id;
        let device = registry.devices.iter().find(is_it).filter(|_| !self.sees(registry, scope));
        let active = |device: &Device| {
            let installations = device.installations.iter();
            let active = installations.filter(|installation| installation.state == InstallationState::Active);
            active.map(|installation| (installation.from, installation.to)).collect()
        };
        Published(device.map(active))
    }

    /// Whether this one is shown what a device measured at a time.
    pub(crate) fn is_shown(&self, registry: &Registry, device: &Device, time: UtcMillis) -> bool {
        device.active_at(time).is_some() || self.sees_device(registry, device)
    }
}
