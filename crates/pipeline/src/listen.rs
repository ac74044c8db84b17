//! The first pass: sessions, and what devices shall be told. It runs ahead of the rest of a batch, so that an answer waits for
//! no codec and no window.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
};

use smartpole_lorawan::{Answer, AnswerId, GatewayMessage, Heard, Hearing, Network, Reception, Request};
use smartpole_model::{DeviceNo, Eui, Format, PackError, RawMessageRef, Reason, RecordRef, Seq, UtcMillis};

use crate::{
    Fold, Restore,
    active::Active,
    gateways::Gateways,
    understand::{Refused, is_gateway, read_gateway},
};

/// What the first pass made of a gateway's message.
#[derive(Debug)]
pub(crate) enum Listened {
    /// A device's payload, decrypted; measured at the gateway's time, if it has one.
    Payload { device: DeviceNo, port: u8, payload: Vec<u8>, time: Option<UtcMillis> },
    /// A frame that the session knows.
    Copy { device: DeviceNo },
    /// No measurement.
    Control { device: Option<DeviceNo> },
    /// Nothing that counts.
    Refused(Refused),
}

/// What the first pass knows, and has found in records that are not folded yet.
#[derive(Debug, Default)]
pub(crate) struct Radio {
    /// Sessions of LoRaWAN devices.
    pub(crate) network: Network,
    pub(crate) gateways: Gateways,
    /// The last record that was heard.
    pub(crate) heard_to: Seq,
    pub(crate) listened: VecDeque<(Seq, Listened)>,
    /// Whether anybody can answer: only then there are offers.
    pub(crate) answering: bool,
    pub(crate) offers: Vec<Offer>,
}

impl Radio {
    /// Where it was at the cursor; keys come with the registry.
    pub(crate) fn restore(restore: &Restore) -> Result<Self, PackError> {
        let gateways = Gateways::restore(&restore.gateways)?;
        let mut radio = Self { gateways, heard_to: restore.cursor, ..Self::default() };
        for row in &restore.lorawan {
            radio.network.restore(row.device, &row.state)?;
        }
        Ok(radio)
    }
}

/// A device may be told something through the gateway that this message came from.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Whom, and which of its frames this is about.
    pub frame: AnswerId,
    /// What to tell; none if an earlier offer for the same frame said it, and this one only adds a gateway.
    pub answer: Option<Answer>,
    /// How the gateway heard the frame.
    pub reception: Reception,
    /// Name of the source that brought it.
    pub source: String,
    /// The message's topic: it tells how the gateway is reached.
    pub topic: String,
    /// Whether the gateway's messages are JSON.
    pub json: bool,
    /// How many gateways the city has: when so many have reported, nobody else will.
    pub gateways: usize,
}

/// What was read of a message; nothing has changed yet.
enum Said {
    Frame { heard: Heard, hearing: Hearing },
    Other { gateway: Eui, message: GatewayMessage },
}

impl Fold {
    /// Whether no record after this one may be heard before it is folded: keys may change by it, or the state is kept after it.
    pub(crate) fn ends_pass(&self, record: &RecordRef<'_>) -> bool {
        let new_day = |at: UtcMillis| self.checkpoint_day.is_none_or(|last| at.utc_day() > last);
        matches!(record, RecordRef::Inputs { .. }) || record.received_at().is_some_and(new_day)
    }

    /// Hears what gateways say in a record; what comes of it waits for [`Fold::apply`].
    pub(crate) fn listen(&mut self, seq: Seq, record: &RecordRef<'_>, broken: bool) {
        (self.at, self.radio.heard_to) = (seq, seq);
        let RecordRef::Message(message) = record else { return };
        let active = std::sync::Arc::clone(&self.active);
        let Some(format) = active.router.format(message.topic).filter(|format| is_gateway(*format)) else { return };
        let listened = match active.refuse_unread(message) {
            Some(refused) => Listened::Refused(refused),
            None if broken => Listened::Refused(Refused::new(None, Reason::FoldFailed, "folding it failed")),
            None => self.gateway_message(&active, format, message),
        };
        self.radio.listened.push_back((seq, listened));
    }

    fn gateway_message(&mut self, active: &Active, format: Format, message: &RawMessageRef<'_>) -> Listened {
        let said = catch_unwind(AssertUnwindSafe(|| self.understand_gateway(active, format, message)));
        match said {
            Ok(Ok(Said::Frame { heard, hearing })) => self.frame(heard, hearing, message),
            Ok(Ok(Said::Other { gateway, message: said })) => self.other(gateway, &said, message.received_at),
            Ok(Err(refused)) => Listened::Refused(refused),
            Err(_) => Listened::Refused(Refused::new(None, Reason::FoldFailed, "reading the frame failed")),
        }
    }

    fn understand_gateway(
        &self,
        active: &Active,
        format: Format,
        message: &RawMessageRef<'_>,
    ) -> Result<Said, Refused> {
        let (gateway, said) = read_gateway(format, message)?;
        if active.inputs.registry.gateway(gateway).is_none() {
            return Err(Refused::new(None, Reason::UnknownGateway, &format!("{gateway} is not in gateways.csv")));
        }
        Ok(match said {
            GatewayMessage::Uplink(heard) => {
                let hearing = self.radio.network.hear(&heard, message.received_at);
                Said::Frame { heard, hearing }
            }
            other => Said::Other { gateway, message: other },
        })
    }

    /// Applies what was heard.
    fn frame(&mut self, heard: Heard, hearing: Hearing, message: &RawMessageRef<'_>) -> Listened {
        let Heard { crc, reception, .. } = heard;
        self.radio.gateways.frame(reception.gateway, crc, message.received_at);
        let answer = self.radio.network.note(&hearing, std::slice::from_ref(&reception), message.received_at);
        let time = reception.time;
        let may_help = answer.is_some() || matches!(hearing, Hearing::Copy(_));
        if let Some(frame) = answer_id(&hearing).filter(|_| self.radio.answering && may_help) {
            let (source, topic) = (message.source.to_owned(), message.topic.to_owned());
            let json = message.payload.starts_with(b"{");
            let gateways = self.active.inputs.registry.gateways.len();
            self.radio.offers.push(Offer { frame, answer, reception, source, topic, json, gateways });
        }
        match hearing {
            Hearing::Uplink(uplink) => match uplink.f_port {
                Some(port) if port > 0 && !uplink.payload.is_empty() => {
                    Listened::Payload { device: uplink.device, port, payload: uplink.payload, time }
                }
                _ => Listened::Control { device: Some(uplink.device) },
            },
            Hearing::Join(join) => Listened::Control { device: Some(join.device) },
            Hearing::Copy(copy) => Listened::Copy { device: copy.id.device },
            Hearing::Refused(refused) => {
                Listened::Refused(Refused::new(refused.device, refused.reason, &refused.detail))
            }
        }
    }

    fn other(&mut self, gateway: Eui, said: &GatewayMessage, received_at: UtcMillis) -> Listened {
        match said {
            GatewayMessage::Stat(stat) => self.radio.gateways.stat(gateway, stat, received_at),
            GatewayMessage::TxAck(ack) => self.radio.gateways.tx_ack(gateway, ack, received_at),
            GatewayMessage::Uplink(_) | GatewayMessage::Other => {}
        }
        Listened::Control { device: None }
    }
}

/// What an answer to it would be known by.
fn answer_id(hearing: &Hearing) -> Option<AnswerId> {
    match hearing {
        Hearing::Uplink(uplink) => Some(uplink.id()),
        Hearing::Copy(copy) => Some(copy.id),
        Hearing::Join(join) => Some(AnswerId { device: join.device, to: Request::Join(join.dev_nonce) }),
        Hearing::Refused(_) => None,
    }
}
