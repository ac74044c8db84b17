//! Statutory means of air pollutants: hour, 8 hours, day, year, zone.
//!
//! ```text
//! windows of an hour {sum, count, expected} ──► HourlyMeans (valid ones only) ──► Average of 8 h, a day, a year {mean, valid, needed, of}
//! ```
//!
//! Sources: 39. BImSchV (version of 19 June 2020), § 1 no. 13, annexes 7 A and 11 A; Directive (EU) 2024/2881, annex V.
//!
//! - A mean of a longer time is the mean of valid hourly means, never the pooled mean of readings: a sensor that reports more
//!   often at night must not pull the day down.
//! - Each mean is rounded once, half away from zero, to six digits of its unit ([`Mean`]), and the next one is made of rounded
//!   ones. So who holds an export of hourly means gets the same figures with a pocket calculator.
//! - Hours and days are those of CET (UTC+1) all the year.

mod hour_end;
mod hours;
mod mean;
mod pollutant;
mod year;
mod zone;

pub use hour_end::{HourEnd, HourEndError};
pub use hours::{Average, HourlyMeans};
pub use mean::{Hour, Mean};
pub use pollutant::Pollutant;
pub use year::{Regime, cet_date, cet_midnight, cet_year};
pub use zone::{ZoneMean, zone_mean};
