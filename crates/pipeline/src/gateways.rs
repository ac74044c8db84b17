//! What the fold knows of the city's gateways.

use std::collections::{BTreeMap, BTreeSet};

use smartpole_lorawan::{Crc, Stat, TxAck};
use smartpole_model::{Eui, PackError, Reader, UtcMillis, put_i64, put_u64};

use crate::GatewayRow;

/// What a gateway has told so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GatewayState {
    /// When the newest message of it was received.
    pub last_received_at: UtcMillis,
    /// When the newest frame was received from it; the smallest instant if none.
    pub last_frame_at: UtcMillis,
    /// Frames it brought, copies and noise included.
    pub frames: u64,
    /// Of them, those with a wrong or no radio checksum.
    pub bad_crc: u64,
    /// Messages about itself.
    pub stats: u64,
    /// Answers it has put on the air.
    pub sent: u64,
    /// Answers it could not send.
    pub not_sent: u64,
}

const VERSION: u8 = 1;

impl GatewayState {
    fn pack(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        put_i64(&mut out, self.last_received_at.0);
        put_i64(&mut out, self.last_frame_at.0);
        for n in [self.frames, self.bad_crc, self.stats, self.sent, self.not_sent] {
            put_u64(&mut out, n);
        }
        out
    }

    fn unpack(bytes: &[u8]) -> Result<Self, PackError> {
        let mut reader = Reader::new(bytes);
        match reader.byte()? {
            VERSION => Ok(Self {
                last_received_at: UtcMillis(reader.i64()?),
                last_frame_at: UtcMillis(reader.i64()?),
                frames: reader.u64()?,
                bad_crc: reader.u64()?,
                stats: reader.u64()?,
                sent: reader.u64()?,
                not_sent: reader.u64()?,
            }),
            version => Err(PackError::Version(version)),
        }
    }
}

/// All gateways that ever brought something.
#[derive(Debug, Default)]
pub(crate) struct Gateways {
    known: BTreeMap<Eui, GatewayState>,
    changed: BTreeSet<Eui>,
}

impl Gateways {
    pub(crate) fn restore(rows: &[GatewayRow]) -> Result<Self, PackError> {
        let known = rows.iter().map(|row| Ok((row.gateway, GatewayState::unpack(&row.state)?)));
        Ok(Self { known: known.collect::<Result<_, _>>()?, changed: BTreeSet::new() })
    }

    pub(crate) fn get(&self, gateway: Eui) -> Option<&GatewayState> {
        self.known.get(&gateway)
    }

    pub(crate) fn frame(&mut self, gateway: Eui, crc: Crc, received_at: UtcMillis) {
        let state = self.touch(gateway, received_at);
        state.last_frame_at = received_at;
        state.frames += 1;
        state.bad_crc += u64::from(crc != Crc::Ok);
    }

    pub(crate) fn stat(&mut self, gateway: Eui, _: &Stat, received_at: UtcMillis) {
        self.touch(gateway, received_at).stats += 1;
    }

    pub(crate) fn tx_ack(&mut self, gateway: Eui, ack: &TxAck, received_at: UtcMillis) {
        let state = self.touch(gateway, received_at);
        match ack.error {
            None => state.sent += 1,
            Some(_) => state.not_sent += 1,
        }
    }

    fn touch(&mut self, gateway: Eui, received_at: UtcMillis) -> &mut GatewayState {
        self.changed.insert(gateway);
        let never = GatewayState { last_frame_at: UtcMillis(i64::MIN), ..GatewayState::default() };
        let state = self.known.entry(gateway).or_insert(never);
        state.last_received_at = received_at;
        state
    }

    /// Rows that changed since they were last taken, by EUI.
    pub(crate) fn take_changed(&mut self) -> Vec<GatewayRow> {
        std::mem::take(&mut self.changed).into_iter().map(|gateway| self.row(gateway)).collect()
    }

    pub(crate) fn all(&self) -> Vec<GatewayRow> {
        self.known.keys().map(|gateway| self.row(*gateway)).collect()
    }

    fn row(&self, gateway: Eui) -> GatewayRow {
        GatewayRow { gateway, state: self.known[&gateway].pack() }
    }
}
