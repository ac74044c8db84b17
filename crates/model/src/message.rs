//! What a source received, before anything is understood.

use crate::UtcMillis;

/// A message as it arrived. The journal keeps it; the fold reads it back as a [`RawMessageRef`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawMessage {
    /// Name of the source in the configuration, e.g. `broker` or `listener`.
    pub source: String,
    /// MQTT topic, or what stands for it at other sources.
    pub topic: String,
    /// The bytes, untouched.
    pub payload: Vec<u8>,
    /// When the source had it; the journal writer raises it so that it never goes back.
    pub received_at: UtcMillis,
    /// Who was authenticated, empty if nobody.
    pub principal: String,
    /// Network address of the sender, empty behind a broker.
    pub peer: String,
    /// MQTT quality of service 0, 1 or 2.
    pub qos: u8,
    /// Whether the broker sent it as a retained message.
    pub retained: bool,
}

/// A [`RawMessage`] borrowed from a journal buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "fields as in RawMessage")]
pub struct RawMessageRef<'a> {
    pub source: &'a str,
    pub topic: &'a str,
    pub payload: &'a [u8],
    pub received_at: UtcMillis,
    pub principal: &'a str,
    pub peer: &'a str,
    pub qos: u8,
    pub retained: bool,
}

impl RawMessage {
    /// The borrowed form.
    pub fn as_ref(&self) -> RawMessageRef<'_> {
        RawMessageRef {
            source: &self.source,
            topic: &self.topic,
            payload: &self.payload,
            received_at: self.received_at,
            principal: &self.principal,
            peer: &self.peer,
            qos: self.qos,
            retained: self.retained,
        }
    }
}

impl RawMessageRef<'_> {
    /// A copy that lives by itself.
    pub fn to_message(&self) -> RawMessage {
        RawMessage {
            source: self.source.to_owned(),
            topic: self.topic.to_owned(),
            payload: self.payload.to_vec(),
            received_at: self.received_at,
            principal: self.principal.to_owned(),
            peer: self.peer.to_owned(),
            qos: self.qos,
            retained: self.retained,
        }
    }
}
