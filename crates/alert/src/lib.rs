//! What an operator is told of: rules over a snapshot of facts, made into alerts that come and go.
//!
//! ```text
//! Facts (how everything is now) ──► evaluate, by AlertRules ──► Findings, at most one a cause ──► Watch::step ──► Change: opened, goes on, closed
//!                                     └ silence: devices under gateways and switch points
//! ```
//!
//! Invariants: no I/O, no clock; the same facts give the same findings in whatever order they are listed; a device has at most one
//! cause of silence; whoever does not know (a source that was away, lamps without power by plan, maintenance) neither opens nor closes.

mod battery;
mod evaluate;
mod facts;
mod finding;
mod kind;
mod power_off;
mod silence;
mod watch;

pub use battery::days_left;
pub use evaluate::{evaluate, is_maintained};
pub use facts::{
    BatteryFacts, DeviceFacts, DiskFacts, DriftFacts, Facts, GatewayFacts, HourFacts, JumpFacts, PoleFacts,
    SourceFacts, TargetFacts, Traffic,
};
pub use finding::{Figure, Figures, Finding, Key, Standing};
pub use kind::{AlertKind, Cause, CauseKind, NextStep, StepCode};
pub use watch::{Change, Watch};
