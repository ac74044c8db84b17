//! What a frame is: decided without changing anything, so that a decision can be thrown away.

use smartpole_model::{Activation, Credentials, DeviceNo, FCntReset, Reason, UtcMillis};

use crate::{
    answer::{AnswerId, Asked, Request},
    counters::Judgement,
    device::{Device, Slot},
    frame::{DataFrame, Frame, JoinRequest},
    heard::{Crc, Heard, Reception},
    hearing::{Copied, EventFrame, Hearing, Join, Refused, Uplink},
    mac::MacCommands,
    network::Network,
    session::{Origin, Session},
};

/// Further gateways bring the same join request within this time. No device repeats one so soon: it listens until 6 s after.
const JOIN_COPIES_MS: i64 = 10_000;

fn refused(device: Option<DeviceNo>, reason: Reason, detail: String) -> Hearing {
    Hearing::Refused(Refused::new(device, reason, detail))
}

impl Network {
    /// Decides what a frame is.
    pub fn hear(&self, heard: &Heard, received_at: UtcMillis) -> Hearing {
        match heard.crc {
            Crc::Ok => {}
            Crc::Bad => return refused(None, Reason::BadCrc, "the checksum is wrong".to_owned()),
            Crc::Missing => return refused(None, Reason::BadCrc, "the frame has no checksum".to_owned()),
        }
        match Frame::parse(&heard.phy_payload) {
            Ok(Frame::Data(frame)) => self.hear_data(&frame, &heard.reception),
            Ok(Frame::Join(request)) => self.hear_join(&request, received_at),
            Err(error) => refused(None, error.reason(), error.to_string()),
        }
    }

    /// Reads a frame once more, whatever its counter says by now; none if no session that is still known signed it.
    pub fn read_again(&self, heard: &Heard) -> Option<Uplink> {
        let Ok(Frame::Data(frame)) = Frame::parse(&heard.phy_payload) else { return None };
        let suspects = self.by_addr.range((frame.dev_addr, DeviceNo(0))..=(frame.dev_addr, DeviceNo(u32::MAX)));
        suspects.map(|(_, no)| *no).find_map(|no| {
            let (slot, session, f_cnt) = self.devices.get(&no)?.recognise(&frame)?;
            Some(uplink(no, slot, session, &frame, f_cnt))
        })
    }

    fn hear_data(&self, frame: &DataFrame<'_>, reception: &Reception) -> Hearing {
        let addr = frame.dev_addr;
        let mut suspects = self.by_addr.range((addr, DeviceNo(0))..=(addr, DeviceNo(u32::MAX))).map(|(_, no)| *no);
        let known = |no: DeviceNo| {
            let device = self.devices.get(&no)?;
            device.recognise(frame).map(|found| (no, device, found))
        };
        let Some((no, device, (slot, session, f_cnt))) = suspects.clone().find_map(known) else {
            let (first, second) = (suspects.next(), suspects.next());
            let reason = if first.is_none() { Reason::UnknownDevAddr } else { Reason::WrongMic };
            return refused(
                first.filter(|_| second.is_none()),
                reason,
                format!("address {addr}, counter {}", frame.f_cnt),
            );
        };
        let judgement = session.counters.judge(f_cnt, frame.mic);
        match judgement {
            Judgement::New => Hearing::Uplink(uplink(no, slot, session, frame, f_cnt)),
            Judgement::Copy => {
                let retransmission =
                    slot == Slot::Current && frame.confirmed && session.is_retransmission(f_cnt, frame.mic, reception);
                let asked =
                    if retransmission { uplink(no, slot, session, frame, f_cnt).asked } else { Asked::default() };
                let id = AnswerId { device: no, to: Request::Uplink(f_cnt) };
                Hearing::Copy(Copied { id, retransmission, slot, asked })
            }
            Judgement::Reset if slot == Slot::Current && accepts_reset(device) => {
                Hearing::Uplink(Uplink { begins_run: true, ..uplink(no, slot, session, frame, f_cnt) })
            }
            Judgement::Reset | Judgement::TooOld => Hearing::Refused(below(no, slot, session, f_cnt, judgement)),
        }
    }

    fn hear_join(&self, request: &JoinRequest<'_>, received_at: UtcMillis) -> Hearing {
        let JoinRequest { join_eui, dev_eui, dev_nonce, .. } = *request;
        let about = || format!("DevEUI {dev_eui}, JoinEUI {join_eui}, DevNonce {dev_nonce}");
        let known = self.by_eui.get(&dev_eui).and_then(|no| Some((*no, self.devices.get(no)?)));
        let Some((device, state)) = known else { return refused(None, Reason::UnknownDevice, about()) };
        let Some((_, Credentials { activation: Activation::Otaa { join_eui: expected, app_key }, .. })) =
            state.credentials
        else {
            return refused(Some(device), Reason::UnknownDevice, format!("{} is personalized", about()));
        };
        if expected.is_some_and(|expected| expected != join_eui) {
            return refused(Some(device), Reason::UnknownDevice, format!("{} is not its JoinEUI", about()));
        }
        if !request.is_signed_by(&app_key) {
            return refused(Some(device), Reason::WrongMic, about());
        }
        if !state.joins.nonces.contains(dev_nonce) {
            return Hearing::Join(Join { device, dev_eui, join_eui, dev_nonce });
        }
        if is_pending(state, dev_nonce, received_at) {
            let id = AnswerId { device, to: Request::Join(dev_nonce) };
            let (slot, asked) = (Slot::Pending, Asked::default());
            return Hearing::Copy(Copied { id, retransmission: false, slot, asked });
        }
        refused(Some(device), Reason::DevNonceUsed, about())
    }

    /// Judges an uplink that another network server received, proved and decrypted. That server has judged it already, so what
    /// would be too old or a reset here begins a new run; only copies are told apart.
    pub fn hear_event(&self, device: DeviceNo, event: &EventFrame) -> Hearing {
        let EventFrame { dev_addr, f_cnt, fingerprint } = *event;
        let state = self.devices.get(&device);
        let session = |slot| Some((slot, state?.session(slot).filter(|session| session.dev_addr == dev_addr)?));
        let found = session(Slot::Elsewhere).or_else(|| session(Slot::FormerElsewhere));
        let (slot, judgement) = match found {
            Some((slot, session)) => (slot, session.counters.judge(f_cnt, fingerprint)),
            None => (Slot::Elsewhere, Judgement::New),
        };
        if judgement == Judgement::Copy {
            let id = AnswerId { device, to: Request::Uplink(f_cnt) };
            return Hearing::Copy(Copied { id, retransmission: false, slot, asked: Asked::default() });
        }
        Hearing::Uplink(Uplink {
            device,
            dev_addr,
            f_cnt,
            f_port: None,
            payload: Vec::new(),
            confirmed: false,
            adr: false,
            mac: MacCommands::default(),
            slot,
            fingerprint,
            begins_run: judgement != Judgement::New,
            asked: Asked::default(),
        })
    }
}

fn accepts_reset(device: &Device) -> bool {
    device.credentials.is_some_and(|(_, credentials)| credentials.f_cnt_reset == FCntReset::Accept)
}

/// Whether this nonce's join waits for its first uplink and is not older than copies come.
fn is_pending(device: &Device, dev_nonce: u16, received_at: UtcMillis) -> bool {
    device.session(Slot::Pending).is_some_and(|session| {
        let same = matches!(session.origin, Origin::Joined(join) if join.dev_nonce == dev_nonce);
        same && session.since.is_some_and(|since| received_at.since(since) <= JOIN_COPIES_MS)
    })
}

fn uplink(device: DeviceNo, slot: Slot, session: &Session, frame: &DataFrame<'_>, f_cnt: u32) -> Uplink {
    let clear = session.keys.map(|keys| frame.decrypt(&keys, f_cnt)).unwrap_or_default();
    let (payload, mac) = match frame.f_port {
        Some(0) => (Vec::new(), MacCommands::parse(&clear)),
        _ => (clear, MacCommands::parse(frame.f_opts)),
    };
    Uplink {
        device,
        dev_addr: frame.dev_addr,
        f_cnt,
        f_port: frame.f_port,
        payload,
        confirmed: frame.confirmed,
        adr: frame.adr,
        asked: Asked::of(frame.confirmed, frame.adr_ack_req, &mac),
        mac,
        slot,
        fingerprint: frame.mic,
        begins_run: false,
    }
}

fn below(device: DeviceNo, slot: Slot, session: &Session, f_cnt: u32, judgement: Judgement) -> Refused {
    let reason = if judgement == Judgement::Reset { Reason::FCntReset } else { Reason::FCntTooOld };
    let highest = session.counters.highest().unwrap_or_default();
    let detail = format!("address {}, counter {f_cnt}, highest {highest}", session.dev_addr);
    Refused { slot, ..Refused::new(Some(device), reason, detail) }
}
