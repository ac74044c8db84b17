//! How well each gateway hears a device.

use smartpole_model::{Eui, PackError, Reader, UtcMillis, put_i64, put_u64};

use crate::{
    heard::{DataRate, Reception},
    session::eui,
};

/// Gateways kept of a device; the one that has not heard it for longest makes room.
const KEPT: usize = 8;

/// A gateway that hears a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayLink {
    /// Which.
    pub gateway: Eui,
    /// Signal strength of the latest frame, dBm.
    pub rssi: i16,
    /// Signal-to-noise ratio of the latest frame, tenths of a dB; `None` for FSK.
    pub snr: Option<i16>,
    /// Spreading factor of the latest frame; `None` for FSK.
    pub spreading_factor: Option<u8>,
    /// When its latest frame reached us.
    pub last_heard: UtcMillis,
    /// Frames it brought, copies and join requests among them.
    pub frames: u64,
}

/// At most [`KEPT`], in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gateways(Vec<GatewayLink>);

impl Gateways {
    pub(crate) fn note(&mut self, receptions: &[Reception], received_at: UtcMillis) {
        for reception in receptions {
            let link = self.link(reception.gateway);
            (link.rssi, link.snr, link.last_heard) = (reception.rssi, reception.snr, received_at);
            link.spreading_factor = spreading_factor(reception);
            link.frames += 1;
        }
    }

    fn link(&mut self, gateway: Eui) -> &mut GatewayLink {
        let at = self.0.iter().position(|link| link.gateway == gateway).unwrap_or_else(|| {
            if self.0.len() == KEPT {
                let oldest = (0..KEPT).min_by_key(|i| self.0[*i].last_heard);
                self.0.remove(oldest.expect("they are more than none"));
            }
            let never = UtcMillis(i64::MIN);
            self.0.push(GatewayLink {
                gateway,
                rssi: 0,
                snr: None,
                spreading_factor: None,
                last_heard: never,
                frames: 0,
            });
            self.0.len() - 1
        });
        &mut self.0[at]
    }

    pub(crate) fn list(&self) -> Vec<GatewayLink> {
        self.0.clone()
    }

    pub(crate) fn pack(&self, out: &mut Vec<u8>) {
        put_u64(out, self.0.len() as u64);
        for link in &self.0 {
            out.extend(link.gateway.0.to_be_bytes());
            put_i64(out, link.rssi.into());
            out.push(link.snr.is_some().into());
            if let Some(snr) = link.snr {
                put_i64(out, snr.into());
            }
            out.push(link.spreading_factor.unwrap_or(0));
            put_i64(out, link.last_heard.0);
            put_u64(out, link.frames);
        }
    }

    pub(crate) fn unpack(reader: &mut Reader<'_>) -> Result<Self, PackError> {
        let length = reader.len("gateways")?;
        (0..length).map(|_| link(reader)).collect::<Result<_, _>>().map(Self)
    }
}

fn link(reader: &mut Reader<'_>) -> Result<GatewayLink, PackError> {
    Ok(GatewayLink {
        gateway: eui(reader)?,
        rssi: signed(reader)?,
        snr: if reader.byte()? == 0 { None } else { Some(signed(reader)?) },
        spreading_factor: Some(reader.byte()?).filter(|factor| *factor > 0),
        last_heard: UtcMillis(reader.i64()?),
        frames: reader.u64()?,
    })
}

fn spreading_factor(reception: &Reception) -> Option<u8> {
    match reception.data_rate? {
        DataRate::Lora { spreading_factor, .. } => Some(spreading_factor),
        DataRate::Fsk => None,
    }
}

fn signed(reader: &mut Reader<'_>) -> Result<i16, PackError> {
    i16::try_from(reader.i64()?).map_err(|_| PackError::Invalid("signal"))
}
