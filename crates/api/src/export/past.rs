//! What the history has of blocks of which the readings are gone here.
//!
//! A file that lacks what the history has lost looks like one of which nothing was measured then: `/series` counts what is missing.

use std::ops::Range;

use smartpole_model::{DeviceNo, Quarter, UtcMillis};
use smartpole_pipeline::{NameKind, Scope};
use smartpole_window::{NewRow, Row};

use super::readings::Wanted;
use crate::{
    Parts,
    history::{Gone, Rows},
    problem::Problem,
};

/// Quarters that are read at once: of a device or a pole a day, of more an hour.
const DAY: i32 = 96;
const HOUR: i32 = 4;

/// Rows of some quarters.
pub(super) struct Past {
    pub(super) quarters: Range<Quarter>,
    rows: Rows,
}

impl Default for Past {
    fn default() -> Self {
        Self { quarters: Quarter(0)..Quarter(0), rows: Rows::new() }
    }
}

impl Past {
    /// From a quarter on.
    ///
    /// # Errors
    /// 503 if the history is away.
    pub(super) fn read(
        wanted: &Wanted,
        parts: &Parts,
        first: Quarter,
        as_of: Option<UtcMillis>,
    ) -> Result<Self, Problem> {
        let length = if matches!(wanted.scope, Some(Scope::Device(_) | Scope::Pole(_))) { DAY } else { HOUR };
        let quarters = first..Quarter(first.0.saturating_add(length));
        let mut devices: Vec<DeviceNo> = match wanted.scope {
            Some(scope) => {
                parts.queries.sealed(scope, quarters.clone())?.into_iter().map(|sealed| sealed.device).collect()
            }
            None => (0..parts.fold().count(NameKind::Device)).map(DeviceNo).collect(),
        };
        devices.sort_unstable();
        devices.dedup();
        let (properties, span) = (&wanted.properties, (quarters.start.start(), quarters.end.start()));
        let rows = Gone { parts, devices: &devices, properties, span, as_of }.rows()?;
        Ok(Self { quarters, rows })
    }

    /// Shows what a block had.
    pub(super) fn each_row(&self, quarter: Quarter, device: DeviceNo, mut show: impl FnMut(&NewRow<'_>)) {
        for Row { event_time, received_at, time_source, values } in
            self.rows.get(&(quarter, device)).into_iter().flatten()
        {
            let (event_time, received_at, time_source) = (*event_time, *received_at, *time_source);
            show(&NewRow { event_time, received_at, time_source, values });
        }
    }
}
