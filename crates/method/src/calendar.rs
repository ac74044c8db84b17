//! The calendar of a town in North Rhine-Westphalia: what kind of day it is, and where its periods begin and end.
//!
//! All by the clock of Europe/Berlin: days of 23, 24 or 25 hours; weeks begin on Monday and are numbered by ISO 8601.

mod berlin;
mod holidays;
mod open;
mod period;
mod school;
mod span;

pub use berlin::{date_and_hour, local_hour, same_hour};
pub use holidays::{Holiday, SpecialDay, easter, first_advent, public_holiday, special_day};
pub use open::{OPEN_HOURS, SUNDAY_HOURS, opening_hours, opens_at};
pub use period::Period;
pub use school::{SCHOOL_YEARS, is_school_holiday};
pub use smartpole_model::registry::SundayOpenings;
pub use span::{Span, day};
