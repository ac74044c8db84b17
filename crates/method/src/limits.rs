//! Numbers that air is measured against: limit values, targets, guidelines, each with the time it applies.
//!
//! They are data, in `limits/limits.toml`. Limit values, target values, long-term objectives and guidelines are different things
//! in law and none stands for another.
//!
//! A pole is no legal sampling point (39. BImSchV, annex 3) and its sensors are no reference method (annex 6): at best an
//! indicative measurement, with the uncertainty that annex 1 A and annex V of Directive (EU) 2024/2881 allow to such. So what is
//! counted here is called "Tage über dem Zahlenwert (Orientierung)" (days above the number, for orientation), always with the
//! uncertainty and the completeness beside it. It is never called an exceedance ("Überschreitung"), which is for an authority
//! to state, and it is not compared with the number of exceedances allowed, only shown beside it.

mod count;
mod table;

use jiff::civil::Date;
use serde::Deserialize;
use smartpole_model::Decimal;

pub use count::{Above, YearMeans};

use crate::air::{Mean, Pollutant, Regime};

/// What a number is in law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A limit value (Immissionsgrenzwert).
    Limit,
    /// A target value (Zielwert).
    Target,
    /// A long-term objective (langfristiges Ziel).
    LongTerm,
    /// An air quality guideline level of the WHO.
    Guideline,
    /// Its first interim target, the mildest.
    Interim1,
    /// Its second.
    Interim2,
    /// Its third.
    Interim3,
    /// Its fourth.
    Interim4,
}

/// The time that a mean is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Averaging {
    /// An hour.
    Hour,
    /// A CET day.
    Day,
    /// The largest mean of 8 hours that ends in a CET day.
    #[serde(rename = "max_8h")]
    Max8h,
    /// A CET year.
    Year,
}

/// A number that air is measured against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Whose it is.
    pub regime: Regime,
    /// What it is.
    pub kind: Kind,
    /// Of what.
    pub pollutant: Pollutant,
    /// For means of what time.
    pub averaging: Averaging,
    /// The number, in [`Pollutant::unit`].
    pub value: Decimal,
    /// How many hours or days of a calendar year may lie above it.
    pub allowed: u16,
    /// Over how many years the count of those is averaged: 3 for the targets of ozone, else 1.
    pub years: u8,
    /// The first day on which it applies.
    pub from: Date,
    /// The last one, if there is one.
    pub to: Option<Date>,
    /// How far an indicative measurement may be off at the number, per cent. What is known of our sensors is no better.
    pub uncertainty_percent: u8,
    /// Where number and uncertainty stand.
    pub source: String,
}

/// All numbers, in the order of their file.
pub fn all() -> &'static [Limit] {
    &table::LIMITS
}

/// The numbers that apply on a date.
pub fn on(date: Date) -> impl Iterator<Item = &'static Limit> {
    all().iter().filter(move |limit| limit.applies_on(date))
}

impl Limit {
    /// Whether it applies on a date.
    pub fn applies_on(&self, date: Date) -> bool {
        self.from <= date && self.to.is_none_or(|to| date <= to)
    }

    /// Whether it is below a mean. The mean is rounded half away from zero to the number's own digits first, as the last step
    /// (so the guidance on Commission Implementing Decision 2011/850/EU): 50.4 is not above 50, 50.5 is.
    pub fn is_below(&self, mean: Mean) -> bool {
        mean.at(self.value.decimals) > self.value.mantissa
    }
}

impl Kind {
    /// The word of files and interfaces.
    pub fn id(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Target => "target",
            Self::LongTerm => "long_term",
            Self::Guideline => "guideline",
            Self::Interim1 => "interim1",
            Self::Interim2 => "interim2",
            Self::Interim3 => "interim3",
            Self::Interim4 => "interim4",
        }
    }
}

impl Averaging {
    /// The word of files and interfaces.
    pub fn id(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Max8h => "max_8h",
            Self::Year => "year",
        }
    }
}
