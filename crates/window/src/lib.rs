//! Blocks and windows: what is measured in a quarter of an hour, and what follows for hours and days.
//!
//! ```text
//! readings ──► Block (device × quarter: packed rows, anchors of totals) ──► aggregate() ──► Aggregates (the 15-minute window)
//!                                                                                              │ Delta (now − former)
//!                                                                                              ▼
//!                                                                        roll-ups: hour, day × device, pole, zone
//! ```
//!
//! Invariants: no clock, no I/O; a block's aggregates are a function of the set of its readings and anchors, whatever the
//! order they came in, revisions apart, which tell of the order; no bytes make the decoder panic; values, sums and counts are integers.

mod aggregate;
mod aggregates;
mod beside;
mod block;
mod calendar;
mod counter;
pub mod energy;
mod lost;
mod making;
mod mend;
mod pack;
mod replays;
mod rows;
mod shape;
mod summary;
mod totals;

pub use aggregate::{Aggregate, Means, mean_of};
pub use aggregates::Aggregates;
pub use beside::{Beside, Sought};
pub use block::{Anchor, Block, Insert, NewRow};
pub use calendar::{Level, day_of, next_start};
pub use counter::{Difference, MAX_GAP_MS, Total, difference, share};
pub use lost::Lost;
pub use making::{Making, dried};
pub use pack::{put_series, take_series};
pub use replays::{Origin, Superseded};
pub use rows::{Row, RowValue};
pub use summary::{LeftOut, aggregate, left_out};
pub use totals::{Blocks, link_power_up, link_total, relink_total};
