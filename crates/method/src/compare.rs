//! Comparing counts of a time with those of another.
//!
//! ```text
//! date, week ──► the one to compare with ──► Side of each ──► comparable: yes, or why not
//! date, hour ──► baseline: the last four comparable days ──► mean of their hours ──► gap estimate
//! ```
//!
//! The weekday matters more than the date, and movable feasts more than either: so the year before is met by ISO week and
//! weekday, or by the distance from Easter or Advent (convention of hystreet and of the weekly press figures made of it).

mod baseline;
mod comparable;
mod partner;
mod window;

pub use baseline::{BASELINE_DAYS, BASELINE_WEEKS, Baseline, Estimate, NoBaseline, baseline, gap_estimate};
pub use comparable::{NotComparable, Side, comparable, is_covered};
pub use partner::{Anchor, anchored, last_year, previous_week};
pub use window::{Comparison, Length, at_same_hour, change_permille, partner};
