//! One session: an address, keys and counters, since a join or, personalized, for ever.

use smartpole_model::{DevAddr, Eui, PackError, Reader, UtcMillis, put_i64, put_u64};

use crate::{
    answer::{Answer, AnswerId, Asked, in_time},
    counters::Counters,
    crypto::{JoinNumbers, SessionKeys},
    frame::DataFrame,
    heard::{Context, Reception},
};

/// Gateways kept of the latest uplink: one that hears it twice is enough to know that it was sent again.
const GATEWAYS: usize = 4;
/// A personalized device is heard first when it has sent for years: upper halves of its counter that are tried.
const UPPER_HALVES: u32 = 16;

/// Where a session comes from, and what its keys are derived from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A join.
    Joined(JoinNumbers),
    /// The registry; the check of its key, so that another key is another session.
    Personalized(u32),
    /// Another network server.
    Elsewhere,
}

/// One session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub origin: Origin,
    pub dev_addr: DevAddr,
    /// When it was joined, or first heard.
    pub since: Option<UtcMillis>,
    /// The next downlink's counter.
    pub f_cnt_down: u32,
    pub counters: Counters,
    pub latest: Option<Latest>,
    /// Absent while the registry does not have them; never packed.
    pub keys: Option<SessionKeys>,
}

/// The uplink with the highest counter, and which gateways reported it, at which instants of their clocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Latest {
    f_cnt: u32,
    heard: Vec<(Eui, u32)>,
}

/// All counters of which the frame may carry the lower half, most probable first; which one it is the MIC decides.
///
/// With a highest counter: the nearest to it, the next nearest, and the bare half, which a device sends that began again.
pub(crate) fn candidates(highest: Option<u32>, half: u16) -> impl Iterator<Item = u32> {
    const TURN: u32 = 1 << 16;
    let (near, half) = (highest.unwrap_or(0), u32::from(half));
    let same = near & !(TURN - 1) | half;
    let (low, high) =
        if same <= near { (Some(same), same.checked_add(TURN)) } else { (same.checked_sub(TURN), Some(same)) };
    let high_first = match (low, high) {
        (Some(low), Some(high)) => high - near < near - low,
        (low, _) => low.is_none(),
    };
    let (one, two) = if high_first { (high, low) } else { (low, high) };
    let bare = if highest.is_some() { 0..1 } else { 1..UPPER_HALVES };
    let bare = bare.map(move |upper| upper * TURN + half).filter(move |f_cnt| ![one, two].contains(&Some(*f_cnt)));
    one.into_iter().chain(two).chain(bare)
}

impl Session {
    pub(crate) fn new(origin: Origin, dev_addr: DevAddr) -> Self {
        let counters = Counters::default();
        Self { origin, dev_addr, since: None, f_cnt_down: 0, counters, latest: None, keys: None }
    }

    /// The whole counter of a frame, if it is of this session.
    pub(crate) fn f_cnt(&self, frame: &DataFrame<'_>) -> Option<u32> {
        let keys = self.keys.as_ref().filter(|_| self.dev_addr == frame.dev_addr)?;
        candidates(self.counters.highest(), frame.f_cnt).find(|f_cnt| frame.is_signed_by(&keys.nwk_s_key, *f_cnt))
    }

    /// Whether a copy is the latest uplink sent again: by a gateway that reported it at another instant of its clock.
    pub(crate) fn is_retransmission(&self, f_cnt: u32, fingerprint: u32, reception: &Reception) -> bool {
        let other = |(gateway, clock): &(Eui, u32)| *gateway == reception.gateway && *clock != clock_of(reception);
        let latest = self.latest.as_ref().filter(|latest| latest.f_cnt == f_cnt);
        self.counters.is_latest(fingerprint) && latest.is_some_and(|latest| latest.heard.iter().any(other))
    }

    /// Adds receptions to the uplink, if it is the latest.
    pub(crate) fn add_receptions(&mut self, f_cnt: u32, receptions: &[Reception]) {
        if let Some(latest) = self.latest.as_mut().filter(|latest| latest.f_cnt == f_cnt) {
            receptions.iter().for_each(|reception| latest.add(reception));
        }
    }

    /// What the device shall be told, if it asks and can still hear; takes a downlink counter.
    pub(crate) fn answer(
        &mut self,
        id: AnswerId,
        asked: Asked,
        receptions: &[Reception],
        received_at: UtcMillis,
    ) -> Option<Answer> {
        let keys = self.keys.filter(|_| asked.anything() && in_time(receptions, received_at))?;
        let session = (self.dev_addr, self.f_cnt_down, keys.nwk_s_key);
        self.f_cnt_down = self.f_cnt_down.saturating_add(1);
        Some(Answer::downlink((id, asked), received_at, receptions, session))
    }

    /// `origin | DevAddr | since | next downlink | counters | latest`; no key.
    pub(crate) fn pack(&self, out: &mut Vec<u8>) {
        self.origin.pack(out);
        out.extend(self.dev_addr.0.to_be_bytes());
        put_time(out, self.since);
        put_u64(out, self.f_cnt_down.into());
        self.counters.pack(out);
        out.push(self.latest.is_some().into());
        if let Some(latest) = &self.latest {
            latest.pack(out);
        }
    }

    pub(crate) fn unpack(reader: &mut Reader<'_>) -> Result<Self, PackError> {
        Ok(Self {
            origin: Origin::unpack(reader)?,
            dev_addr: DevAddr(four(reader)?),
            since: time(reader)?,
            f_cnt_down: reader.num("downlink counter")?,
            counters: Counters::unpack(reader)?,
            latest: if reader.byte()? == 0 { None } else { Some(Latest::unpack(reader)?) },
            keys: None,
        })
    }
}

impl Latest {
    pub(crate) fn new(f_cnt: u32, receptions: &[Reception]) -> Self {
        let mut latest = Self { f_cnt, heard: Vec::new() };
        receptions.iter().for_each(|reception| latest.add(reception));
        latest
    }

    fn add(&mut self, reception: &Reception) {
        let known = self.heard.iter().any(|(gateway, _)| *gateway == reception.gateway);
        if !known && self.heard.len() < GATEWAYS {
            self.heard.push((reception.gateway, clock_of(reception)));
        }
    }

    fn pack(&self, out: &mut Vec<u8>) {
        put_u64(out, self.f_cnt.into());
        put_u64(out, self.heard.len() as u64);
        for (gateway, clock) in &self.heard {
            out.extend(gateway.0.to_be_bytes());
            out.extend(clock.to_be_bytes());
        }
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, PackError> {
        let f_cnt = reader.num("latest counter")?;
        let gateways = reader.len("gateways")?;
        let heard = (0..gateways).map(|_| Ok((eui(reader)?, four(reader)?))).collect::<Result<_, PackError>>()?;
        Ok(Self { f_cnt, heard })
    }
}

impl Origin {
    fn pack(self, out: &mut Vec<u8>) {
        match self {
            Self::Joined(join) => {
                out.push(0);
                [join.join_nonce, join.net_id, join.dev_nonce.into()].into_iter().for_each(|n| put_u64(out, n.into()));
            }
            Self::Personalized(check) => {
                out.push(1);
                out.extend(check.to_be_bytes());
            }
            Self::Elsewhere => out.push(2),
        }
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, PackError> {
        match reader.byte()? {
            0 => Ok(Self::Joined(JoinNumbers {
                join_nonce: reader.num("join nonce")?,
                net_id: reader.num("net id")?,
                dev_nonce: reader.num("dev nonce")?,
            })),
            1 => Ok(Self::Personalized(four(reader)?)),
            2 => Ok(Self::Elsewhere),
            _ => Err(PackError::Invalid("origin")),
        }
    }
}

/// The gateway's clock, or a hash (FNV-1a) of what stands for it: enough to tell two instants from each other.
fn clock_of(reception: &Reception) -> u32 {
    match &reception.context {
        Context::Tmst(tmst) => *tmst,
        Context::Opaque(bytes) => {
            bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
        }
    }
}

/// A time that may be missing.
pub(crate) fn put_time(out: &mut Vec<u8>, time: Option<UtcMillis>) {
    out.push(time.is_some().into());
    if let Some(time) = time {
        put_i64(out, time.0);
    }
}

pub(crate) fn time(reader: &mut Reader<'_>) -> Result<Option<UtcMillis>, PackError> {
    if reader.byte()? == 0 { Ok(None) } else { reader.i64().map(UtcMillis).map(Some) }
}

pub(crate) fn eui(reader: &mut Reader<'_>) -> Result<Eui, PackError> {
    Ok(Eui(u64::from(four(reader)?) << 32 | u64::from(four(reader)?)))
}

pub(crate) fn four(reader: &mut Reader<'_>) -> Result<u32, PackError> {
    Ok(reader.take(4)?.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
}

#[cfg(test)]
mod tests;
