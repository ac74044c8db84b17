//! What the journal holds, and its bytes.
//!
//! Constraints: (1) a record is read without a copy of a message's texts and payload; (2) no bytes make decoding panic
//! or take more memory than a small multiple of their length; (3) a layout never changes: a new one gets a new kind.
//!
//! ```text
//! kind u8 │ received_at zigzag varint, ms since 1970 │ fields
//!
//! 1 Message        flags u8 (bits 0–1 QoS, bit 2 retained) │ source │ topic │ principal │ peer │ payload, to the end
//! 2 Tick           count varint │ names of the connected sources
//! 3 Inputs         hash
//! 4 CodecStalled   seq varint
//! 5 ReplayStep     count varint │ seqs: first varint, then zigzag varint differences
//! 6 Command        text
//! ```
//! A text is its length as varint and UTF-8.

use smartpole_model::{RawMessage, RawMessageRef, UtcMillis};

use crate::{
    Seq,
    varint::{self, Input},
};

/// A record to append. The writer raises `received_at` so that it never goes back; who has no clock gives the default.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "received_at is the same everywhere: when it was handed over, UTC")]
pub enum Record {
    /// What a source received.
    Message(RawMessage),
    /// A minute has passed; `connected` names the sources connected then.
    Tick { received_at: UtcMillis, connected: Vec<String> },
    /// From here on the fold uses the inputs (registry, profiles, settings) of this hash.
    Inputs { received_at: UtcMillis, hash: String },
    /// The codec did not come to an end on message `seq`, and every later fold obeys that.
    CodecStalled { received_at: UtcMillis, seq: Seq },
    /// These messages, at most 1,000, are folded again.
    ReplayStep { received_at: UtcMillis, seqs: Vec<Seq> },
    /// An operator's order.
    Command { received_at: UtcMillis, text: String },
}

/// A [`Record`] borrowed from a journal buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "variants and fields as in Record")]
pub enum RecordRef<'a> {
    Message(RawMessageRef<'a>),
    Tick { received_at: UtcMillis, connected: Vec<&'a str> },
    Inputs { received_at: UtcMillis, hash: &'a str },
    CodecStalled { received_at: UtcMillis, seq: Seq },
    ReplayStep { received_at: UtcMillis, seqs: Vec<Seq> },
    Command { received_at: UtcMillis, text: &'a str },
}

/// Why bytes are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A field is longer than what is there.
    #[error("record ends early")]
    Short,
    /// Bytes are left over.
    #[error("record has bytes too many")]
    Long,
    /// A number has more than 64 bits.
    #[error("number too large")]
    Number,
    /// A text is not UTF-8.
    #[error("text is not UTF-8")]
    Text,
    /// A kind of a later version.
    #[error("unknown kind {0}")]
    Kind(u8),
}

const MESSAGE: u8 = 1;
const TICK: u8 = 2;
const INPUTS: u8 = 3;
const CODEC_STALLED: u8 = 4;
const REPLAY_STEP: u8 = 5;
const COMMAND: u8 = 6;

const RETAINED: u8 = 1 << 2;

impl Record {
    /// When it was handed over.
    pub fn received_at(&self) -> UtcMillis {
        match self {
            Self::Message(message) => message.received_at,
            Self::Tick { received_at, .. }
            | Self::Inputs { received_at, .. }
            | Self::CodecStalled { received_at, .. }
            | Self::ReplayStep { received_at, .. }
            | Self::Command { received_at, .. } => *received_at,
        }
    }

    /// Appends its bytes, with `received_at` in place of its own.
    pub fn encode(&self, received_at: UtcMillis, out: &mut Vec<u8>) {
        out.push(self.kind());
        varint::put_signed(out, received_at.0);
        match self {
            Self::Message(message) => encode_message(message, out),
            Self::Tick { connected, .. } => {
                varint::put(out, connected.len() as u64);
                connected.iter().for_each(|name| varint::put_bytes(out, name.as_bytes()));
            }
            Self::Inputs { hash: text, .. } | Self::Command { text, .. } => varint::put_bytes(out, text.as_bytes()),
            Self::CodecStalled { seq, .. } => varint::put(out, seq.0),
            Self::ReplayStep { seqs, .. } => encode_seqs(seqs, out),
        }
    }

    /// An upper bound of its encoded bytes.
    pub(crate) fn size(&self) -> usize {
        const NUMBERS: usize = 64;
        NUMBERS
            + match self {
                Self::Message(message) => message_size(message),
                Self::Tick { connected, .. } => connected.iter().map(|name| name.len() + 10).sum(),
                Self::Inputs { hash: text, .. } | Self::Command { text, .. } => text.len(),
                Self::CodecStalled { .. } => 0,
                Self::ReplayStep { seqs, .. } => seqs.len() * 10,
            }
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Message(_) => MESSAGE,
            Self::Tick { .. } => TICK,
            Self::Inputs { .. } => INPUTS,
            Self::CodecStalled { .. } => CODEC_STALLED,
            Self::ReplayStep { .. } => REPLAY_STEP,
            Self::Command { .. } => COMMAND,
        }
    }
}

fn message_size(message: &RawMessage) -> usize {
    let RawMessage { source, topic, principal, peer, payload, .. } = message;
    source.len() + topic.len() + principal.len() + peer.len() + payload.len()
}

fn encode_message(message: &RawMessage, out: &mut Vec<u8>) {
    out.push(message.qos & 3 | if message.retained { RETAINED } else { 0 });
    for text in [&message.source, &message.topic, &message.principal, &message.peer] {
        varint::put_bytes(out, text.as_bytes());
    }
    out.extend_from_slice(&message.payload);
}

fn encode_seqs(seqs: &[Seq], out: &mut Vec<u8>) {
    varint::put(out, seqs.len() as u64);
    let mut before = 0;
    for seq in seqs {
        varint::put_signed(out, seq.0.wrapping_sub(before) as i64);
        before = seq.0;
    }
}

impl<'a> RecordRef<'a> {
    /// Reads the bytes of one record.
    ///
    /// # Errors
    /// Says why the bytes are no record; any bytes are safe.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut input = Input(bytes);
        let kind = input.byte()?;
        let received_at = UtcMillis(input.signed()?);
        let record = match kind {
            MESSAGE => return decode_message(input, received_at),
            TICK => Self::Tick { received_at, connected: list(&mut input, Input::text)? },
            INPUTS => Self::Inputs { received_at, hash: input.text()? },
            CODEC_STALLED => Self::CodecStalled { received_at, seq: Seq(input.number()?) },
            REPLAY_STEP => Self::ReplayStep { received_at, seqs: decode_seqs(&mut input)? },
            COMMAND => Self::Command { received_at, text: input.text()? },
            kind => return Err(DecodeError::Kind(kind)),
        };
        if input.0.is_empty() { Ok(record) } else { Err(DecodeError::Long) }
    }

    /// When it was handed over; never before that of an earlier record.
    pub fn received_at(&self) -> UtcMillis {
        match self {
            Self::Message(message) => message.received_at,
            Self::Tick { received_at, .. }
            | Self::Inputs { received_at, .. }
            | Self::CodecStalled { received_at, .. }
            | Self::ReplayStep { received_at, .. }
            | Self::Command { received_at, .. } => *received_at,
        }
    }

    /// A copy that lives by itself.
    pub fn to_record(&self) -> Record {
        match self {
            Self::Message(message) => Record::Message(message_to_owned(*message)),
            Self::Tick { received_at, connected } => {
                let connected = connected.iter().map(|name| (*name).to_owned()).collect();
                Record::Tick { received_at: *received_at, connected }
            }
            Self::Inputs { received_at, hash } => {
                Record::Inputs { received_at: *received_at, hash: (*hash).to_owned() }
            }
            Self::CodecStalled { received_at, seq } => Record::CodecStalled { received_at: *received_at, seq: *seq },
            Self::ReplayStep { received_at, seqs } => {
                Record::ReplayStep { received_at: *received_at, seqs: seqs.clone() }
            }
            Self::Command { received_at, text } => {
                Record::Command { received_at: *received_at, text: (*text).to_owned() }
            }
        }
    }
}

fn decode_message(mut input: Input<'_>, received_at: UtcMillis) -> Result<RecordRef<'_>, DecodeError> {
    let flags = input.byte()?;
    Ok(RecordRef::Message(RawMessageRef {
        received_at,
        qos: flags & 3,
        retained: flags & RETAINED != 0,
        source: input.text()?,
        topic: input.text()?,
        principal: input.text()?,
        peer: input.text()?,
        payload: input.0,
    }))
}

fn list<'a, T>(
    input: &mut Input<'a>,
    mut item: impl FnMut(&mut Input<'a>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    (0..input.count()?).map(|_| item(input)).collect()
}

fn decode_seqs(input: &mut Input<'_>) -> Result<Vec<Seq>, DecodeError> {
    let mut before = 0u64;
    list(input, |input| {
        before = before.wrapping_add(input.signed()? as u64);
        Ok(Seq(before))
    })
}

fn message_to_owned(message: RawMessageRef<'_>) -> RawMessage {
    RawMessage {
        source: message.source.to_owned(),
        topic: message.topic.to_owned(),
        payload: message.payload.to_vec(),
        received_at: message.received_at,
        principal: message.principal.to_owned(),
        peer: message.peer.to_owned(),
        qos: message.qos,
        retained: message.retained,
    }
}
