//! Values around an instant, as far as rules reach from it.

use smartpole_model::{Series, TimeSource, UtcMillis};
use smartpole_validate::LOOK_BACK;
use smartpole_window::{Block, NewRow, RowValue};

use super::{is_comparable, is_power_up};
use crate::active::Active;

/// A value in a block, and the row it is of.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    pub(super) event_time: UtcMillis,
    pub(super) received_at: UtcMillis,
    pub(super) time_source: TimeSource,
    pub(super) value: RowValue,
}

/// What is around an instant, as far as rules reach from it.
pub(super) struct Near {
    pub(super) at: UtcMillis,
    /// How many values rules look back at.
    pub(super) stride: usize,
    pub(super) series: Vec<(Series, Vec<Kept>)>,
    pub(super) powered_up: Vec<UtcMillis>,
}

impl Near {
    pub(super) fn new(at: UtcMillis, stride: usize, mut series: Vec<Series>) -> Self {
        series.sort_unstable();
        series.dedup();
        let series = series.into_iter().map(|series| (series, Vec::with_capacity(2 * LOOK_BACK))).collect();
        Self { at, stride, series, powered_up: Vec::new() }
    }

    pub(super) fn take(&mut self, active: &Active, block: Option<&Block>) {
        let Some(block) = block else { return };
        block.each_row(|NewRow { event_time, received_at, time_source, values }| {
            for value in values.iter().filter(|value| !value.is_superseded()) {
                if is_power_up(active, value) {
                    self.powered_up.push(event_time);
                }
                if let Some((_, kept)) = self.series.iter_mut().find(|(series, _)| *series == value.series) {
                    kept.push(Kept { event_time, received_at, time_source, value: *value });
                }
            }
        });
    }

    /// Whether there are as many values on one side of the instant as rules look back at.
    pub(super) fn has_enough(&self, side: i32) -> bool {
        let beside = |kept: &&Kept| (kept.event_time.since(self.at)).signum() == i64::from(side);
        let enough = |(_, kept): &(Series, Vec<Kept>)| {
            kept.iter().filter(beside).filter(|kept| is_comparable(&kept.value)).count() >= self.stride
        };
        self.series.iter().all(enough)
    }

    /// All there is, in order.
    pub(super) fn sorted(mut self) -> Self {
        self.powered_up.sort_unstable();
        self.series.iter_mut().for_each(|(_, kept)| kept.sort_by_key(|kept| kept.event_time));
        self
    }
}
