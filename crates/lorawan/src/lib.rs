//! LoRaWAN 1.0.x, from what a gateway heard to a device's payload, and back to what a gateway shall send.

mod heard;
pub mod semtech;

pub use heard::{Context, Crc, DataRate, Heard, Reception};
