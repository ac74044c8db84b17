//! LoRaWAN poles: devices that join, count and encrypt with a real stack, radio on paper, and gateways that speak Semtech's
//! UDP protocol to a service.
//!
//! ```text
//! registry + Spec ──► Fleet ──► Simulation (virtual time): device → frame → air → copies at gateways → arrivals
//!                                   ▲ downlinks                                               │
//!                                   └──────────── play: UDP, acknowledged or sent again ◄─────┘──► Delivery ──► Truth
//! ```
//!
//! Invariants: the same registry, [`crate::Spec`] and join accepts give the same frames. A datagram is sent again until it
//! is acknowledged, so whatever a gateway heard is journalled at least once. Frames whose order decides their outcome
//! (replays, retransmissions, the first of a session) are delivered alone: everything before them is acknowledged first.
//!
//! Counters across processes: a device keeps nothing when the simulator ends. So DevNonces start at [`Play::started_at`], counted
//! in quarters of a minute since 1970, modulo 2¹⁶: they rise for 11 days, and seldom meet a former one later; a device that is
//! refused asks with the next. The counter of a personalized device starts at its instant divided by its interval, modulo 2²⁰,
//! and rises by one each interval, so a later process goes on above it; at ten minutes it wraps after 20 years. That is why such a
//! device keeps its interval when others go live.

mod air;
mod attacker;
mod backhaul;
mod fleet;
mod frame;
mod jit;
mod mote;
mod play;
mod queue;
mod radio;
mod semtech;
mod sensors;
mod simulation;
mod stack;

pub use fleet::{Device, Fleet};
pub use frame::{Copy, Frame, Said};
pub use play::{Content, Delivery, Play, PlayError, Played, play};
