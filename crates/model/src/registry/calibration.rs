//! A device's correction, and the comparison it rests on.

use crate::{Decimal, Series, UtcMillis};

/// A device's linear correction: value = offset + gain × raw, humidity taken out before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calibration {
    /// Of what.
    pub series: Series,
    /// First instant; the smallest means "always".
    pub from: UtcMillis,
    /// First instant after it; the largest means "still".
    pub to: UtcMillis,
    /// In the property's unit.
    pub offset: Decimal,
    /// Factor, above 0.
    pub gain: Decimal,
    /// The comparison that it rests on; without one that meets its targets values stay `uncalibrated`.
    pub collocation: Option<Collocation>,
}

/// A device beside a reference for some weeks, after correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collocation {
    /// The reference, free text (station and instrument).
    pub reference: String,
    /// First instant of the comparison.
    pub from: UtcMillis,
    /// First instant after it.
    pub to: UtcMillis,
    /// Slope of the regression of device on reference.
    pub slope: Decimal,
    /// Its intercept, in the property's unit.
    pub intercept: Decimal,
    /// Coefficient of determination, 0 to 1.
    pub r2: Decimal,
    /// Root mean square error, in the property's unit.
    pub rmse: Decimal,
}
