//! What a run consists of.

use smartpole_model::UtcMillis;

use crate::Faults;

/// A run of the fleet. Two equal ones give the same bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// Chooses weather, chance and faults.
    pub seed: u64,
    /// First instant that is measured.
    pub from: UtcMillis,
    /// Nothing is measured from here on; what was kept back is still sent.
    pub to: UtcMillis,
    /// Seconds between two measurements of a device; `None` leaves it to its profile.
    pub step_s: Option<u32>,
    /// Share of the devices that speak JSON instead of protobuf, 0 to 1.
    pub json_share: f64,
    /// What goes wrong.
    pub faults: Faults,
}

impl Spec {
    /// A faultless run at ten-minute steps, a quarter of the devices speaking JSON.
    pub fn new(seed: u64, from: UtcMillis, to: UtcMillis) -> Self {
        Self { seed, from, to, step_s: Some(600), json_share: 0.25, faults: Faults::default() }
    }
}
