//! What became of a reading at the targets.

use smartpole_store::{Carriage, Carried, Delivered, KeptReading};

use super::{
    Asked,
    answer::{TargetState, TracedTarget},
};
use crate::{TargetHealth, problem::Problem};

impl Asked<'_> {
    pub(super) fn carriage(&self) -> Result<Carriage, Problem> {
        let KeptReading { row, superseded, .. } = &self.kept;
        let known_at = superseded.last().map_or(row.received_at, |gone| gone.until.max(row.received_at));
        // as lines write tags
        let device = self.id.replace(',', "\\,").replace(' ', "\\ ").replace('=', "\\=");
        let (device, field) = (format!(",device={device},"), format!("{}=", self.property.id));
        let line = format!(",line={}", self.series.channel);
        let marks = [device.as_str(), &field, &line];
        let (device, series, event_time) = (self.device, self.series, row.event_time);
        Ok(self.parts.queries.carriage(&Carried { device, series, event_time, known_at, marks: &marks })?)
    }

    /// What became of it at a target, which may not be meant to have it at all.
    pub(super) fn target(&self, name: String, delivered: Delivered) -> TracedTarget {
        let health = self.parts.health.borrow();
        let known = health.targets.iter().find(|target| target.name == name);
        let zones = self.zones();
        let left_out = |target: &&TargetHealth| !target.filter.passes(&self.property, &zones);
        match (delivered, known.filter(left_out)) {
            (Delivered::Sent, Some(_)) => {
                TracedTarget { name, state: TargetState::Filtered, reason: None, detail: None }
            }
            (delivered, _) => TracedTarget::new(name, delivered),
        }
    }
}

impl Asked<'_> {
    /// Ids of the zones that its device hung in.
    fn zones(&self) -> Vec<&str> {
        let registry = &self.inputs.registry;
        let device = registry.device_index(&self.id).and_then(|index| registry.devices.get(index));
        let quarter = self.kept.row.event_time.quarter().start();
        let pole = device.and_then(|device| registry.poles.get(device.at(quarter).pole));
        let zones = pole.into_iter().flat_map(|pole| &pole.zones).filter_map(|index| registry.zones.get(*index));
        zones.map(|zone| zone.id.as_str()).collect()
    }
}

impl TracedTarget {
    fn new(name: String, delivered: Delivered) -> Self {
        let (state, reason, detail) = match delivered {
            Delivered::Before => (TargetState::Before, None, None),
            Delivered::Pending => (TargetState::Pending, None, None),
            Delivered::Sent => (TargetState::Sent, None, None),
            Delivered::Refused { reason, detail, .. } => (TargetState::Refused, Some(reason), Some(detail)),
        };
        Self { name, state, reason, detail }
    }
}
