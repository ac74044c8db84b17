//! Bytes to values: `smartpole.v1` protobuf and JSON, and ChirpStack v4 events in both forms, whose decoded object goes through a
//! profile's mapping or whose bytes are read by a sensor's own codec.
//!
//! ```text
//! topic, payload ── Router::route ──► format, device id      (finds the profile)
//!                └─ decode ─────────► Samples | Control | Refusal
//! ```
//!
//! Invariants: no clock, no state, no panic on any bytes; memory is bounded by the payload's size (below two hundred times it);
//! numbers are read as decimal text, never as floats (but those that are floats on the way, in ChirpStack's protobuf). A value that cannot be read is a [`Fault`] and leaves its
//! neighbours alone; a message that cannot be read is a [`Refusal`], whole. Checking the payload's size against
//! `FoldSettings::max_payload` is the caller's.

use smartpole_lorawan::{EventFrame, Reception};
use smartpole_model::{Catalogue, Format, Profile, Reason, Series, UtcMillis};

mod chirpstack;
mod json;
mod names;
mod native;
mod protobuf;
mod refusal;
mod router;

pub use refusal::Refusal;
pub use router::{Addressed, IMPORT, Router, import_topic};

/// `smartpole.v1` as generated from `proto/smartpole/v1/uplink.proto`, for those who write such messages.
#[allow(missing_docs, reason = "documented in the .proto")]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/smartpole.v1.rs"));
}

/// What is read of ChirpStack's `up` event, as generated from `proto/chirpstack`, for those who write such messages.
#[allow(missing_docs, reason = "documented in the .proto")]
pub mod chirpstack_v4 {
    pub mod common {
        include!(concat!(env!("OUT_DIR"), "/common.rs"));
    }
    pub mod gw {
        include!(concat!(env!("OUT_DIR"), "/gw.rs"));
    }
    pub mod integration {
        include!(concat!(env!("OUT_DIR"), "/integration.rs"));
    }
}

/// Most samples of one message.
pub const MAX_SAMPLES: usize = 4_096;
/// Most values of one sample.
pub const MAX_VALUES_PER_SAMPLE: usize = 256;
/// Most values of one message.
pub const MAX_VALUES: usize = 65_536;

/// What one message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// Measurements; at least one sample with a value or a fault.
    Samples(Vec<Sample>),
    /// No measurement, by design: `join`, `status`, `ack`, `txack`, `log`, `location`, `integration`, `mac_only`, and
    /// `unused` for a payload that its sensor's codec knows and keeps nothing of.
    Control(&'static str),
}

/// What an event of a LoRaWAN network server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What the device said.
    pub decoded: Decoded,
    /// The frame it said it in, of `up` events that tell.
    pub frame: Option<EventFrame>,
    /// How gateways heard it.
    pub receptions: Vec<Reception>,
}

/// What was measured at one instant, and the clocks that say when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// The payload's own time.
    pub time: Option<UtcMillis>,
    /// The time a gateway's GPS gave the frame.
    pub gateway_time: Option<UtcMillis>,
    /// The network server's time of the frame.
    pub network_time: Option<UtcMillis>,
    /// Values that were read.
    pub values: Vec<Value>,
    /// Values that were not.
    pub faults: Vec<Fault>,
}

/// A value that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// What it measures.
    pub series: Series,
    /// At the property's resolution, rounded half away from zero.
    pub value: i64,
}

/// A value that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its name as sent, at most 80 characters.
    pub name: String,
    /// `UnknownProperty`, `NotANumber`, `Overflow`, or `NoSensing` of what a profile may not measure.
    pub reason: Reason,
}

/// Reads the payload of a LoRaWAN frame, decrypted, of a device with this profile; `gateway_time` is the time that the GPS of a
/// gateway gave the frame.
///
/// # Errors
/// A [`Refusal`] with `DecodeFailed` if the bytes are not of the profile's codec, or if that is none for bytes on the air;
/// `NoReadings` if they carry no value.
pub fn decode_frame(
    profile: &Profile,
    catalogue: &Catalogue,
    port: u8,
    payload: &[u8],
    gateway_time: Option<UtcMillis>,
) -> Result<Decoded, Refusal> {
    let names = names::Names { profile, catalogue };
    let codec = profile.codec;
    let decoder = native::decoder(codec)
        .ok_or_else(|| Refusal::decode(format!("the profile's codec `{codec:?}` reads no bytes on the air")))?;
    native::read(names, decoder, port.into(), payload, |live| Sample { gateway_time, ..live })
}

/// Reads an event of a network server about a device with this profile.
///
/// # Errors
/// As [`decode`].
pub fn decode_event(profile: &Profile, catalogue: &Catalogue, topic: &str, payload: &[u8]) -> Result<Event, Refusal> {
    chirpstack::decode(names::Names { profile, catalogue }, topic, payload)
}

/// Reads a message of a device with this profile.
///
/// # Errors
/// A [`Refusal`] with `DecodeFailed` if the bytes are not of the format, `NoReadings` if they carry no value.
pub fn decode(
    format: Format,
    profile: &Profile,
    catalogue: &Catalogue,
    topic: &str,
    payload: &[u8],
) -> Result<Decoded, Refusal> {
    let names = names::Names { profile, catalogue };
    let samples = match format {
        Format::Chirpstack => return chirpstack::decode(names, topic, payload).map(|event| event.decoded),
        Format::Smartpole if payload.starts_with(b"{") => json::decode(names, payload)?,
        Format::Smartpole => protobuf::decode(names, payload)?,
        Format::GatewayBridge | Format::Semtech => {
            return Err(Refusal::decode("a gateway's message is read frame by frame"));
        }
    };
    if samples.iter().all(Sample::is_empty) {
        return Err(Refusal::new(Reason::NoReadings, "no sample carries a value"));
    }
    Ok(Decoded::Samples(samples))
}
