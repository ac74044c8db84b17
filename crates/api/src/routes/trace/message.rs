//! The message that brought a reading.
//!
//! Each reading keeps its time of receipt to the millisecond. So the messages of that millisecond are read until one of this device
//! brings the reading; one that is superseded none does, so it is the device's only one. What a gateway's frame says is not read here, as no session is asked: it is the frame of this device, if there is
//! only one; or, as the address of a session before the last join is not known any more, the only frame of a sender that nobody knows.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use smartpole_codec::Router;
use smartpole_lorawan::{Crc, Frame, Heard};
use smartpole_model::{
    DeviceNo, Inputs, RawMessage, RawMessageRef, Record, RecordRef, Seq, Series, TimeSource, UtcMillis,
};
use utoipa::ToSchema;

use super::{
    receptions::heard,
    records::{Records, first_record},
};
use crate::{Parts, problem::Problem, routes::attempt::Attempts};

/// Bytes of a payload that are shown.
const SHOWN: usize = 4 << 10;

/// The message that brought a reading.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TracedMessage {
    /// Its place in the journal.
    #[schema(value_type = u64)]
    seq: Seq,
    /// When it was received.
    #[schema(value_type = String, format = DateTime)]
    received_at: UtcMillis,
    /// Name of its source.
    source: String,
    /// Its topic.
    topic: String,
    /// Bytes of its payload.
    size: usize,
    /// The first 4 KiB of its payload.
    payload_base64: String,
}

/// A reading whose message is looked for.
pub(super) struct Sought<'a> {
    pub(super) parts: &'a Parts,
    pub(super) inputs: &'a Inputs,
    pub(super) device: DeviceNo,
    /// Whether frames of the device are read by the service itself.
    pub(super) has_keys: bool,
    pub(super) series: Series,
    pub(super) event_time: UtcMillis,
    pub(super) received_at: UtcMillis,
    pub(super) time_source: TimeSource,
    /// Whether its time of receipt is that of a replay: then one of the messages that were decoded again brought it.
    pub(super) by_replay: bool,
    /// Whether its message gives it no longer.
    pub(super) is_superseded: bool,
}

/// A message of the journal.
pub(super) struct Found {
    pub(super) seq: Seq,
    pub(super) message: RawMessage,
}

/// Whether a message brings a reading.
enum Brings {
    Yes,
    No,
    /// It may: it is this frame of the device, whose contents are not read here, or this message of it, which gave it once.
    Unread(Vec<u8>),
    /// It may: it is this frame of a sender that nobody knows.
    Unknown(Vec<u8>),
}

/// Frames that may bring a reading; of one frame the first copy.
#[derive(Default)]
struct Frames {
    first: Option<(Vec<u8>, Found)>,
    several: bool,
}

/// What may bring a reading, of what was looked at so far.
#[derive(Default)]
struct Candidates {
    own: Frames,
    unknown: Frames,
}

/// Why no message is shown: none was found.
const NONE: &str = "no message of that millisecond brings it by the registry and program of now";
/// Why no message is shown: none of those that a replay decoded again brings it.
const NONE_AGAIN: &str = "no message that was decoded again then brings it by the registry and program of now";
/// Why no message is shown: too many were.
const SEVERAL: &str =
    "several frames that may bring it came in that millisecond or replay, and what they say is not readable in clear";

impl Sought<'_> {
    /// The message; or why it is not known any more.
    pub(super) fn find(&self) -> Result<Result<Found, &'static str>, Problem> {
        let Some(first) = first_record(&self.parts.journal, self.received_at)? else {
            return Ok(Err("the journal does not go back that far any more: its oldest records were trimmed"));
        };
        let router = Router::new(self.inputs);
        let mut candidates = Candidates::default();
        let mut records = Records::new(&self.parts.journal, first, self.received_at);
        while let Some(batch) = records.next()? {
            for item in batch.iter() {
                let (seq, record) = item.map_err(|error| Problem::internal(&error))?;
                if record.received_at().is_some_and(|at| at > self.received_at) {
                    break;
                }
                let found = match record {
                    RecordRef::Message(message) if !self.by_replay && message.received_at == self.received_at => {
                        candidates.take(self.brings(&router, &message), || Found { seq, message: message.to_message() })
                    }
                    RecordRef::ReplayStep { seqs } if self.by_replay => self.again(&router, &seqs, &mut candidates)?,
                    _ => None,
                };
                if let Some(found) = found {
                    return Ok(Ok(found));
                }
            }
        }
        Ok(candidates.only().unwrap_or(Err(if self.by_replay { NONE_AGAIN } else { NONE })))
    }

    /// Looks through messages that were decoded again in one step.
    fn again(&self, router: &Router, seqs: &[Seq], candidates: &mut Candidates) -> Result<Option<Found>, Problem> {
        for &seq in seqs {
            let record = self.parts.journal.read_one(seq).map_err(|error| Problem::internal(&error))?;
            let Some(Record::Message(message)) = record else { continue };
            let brings = self.brings(router, &message.as_ref());
            if let Some(found) = candidates.take(brings, || Found { seq, message }) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Whether a message brings the reading. Of a gateway's frame only its time is readable: the first copy counts.
    fn brings(&self, router: &Router, message: &RawMessageRef<'_>) -> Brings {
        let whose = self.parts.fold().whose(message);
        let heard = || router.format(message.topic).and_then(|format| heard(format, message.topic, message.payload));
        match whose {
            Some(device) if device == self.device => self.own(message, heard()),
            Some(_) => Brings::No,
            None => heard()
                .filter(|heard| self.may_be_of_a_former_session(heard))
                .map_or(Brings::No, |heard| Brings::Unknown(heard.phy_payload)),
        }
    }

    /// Whether a message of the device brings it.
    fn own(&self, message: &RawMessageRef<'_>, frame: Option<Heard>) -> Brings {
        let attempts = Attempts { inputs: self.inputs, parts: self.parts, received_at: message.received_at };
        let brings = attempts.brings(message.topic, message.payload, self.series, self.event_time);
        match (brings, frame) {
            (Some(true), _) => Brings::Yes,
            (Some(false), _) if self.is_superseded => Brings::Unread(message.payload.to_vec()),
            (None, Some(heard)) if self.fits(&heard) => match self.time_source {
                TimeSource::Gateway => Brings::Yes,
                _ => Brings::Unread(heard.phy_payload),
            },
            _ => Brings::No,
        }
    }

    /// Whether a frame that nobody knows the sender of may be one of the device before it joined again.
    fn may_be_of_a_former_session(&self, heard: &Heard) -> bool {
        let is_uplink = || matches!(Frame::parse(&heard.phy_payload), Ok(Frame::Data(_)));
        self.has_keys && heard.crc == Crc::Ok && self.fits(heard) && is_uplink()
    }

    /// Whether a frame's time does not speak against it.
    fn fits(&self, heard: &Heard) -> bool {
        self.time_source != TimeSource::Gateway || heard.reception.time == Some(self.event_time)
    }
}

impl Frames {
    fn add(&mut self, frame: Vec<u8>, found: impl FnOnce() -> Found) {
        match &self.first {
            None => self.first = Some((frame, found())),
            Some((first, _)) => self.several |= frame != *first,
        }
    }

    /// The only one there is; `None` of none.
    fn only(self) -> Option<Result<Found, &'static str>> {
        let (_, found) = self.first?;
        Some(if self.several { Err(SEVERAL) } else { Ok(found) })
    }
}

impl Candidates {
    /// Whether this is the message; else it is remembered, if it may be.
    fn take(&mut self, brings: Brings, found: impl FnOnce() -> Found) -> Option<Found> {
        match brings {
            Brings::Yes => return Some(found()),
            Brings::Unread(frame) => self.own.add(frame, found),
            Brings::Unknown(frame) => self.unknown.add(frame, found),
            Brings::No => {}
        }
        None
    }

    fn only(self) -> Option<Result<Found, &'static str>> {
        self.own.only().or_else(|| self.unknown.only())
    }
}

impl Found {
    /// As it is answered.
    pub(super) fn into_item(self) -> TracedMessage {
        let Self { seq, message: RawMessage { received_at, source, topic, payload, .. } } = self;
        let payload_base64 = STANDARD.encode(&payload[..payload.len().min(SHOWN)]);
        TracedMessage { seq, received_at, source, topic, size: payload.len(), payload_base64 }
    }
}
