//! How well a device must agree with a reference: what a comparison misses.
//!
//! PM2.5 and ozone: the U.S. EPA's targets for air sensors of 2021 (EPA/600/R-20/280 and EPA/600/R-20/279), as in
//! `USEPA/sensortoolkit`, `param/_targets.py`. All else is a choice of this project: PM1, PM4 and PM10 as PM2.5; NO2, NO and
//! SO2 as ozone; a gas as mass is held against 5 ppb at 293 K and 101.3 kPa (39. BImSchV, annex 6 C). Of CO, whose levels are
//! hundreds of ppb, only slope and R² are asked. Nothing is asked of other properties: a comparison of them is enough.

use std::{cmp::Ordering, fmt};

use super::{Calibration, Collocation};
use crate::Decimal;

/// A target that a comparison misses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    /// `slope`, `intercept`, `r2` or `rmse`.
    pub figure: &'static str,
    /// What was found.
    pub found: Decimal,
    /// The least that is taken, if there is a least.
    pub least: Option<Decimal>,
    /// The most that is taken, if there is a most.
    pub most: Option<Decimal>,
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}, not ", self.figure, self.found)?;
        match (self.least, self.most) {
            (Some(least), Some(most)) => write!(f, "{least} to {most}"),
            (Some(least), None) => write!(f, "at least {least}"),
            (None, Some(most)) => write!(f, "at most {most}"),
            (None, None) => write!(f, "anything"),
        }
    }
}

/// What is asked of one property.
struct Targets {
    slope: (Decimal, Decimal),
    r2: Decimal,
    /// How far the intercept may be from 0 and the most that the root mean square error may be, in the property's unit.
    errors: Option<(Decimal, Decimal)>,
}

const fn decimal(mantissa: i64, decimals: u8) -> Decimal {
    Decimal { mantissa, decimals }
}

impl Targets {
    /// For a property's id.
    fn of(property: &str) -> Option<Self> {
        let gas = |error: Option<Decimal>| Self {
            slope: (decimal(8, 1), decimal(12, 1)),
            r2: decimal(80, 2),
            errors: error.map(|error| (error, error)),
        };
        Some(match property {
            "pm1" | "pm2_5" | "pm4" | "pm10" => Self {
                slope: (decimal(65, 2), decimal(135, 2)),
                r2: decimal(70, 2),
                errors: Some((decimal(5, 0), decimal(7, 0))),
            },
            "o3_ppb" | "no2_ppb" | "no_ppb" | "so2_ppb" => gas(Some(decimal(5, 0))),
            // 5 ppb times 1.9959, 1.9130, 1.2477 and 2.6639
            "o3" => gas(Some(decimal(99_795, 4))),
            "no2" => gas(Some(decimal(95_650, 4))),
            "no" => gas(Some(decimal(62_385, 4))),
            "so2" => gas(Some(decimal(133_195, 4))),
            "co" | "co_ppb" => gas(None),
            _ => return None,
        })
    }
}

impl Collocation {
    /// The targets for a property that this comparison misses, the figure at a bound meets it; none where nothing is asked.
    pub fn missed(&self, property: &str) -> Vec<Missed> {
        let Some(Targets { slope, r2, errors }) = Targets::of(property) else { return Vec::new() };
        let mut asked = vec![("slope", self.slope, Some(slope.0), Some(slope.1)), ("r2", self.r2, Some(r2), None)];
        if let Some((intercept, rmse)) = errors {
            let least = Decimal { mantissa: -intercept.mantissa, ..intercept };
            asked.push(("intercept", self.intercept, Some(least), Some(intercept)));
            asked.push(("rmse", self.rmse, None, Some(rmse)));
        }
        let all = asked.into_iter().map(|(figure, found, least, most)| Missed { figure, found, least, most });
        all.filter(|Missed { found, least, most, .. }| {
            least.is_some_and(|least| compare(*found, least).is_lt())
                || most.is_some_and(|most| compare(*found, most).is_gt())
        })
        .collect()
    }
}

impl Calibration {
    /// Whether values of a property that it corrects are no longer `uncalibrated`: it rests on a comparison that misses no target.
    pub fn lifts_uncalibrated(&self, property: &str) -> bool {
        self.collocation.as_ref().is_some_and(|collocation| collocation.missed(property).is_empty())
    }
}

/// Compares exactly: 10^18 × an i64 fits into an i128.
pub(super) fn compare(a: Decimal, b: Decimal) -> Ordering {
    let whole = |decimal: Decimal| i128::from(decimal.mantissa) * 10i128.pow(18 - u32::from(decimal.decimals.min(18)));
    whole(a).cmp(&whole(b))
}
