//! What is answered about a reading's way.

use serde::Serialize;
use smartpole_model::{Flags, TimeSource, UtcMillis};
use utoipa::ToSchema;

use super::{message::TracedMessage, receptions::ReceptionItem};
use crate::{number::Exact, routes::window::WindowState, scope::ScopeName, span::Step};

/// The way of one reading.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TraceAnswer {
    /// What was measured.
    pub(super) reading: TracedReading,
    /// What became of it when it came: `accepted`, as all that stands in a block. What was refused is in the quarantine.
    #[schema(value_type = String, example = "accepted")]
    pub(super) verdict: &'static str,
    /// The message that brought it; null if it is not known any more.
    pub(super) message: Option<TracedMessage>,
    /// Why `message` is null.
    pub(super) no_message: Option<&'static str>,
    /// How gateways heard it; empty of what came by MQTT alone.
    pub(super) receptions: Vec<ReceptionItem>,
    /// How it was read.
    pub(super) decoding: Decoding,
    /// Windows it belongs to.
    pub(super) windows: Vec<TracedWindow>,
    /// What became of it at each target.
    pub(super) targets: Vec<TracedTarget>,
}

/// A reading as it was measured, and as it counts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TracedReading {
    /// Id of the device.
    pub(super) device: String,
    /// Id of the property.
    pub(super) property: String,
    /// The channel.
    pub(super) channel: u8,
    /// UCUM code of its unit.
    pub(super) unit: String,
    /// When it was measured.
    #[schema(value_type = String, format = DateTime)]
    pub(super) event_time: UtcMillis,
    /// Whose clock that is: `payload`, `gateway`, `network` or `receipt`.
    #[schema(value_type = String, example = "payload")]
    pub(super) time_source: TimeSource,
    /// When we had it; of a reading that came by a replay, when it was replayed.
    #[schema(value_type = String, format = DateTime)]
    pub(super) received_at: UtcMillis,
    /// The value as it was measured.
    #[schema(value_type = f64)]
    pub(super) value: Exact,
    /// The value that counts, by the calibration and the humidity correction in force; null if a remark keeps it out.
    #[schema(value_type = Option<f64>)]
    pub(super) counted: Option<Exact>,
    /// All remarks, those of the registry in force included.
    #[schema(value_type = Vec<String>)]
    pub(super) flags: Flags,
    /// Values it had before replays, oldest first.
    pub(super) superseded: Vec<SupersededItem>,
}

/// A value that a replay replaced.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupersededItem {
    /// The value.
    #[schema(value_type = f64)]
    pub(super) value: Exact,
    /// When it was replaced.
    #[schema(value_type = String, format = DateTime)]
    pub(super) until: UtcMillis,
}

/// How a message was read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Decoding {
    /// Id of the device's profile when the message came, by the registry in force.
    pub(super) profile: String,
    /// The codec it names.
    #[schema(value_type = Option<String>, example = "smartpole")]
    pub(super) codec: Option<&'static str>,
    /// Version of the rules that fold messages into windows.
    pub(super) fold_version: u32,
    /// Hash of registry, settings and rules in force now.
    pub(super) inputs: String,
    /// Hash of those in force when it was committed; null once all targets have it.
    pub(super) inputs_then: Option<String>,
}

/// A window that a reading belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TracedWindow {
    /// Whose.
    pub(super) scope: ScopeName,
    /// Of which property: a total counts for its differences, a gas for its mass, a reversed line for the other direction.
    pub(super) property: String,
    /// How long.
    pub(super) step: Step,
    /// First instant.
    #[schema(value_type = String, format = DateTime)]
    pub(super) start: UtcMillis,
    /// First instant after it.
    #[schema(value_type = String, format = DateTime)]
    pub(super) end: UtcMillis,
    /// Whether the reading counts in it.
    pub(super) counts: bool,
    /// The remarks that keep it out; null if it counts.
    #[schema(value_type = Option<Vec<String>>)]
    pub(super) excluded_by: Option<Flags>,
    /// How settled the window is.
    pub(super) state: WindowState,
    /// How often it was changed after it was closed.
    pub(super) revision: u32,
}

/// What became of a reading at a target.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TracedTarget {
    /// Name of the target.
    pub(super) name: String,
    /// How far it is.
    pub(super) state: TargetState,
    /// Of a refused one: the reason as a code.
    pub(super) reason: Option<String>,
    /// Of a refused one: the server's words.
    pub(super) detail: Option<String>,
}

/// How far a reading is on its way to a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TargetState {
    /// The target has its batch, with all that it wants of it.
    Sent,
    /// It is still to be sent.
    Pending,
    /// The target is not to have this theme.
    Filtered,
    /// The target refused it.
    Refused,
    /// It came before the target was there: `smartpole influx backfill` sends such.
    Before,
}
