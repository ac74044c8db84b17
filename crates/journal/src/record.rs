//! What the journal holds, and its bytes.
//!
//! Constraints: (1) a record is read without a copy of a message's texts and payload; (2) no bytes make decoding panic
//! or take more memory than a small multiple of their length; (3) a layout never changes: a new one gets a new kind.
//!
//! ```text
//! kind u8 │ received_at zigzag varint, ms since 1970; of records without one, that of the record before │ fields
//!
//! 1 Message        flags u8 (bits 0–1 QoS, bit 2 retained) │ source │ topic │ principal │ peer │ payload, to the end
//! 2 Tick           count varint │ names of the connected sources
//! 3 Inputs         hash
//! 4 CodecStalled   seq varint
//! 5 ReplayStep     count varint │ seqs: first varint, then zigzag varint differences
//! 6 Command        text
//! ```
//! A text is its length as varint and UTF-8.

use smartpole_model::{RawMessage, RawMessageRef, Record, RecordRef, Seq, UtcMillis};

use crate::varint::{self, Input};

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

/// Appends the bytes of a record, with `received_at` in place of its own.
pub(crate) fn encode(record: &Record, received_at: UtcMillis, out: &mut Vec<u8>) {
    out.push(kind(record));
    varint::put_signed(out, received_at.0);
    match record {
        Record::Message(message) => encode_message(message, out),
        Record::Tick { connected, .. } => {
            varint::put(out, connected.len() as u64);
            connected.iter().for_each(|name| varint::put_bytes(out, name.as_bytes()));
        }
        Record::Inputs { hash: text, .. } | Record::Command { text, .. } => varint::put_bytes(out, text.as_bytes()),
        Record::CodecStalled { seq } => varint::put(out, seq.0),
        Record::ReplayStep { seqs } => encode_seqs(seqs, out),
    }
}

/// An upper bound of a record's encoded bytes.
pub(crate) fn size_bound(record: &Record) -> usize {
    const NUMBERS: usize = 64;
    NUMBERS
        + match record {
            Record::Message(message) => message_size(message),
            Record::Tick { connected, .. } => connected.iter().map(|name| name.len() + 10).sum(),
            Record::Inputs { hash: text, .. } | Record::Command { text, .. } => text.len(),
            Record::CodecStalled { .. } => 0,
            Record::ReplayStep { seqs } => seqs.len() * 10,
        }
}

fn kind(record: &Record) -> u8 {
    match record {
        Record::Message(_) => MESSAGE,
        Record::Tick { .. } => TICK,
        Record::Inputs { .. } => INPUTS,
        Record::CodecStalled { .. } => CODEC_STALLED,
        Record::ReplayStep { .. } => REPLAY_STEP,
        Record::Command { .. } => COMMAND,
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

/// Reads the bytes of one record: when it was written, at the earliest, and what it is.
pub(crate) fn decode(bytes: &[u8]) -> Result<(UtcMillis, RecordRef<'_>), DecodeError> {
    let mut input = Input(bytes);
    let kind = input.byte()?;
    let received_at = UtcMillis(input.signed()?);
    let record = match kind {
        MESSAGE => return Ok((received_at, decode_message(input, received_at)?)),
        TICK => RecordRef::Tick { received_at, connected: list(&mut input, Input::text)? },
        INPUTS => RecordRef::Inputs { received_at, hash: input.text()? },
        CODEC_STALLED => RecordRef::CodecStalled { seq: Seq(input.number()?) },
        REPLAY_STEP => RecordRef::ReplayStep { seqs: decode_seqs(&mut input)? },
        COMMAND => RecordRef::Command { received_at, text: input.text()? },
        kind => return Err(DecodeError::Kind(kind)),
    };
    if input.0.is_empty() { Ok((received_at, record)) } else { Err(DecodeError::Long) }
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

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn message() -> impl Strategy<Value = Record> {
        let fields = (any::<[String; 4]>(), vec(any::<u8>(), 0..300), any::<i64>(), 0u8..3, any::<bool>());
        fields.prop_map(|([source, topic, principal, peer], payload, received_at, qos, retained)| {
            let received_at = UtcMillis(received_at);
            Record::Message(RawMessage { source, topic, payload, received_at, principal, peer, qos, retained })
        })
    }

    fn record() -> impl Strategy<Value = Record> {
        let seqs = vec(any::<u64>().prop_map(Seq), 0..50);
        let received_at = || any::<i64>().prop_map(UtcMillis);
        prop_oneof![
            message(),
            (received_at(), vec(any::<String>(), 0..5))
                .prop_map(|(received_at, connected)| Record::Tick { received_at, connected }),
            (received_at(), any::<String>()).prop_map(|(received_at, hash)| Record::Inputs { received_at, hash }),
            any::<u64>().prop_map(|seq| Record::CodecStalled { seq: Seq(seq) }),
            seqs.prop_map(|seqs| Record::ReplayStep { seqs }),
            (received_at(), any::<String>()).prop_map(|(received_at, text)| Record::Command { received_at, text }),
        ]
    }

    fn encoded(record: &Record) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(record, record.received_at().unwrap_or_default(), &mut bytes);
        bytes
    }

    proptest! {
        #[test]
        fn a_record_is_read_back_as_it_was_written(record in record()) {
            let bytes = encoded(&record);
            let (received_at, read) = decode(&bytes).unwrap();
            prop_assert_eq!(received_at, record.received_at().unwrap_or_default());
            prop_assert_eq!(read.to_record(), record);
        }

        #[test]
        fn the_size_bound_holds(record in record()) {
            prop_assert!(encoded(&record).len() <= size_bound(&record));
        }

        #[test]
        fn no_bytes_make_decoding_panic(kind in 0u8..8, bytes in vec(any::<u8>(), 0..200)) {
            let bytes = [&[kind], bytes.as_slice()].concat();
            if let Ok((received_at, record)) = decode(&bytes) {
                prop_assert_eq!(record.received_at().unwrap_or(received_at), received_at);
            }
        }

        #[test]
        fn a_record_cut_short_or_changed_is_never_a_panic(record in record(), at in any::<prop::sample::Index>(), change: u8) {
            let mut bytes = encoded(&record);
            let at = at.index(bytes.len());
            bytes[at] ^= change;
            decode(&bytes).ok();
            decode(&bytes[..at]).ok();
        }
    }

    #[test]
    fn what_is_no_record_is_said() {
        for (bytes, error) in [
            (&[][..], DecodeError::Short),
            (&[9, 0], DecodeError::Kind(9)),
            (&[INPUTS, 0, 1, 0xff], DecodeError::Text),
            (&[INPUTS, 0, 0, 0], DecodeError::Long),
            (&[INPUTS, 0, 2, b'a'], DecodeError::Short),
            (&[TICK, 0, 0xff, 0xff, 0xff, 0xff, 0x0f], DecodeError::Short),
            (&[CODEC_STALLED, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2], DecodeError::Number),
            (&[CODEC_STALLED, 0, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 1], DecodeError::Number),
        ] {
            assert_eq!(decode(bytes).unwrap_err(), error, "{bytes:?}");
        }
    }
}
