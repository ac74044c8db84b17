//! One number about a site.

use serde::Serialize;
use smartpole_method::methods::Method;
use smartpole_model::registry::Sensing;
use utoipa::ToSchema;

use crate::{
    number::{self, Exact},
    routes::{footfall::Why, method::MethodName},
};

/// What a figure is.
#[derive(Clone, Copy, Debug)]
pub(super) struct What {
    /// Which theme.
    pub(super) theme: &'static str,
    /// Its name.
    pub(super) figure: &'static str,
    /// UCUM code.
    pub(super) unit: &'static str,
    /// How it is made.
    pub(super) method: Method,
    /// Ids of the properties that it is made of.
    pub(super) measured: &'static [&'static str],
}

/// One number about a site, or why there is none.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SiteFigure {
    /// `footfall`, `air`, `noise`, `parking` or `heat`.
    #[schema(value_type = String, example = "footfall")]
    pub(super) theme: &'static str,
    /// What it is.
    #[schema(value_type = String, example = "crossings_per_saturday")]
    pub(super) figure: &'static str,
    /// UCUM code.
    #[schema(value_type = String, example = "/d")]
    pub(super) unit: &'static str,
    /// The number; null if it is missing, which is never zero.
    #[schema(value_type = Option<f64>)]
    pub(super) value: Option<Exact>,
    /// How many days (footfall, heat), hours (air), periods (noise) or readings (parking) it is made of.
    pub(super) of: i64,
    /// Part of what was to be expected that came, 0 to 1.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    pub(super) coverage: Exact,
    /// Why there is no number.
    pub(super) missing: Option<Why>,
    /// How the number is made.
    pub(super) method: MethodName,
    /// What the sensors that it is measured by work by; of a foreign series `manual`, `loop` or `reference_station`, too.
    #[schema(value_type = Vec<String>, example = json!(["tof"]))]
    pub(super) sensing: Vec<Sensing>,
    /// Ids of the properties that it is made of.
    #[serde(skip)]
    pub(super) measured: &'static [&'static str],
    /// Why it may not be compared with that of another site, whatever that is.
    #[serde(skip)]
    pub(super) not_comparable: Option<Why>,
}

impl SiteFigure {
    /// A number, or that too little is known for one.
    pub(super) fn new(what: What, value: Option<Exact>, of: i64, coverage: Exact) -> Self {
        let missing = value.is_none().then_some(if coverage.0.mantissa > 0 { TOO_LITTLE } else { NO_DATA });
        let What { theme, figure, unit, method, measured } = what;
        let (method, sensing) = (method.into(), Vec::new());
        Self { theme, figure, unit, value, of, coverage, missing, method, sensing, measured, not_comparable: None }
    }

    /// The same; if there is no number, for this reason.
    pub(super) fn or(self, why: Why) -> Self {
        Self { missing: self.missing.map(|_| why), ..self }
    }

    /// No number.
    pub(super) fn missing(what: What, missing: Why) -> Self {
        Self { missing: Some(missing), ..Self::new(what, None, 0, number::share(0, 1)) }
    }
}

/// No sensor.
pub(super) const NO_SENSOR: Why =
    Why { reason: "no_sensor", meaning: "no sensor of this site is there to measure it, by the registry" };
/// Nothing came.
pub(super) const NO_DATA: Why =
    Why { reason: "no_data", meaning: "sensors are there, and nothing came of them in this time" };
/// Not enough came.
pub(super) const TOO_LITTLE: Why =
    Why { reason: "too_little_covered", meaning: "too little of it came in this time for a figure" };
/// Air without a class.
pub(super) const NO_INDEX: Why = Why {
    reason: "no_index",
    meaning: "no hour has a class: pollutants of the index are not measured, or by sensors that nothing corrects",
};
