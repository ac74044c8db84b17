//! One device: its sessions, its joins, who hears it. Devices of other network servers have sessions too, without keys.
//!
//! A join opens the *pending* session; the *current* one lives until the pending one's first uplink and is the *former* then:
//! gateways that store frames still deliver its late ones. There is one former session; what is older is forgotten.

use smartpole_model::{Activation, Credentials, DevAddr, Eui, Key, PackError, Reader, UtcMillis, put_u64};

use crate::{
    answer::{Answer, AnswerId, Request, in_time},
    crypto::{self, JoinNumbers, SessionKeys},
    frame::DataFrame,
    gateways::Gateways,
    heard::Reception,
    hearing::{Copied, Join, Uplink},
    mac::MacCounts,
    nonces::Nonces,
    session::{Latest, Origin, Session, four, put_time, time},
};

const VERSION: u8 = 1;

/// Which of a device's sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    Current,
    Pending,
    Former,
    /// Of another network server.
    Elsewhere,
    /// The one before.
    FormerElsewhere,
}

impl Slot {
    const ALL: [Self; 5] = [Self::Current, Self::Pending, Self::Former, Self::Elsewhere, Self::FormerElsewhere];
    /// Those that have keys, most probable first.
    const OWN: [Self; 3] = [Self::Current, Self::Pending, Self::Former];
}

/// What is known of a device's joins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Joins {
    pub nonces: Nonces,
    /// The check of the root key that the nonces belong to.
    pub key_check: Option<u32>,
    /// Granted ones; the JoinNonce of the latest.
    pub count: u32,
    /// Refused for a nonce used before.
    pub refused: u64,
    /// When the latest was granted.
    pub last: Option<UtcMillis>,
}

/// A device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Device {
    /// While the registry has them; never packed.
    pub credentials: Option<(Eui, Credentials)>,
    sessions: [Option<Box<Session>>; 5],
    pub joins: Joins,
    pub mac: MacCounts,
    pub gateways: Gateways,
}

impl Device {
    pub(crate) fn session(&self, slot: Slot) -> Option<&Session> {
        self.sessions[slot as usize].as_deref()
    }

    pub(crate) fn session_mut(&mut self, slot: Slot) -> Option<&mut Session> {
        self.sessions[slot as usize].as_deref_mut()
    }

    /// Puts a session in the first place, and what was there in the second.
    fn open(&mut self, (first, second): (Slot, Slot), session: Option<Box<Session>>) {
        self.sessions[second as usize] = self.sessions[first as usize].take();
        self.sessions[first as usize] = session;
    }

    /// Addresses whose frames may be this device's.
    pub(crate) fn addresses(&self) -> [Option<DevAddr>; 3] {
        Slot::OWN
            .map(|slot| self.session(slot).filter(|session| session.keys.is_some()).map(|session| session.dev_addr))
    }

    /// The session and the whole counter of a frame, if it is this device's.
    pub(crate) fn recognise(&self, frame: &DataFrame<'_>) -> Option<(Slot, &Session, u32)> {
        Slot::OWN.into_iter().find_map(|slot| {
            let session = self.session(slot)?;
            session.f_cnt(frame).map(|f_cnt| (slot, session, f_cnt))
        })
    }

    /// Forgets what the registry said.
    pub(crate) fn forget_keys(&mut self) {
        self.credentials = None;
        self.sessions.iter_mut().flatten().for_each(|session| session.keys = None);
    }

    /// Takes what the registry says; whether that changes the state.
    pub(crate) fn enrol(&mut self, dev_eui: Eui, credentials: Credentials) -> bool {
        self.credentials = Some((dev_eui, credentials));
        match credentials.activation {
            Activation::Otaa { app_key, .. } => self.enrol_otaa(&app_key),
            Activation::Abp { dev_addr, nwk_s_key, app_s_key } => {
                self.enrol_abp(dev_addr, SessionKeys { nwk_s_key, app_s_key })
            }
        }
    }

    fn enrol_otaa(&mut self, app_key: &Key) -> bool {
        for session in self.sessions.iter_mut().flatten() {
            if let Origin::Joined(join) = &session.origin {
                session.keys = Some(SessionKeys::derive(app_key, join));
            }
        }
        let check = Some(crypto::key_check(app_key));
        let changes = self.joins.key_check != check;
        if changes {
            (self.joins.key_check, self.joins.nonces) = (check, Nonces::default());
        }
        changes
    }

    /// The registry's session becomes the current one; counters of a session with the same address and key go on.
    fn enrol_abp(&mut self, dev_addr: DevAddr, keys: SessionKeys) -> bool {
        let origin = Origin::Personalized(crypto::key_check(&keys.nwk_s_key));
        let fits = |session: Option<&Session>| session.is_some_and(|s| s.origin == origin && s.dev_addr == dev_addr);
        let changes = !fits(self.session(Slot::Current));
        if changes {
            let known = self.sessions[Slot::Former as usize].take_if(|session| fits(Some(session)));
            let session = known.unwrap_or_else(|| Box::new(Session::new(origin, dev_addr)));
            self.open((Slot::Current, Slot::Former), Some(session));
        }
        if let Some(session) = self.session_mut(Slot::Current) {
            session.keys = Some(keys);
        }
        changes
    }

    /// Receives an uplink.
    pub(crate) fn note_uplink(
        &mut self,
        uplink: &Uplink,
        receptions: &[Reception],
        received_at: UtcMillis,
    ) -> Option<Answer> {
        self.gateways.note(receptions, received_at);
        self.mac.note(&uplink.mac);
        let slot = self.settle(uplink.slot, uplink.dev_addr);
        let session = self.session_mut(slot)?;
        session.since.get_or_insert(received_at);
        let ahead = session.counters.highest().is_none_or(|highest| uplink.f_cnt > highest);
        if uplink.begins_run {
            session.counters.begin(uplink.f_cnt, uplink.fingerprint);
        } else {
            session.counters.take(uplink.f_cnt, uplink.fingerprint);
        }
        // A late one is past its windows, and so is what a former session sends.
        if slot != Slot::Current || !(ahead || uplink.begins_run) {
            return None;
        }
        session.latest = Some(Latest::new(uplink.f_cnt, receptions));
        session.answer(uplink.id(), uplink.asked, receptions, received_at)
    }

    /// Where an uplink's session is from now on: the first of a pending or a new one takes the current one's place.
    fn settle(&mut self, slot: Slot, dev_addr: DevAddr) -> Slot {
        let known = self.session(slot).is_some_and(|session| session.dev_addr == dev_addr);
        match slot {
            Slot::Pending => {
                let pending = self.sessions[Slot::Pending as usize].take();
                self.open((Slot::Current, Slot::Former), pending);
                Slot::Current
            }
            Slot::Elsewhere if !known => {
                let session = Session::new(Origin::Elsewhere, dev_addr);
                self.open((Slot::Elsewhere, Slot::FormerElsewhere), Some(Box::new(session)));
                slot
            }
            Slot::Current | Slot::Former | Slot::Elsewhere | Slot::FormerElsewhere => slot,
        }
    }

    /// Counts a copy, and answers again if it is the latest uplink sent again.
    pub(crate) fn note_copy(
        &mut self,
        copy: &Copied,
        receptions: &[Reception],
        received_at: UtcMillis,
    ) -> Option<Answer> {
        self.gateways.note(receptions, received_at);
        let Request::Uplink(f_cnt) = copy.id.to else { return None };
        let session = self.session_mut(copy.slot)?;
        session.counters.copy();
        if copy.retransmission {
            session.latest = Some(Latest::new(f_cnt, receptions)); // so that the next gateway's is a copy of this one
        } else {
            session.add_receptions(f_cnt, receptions);
        }
        session.answer(copy.id, copy.asked, receptions, received_at)
    }

    /// Grants a join. One that came too late to be answered only uses up its nonce: the device has long asked again.
    pub(crate) fn note_join(
        &mut self,
        join: &Join,
        net_id: u32,
        receptions: &[Reception],
        received_at: UtcMillis,
    ) -> Option<Answer> {
        let Some((_, Credentials { activation: Activation::Otaa { app_key, .. }, .. })) = self.credentials else {
            return None;
        };
        self.gateways.note(receptions, received_at);
        self.joins.nonces.insert(join.dev_nonce);
        if !in_time(receptions, received_at) {
            return None;
        }
        (self.joins.count, self.joins.last) = (self.joins.count.saturating_add(1), Some(received_at));
        let numbers = JoinNumbers { join_nonce: self.joins.count & 0x00ff_ffff, net_id, dev_nonce: join.dev_nonce };
        let dev_addr = crypto::dev_addr(net_id, join.dev_eui, numbers.join_nonce);
        let mut session = Session::new(Origin::Joined(numbers), dev_addr);
        (session.since, session.keys) = (Some(received_at), Some(SessionKeys::derive(&app_key, &numbers)));
        self.sessions[Slot::Pending as usize] = Some(Box::new(session));
        let frame = crypto::join_accept(&app_key, &numbers, dev_addr);
        let id = AnswerId { device: join.device, to: Request::Join(join.dev_nonce) };
        Some(Answer::join(id, received_at, receptions, frame))
    }

    /// `version | joins | sessions, each if there is one | MAC commands | gateways`; no key.
    pub(crate) fn pack(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        self.joins.pack(&mut out);
        for session in &self.sessions {
            out.push(session.is_some().into());
            if let Some(session) = session {
                session.pack(&mut out);
            }
        }
        self.mac.pack(&mut out);
        self.gateways.pack(&mut out);
        out
    }

    pub(crate) fn unpack(state: &[u8]) -> Result<Self, PackError> {
        let mut reader = Reader::new(state);
        let version = reader.byte()?;
        if version != VERSION {
            return Err(PackError::Version(version));
        }
        let mut device = Self { joins: Joins::unpack(&mut reader)?, ..Self::default() };
        for slot in Slot::ALL {
            if reader.byte()? != 0 {
                device.sessions[slot as usize] = Some(Box::new(Session::unpack(&mut reader)?));
            }
        }
        (device.mac, device.gateways) = (MacCounts::unpack(&mut reader)?, Gateways::unpack(&mut reader)?);
        if reader.remaining() > 0 { Err(PackError::Invalid("rest")) } else { Ok(device) }
    }
}

impl Joins {
    fn pack(&self, out: &mut Vec<u8>) {
        self.nonces.pack(out);
        out.push(self.key_check.is_some().into());
        out.extend(self.key_check.unwrap_or_default().to_be_bytes());
        put_u64(out, self.count.into());
        put_u64(out, self.refused);
        put_time(out, self.last);
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, PackError> {
        let nonces = Nonces::unpack(reader)?;
        let known = reader.byte()? != 0;
        let check = four(reader)?;
        Ok(Self {
            nonces,
            key_check: known.then_some(check),
            count: reader.num("joins")?,
            refused: reader.u64()?,
            last: time(reader)?,
        })
    }
}
