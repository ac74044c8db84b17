//! What a message says. Nothing has changed yet when this is known, so a panic of a codec is a refusal.

use std::panic::{AssertUnwindSafe, catch_unwind};

use smartpole_codec::{Decoded, Event, Refusal, Sample, decode, decode_event, decode_frame};
use smartpole_lorawan::{GatewayMessage, Hearing, Network, Reception, gateway_bridge, semtech};
use smartpole_model::{DeviceNo, Eui, Format, Profile, RawMessageRef, Reason, UtcMillis};

use crate::{QuarantineRow, active::Active, listen::Listened};

/// A message that is not counted, and why.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) device: Option<DeviceNo>,
    pub(crate) reason: Reason,
    pub(crate) detail: String,
}

impl Refused {
    pub(crate) fn new(device: Option<DeviceNo>, reason: Reason, detail: &str) -> Self {
        Self { device, reason, detail: detail.to_owned() }
    }

    /// As it was refused before.
    pub(crate) fn again(known: &QuarantineRow) -> Self {
        Self::new(known.device, known.reason, &known.detail)
    }

    fn of(device: Option<DeviceNo>, refusal: Refusal) -> Self {
        let Refusal { reason, detail } = refusal;
        Self { device, reason, detail }
    }
}

/// What a message turned out to be.
pub(crate) enum Understood<'a> {
    Samples {
        device: DeviceNo,
        profile: &'a Profile,
        samples: Vec<Sample>,
    },
    Control {
        device: Option<DeviceNo>,
    },
    /// A frame that is known, whatever it says.
    Copy {
        device: DeviceNo,
    },
    Refused(Refused),
}

/// What a message is when it is read once more.
pub(crate) struct ReadAgain<'a> {
    pub(crate) understood: Understood<'a>,
    /// Whether it tells a LoRaWAN frame, of which several messages may tell.
    pub(crate) is_frame: bool,
}

/// What a network server's event about a frame does to the device's counters, and how the frame was heard.
pub(crate) type FrameEvent = (Hearing, Vec<Reception>);

impl Active {
    /// Why a message is not even read, if it is not.
    pub(crate) fn refuse_unread(&self, message: &RawMessageRef<'_>) -> Option<Refused> {
        if message.retained {
            let detail = "a retained message does not say when it was measured";
            return Some(Refused::new(None, Reason::Retained, detail));
        }
        let size = message.payload.len();
        let over = size > self.inputs.settings.max_payload as usize;
        over.then(|| Refused::new(None, Reason::Oversize, &format!("{size} bytes")))
    }

    /// Reads a message whose topic or body names its device.
    pub(crate) fn understand(
        &self,
        message: &RawMessageRef<'_>,
        network: &Network,
    ) -> (Understood<'_>, Option<FrameEvent>) {
        if let Some(refused) = self.refuse_unread(message) {
            return (Understood::Refused(refused), None);
        }
        let read = catch_unwind(AssertUnwindSafe(|| self.read(message, network)));
        read.unwrap_or_else(|_| Err(Refused::new(None, Reason::FoldFailed, "the codec failed")))
            .unwrap_or_else(|refused| (Understood::Refused(refused), None))
    }

    /// Reads a message once more, whether it was a copy or not and whatever its counters say by now. Changes nothing.
    pub(crate) fn read_again(&self, message: &RawMessageRef<'_>, network: &Network) -> ReadAgain<'_> {
        if let Some(refused) = self.refuse_unread(message) {
            return ReadAgain { understood: Understood::Refused(refused), is_frame: false };
        }
        let format = self.router.format(message.topic).filter(|format| is_gateway(*format));
        let read = catch_unwind(AssertUnwindSafe(|| match format {
            Some(format) => self.read_frame_again(format, message, network).map(|understood| (understood, true)),
            None => self
                .decoded(message)
                .map(|(no, profile, event)| (Understood::of(no, profile, event.decoded), event.frame.is_some())),
        }));
        let (understood, is_frame) = read
            .unwrap_or_else(|_| Err(Refused::new(None, Reason::FoldFailed, "the codec failed")))
            .unwrap_or_else(|refused| (Understood::Refused(refused), format.is_some()));
        ReadAgain { understood, is_frame }
    }

    fn read_frame_again(
        &self,
        format: Format,
        message: &RawMessageRef<'_>,
        network: &Network,
    ) -> Result<Understood<'_>, Refused> {
        let (gateway, said) = read_gateway(format, message)?;
        if self.inputs.registry.gateway(gateway).is_none() {
            return Err(Refused::new(None, Reason::UnknownGateway, &format!("{gateway} is not in gateways.csv")));
        }
        let GatewayMessage::Uplink(heard) = said else { return Ok(Understood::Control { device: None }) };
        match network.read_again(&heard) {
            Some(uplink) => match uplink.f_port {
                Some(port) if port > 0 && !uplink.payload.is_empty() => {
                    self.read_frame(uplink.device, port, &uplink.payload, heard.reception.time, message.received_at)
                }
                _ => Ok(Understood::Control { device: Some(uplink.device) }),
            },
            // joins, frames of sessions that are gone, of others: what they are is decided as at the first time
            None => match network.hear(&heard, message.received_at) {
                Hearing::Refused(refused) => Err(Refused::new(refused.device, refused.reason, &refused.detail)),
                Hearing::Join(join) => Ok(Understood::Control { device: Some(join.device) }),
                Hearing::Copy(copy) => Ok(Understood::Copy { device: copy.id.device }),
                Hearing::Uplink(uplink) => Ok(Understood::Control { device: Some(uplink.device) }),
            },
        }
    }

    fn read(
        &self,
        message: &RawMessageRef<'_>,
        network: &Network,
    ) -> Result<(Understood<'_>, Option<FrameEvent>), Refused> {
        let (no, profile, Event { decoded, frame, receptions }) = self.decoded(message)?;
        let hearing = frame.map(|frame| network.hear_event(no, &frame));
        let understood = match &hearing {
            Some(Hearing::Copy(_)) => Understood::Copy { device: no },
            _ => Understood::of(no, profile, decoded),
        };
        // of a device that we hear ourselves the first pass counts them, ahead of this one
        let is_heard = || self.registered(no).is_some_and(|device| device.credentials.is_some());
        let receptions = if !receptions.is_empty() && is_heard() { Vec::new() } else { receptions };
        Ok((understood, hearing.map(|hearing| (hearing, receptions))))
    }

    /// What a message says whose topic or body names its device.
    fn decoded(&self, message: &RawMessageRef<'_>) -> Result<(DeviceNo, &Profile, Event), Refused> {
        let RawMessageRef { topic, payload, .. } = *message;
        let addressed = self.router.route(topic, payload).map_err(|refusal| Refused::of(None, refusal))?;
        let device_id = addressed.device_id.unwrap_or_default();
        let Some(no) = self.device(&device_id) else {
            let id: String = device_id.chars().take(64).collect();
            return Err(Refused::new(None, Reason::UnknownDevice, &format!("{id:?} is not in devices.csv")));
        };
        let profile = self.profile_of(no, message.received_at)?;
        let catalogue = &self.inputs.registry.properties;
        let refuse = |refusal| Refused::of(Some(no), refusal);
        let event = match addressed.format {
            Format::Chirpstack => decode_event(profile, catalogue, topic, payload).map_err(refuse)?,
            format => {
                let decoded = decode(format, profile, catalogue, topic, payload).map_err(refuse)?;
                Event { decoded, frame: None, receptions: Vec::new() }
            }
        };
        Ok((no, profile, event))
    }

    /// Goes on with what the first pass heard.
    pub(crate) fn understand_heard(&self, listened: Listened, received_at: UtcMillis) -> Understood<'_> {
        let (no, port, payload, time) = match listened {
            Listened::Payload { device, port, payload, time } => (device, port, payload, time),
            Listened::Copy { device } => return Understood::Copy { device },
            Listened::Control { device } => return Understood::Control { device },
            Listened::Refused(refused) => return Understood::Refused(refused),
        };
        let read = catch_unwind(AssertUnwindSafe(|| self.read_frame(no, port, &payload, time, received_at)));
        read.unwrap_or_else(|_| Err(Refused::new(Some(no), Reason::FoldFailed, "the codec failed")))
            .unwrap_or_else(Understood::Refused)
    }

    fn read_frame(
        &self,
        no: DeviceNo,
        port: u8,
        payload: &[u8],
        time: Option<UtcMillis>,
        received_at: UtcMillis,
    ) -> Result<Understood<'_>, Refused> {
        let unknown = || Refused::new(Some(no), Reason::UnknownDevice, "it is not in devices.csv any more");
        self.registered(no).ok_or_else(unknown)?;
        let profile = self.profile_of(no, received_at)?;
        let decoded = decode_frame(profile, &self.inputs.registry.properties, port, payload, time);
        decoded.map(|decoded| Understood::of(no, profile, decoded)).map_err(|refusal| Refused::of(Some(no), refusal))
    }

    fn profile_of(&self, no: DeviceNo, time: UtcMillis) -> Result<&Profile, Refused> {
        let unknown = || Refused::new(Some(no), Reason::DecodeFailed, "the device's profile is not known");
        self.profile_at(no, time).ok_or_else(unknown)
    }
}

/// What a gateway says, by its protocol.
pub(crate) fn read_gateway(format: Format, message: &RawMessageRef<'_>) -> Result<(Eui, GatewayMessage), Refused> {
    let read = match format {
        Format::Semtech => semtech::read(message.topic, message.payload),
        _ => gateway_bridge::read(message.topic, message.payload),
    };
    read.map_err(|error| Refused::new(None, Reason::DecodeFailed, &error.to_string()))
}

/// Whether messages of a format are a gateway's.
pub(crate) fn is_gateway(format: Format) -> bool {
    matches!(format, Format::GatewayBridge | Format::Semtech)
}

impl<'a> Understood<'a> {
    fn of(device: DeviceNo, profile: &'a Profile, decoded: Decoded) -> Self {
        match decoded {
            Decoded::Samples(samples) => Self::Samples { device, profile, samples },
            Decoded::Control(_) => Self::Control { device: Some(device) },
        }
    }
}
