//! Rows of blocks of which the store keeps the sums alone and the history the readings.

use smartpole_model::{DeviceNo, PropertyNo, Quarter};
use smartpole_store::{Sealed, Visited};
use smartpole_window::Row;

use crate::{
    Parts,
    history::{Gone, Rows},
    problem::Problem,
};

/// Blocks that are asked for at once: a day of a few devices, a quarter of an hour of many.
const AT_ONCE: usize = 960;
/// Quarters of an hour of a day.
const DAY: usize = 96;

/// What was read of the history last: a stretch of time of all devices that are wanted.
pub(super) struct Past<'a> {
    parts: &'a Parts,
    devices: &'a [DeviceNo],
    properties: Vec<PropertyNo>,
    /// Quarters of a stretch.
    length: i32,
    /// Which one was read, counted from 1970.
    stretch: Option<i32>,
    rows: Rows,
}

impl<'a> Past<'a> {
    pub(super) fn new(parts: &'a Parts, devices: &'a [DeviceNo], mut properties: Vec<PropertyNo>) -> Self {
        properties.sort_unstable();
        properties.dedup();
        let length = (AT_ONCE / devices.len().max(1)).clamp(1, DAY) as i32;
        Self { parts, devices, properties, length, stretch: None, rows: Rows::new() }
    }

    /// Rows of a block, in the order of time.
    ///
    /// # Errors
    /// 503 if the history is away.
    pub(super) fn rows(&mut self, device: DeviceNo, block: &Visited<'_>) -> Result<Vec<Row>, Problem> {
        let Sealed { quarter, .. } = match block {
            Visited::Kept(block) => return Ok(block.rows()),
            Visited::Sealed(sealed) => sealed,
        };
        let stretch = quarter.0.div_euclid(self.length);
        if self.stretch != Some(stretch) {
            self.read(stretch)?;
        }
        Ok(self.rows.get(&(*quarter, device)).cloned().unwrap_or_default())
    }

    fn read(&mut self, stretch: i32) -> Result<(), Problem> {
        let start = |stretch: i32| Quarter(stretch.saturating_mul(self.length)).start();
        let span = (start(stretch), start(stretch.saturating_add(1)));
        let Self { parts, devices, properties, .. } = self;
        self.rows = Gone { parts, devices, properties, span }.rows()?;
        self.stretch = Some(stretch);
        Ok(())
    }
}
