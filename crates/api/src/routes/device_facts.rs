//! Dated facts about a device: where it was mounted, and how its values are corrected.

use serde::Serialize;
use smartpole_model::{
    Device, Registry, UtcMillis,
    registry::{Calibration, Collocation, Installation, InstallationState},
};
use utoipa::ToSchema;

use crate::number::{self, Exact};

/// A device at a pole, from–to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InstallationItem {
    /// First instant; null: always.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) from: Option<UtcMillis>,
    /// First instant after it; null: still.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) to: Option<UtcMillis>,
    /// `stock`, `commissioning`, `active`, `maintenance` or `retired`; only what is active counts for pole and zones.
    #[schema(value_type = String, example = "active")]
    pub(super) state: InstallationState,
    /// The pole.
    #[schema(example = "AM-01")]
    pub(super) pole: String,
    /// Id of its profile then.
    pub(super) profile: String,
    /// What channel 0 of a counter counts.
    pub(super) line: String,
    /// Which way "in" is.
    pub(super) direction: String,
    /// Channels whose in is out, as they are mounted the wrong way round.
    pub(super) reversed: Vec<u8>,
    /// Height above ground, metres.
    #[schema(value_type = Option<f64>)]
    pub(super) height_m: Option<Exact>,
    /// Width of a counter's line, metres.
    #[schema(value_type = Option<f64>)]
    pub(super) width_m: Option<Exact>,
}

/// A linear correction: value = offset + gain × raw, from–to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CalibrationItem {
    /// Of which property.
    #[schema(example = "pm2_5")]
    pub(super) property: String,
    /// Its channel.
    pub(super) channel: u8,
    /// First instant; null: always.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) from: Option<UtcMillis>,
    /// First instant after it; null: still.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) to: Option<UtcMillis>,
    /// In the property's unit.
    #[schema(value_type = f64)]
    pub(super) offset: Exact,
    /// Factor.
    #[schema(value_type = f64)]
    pub(super) gain: Exact,
    /// The comparison that it rests on.
    collocation: Option<CollocationItem>,
    /// Whether that comparison misses no target, so that values are no longer `uncalibrated`.
    pub(super) lifts_uncalibrated: bool,
}

/// A device beside a reference.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CollocationItem {
    /// Station and instrument.
    reference: String,
    /// First instant of the comparison.
    #[schema(value_type = String, format = DateTime)]
    from: UtcMillis,
    /// First instant after it.
    #[schema(value_type = String, format = DateTime)]
    to: UtcMillis,
    /// Slope of the regression of device on reference.
    #[schema(value_type = f64)]
    slope: Exact,
    /// Its intercept, in the property's unit.
    #[schema(value_type = f64)]
    intercept: Exact,
    /// Coefficient of determination.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    r2: Exact,
    /// Root mean square error, in the property's unit.
    #[schema(value_type = f64)]
    rmse: Exact,
    /// Targets that it misses, in words.
    missed: Vec<String>,
}

/// All installations of a device, in the order of time.
pub(super) fn installations(registry: &Registry, device: &Device) -> Vec<InstallationItem> {
    device.installations.iter().map(|installation| InstallationItem::new(registry, installation)).collect()
}

/// All calibrations of a device, by series and time.
pub(super) fn calibrations(registry: &Registry, device: &Device) -> Vec<CalibrationItem> {
    device.calibrations.iter().filter_map(|calibration| CalibrationItem::new(registry, calibration)).collect()
}

fn after_the_beginning(time: UtcMillis) -> Option<UtcMillis> {
    (time.0 > i64::MIN).then_some(time)
}

fn before_the_end(time: UtcMillis) -> Option<UtcMillis> {
    (time.0 < i64::MAX).then_some(time)
}

impl InstallationItem {
    pub(super) fn new(registry: &Registry, installation: &Installation) -> Self {
        let metres = |centimetres: u32| number::decimal(centimetres.into(), 2);
        Self {
            from: after_the_beginning(installation.from),
            to: before_the_end(installation.to),
            state: installation.state,
            pole: registry.poles[installation.pole].id.clone(),
            profile: installation.profile.clone(),
            line: installation.line.clone(),
            direction: installation.direction.clone(),
            reversed: installation.reversed.clone(),
            height_m: installation.height_cm.map(metres),
            width_m: installation.width_cm.map(metres),
        }
    }
}

impl CalibrationItem {
    /// None of a property that the catalogue does not have; the registry refuses such a file.
    fn new(registry: &Registry, calibration: &Calibration) -> Option<Self> {
        let property = registry.properties.get(calibration.series.property)?;
        Some(Self {
            property: property.id.clone(),
            channel: calibration.series.channel,
            from: after_the_beginning(calibration.from),
            to: before_the_end(calibration.to),
            offset: Exact(calibration.offset),
            gain: Exact(calibration.gain),
            collocation: calibration.collocation.as_ref().map(|found| CollocationItem::new(found, &property.id)),
            lifts_uncalibrated: calibration.lifts_uncalibrated(&property.id),
        })
    }
}

impl CollocationItem {
    fn new(found: &Collocation, property: &str) -> Self {
        Self {
            reference: found.reference.clone(),
            from: found.from,
            to: found.to,
            slope: Exact(found.slope),
            intercept: Exact(found.intercept),
            r2: Exact(found.r2),
            rmse: Exact(found.rmse),
            missed: found.missed(property).iter().map(ToString::to_string).collect(),
        }
    }
}
