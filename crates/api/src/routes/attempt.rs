//! What is read of a message's bytes by the registry and program of now: the decoded attempt of the quarantine.
//!
//! Nothing is decrypted and no session is asked: of a gateway's frame it tells what is readable on the air.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;
use smartpole_codec::{Decoded, Fault, Refusal, Router, Sample, decode};
use smartpole_lorawan::{Crc, DataFrame, Frame, GatewayMessage, Heard, JoinRequest, gateway_bridge, semtech};
use smartpole_model::{Device, DeviceNo, Eui, Flags, Format, Inputs, Profile, Reason, Series, TimeSource, UtcMillis};
use smartpole_validate::{Times, event_time};
use smartpole_window::Row;
use utoipa::ToSchema;

use super::quarantine_item::NamedValue;
use crate::{Parts, number, number::Exact, problem::Problem};

/// Most instants that are shown.
const MAX_SAMPLES: usize = 100;

/// What a message's bytes say.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "says", rename_all = "snake_case")]
pub(crate) enum Attempt {
    /// Measurements of a registered device.
    Samples {
        /// Id of the device.
        device: String,
        /// Id of the profile it is read by.
        profile: String,
        /// What was measured, instant by instant; at most 100.
        samples: Vec<AttemptSample>,
        /// Instants that are not shown.
        left_out: usize,
    },
    /// No measurement, by design.
    Control {
        /// What it is instead.
        #[schema(example = "join")]
        what: String,
    },
    /// A frame that a gateway heard.
    Frame {
        /// EUI of the gateway.
        gateway: String,
        /// What the radio's checksum says: `ok`, `bad` or `missing`.
        #[schema(value_type = String)]
        crc: &'static str,
        /// Signal strength, dBm.
        rssi: i16,
        /// Signal-to-noise ratio, dB; null for FSK.
        #[schema(value_type = Option<f64>)]
        snr: Option<Exact>,
        /// What it tells in clear.
        frame: FrameSays,
    },
    /// Nothing that is understood.
    Refused {
        /// Why.
        #[schema(value_type = String, example = "decode_failed")]
        reason: Reason,
        /// What, where.
        detail: String,
    },
}

/// What was measured at one instant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttemptSample {
    /// When; null if no clock on its way is believed.
    #[schema(value_type = Option<String>, format = DateTime)]
    event_time: Option<UtcMillis>,
    /// Whose clock that is.
    #[schema(value_type = Option<String>, example = "payload")]
    time_source: Option<TimeSource>,
    /// The payload's own time, believed or not.
    #[schema(value_type = Option<String>, format = DateTime)]
    payload_time: Option<UtcMillis>,
    /// Why no clock is believed.
    #[schema(value_type = Option<String>, example = "time_before_epoch")]
    reason: Option<Reason>,
    /// Values that were read.
    values: Vec<AttemptValue>,
    /// Values that were not.
    faults: Vec<AttemptFault>,
}

/// A value that was read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttemptValue {
    #[serde(flatten)]
    read: NamedValue,
    /// The value that counts for this device, property, channel and time, if there is one.
    #[schema(value_type = Option<f64>)]
    known: Option<Exact>,
}

/// A value that could not be read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttemptFault {
    /// Its name as sent.
    name: String,
    /// Why.
    #[schema(value_type = String, example = "unknown_property")]
    reason: Reason,
}

/// What a LoRaWAN frame tells in clear; nothing of it is proven.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum FrameSays {
    /// A measurement or MAC commands, encrypted.
    Uplink {
        /// The address of its sender's session.
        #[schema(example = "26011bda")]
        dev_addr: String,
        /// The lower half of its counter.
        f_cnt: u16,
        /// Null without a payload.
        f_port: Option<u8>,
        /// Whether it asks for an acknowledgement.
        confirmed: bool,
    },
    /// A request to join.
    JoinRequest {
        /// The join server it asks for.
        join_eui: String,
        /// Who asks.
        dev_eui: String,
        /// The number that is used once.
        dev_nonce: u16,
    },
    /// None of both.
    Other {
        /// What it is.
        what: String,
    },
}

/// Reads messages again.
pub(crate) struct Attempts<'a> {
    pub(crate) inputs: &'a Inputs,
    pub(crate) parts: &'a Parts,
    /// When the message was received.
    pub(crate) received_at: UtcMillis,
}

impl Attempts<'_> {
    /// What a message says.
    pub(crate) fn of(&self, topic: &str, payload: &[u8]) -> Result<Attempt, Problem> {
        let size = payload.len();
        if size > self.inputs.settings.max_payload as usize {
            return Ok(Attempt::refused(Reason::Oversize, format!("{size} bytes")));
        }
        let read = catch_unwind(AssertUnwindSafe(|| self.read(topic, payload)));
        match read {
            Ok(Ok(Read::Samples { device, profile, samples })) => self.samples(device, profile, samples),
            Ok(Ok(Read::Whole(attempt))) => Ok(attempt),
            Ok(Err(Refusal { reason, detail })) => Ok(Attempt::refused(reason, detail)),
            Err(_) => Ok(Attempt::refused(Reason::FoldFailed, "the codec failed".to_owned())),
        }
    }

    /// Whether a message brings a reading; none if it says nothing in clear, as a gateway's frame.
    pub(crate) fn brings(&self, topic: &str, payload: &[u8], series: Series, at: UtcMillis) -> Option<bool> {
        let read = catch_unwind(AssertUnwindSafe(|| self.read(topic, payload)));
        match read {
            Ok(Ok(Read::Samples { profile, samples, .. })) => Some(samples.iter().any(|sample| {
                let measured = sample.values.iter().any(|value| value.series == series);
                measured && self.time(profile, sample).is_ok_and(|(event_time, ..)| event_time == at)
            })),
            Ok(Ok(Read::Whole(Attempt::Frame { .. }))) => None,
            _ => Some(false),
        }
    }

    fn read(&self, topic: &str, payload: &[u8]) -> Result<Read<'_>, Refusal> {
        let addressed = Router::new(self.inputs).route(topic, payload)?;
        let gateway = match addressed.format {
            Format::Semtech => Some(semtech::read(topic, payload)),
            Format::GatewayBridge => Some(gateway_bridge::read(topic, payload)),
            Format::Smartpole | Format::Chirpstack => None,
        };
        if let Some(read) = gateway {
            let read = read.map(|(gateway, said)| Read::Whole(Attempt::of_gateway(gateway, said)));
            return read.map_err(|error| Refusal { reason: Reason::DecodeFailed, detail: error.to_string() });
        }
        let registry = &self.inputs.registry;
        let id = addressed.device_id.unwrap_or_default();
        let Some(device) = registry.device_index(&id).map(|index| &registry.devices[index]) else {
            let id: String = id.chars().take(64).collect();
            return Err(Refusal { reason: Reason::UnknownDevice, detail: format!("{id:?} is not in devices.csv") });
        };
        let unknown =
            || Refusal { reason: Reason::DecodeFailed, detail: "the device's profile is not known".to_owned() };
        let profile = registry.profiles.get(&device.at(self.received_at).profile).ok_or_else(unknown)?;
        Ok(match decode(addressed.format, profile, &registry.properties, topic, payload)? {
            Decoded::Samples(samples) => Read::Samples { device, profile, samples },
            Decoded::Control(what) => Read::Whole(Attempt::Control { what: what.to_owned() }),
        })
    }

    fn samples(&self, device: &Device, profile: &Profile, samples: Vec<Sample>) -> Result<Attempt, Problem> {
        let no = self.parts.fold().device_no(&device.id);
        let left_out = samples.len().saturating_sub(MAX_SAMPLES);
        let shown = samples.into_iter().take(MAX_SAMPLES);
        let samples = shown.map(|sample| self.sample(no, profile, sample)).collect::<Result<_, _>>()?;
        Ok(Attempt::Samples { device: device.id.clone(), profile: profile.id.clone(), samples, left_out })
    }

    fn sample(&self, no: Option<DeviceNo>, profile: &Profile, sample: Sample) -> Result<AttemptSample, Problem> {
        let time = self.time(profile, &sample);
        let Sample { time: payload, values, faults, .. } = sample;
        let instant = time.ok().map(|(event_time, ..)| event_time);
        let known = no.zip(instant).map(|(no, at)| self.parts.queries.row_at(no, at)).transpose()?.flatten();
        let values = values.iter().filter_map(|value| self.value(value, known.as_ref()));
        let fault = |Fault { name, reason }| AttemptFault { name, reason };
        Ok(AttemptSample {
            event_time: instant,
            time_source: time.ok().map(|(_, source, _)| source),
            payload_time: payload,
            reason: time.err(),
            values: values.collect(),
            faults: faults.into_iter().map(fault).collect(),
        })
    }

    /// When a sample was measured, and by whose clock; or why none is believed.
    fn time(&self, profile: &Profile, sample: &Sample) -> Result<(UtcMillis, TimeSource, Flags), Reason> {
        let Sample { time: payload, gateway_time: gateway, network_time: network, .. } = *sample;
        let times = Times { payload, gateway, network, received_at: self.received_at };
        event_time(&times, profile, &self.inputs.settings)
    }

    fn value(&self, value: &smartpole_codec::Value, known: Option<&Row>) -> Option<AttemptValue> {
        let catalogue = &self.inputs.registry.properties;
        let same = known.and_then(|row| row.values.iter().find(|known| known.series == value.series));
        let known = same.and_then(|known| NamedValue::new(catalogue, known.series, known.value));
        let read = NamedValue::new(catalogue, value.series, value.value)?;
        Some(AttemptValue { read, known: known.map(|known| known.value) })
    }
}

/// What was read of a message; values are still to be named and compared.
enum Read<'a> {
    Samples { device: &'a Device, profile: &'a Profile, samples: Vec<Sample> },
    Whole(Attempt),
}

impl Attempt {
    fn refused(reason: Reason, detail: String) -> Self {
        Self::Refused { reason, detail }
    }

    fn of_gateway(gateway: Eui, said: GatewayMessage) -> Self {
        let what = match said {
            GatewayMessage::Uplink(heard) => return Self::of_frame(gateway, &heard),
            GatewayMessage::Stat(_) => "stat",
            GatewayMessage::TxAck(_) => "tx_ack",
            GatewayMessage::Other => "other",
        };
        Self::Control { what: what.to_owned() }
    }

    fn of_frame(gateway: Eui, heard: &Heard) -> Self {
        let crc = match heard.crc {
            Crc::Ok => "ok",
            Crc::Bad => "bad",
            Crc::Missing => "missing",
        };
        let snr = heard.reception.snr.map(|snr| number::decimal(snr.into(), 1));
        let (gateway, rssi) = (gateway.to_string(), heard.reception.rssi);
        Self::Frame { gateway, crc, rssi, snr, frame: FrameSays::of(&heard.phy_payload) }
    }
}

impl FrameSays {
    fn of(phy_payload: &[u8]) -> Self {
        match Frame::parse(phy_payload) {
            Ok(Frame::Data(DataFrame { dev_addr, f_cnt, f_port, confirmed, .. })) => {
                Self::Uplink { dev_addr: dev_addr.to_string(), f_cnt, f_port, confirmed }
            }
            Ok(Frame::Join(JoinRequest { join_eui, dev_eui, dev_nonce, .. })) => {
                Self::JoinRequest { join_eui: join_eui.to_string(), dev_eui: dev_eui.to_string(), dev_nonce }
            }
            Err(error) => Self::Other { what: error.to_string() },
        }
    }
}
