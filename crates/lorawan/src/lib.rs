//! LoRaWAN 1.0.x, from what a gateway heard to a device's payload, and back to what a gateway shall send.
//!
//! ```text
//! message ─ semtech::read, gateway_bridge::read ─► Heard ─ Network::hear ─► Hearing ─ Network::note ─► Answer
//!                                                  frame    Frame::parse     uplink                      │ phy_payload
//!                                                           MIC, counter     copy                        ▼
//!                                                                            join      Transmit ◄─ choose ─ frame
//!                                                                            refused
//! ```
//!
//! Invariants: no clock, no I/O, no randomness; any bytes have an outcome, never a panic; nothing of a frame counts before its
//! MIC fits; the state ([`Network`]) is a function of what was noted, and no key is in its packed form, in a [`Refused`]'s detail
//! or in what `Debug` shows.

mod answer;
mod base64;
mod counters;
mod crypto;
mod device;
mod frame;
pub mod gateway_bridge;
mod gateway_message;
mod gateways;
pub mod gps;
mod hear;
mod heard;
mod hearing;
mod link;
mod mac;
mod malformed;
mod network;
mod nonces;
pub mod region;
mod schedule;
pub mod semtech;
mod session;
mod window;

pub use answer::{Answer, AnswerId, Request};
pub use frame::{DataFrame, Frame, FrameError, JoinRequest, MAX_FRAME};
pub use gateway_message::{GatewayMessage, Stat, TxAck, TxError};
pub use gateways::GatewayLink;
pub use heard::{Context, Crc, DataRate, Heard, Reception};
pub use hearing::{Copied, EventFrame, Hearing, Join, Refused, Uplink};
pub use link::{Activated, Link, SessionLink};
pub use mac::{DEVICE_TIME_REQ, LINK_CHECK_REQ, MacCommand, MacCommands, MacError, mac_command_name};
pub use malformed::Malformed;
pub use network::Network;
pub use schedule::{DutyCycle, NotSent, Transmit, choose};

/// What is read and written of ChirpStack's messages, as generated from `proto/chirpstack`, for those who write such messages.
#[allow(missing_docs, reason = "documented in the .proto")]
pub mod gw {
    include!(concat!(env!("OUT_DIR"), "/gw.rs"));
}
