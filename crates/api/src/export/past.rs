//! What the history has of blocks of which the readings are gone here, and how many it has lost.

use std::ops::Range;

use smartpole_model::{DeviceNo, Quarter, UtcMillis};
use smartpole_pipeline::{NameKind, Scope};
use smartpole_store::Sealed;
use smartpole_window::{NewRow, Row};

use super::readings::Wanted;
use crate::{
    Parts,
    history::{Gone, Rows, Sought, is_known},
    problem::Problem,
};

/// Quarters that are read at once: of a device or a pole a day, of more an hour.
const DAY: i32 = 96;
const HOUR: i32 = 4;

/// Rows of some quarters of some devices.
pub(super) struct Past {
    quarters: Range<Quarter>,
    /// By number.
    devices: Vec<DeviceNo>,
    rows: Rows,
}

impl Default for Past {
    fn default() -> Self {
        Self { quarters: Quarter(0)..Quarter(0), devices: Vec::new(), rows: Rows::new() }
    }
}

impl Past {
    /// From a quarter on.
    ///
    /// # Errors
    /// 503 if the history is away.
    pub(super) fn read(wanted: &Wanted, parts: &Parts, first: Quarter) -> Result<Self, Problem> {
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
        let rows = Gone { parts, devices: &devices, properties, span }.rows()?;
        Ok(Self { quarters, devices, rows })
    }

    /// Whether it was asked about a block; one that was let go since was not.
    pub(super) fn has_asked(&self, block: &Sealed) -> bool {
        self.quarters.contains(&block.quarter) && self.devices.binary_search(&block.device).is_ok()
    }

    /// Shows what a block had, of what had been received before a minute.
    pub(super) fn each_row(&self, block: &Sealed, as_of: Option<UtcMillis>, mut show: impl FnMut(&NewRow<'_>)) {
        for Row { event_time, received_at, time_source, values } in self.rows(block) {
            let (event_time, received_at, time_source) = (*event_time, *received_at, *time_source);
            if is_known(received_at, as_of) {
                show(&NewRow { event_time, received_at, time_source, values });
            }
        }
    }

    /// How many readings of a block are nowhere any more.
    pub(super) fn missing(&self, wanted: &Wanted, parts: &Parts, block: &Sealed) -> u64 {
        let rows = self.rows(block);
        let lacks = |sought: Sought<'_>| sought.missing(parts, block, sought.found(rows));
        wanted.sought().map(lacks).sum()
    }

    fn rows(&self, block: &Sealed) -> &[Row] {
        self.rows.get(&(block.quarter, block.device)).map_or(&[], Vec::as_slice)
    }
}
