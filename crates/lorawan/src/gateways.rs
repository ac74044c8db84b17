//! How well each gateway hears a device.

use smartpole_model::{Eui, PackError, Reader, UtcMillis, put_i64, put_u64};

use crate::{heard::Reception, session::eui};

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
            link.frames += 1;
        }
    }

    fn link(&mut self, gateway: Eui) -> &mut GatewayLink {
        let at = self.0.iter().position(|link| link.gateway == gateway).unwrap_or_else(|| {
            if self.0.len() == KEPT {
                let oldest = (0..KEPT).min_by_key(|i| self.0[*i].last_heard);
                self.0.remove(oldest.expect("they are more than none"));
            }
            self.0.push(GatewayLink { gateway, rssi: 0, snr: None, last_heard: UtcMillis(0), frames: 0 });
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
        last_heard: UtcMillis(reader.i64()?),
        frames: reader.u64()?,
    })
}

fn signed(reader: &mut Reader<'_>) -> Result<i16, PackError> {
    i16::try_from(reader.i64()?).map_err(|_| PackError::Invalid("signal"))
}
