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
        let theme = |target: &&TargetHealth| !target.themes.is_empty() && !target.themes.contains(&self.property.theme);
        match (delivered, known.filter(theme)) {
            (Delivered::Sent, Some(_)) => {
                TracedTarget { name, state: TargetState::Filtered, reason: None, detail: None }
            }
            (delivered, _) => TracedTarget::new(name, delivered),
        }
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
