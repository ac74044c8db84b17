//! ChirpStack v4 integration events (`api/proto/integration/integration.proto` of ChirpStack), JSON if they begin with `{`,
//! else protobuf. Both say the same.
//!
//! `…/device/{dev_eui}/event/{event}`: an `up` event's `object`, which ChirpStack's codec made, goes through the
//! profile's mapping; a profile with a [`native`] codec reads `data` instead and never looks at `object`. All other events
//! are control. Three clocks may be in it:
//!
//! | clock | from | why |
//! |---|---|---|
//! | gateway | `rxInfo[].gwTime` (`time` before 4.0) nearest to the network's | a gateway without GPS lock can be off by years |
//! | network | the earliest `rxInfo[].nsTime`, else `time` | ChirpStack copies a gateway's time into `time` without any bound |
//! | payload | a native codec | the object has no agreed place for one |
//!
//! Records of former instants have their own clock alone: the others passed the frame much later.

use std::borrow::Cow;

use smartpole_lorawan::DataRate;
use smartpole_model::{Eui, Reason, UtcMillis};

use crate::{Decoded, Event, Refusal, Sample, names::Names, native};

mod frame;
mod json;
mod object;
mod protobuf;

use object::Object;

/// What an `up` event says.
struct Up<'a> {
    dev_eui: Option<Cow<'a, str>>,
    time: Option<UtcMillis>,
    dev_addr: Option<Cow<'a, str>>,
    f_cnt: u32,
    port: Option<u32>,
    data: Option<Data<'a>>,
    /// ChirpStack has no key to the data.
    encrypted: bool,
    object: Option<Object<'a>>,
    receptions: Vec<Reception>,
    /// Hz.
    frequency: u32,
    data_rate: Option<DataRate>,
}

/// The frame's bytes, decrypted.
enum Data<'a> {
    Base64(Cow<'a, str>),
    Plain(Vec<u8>),
}

/// How a gateway received the frame, and when, by its own clock and the network server's.
#[derive(Default)]
struct Reception {
    gateway_id: Option<Eui>,
    /// dBm.
    rssi: i32,
    /// Tenths of a dB.
    snr: Option<i16>,
    gateway: Option<UtcMillis>,
    network: Option<UtcMillis>,
}

/// DevEUI and event of a topic that ends in `device/{dev_eui}/event/{event}`.
pub(crate) fn topic_parts(topic: &str) -> Option<(&str, &str)> {
    let mut levels = topic.rsplit('/');
    let event = levels.next()?;
    let is_event = levels.next()? == "event";
    let dev_eui = levels.next()?;
    (is_event && levels.next()? == "device").then_some((dev_eui, event))
}

/// The DevEUI of an event's body, for topics that do not tell.
pub(crate) fn dev_eui(payload: &[u8]) -> Result<String, Refusal> {
    let dev_eui = if is_json(payload) { json::dev_eui(payload)? } else { protobuf::dev_eui(payload)? };
    dev_eui.map(|eui| eui.to_ascii_lowercase()).ok_or_else(|| Refusal::decode("no deviceInfo.devEui"))
}

pub(crate) fn decode(names: Names<'_>, topic: &str, payload: &[u8]) -> Result<Event, Refusal> {
    let (topic_eui, event) = topic_parts(topic).map_or((None, "up"), |(eui, event)| (Some(eui), event));
    if event != "up" {
        return control(event).map(|decoded| Event { decoded, frame: None, receptions: Vec::new() });
    }
    let up = if is_json(payload) { json::up(payload)? } else { protobuf::up(payload)? };
    check_device(topic_eui, up.dev_eui.as_deref())?;
    let decoded = match native::decoder(names.profile.codec) {
        _ if up.is_mac_only() => Decoded::Control("mac_only"),
        Some(decoder) => up.native(names, decoder)?,
        None => up.mapped(names)?,
    };
    Ok(Event { decoded, frame: up.frame(), receptions: up.receptions() })
}

/// Protobuf never begins so: field 15 has no group.
fn is_json(payload: &[u8]) -> bool {
    payload.starts_with(b"{")
}

fn control(event: &str) -> Result<Decoded, Refusal> {
    let known = ["join", "status", "ack", "txack", "log", "location", "integration"];
    match known.into_iter().find(|known| *known == event) {
        Some(known) => Ok(Decoded::Control(known)),
        None => Err(Refusal::decode(format!("unknown event {event:.40?}"))),
    }
}

fn check_device(topic_eui: Option<&str>, body_eui: Option<&str>) -> Result<(), Refusal> {
    match (topic_eui, body_eui) {
        (Some(topic), Some(body)) if !topic.eq_ignore_ascii_case(body) => {
            Err(Refusal::decode(format!("topic names device {topic:.40?}, deviceInfo.devEui {body:.40?}")))
        }
        _ => Ok(()),
    }
}

impl Up<'_> {
    /// Frames that carry MAC commands alone: `fPort` 0 or no bytes. ChirpStack runs the codec all the same, so their
    /// `object` may hold anything. Absent fields are defaults only if there is no object either.
    fn is_mac_only(&self) -> bool {
        let empty = self.data.as_ref().map(Data::is_empty);
        self.port == Some(0) || empty.unwrap_or(self.object.is_none())
    }

    /// The object's values, by the profile's mapping.
    fn mapped(&self, names: Names<'_>) -> Result<Decoded, Refusal> {
        let object = self.object.as_ref();
        let object =
            object.ok_or_else(|| Refusal::new(Reason::NoReadings, "no object: the codec failed or is missing"))?;
        let mut sample = self.timed(Sample::default());
        object.read(names, &mut sample)?;
        match sample.is_empty() {
            true => Err(Refusal::new(Reason::NoReadings, "the object has none of the profile's paths")),
            false => Ok(Decoded::Samples(vec![sample])),
        }
    }

    /// The values of the frame's bytes, by the profile's codec.
    fn native(&self, names: Names<'_>, decoder: native::Decoder) -> Result<Decoded, Refusal> {
        if self.encrypted {
            return Err(Refusal::decode("the data is encrypted: the join server keeps the key"));
        }
        let data = self.data.as_ref().ok_or_else(|| Refusal::new(Reason::NoReadings, "no data"))?;
        let bytes = data.bytes()?;
        native::read(names, decoder, self.port.unwrap_or_default(), &bytes, |live| self.timed(live))
    }

    /// The sample with the clocks that the frame passed.
    fn timed(&self, sample: Sample) -> Sample {
        let network_time = self.network_time();
        Sample { gateway_time: self.gateway_time(network_time), network_time, ..sample }
    }

    fn network_time(&self) -> Option<UtcMillis> {
        self.receptions.iter().filter_map(|reception| reception.network).min().or(self.time)
    }

    fn gateway_time(&self, network_time: Option<UtcMillis>) -> Option<UtcMillis> {
        let times = self.receptions.iter().filter_map(|reception| reception.gateway);
        times.min_by_key(|time| network_time.map_or(0, |network| time.since(network).saturating_abs()))
    }
}

impl Data<'_> {
    fn is_empty(&self) -> bool {
        match self {
            Self::Base64(text) => text.is_empty(),
            Self::Plain(bytes) => bytes.is_empty(),
        }
    }

    fn bytes(&self) -> Result<Cow<'_, [u8]>, Refusal> {
        match self {
            Self::Base64(text) => json::base64(text).map(Cow::Owned),
            Self::Plain(bytes) => Ok(Cow::Borrowed(bytes)),
        }
    }
}
