//! What a value that is shown counts as, by the registry in force.

use smartpole_model::{DeviceNo, UtcMillis};
use smartpole_window::RowValue;

use crate::Fold;

impl Fold {
    /// A device's value as it counts beside all values of its instant (`row`), with the remarks that the registry adds
    /// ([`smartpole_window::Making::counted`]).
    pub fn counted(&self, device: DeviceNo, at: UtcMillis, row: &[RowValue], value: RowValue) -> RowValue {
        self.active.making(device, at.quarter()).counted(at, row, value)
    }
}
