//! What is asked of values.

/// Quality rules for one property of devices of one profile; what is `None` or 0 is not asked. Stateful rules look at the
/// readings of the series before the one judged, in order of event time, that are neither sentinels nor out of range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QualityRules {
    /// `stuck`: this one and the ones before it, so many together, are identical (2 to 16). Zero counts never are.
    pub stuck: Option<u8>,
    /// `spike`: far from the median of the ones before it.
    pub spike: Option<Spike>,
    /// `step`: further than this from the one before it, at the property's resolution.
    pub step: Option<i64>,
    /// `warming_up`: so soon after power-up, in seconds.
    pub warming_up_s: u32,
    /// `uncalibrated`: without a calibration whose collocation meets its targets.
    pub uncalibrated: bool,
    /// `peer`: far from the poles around.
    pub peer: Option<Peer>,
}

/// A Hampel identifier over the values before one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spike {
    /// How many of them, 3 to 15, odd; with fewer nothing is judged.
    pub neighbours: u8,
    /// How many scaled median absolute deviations (1.4826 × MAD) away, in thousandths.
    pub deviations_milli: u32,
    /// At least so far away, at the property's resolution.
    pub least: i64,
}

/// A robust z-score among the poles around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Poles no further than this, in metres.
    pub radius_m: u32,
    /// With fewer of them nothing is judged, at least 3.
    pub least_poles: u8,
    /// How many scaled median absolute deviations away, in thousandths.
    pub deviations_milli: u32,
    /// At least so far away, at the property's resolution.
    pub least: i64,
}

/// How far back stateful rules look, in whole seconds of event time.
pub const RULES_LOOK_BACK_S: i64 = 3 * 3_600;
