//! LoRaWAN 1.0.x, from what a gateway heard to a device's payload, and back to what a gateway shall send.

mod base64;
pub mod gateway_bridge;
mod gateway_message;
pub mod gps;
mod heard;
mod malformed;
pub mod region;
mod schedule;
pub mod semtech;

pub use gateway_message::{GatewayMessage, Stat, TxAck, TxError};
pub use heard::{Context, Crc, DataRate, Heard, Reception};
pub use malformed::Malformed;
pub use schedule::{DutyCycle, NotSent, Transmit, choose};

/// What is read and written of ChirpStack's messages, as generated from `proto/chirpstack`, for those who write such messages.
#[allow(missing_docs, reason = "documented in the .proto")]
pub mod gw {
    include!(concat!(env!("OUT_DIR"), "/gw.rs"));
}
