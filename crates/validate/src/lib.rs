//! What a sample is worth: whose clock says when it was measured, and what is odd about its values.
//!
//! ```text
//! event_time(times) ──► time, source, flags | Reason      once a sample
//! Rules::flags(values) ──► flags of each value            once a sample
//! history_flags(before, value) ──► flags                  once a value, of rules that look back
//! ```
//!
//! Invariants: pure functions of their arguments; no value is dropped here. What is odd keeps its place with a flag, and
//! the catalogue's `excluded_by` decides what that costs; only a sample without a believable time is refused.

mod history;
mod time;
mod values;

pub use history::{LOOK_BACK, history_flags, is_warming_up, looks_back};
pub use time::{Times, event_time};
pub use values::{Rules, value_flags};
