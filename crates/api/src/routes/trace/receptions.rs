//! How gateways heard a frame.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use smartpole_codec::{Router, decode_event};
use smartpole_journal::Journal;
use smartpole_lorawan::{DataRate, GatewayMessage, Heard, Reception, gateway_bridge, semtech};
use smartpole_model::{Format, Inputs, RecordRef, Seq, UtcMillis};
use utoipa::ToSchema;

use super::{message::Found, records::Records};
use crate::{Parts, number, number::Exact, problem::Problem};

/// How long after a frame's first reception others of it are looked for: gateways behind slow links take seconds.
const COPIES_MS: i64 = 10_000;

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
}

/// The frame that a gateway's message tells of.
pub(super) fn heard(format: Format, topic: &str, payload: &[u8]) -> Option<Heard> {
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
    use smartpole_model::{RawMessage, Record};

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
