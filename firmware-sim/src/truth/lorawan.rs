//! What must become of what gateways delivered.
//!
//! Each frame of a datagram, each status and each TX_ACK is a message. In the order of delivery, of a frame
//!
//! 1. the gateway is not registered: `unknown_gateway`;
//! 2. the radio checksum is wrong: `bad_crc`;
//! 3. it asks to join: control, if its DevNonce is new; a duplicate, if it is a copy of the same transmission; else
//!    `dev_nonce_used`;
//! 4. it is forged: `wrong_mic`, or `unknown_dev_addr` if it gives an address that nobody has;
//! 5. it is data: of the device's current session, which begins with its first frame, or of the one before; else
//!    `unknown_dev_addr` (`wrong_mic`, should another device have the address by now). Its counter decides, see [`Run`].
//!
//! The first frame of a counter is the uplink: its readings count, at the GPS time of the copy that came first. A copy without
//! time gives them the time of receipt, which nobody knows here: the windows of such devices are left out, see
//! [`LorawanTruth::untimed`].
//!
//! What was sent several times before it was acknowledged may have been journalled as often: [`LorawanTruth::maybe`].

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::Serialize;
use smartpole_model::{DevAddr, FCntReset, Inputs, Outcome, Reason, Verdict};

use super::{Accepted, Outcomes, Truth, judge, message::Sample, outcome_of, sensors, windows};
use crate::lorawan::{Content, Copy, Delivery, Device, Fleet, Said};

/// The truth about LoRaWAN poles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LorawanTruth {
    /// What must have happened at least.
    pub truth: Truth,
    /// Messages that may have been journalled once more, at most, by what would become of them. A join request counts twice here, as
    /// it may be a duplicate or `dev_nonce_used`, depending on how late it comes.
    pub maybe: Outcomes,
    /// Devices that have a reading with the time of its receipt: their windows are not told.
    pub untimed: BTreeSet<String>,
}

/// One run of a counter; of the counters heard the frames are known.
#[derive(Debug, Default)]
struct Run {
    heard: BTreeMap<u32, Vec<u8>>,
    highest: u32,
    refused: bool,
    /// The latest uplinks, those of the run before among them.
    latest: VecDeque<Vec<u8>>,
}

/// How many of them.
const LATEST: usize = 8;
/// Counters that are told from copies when a counter begins again, from 0.
const FIRST: u32 = 16;
/// How far below the highest counter late frames are taken.
const WIDTH: u32 = 8192;

enum Judged {
    New,
    Known,
    Reset,
    TooOld,
}

impl Run {
    /// A counter above the highest is new, and so is one below that was not heard. One that was heard comes with the same bytes
    /// again; other bytes under one of the first counters say that the counter began again, and so does all that follows a
    /// reset that was refused, until the counter exceeds the highest. Copies of the latest uplinks are known by their bytes, also
    /// after the counter began again.
    fn judge(&self, f_cnt: u32, bytes: &[u8]) -> Judged {
        let known = self.heard.get(&f_cnt);
        if self.latest.iter().any(|latest| latest == bytes) {
            return Judged::Known;
        }
        if self.heard.is_empty() || f_cnt > self.highest {
            return Judged::New;
        }
        if self.highest - f_cnt >= WIDTH {
            return if self.refused || f_cnt < FIRST { Judged::Reset } else { Judged::TooOld };
        }
        match known {
            None => Judged::New,
            Some(known) if known == bytes => Judged::Known,
            Some(_) if self.refused || (f_cnt < FIRST && f_cnt < self.highest) => Judged::Reset,
            Some(_) => Judged::Known,
        }
    }

    fn hear(&mut self, f_cnt: u32, bytes: &[u8]) {
        self.refused &= f_cnt <= self.highest;
        self.highest = self.highest.max(f_cnt);
        self.heard.insert(f_cnt, bytes.to_vec());
        if self.latest.len() == LATEST {
            self.latest.pop_front();
        }
        self.latest.push_back(bytes.to_vec());
    }

    /// The counter began again, and may.
    fn begin(&mut self) {
        *self = Self { latest: std::mem::take(&mut self.latest), ..Self::default() };
    }
}

/// A session, and what was heard of it.
#[derive(Debug)]
struct Session {
    number: u32,
    dev_addr: DevAddr,
    run: Run,
}

#[derive(Debug, Default)]
struct Known {
    /// DevNonces, by the transmission they came with first.
    nonces: BTreeMap<u16, u64>,
    /// The current session, and the one before.
    sessions: Vec<Session>,
}

/// The truth in the making.
struct Teller<'a> {
    inputs: &'a Inputs,
    fleet: &'a Fleet,
    told: LorawanTruth,
    known: BTreeMap<usize, Known>,
    accepted: Accepted,
}

impl LorawanTruth {
    /// The truth about all that was acknowledged, in whatever order it was.
    pub fn of(inputs: &Inputs, fleet: &Fleet, deliveries: &[Delivery]) -> Self {
        let mut ordered: Vec<_> = deliveries.iter().collect();
        ordered.sort_by_key(|delivery| delivery.number);
        let (known, accepted) = (BTreeMap::new(), Accepted::new());
        let mut teller = Teller { inputs, fleet, told: Self::default(), known, accepted };
        ordered.into_iter().for_each(|delivery| teller.delivery(delivery));
        let untimed = &teller.told.untimed;
        let mut windows = windows::of(&inputs.registry, &teller.accepted);
        windows.retain(|window| !untimed.contains(&window.device));
        teller.told.truth.windows = windows;
        teller.told
    }

    /// What differs between messages as they were counted and this truth: empty if each outcome lies within its bounds.
    pub fn difference(&self, counted: &Outcomes) -> Vec<String> {
        let (must, maybe) = (self.truth.messages.list(), self.maybe.list());
        let all: BTreeSet<_> = counted.list().into_keys().chain(must.keys().copied()).collect();
        let of = |list: &BTreeMap<Outcome, u64>, outcome: &Outcome| list.get(outcome).copied().unwrap_or(0);
        let differs = |outcome: &Outcome| {
            let (is, least) = (of(&counted.list(), outcome), of(&must, outcome));
            let most = least + of(&maybe, outcome);
            (!(least..=most).contains(&is)).then(|| format!("{outcome:?}: {is}, must be {least} to {most}"))
        };
        all.iter().filter_map(differs).collect()
    }
}

impl Teller<'_> {
    fn delivery(&mut self, delivery: &Delivery) {
        let again = u64::from(delivery.sends.saturating_sub(1));
        match &delivery.content {
            Content::TxAck => self.told.maybe.control += u64::from(delivery.sends),
            Content::Stat => {
                self.count(None, Outcome::Control);
                self.told.maybe.control += again;
            }
            Content::Frames(copies) => {
                for copy in copies {
                    let (device, outcome) = self.frame(delivery, copy);
                    self.count(device, outcome);
                    self.once_more(outcome, again);
                }
            }
        }
    }

    fn count(&mut self, device: Option<usize>, outcome: Outcome) {
        let truth = &mut self.told.truth;
        truth.sent += 1;
        truth.messages.add(outcome);
        if let Some(device) = device {
            let id = self.fleet.devices()[device].eui.to_string();
            truth.devices.entry(id).or_default().add(outcome);
        }
    }

    fn once_more(&mut self, outcome: Outcome, times: u64) {
        for _ in 0..times {
            match outcome {
                Outcome::Uplink | Outcome::Duplicate => self.told.maybe.add(Outcome::Duplicate),
                Outcome::Control => {
                    self.told.maybe.add(Outcome::Duplicate);
                    self.told.maybe.add(Outcome::Quarantined(Reason::DevNonceUsed));
                }
                Outcome::Quarantined(_) => self.told.maybe.add(outcome),
            }
        }
    }

    /// A frame's outcome, and its device if the frame proves it.
    fn frame(&mut self, delivery: &Delivery, copy: &Copy) -> (Option<usize>, Outcome) {
        let refused = |reason| (None, Outcome::Quarantined(reason));
        if !self.fleet.registered_gateways().contains(&delivery.gateway) {
            return refused(Reason::UnknownGateway);
        }
        if !copy.crc_ok {
            return refused(Reason::BadCrc);
        }
        let device = copy.frame.device;
        match copy.frame.said {
            Said::Join { dev_nonce } => (Some(device), self.join(device, dev_nonce, copy.frame.number)),
            Said::Forged { known_address: true } => refused(Reason::WrongMic),
            Said::Forged { known_address: false } => refused(Reason::UnknownDevAddr),
            Said::Data { session, dev_addr, f_cnt, .. } => match self.session(device, session, dev_addr) {
                Some(place) => (Some(device), self.data(device, place, f_cnt, copy)),
                None => refused(self.stranger(dev_addr)),
            },
        }
    }

    fn join(&mut self, device: usize, dev_nonce: u16, transmission: u64) -> Outcome {
        let nonces = &mut self.known.entry(device).or_default().nonces;
        match nonces.get(&dev_nonce) {
            None => {
                nonces.insert(dev_nonce, transmission);
                Outcome::Control
            }
            Some(first) if *first == transmission => Outcome::Duplicate,
            Some(_) => Outcome::Quarantined(Reason::DevNonceUsed),
        }
    }

    /// Why a frame of a session that is no more is refused.
    fn stranger(&self, dev_addr: DevAddr) -> Reason {
        let of_session = self.known.values().flat_map(|known| &known.sessions).map(|session| session.dev_addr);
        let personalized = self.fleet.devices().iter().filter_map(Device::written_address);
        let anybody = of_session.chain(personalized).any(|known| known == dev_addr);
        if anybody { Reason::WrongMic } else { Reason::UnknownDevAddr }
    }

    /// Place of a session among the two that count; a new one becomes the current one.
    fn session(&mut self, device: usize, number: u32, dev_addr: DevAddr) -> Option<usize> {
        // A personalized device has one session for ever.
        let number = if self.fleet.devices()[device].written_address().is_some() { 1 } else { number };
        let sessions = &mut self.known.entry(device).or_default().sessions;
        if sessions.first().is_none_or(|current| number > current.number) {
            sessions.insert(0, Session { number, dev_addr, run: Run::default() });
            sessions.truncate(2);
        }
        sessions.iter().position(|session| session.number == number)
    }

    fn data(&mut self, device: usize, place: usize, f_cnt: u32, copy: &Copy) -> Outcome {
        let accepts = place == 0 && self.fleet.devices()[device].f_cnt_reset == FCntReset::Accept;
        let Some(known) = self.known.get_mut(&device) else { return Outcome::Duplicate };
        let run = &mut known.sessions[place].run;
        match run.judge(f_cnt, &copy.frame.bytes) {
            Judged::Known => return Outcome::Duplicate,
            Judged::TooOld => return Outcome::Quarantined(Reason::FCntTooOld),
            Judged::Reset if accepts => run.begin(),
            Judged::Reset => {
                run.refused = true;
                return Outcome::Quarantined(Reason::FCntReset);
            }
            Judged::New => {}
        }
        run.hear(f_cnt, &copy.frame.bytes);
        self.uplink(device, copy)
    }

    fn uplink(&mut self, device: usize, copy: &Copy) -> Outcome {
        let Said::Data { payload, .. } = &copy.frame.said else { return Outcome::Duplicate };
        let index = self.fleet.devices()[device].index;
        let registry = &self.inputs.registry;
        let profile = &registry.profiles[&registry.devices[index].at(copy.frame.end).profile];
        let readings = sensors::read(&registry.properties, profile, payload);
        let verdicts: Vec<Verdict> = match copy.time {
            Some(time) => judge(self.inputs, time, index, &Sample { time, readings }, &mut self.accepted),
            None => {
                self.told.untimed.insert(registry.devices[index].id.clone());
                readings
                    .iter()
                    .map(|reading| reading.map_or_else(Verdict::Quarantined, |_| Verdict::Accepted))
                    .collect()
            }
        };
        verdicts.iter().for_each(|verdict| self.told.truth.readings.add(*verdict));
        outcome_of(&verdicts)
    }
}
