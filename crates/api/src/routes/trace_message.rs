//! The message that brought a reading, and how gateways heard it.
//!
//! The journal has no index by device, but receipt times grow with its numbers and each reading keeps its own to the millisecond. So the
//! messages of that millisecond are found by halves, and read until one of this device brings the reading.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use smartpole_codec::{Router, decode_event};
use smartpole_journal::{Batch, Journal, Reader};
use smartpole_lorawan::{DataRate, GatewayMessage, Heard, Reception, gateway_bridge, semtech};
use smartpole_model::{
    DeviceNo, Format, Inputs, RawMessage, RawMessageRef, RecordRef, Seq, Series, TimeSource, UtcMillis,
};
use utoipa::ToSchema;

use super::attempt::Attempts;
use crate::{Parts, number, number::Exact, problem::Problem};

/// Bytes of a payload that are shown.
const SHOWN: usize = 4 << 10;
/// How long after a frame's first reception others of it are looked for: gateways behind slow links take seconds.
const COPIES_MS: i64 = 10_000;
/// Most records that are looked through for one question.
const MOST_RECORDS: u64 = 50_000;
/// Records and bytes that are read at once.
const AT_ONCE: (usize, usize) = (1_000, 1 << 20);

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

/// How one gateway heard the frame.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceptionItem {
    /// Place in the journal of the message that tells of it.
    #[schema(value_type = u64)]
    seq: Seq,
    /// When that was received.
    #[schema(value_type = String, format = DateTime)]
    received_at: UtcMillis,
    /// EUI of the gateway.
    gateway: String,
    /// Signal strength, dBm.
    rssi: i16,
    /// Signal-to-noise ratio, dB; null for FSK.
    #[schema(value_type = Option<f64>)]
    snr: Option<Exact>,
    /// Null for FSK and where it was not told.
    spreading_factor: Option<u8>,
    /// Whether this is the message that counts; the others are copies.
    counts: bool,
}

/// A reading whose message is looked for.
pub(super) struct Sought<'a> {
    pub(super) parts: &'a Parts,
    pub(super) inputs: &'a Inputs,
    pub(super) device: DeviceNo,
    pub(super) series: Series,
    pub(super) event_time: UtcMillis,
    pub(super) received_at: UtcMillis,
    pub(super) time_source: TimeSource,
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
    /// It may: it is this frame of the device, whose contents are not read here.
    Unread(Vec<u8>),
}

/// Why no message is shown: none was found.
const NONE: &str = "no message of that millisecond brings it by the registry, sessions and program of now: a frame of a session before the last join cannot be read";
/// Why no message is shown: too many were.
const SEVERAL: &str =
    "several frames of the device were received in that millisecond, and what they say is not readable in clear";

impl Sought<'_> {
    /// The message; or why it is not known any more.
    pub(super) fn find(&self) -> Result<Result<Found, &'static str>, Problem> {
        let Some(first) = self.first_record()? else {
            return Ok(Err("the journal does not go back that far any more: its oldest records were trimmed"));
        };
        let router = Router::new(self.inputs);
        let mut unread: Option<(Found, Vec<u8>)> = None;
        let mut records = Records::new(&self.parts.journal, first, self.received_at);
        while let Some(batch) = records.next()? {
            for item in batch.iter() {
                let (seq, record) = item.map_err(|error| Problem::internal(&error))?;
                let RecordRef::Message(message) = record else { continue };
                match (self.brings(&router, &message), &unread) {
                    (Brings::Yes, _) => return Ok(Ok(Found { seq, message: message.to_message() })),
                    (Brings::Unread(frame), None) => {
                        unread = Some((Found { seq, message: message.to_message() }, frame));
                    }
                    (Brings::Unread(frame), Some((_, first))) if frame != *first => return Ok(Err(SEVERAL)),
                    _ => {}
                }
            }
        }
        Ok(unread.map(|(found, _)| found).ok_or(NONE))
    }

    /// Whether a message brings the reading. Of a gateway's frame only its time is readable: the first copy counts.
    fn brings(&self, router: &Router, message: &RawMessageRef<'_>) -> Brings {
        let of_device = message.received_at == self.received_at
            && self.parts.fold().whose(message).is_some_and(|device| device == self.device);
        if !of_device {
            return Brings::No;
        }
        let attempts = Attempts { inputs: self.inputs, parts: self.parts, received_at: message.received_at };
        let brings = attempts.brings(message.topic, message.payload, self.series, self.event_time);
        let frame = router.format(message.topic).and_then(|format| heard(format, message.topic, message.payload));
        match (brings, frame, self.time_source) {
            (Some(true), ..) => Brings::Yes,
            (None, Some(heard), TimeSource::Gateway) if heard.reception.time == Some(self.event_time) => Brings::Yes,
            (None, Some(heard), source) if source != TimeSource::Gateway => Brings::Unread(heard.phy_payload),
            _ => Brings::No,
        }
    }

    /// The first record received at that instant or later; none if the oldest one kept is younger.
    fn first_record(&self) -> Result<Option<Seq>, Problem> {
        let status = *self.parts.journal.status().borrow();
        let (mut low, mut high) = (status.oldest, status.durable.next());
        if self.dated(low, high)?.is_none_or(|(_, oldest)| oldest > self.received_at) {
            return Ok(None);
        }
        while low < high {
            let middle = Seq(low.0 + high.since(low) / 2);
            match self.dated(middle, high)? {
                Some((seq, at)) if at < self.received_at => low = seq.next(),
                _ => high = middle,
            }
        }
        Ok(Some(low))
    }

    /// The first record of a range that has a receipt time.
    fn dated(&self, from: Seq, to: Seq) -> Result<Option<(Seq, UtcMillis)>, Problem> {
        let mut seq = from;
        while seq < to {
            let record = self.parts.journal.read_one(seq).map_err(|error| Problem::internal(&error))?;
            if let Some(at) = record.and_then(|record| record.received_at()) {
                return Ok(Some((seq, at)));
            }
            seq = seq.next();
        }
        Ok(None)
    }
}

/// Records up to an instant of receipt, a bounded number.
struct Records {
    reader: Reader,
    left: u64,
    until: UtcMillis,
    done: bool,
}

impl Records {
    fn new(journal: &Journal, first: Seq, until: UtcMillis) -> Self {
        Self { reader: journal.reader(first), left: MOST_RECORDS, until, done: false }
    }

    fn next(&mut self) -> Result<Option<Batch>, Problem> {
        if self.done || self.left == 0 {
            return Ok(None);
        }
        let (records, bytes) = AT_ONCE;
        let batch = self.reader.next_batch(records, bytes).map_err(|error| Problem::internal(&error))?;
        self.left = self.left.saturating_sub(batch.len() as u64);
        let last = batch.iter().filter_map(|item| item.ok()?.1.received_at()).last();
        self.done = batch.is_empty() || last.is_some_and(|last| last > self.until);
        Ok((!batch.is_empty()).then_some(batch))
    }
}

impl Found {
    /// How gateways heard it: those that the message itself tells of and, of a gateway's frame, the copies that others sent.
    pub(super) fn receptions(
        &self,
        parts: &Parts,
        inputs: &Inputs,
        device: &str,
    ) -> Result<Vec<ReceptionItem>, Problem> {
        let router = Router::new(inputs);
        let (topic, payload) = (&self.message.topic, &self.message.payload);
        match router.format(topic) {
            Some(Format::Chirpstack) => Ok(self.told(inputs, device)),
            Some(format) => match heard(format, topic, payload) {
                Some(heard) => copies(&parts.journal, &router, self, &heard),
                None => Ok(Vec::new()),
            },
            None => Ok(Vec::new()),
        }
    }

    /// Those that a network server's event tells of.
    fn told(&self, inputs: &Inputs, device: &str) -> Vec<ReceptionItem> {
        let registry = &inputs.registry;
        let device = registry.device_index(device).map(|index| registry.devices[index].at(self.message.received_at));
        let profile = device.and_then(|installation| registry.profiles.get(&installation.profile));
        let (topic, payload) = (&self.message.topic, &self.message.payload);
        let event = profile.and_then(|profile| decode_event(profile, &registry.properties, topic, payload).ok());
        let (seq, at) = (self.seq, self.message.received_at);
        let receptions = event.map_or(Vec::new(), |event| event.receptions);
        receptions.iter().map(|reception| ReceptionItem::new(seq, at, reception, true)).collect()
    }

    /// As it is answered.
    pub(super) fn into_item(self) -> TracedMessage {
        let Self { seq, message: RawMessage { received_at, source, topic, payload, .. } } = self;
        let payload_base64 = STANDARD.encode(&payload[..payload.len().min(SHOWN)]);
        TracedMessage { seq, received_at, source, topic, size: payload.len(), payload_base64 }
    }
}

/// The frame that a gateway's message tells of.
fn heard(format: Format, topic: &str, payload: &[u8]) -> Option<Heard> {
    let read = match format {
        Format::Semtech => semtech::read(topic, payload),
        Format::GatewayBridge => gateway_bridge::read(topic, payload),
        Format::Smartpole | Format::Chirpstack => return None,
    };
    match read {
        Ok((_, GatewayMessage::Uplink(heard))) => Some(heard),
        _ => None,
    }
}

/// Whether a payload may tell of a frame, in bytes or Base64: most do not, and reading them takes longer than looking.
fn holds(payload: &[u8], frame: &[u8]) -> bool {
    let whole = &frame[..frame.len() / 3 * 3]; // what is beyond is padded in one way or another
    let text = STANDARD.encode(whole);
    let found = |part: &[u8]| part.is_empty() || payload.windows(part.len()).any(|here| here == part);
    found(text.as_bytes()) || found(frame)
}

/// All receptions of a frame within [`COPIES_MS`].
fn copies(journal: &Journal, router: &Router, found: &Found, frame: &Heard) -> Result<Vec<ReceptionItem>, Problem> {
    let until = found.message.received_at.plus(COPIES_MS);
    let mut records = Records::new(journal, found.seq, until);
    let mut items = Vec::new();
    while let Some(batch) = records.next()? {
        for item in batch.iter() {
            let (seq, record) = item.map_err(|error| Problem::internal(&error))?;
            let RecordRef::Message(message) = record else { continue };
            let may_be = message.received_at <= until && holds(message.payload, &frame.phy_payload);
            let format = router.format(message.topic).filter(|_| may_be);
            let same = format.and_then(|format| heard(format, message.topic, message.payload));
            if let Some(same) = same.filter(|same| same.phy_payload == frame.phy_payload) {
                items.push(ReceptionItem::new(seq, message.received_at, &same.reception, seq == found.seq));
            }
        }
    }
    Ok(items)
}

impl ReceptionItem {
    fn new(seq: Seq, received_at: UtcMillis, reception: &Reception, counts: bool) -> Self {
        let spreading_factor = match reception.data_rate {
            Some(DataRate::Lora { spreading_factor, .. }) => Some(spreading_factor),
            Some(DataRate::Fsk) | None => None,
        };
        let snr = reception.snr.map(|snr| number::decimal(snr.into(), 1));
        let (gateway, rssi) = (reception.gateway.to_string(), reception.rssi);
        Self { seq, received_at, gateway, rssi, snr, spreading_factor, counts }
    }
}

#[cfg(test)]
mod tests {
    use smartpole_journal::{Options, OsFs};
    use smartpole_model::Record;

    use super::*;

    /// A frame as a gateway's packet forwarder tells it.
    fn rxpk(gateway: u8, received_at: i64, frame: &[u8]) -> RawMessage {
        let data = STANDARD.encode(frame);
        let payload = format!(
            r#"{{"tmst":{gateway},"freq":868.1,"stat":1,"modu":"LORA","datr":"SF7BW125","codr":"4/5","rssi":-{gateway},"lsnr":8.5,"size":{},"data":"{data}"}}"#,
            frame.len()
        );
        let (topic, payload) = (format!("semtech/00000000000000{gateway:02x}/rxpk"), payload.into_bytes());
        RawMessage {
            source: "udp".to_owned(),
            topic,
            payload,
            received_at: UtcMillis(received_at),
            ..RawMessage::default()
        }
    }

    #[tokio::test]
    async fn receptions_of_a_frame_are_those_of_the_same_bytes_within_ten_seconds() {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { min_free_bytes: 0, ..Options::default() };
        let (journal, _) = Journal::open(dir.path(), options, std::sync::Arc::new(OsFs)).unwrap();
        let (frame, other) =
            ([0x40, 1, 2, 3, 4, 0, 1, 0, 1, 9, 9, 9, 9, 9], [0x40, 1, 2, 3, 4, 0, 2, 0, 1, 9, 9, 9, 9, 9]);
        let messages = [
            rxpk(0x31, 100_000, &frame),
            rxpk(0x32, 100_200, &frame),
            rxpk(0x33, 100_300, &other),
            rxpk(0x34, 110_000, &frame),
            rxpk(0x35, 110_001, &frame),
        ];
        for message in &messages {
            journal.append_durable(Record::Message(message.clone())).await.unwrap();
        }
        let [message, ..] = messages;
        let heard = heard(Format::Semtech, &message.topic, &message.payload).unwrap();
        let found = Found { seq: Seq(1), message };
        let items = copies(&journal, &Router::new(&Inputs::default()), &found, &heard).unwrap();
        let seen: Vec<_> =
            items.iter().map(|item| (item.seq.0, item.gateway.as_str(), item.rssi, item.counts)).collect();
        assert_eq!(
            seen,
            [
                (1, "0000000000000031", -49, true),
                (2, "0000000000000032", -50, false),
                (4, "0000000000000034", -52, false)
            ]
        );
    }
}
