//! Tells whoever reads the log of counters that began anew or jumped.

use std::sync::{PoisonError, RwLock};

use smartpole_model::{DeviceNo, Quarter, Series};
use smartpole_pipeline::{Fold, NameKind};

/// What to do, as far as it can be known.
const REMEDY: &str = "a lower bound counts, marked counter_reset: if the firmware clears its totals at power-up or each day, say so in the \
                      profile ([counter] resets_at_power_up, resets_at); if not, look at the device's power supply, and at width_bits and \
                      max_per_minute";

/// One line a commit, as a city's counters may all begin anew at midnight.
pub(crate) fn tell(fold: &RwLock<Fold>, began_anew: &[(DeviceNo, Quarter, Series)]) {
    metrics::counter!("smartpole_counters_began_anew_total").increment(began_anew.len() as u64);
    let Some((device, quarter, series)) = began_anew.first().copied() else { return };
    let fold = fold.read().unwrap_or_else(PoisonError::into_inner);
    let property = fold.inputs().registry.properties.get(series.property).map_or("?", |property| &property.id);
    let (device, from) = (fold.name(NameKind::Device, device.0).unwrap_or("?"), quarter.start());
    let n = began_anew.len();
    tracing::warn!(n, device, property, %from, "a total began anew, or jumped by more than can pass: {REMEDY}");
}
