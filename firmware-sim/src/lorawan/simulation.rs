//! What happens, in virtual time: devices send, frames end, gateways pass them on, windows close.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, HashMap},
    sync::Arc,
};

use smartpole_model::{DevAddr, UtcMillis};

use super::{
    air::{Air, Reception},
    fleet::Fleet,
    frame::{Copy, Frame, Said},
    mote::{Awaiting, Mote},
    radio::{Signal, airtime_us},
    semtech::{Received, Rxpk},
    stack::{Answered, Emitted, Window},
};
use crate::dice::Dice;

const HOUR_MS: i64 = 3_600_000;
/// RX2 after a join request, and the longest join accept in it.
const JOIN_WINDOWS_MS: i64 = 8_500;
/// RX2 after data, and a short downlink in it.
const DATA_WINDOWS_MS: i64 = 4_000;
/// One device after the other asks to join: a gateway sends one answer at a time.
const BETWEEN_JOINS_MS: i64 = 2_000;

/// How a fleet begins.
#[derive(Clone, Debug, Default)]
pub(super) struct Start {
    /// First DevNonce.
    pub(super) nonce: u16,
    /// Instant of each device's latest measurement known to the service, by DevEUI as text.
    pub(super) reported: HashMap<String, UtcMillis>,
    /// From when on, and how often devices that join measure then, ms.
    pub(super) live: Option<(UtcMillis, i64)>,
    /// Join requests from before have no time: they are made now, and a stale time would tell the service not to answer.
    pub(super) now: UtcMillis,
}

/// A frame comes from a gateway.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) gateway: usize,
    pub(super) copy: Copy,
    pub(super) rxpk: Rxpk,
    /// Whether its outcome depends on what came before.
    pub(super) ordered: bool,
}

#[derive(Debug)]
enum Event {
    /// A device measures, or asks to join.
    Wake(usize),
    /// A frame has ended.
    Ended(Arc<Frame>),
    /// A gateway passes a frame on.
    Arrived(Box<Arrival>),
    /// A device stops listening for an answer to a frame.
    Closed(usize, u64),
    /// A frame is sent once more, or one like it.
    Again(Arc<Frame>, Why),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Retransmission,
    Replay,
    ForgedMic,
    ForgedAddress,
}

/// The town's radio.
#[derive(Debug)]
pub(super) struct Simulation {
    fleet: Fleet,
    motes: Vec<Mote>,
    air: Air,
    queue: BinaryHeap<Reverse<Entry>>,
    pushed: u64,
    frames: u64,
    to: UtcMillis,
    now: UtcMillis,
}

impl Simulation {
    pub(super) fn new(fleet: &Fleet, start: &Start) -> Self {
        let spec = fleet.spec();
        let to = if start.live.is_some() { UtcMillis(i64::MAX) } else { spec.to };
        let (queue, air) = (BinaryHeap::new(), Air::default());
        let mut simulation =
            Self { fleet: fleet.clone(), motes: Vec::new(), air, queue, pushed: 0, frames: 0, to, now: start.now };
        for (index, device) in fleet.devices().iter().enumerate() {
            let reported = start.reported.get(&device.eui.to_string()).map(|time| time.plus(1));
            let begin = reported.unwrap_or(spec.from).max(spec.from);
            let mote = Mote::new(fleet, index, begin, start.nonce, start.live);
            let first = mote.measures_after(begin.plus(-1));
            let joins = begin.plus(index as i64 * BETWEEN_JOINS_MS);
            simulation.push(if mote.joined { first } else { joins }, Event::Wake(index));
            simulation.motes.push(mote);
        }
        simulation
    }

    /// When something happens next.
    pub(super) fn next_at(&self) -> Option<UtcMillis> {
        self.queue.peek().map(|Reverse(entry)| entry.at)
    }

    /// The join request whose answer is missing, if nothing else may happen before it is given up.
    pub(super) fn awaits(&self) -> Option<u64> {
        let Reverse(Entry { event: Event::Closed(mote, frame), .. }) = self.queue.peek()? else { return None };
        let awaiting = self.motes[*mote].awaiting.as_ref()?;
        (awaiting.frame == *frame && awaiting.join && awaiting.arrived && awaiting.heard.is_empty()).then_some(*frame)
    }

    /// What is sent reaches a device that still listens for it.
    pub(super) fn downlink(&mut self, frame: &Frame, window: Window, bytes: Vec<u8>) {
        let awaiting = self.motes[frame.device].awaiting.as_mut();
        if let Some(awaiting) = awaiting.filter(|awaiting| awaiting.frame == frame.number) {
            awaiting.heard.push((window, bytes));
        }
    }

    /// The next event; what comes from a gateway by it, if anything does.
    pub(super) fn step(&mut self) -> Option<Arrival> {
        let Reverse(Entry { at, event, .. }) = self.queue.pop()?;
        match event {
            Event::Wake(mote) => self.wake(at, mote),
            Event::Ended(frame) => self.ended(&frame),
            Event::Closed(mote, frame) => self.closed(at, mote, frame),
            Event::Again(frame, why) => self.again(at, &frame, why),
            Event::Arrived(arrival) => {
                self.arrived(&arrival);
                return Some(*arrival);
            }
        }
        None
    }

    fn wake(&mut self, at: UtcMillis, mote: usize) {
        if at >= self.to {
            return;
        }
        let faults = self.fleet.spec().faults;
        let mut dice = self.dice(73, mote, at);
        let personalized = self.motes[mote].device.is_personalized();
        // What it has sent must have come before it begins anew.
        let quiet = self.motes[mote].arrived_by < at;
        if !personalized && quiet && dice.chance(faults.reboot) {
            self.motes[mote].reboot();
        }
        if personalized && quiet && self.motes[mote].has_counted() && dice.chance(faults.f_cnt_reset) {
            self.motes[mote].personalize(at, 0);
        }
        if self.motes[mote].joined { self.measure(at, mote, &mut dice) } else { self.join(at, mote, &mut dice) }
    }

    fn join(&mut self, at: UtcMillis, mote: usize, dice: &mut Dice) {
        let Ok((emitted, said)) = self.motes[mote].join(at) else { return };
        let frame = self.transmit(at, mote, said, emitted, true);
        self.listen(mote, &frame, true);
        if dice.chance(self.fleet.spec().faults.replay) {
            self.push(at.plus(HOUR_MS + dice.below(HOUR_MS)), Event::Again(frame, Why::Replay));
        }
    }

    fn measure(&mut self, at: UtcMillis, mote: usize, dice: &mut Dice) {
        let faults = self.fleet.spec().faults;
        let next = self.motes[mote].measures_after(at);
        self.push(next, Event::Wake(mote));
        let confirmed = dice.chance(faults.retransmission);
        let lost = dice.chance(faults.loss);
        let Ok((emitted, said)) = self.motes[mote].send(at, confirmed) else { return };
        let first = self.motes[mote].is_unproven();
        let frame = if lost {
            self.frame(at, mote, said, emitted, first)
        } else {
            self.transmit(at, mote, said, emitted, first || confirmed)
        };
        self.listen(mote, &frame, false);
        if confirmed {
            let later = frame.end.plus(DATA_WINDOWS_MS + dice.below(2_000));
            self.push(later, Event::Again(Arc::clone(&frame), Why::Retransmission));
        }
        if dice.chance(faults.forged) {
            let why = if dice.chance(0.5) { Why::ForgedMic } else { Why::ForgedAddress };
            self.push(frame.end.plus(1 + dice.below(3_000)), Event::Again(Arc::clone(&frame), why));
        }
        if dice.chance(faults.replay) {
            let recorded = self.motes[mote].recorded(dice);
            let later = self.motes[mote].arrived_by.max(at).plus(1_000 + dice.below(HOUR_MS));
            recorded.into_iter().for_each(|frame| self.push(later, Event::Again(frame, Why::Replay)));
        }
    }

    fn listen(&mut self, mote: usize, frame: &Frame, join: bool) {
        let windows = if join { JOIN_WINDOWS_MS } else { DATA_WINDOWS_MS };
        self.motes[mote].awaiting = Some(Awaiting { frame: frame.number, join, arrived: false, heard: Vec::new() });
        self.push(frame.end.plus(windows), Event::Closed(mote, frame.number));
    }

    fn closed(&mut self, at: UtcMillis, mote: usize, frame: u64) {
        let Some(mut awaiting) = self.motes[mote].awaiting.take_if(|awaiting| awaiting.frame == frame) else { return };
        let mut dice = self.dice(74, mote, at);
        if awaiting.join && dice.chance(self.fleet.spec().faults.join_lost) {
            awaiting.heard.clear();
        }
        awaiting.heard.sort_by_key(|(window, _)| *window);
        let answered = self.motes[mote].listen(&awaiting.heard);
        let again = match answered {
            _ if !awaiting.join => return,
            Answered::Joined => self.motes[mote].measures_after(at),
            Answered::Downlink | Answered::Silence => at.plus(5_000 + dice.below(15_000)),
        };
        self.push(again, Event::Wake(mote));
    }

    /// Sends a frame again, or a forged one.
    fn again(&mut self, at: UtcMillis, original: &Frame, why: Why) {
        let mote = &self.motes[original.device];
        if why == Why::Replay && !mote.can_be_replayed(original, at) {
            return;
        }
        let mut dice = Dice::of(self.fleet.spec().seed, &[75, original.number as i64, at.0]);
        let mut bytes = original.bytes.clone();
        let said = match why {
            Why::Retransmission | Why::Replay => original.said.clone(),
            Why::ForgedMic | Why::ForgedAddress => forge(&mut bytes, why, &mut dice),
        };
        let Frame { device, frequency, spreading_factor, .. } = *original;
        let ordered = matches!(why, Why::Retransmission | Why::Replay);
        self.transmit(at, device, said, Emitted { bytes, frequency, spreading_factor }, ordered);
    }

    fn frame(&mut self, start: UtcMillis, device: usize, said: Said, emitted: Emitted, ordered: bool) -> Arc<Frame> {
        let Emitted { bytes, frequency, spreading_factor } = emitted;
        let lasts = (airtime_us(spreading_factor, bytes.len()) + 999) / 1000;
        self.frames += 1;
        let (number, end) = (self.frames, start.plus(lasts));
        Arc::new(Frame { number, device, said, bytes, frequency, spreading_factor, start, end, ordered })
    }

    fn transmit(&mut self, at: UtcMillis, device: usize, said: Said, emitted: Emitted, ordered: bool) -> Arc<Frame> {
        let frame = self.frame(at, device, said, emitted, ordered);
        self.air.begin(Arc::clone(&frame));
        self.push(frame.end, Event::Ended(Arc::clone(&frame)));
        frame
    }

    fn ended(&mut self, frame: &Arc<Frame>) {
        let spec = self.fleet.spec();
        let (seed, faults) = (spec.seed, spec.faults);
        let mut arrivals = Vec::new();
        for reception in self.air.receptions(frame, self.fleet.devices(), seed) {
            arrivals.extend(self.arrival(frame, reception));
        }
        let mut dice = Dice::of(seed, &[76, frame.number as i64]);
        if !arrivals.is_empty() && dice.chance(faults.unknown_gateway) {
            let signal = self.fleet.devices()[frame.device].signals[0];
            let stranger = Reception { gateway: self.fleet.gateways().len() - 1, signal, weak: false };
            arrivals.extend(self.arrival(frame, stranger));
        }
        // Where a copy has no time, that of the first one counts.
        let untimed = arrivals.iter().any(|(_, arrival)| arrival.copy.time.is_none());
        for (at, mut arrival) in arrivals {
            arrival.ordered |= untimed;
            let mote = &mut self.motes[frame.device];
            mote.arrived_by = mote.arrived_by.max(at);
            self.push(at, Event::Arrived(Box::new(arrival)));
        }
    }

    /// A frame as a gateway passes it on, and when; none if that would be too late to be of use.
    fn arrival(&self, frame: &Arc<Frame>, reception: Reception) -> Option<(UtcMillis, Arrival)> {
        let Reception { gateway, signal, weak } = reception;
        let (seed, faults) = (self.fleet.spec().seed, self.fleet.spec().faults);
        let registered = gateway + 1 < self.fleet.gateways().len();
        let hour = frame.end.0.div_euclid(HOUR_MS);
        let whole_hour = |purpose: i64, rate: f64| Dice::of(seed, &[purpose, gateway as i64, hour]).chance(rate);
        let mut dice = Dice::of(seed, &[77, frame.number as i64, gateway as i64]);
        let join = matches!(frame.said, Said::Join { .. });
        let crc_ok = !registered || !(weak && dice.chance(0.5) || dice.chance(faults.bad_crc));
        let mut at = frame.end.plus(30 + dice.below(120));
        if !join && dice.chance(faults.backhaul) {
            at = at.plus(1_000 + dice.below(7_000));
        }
        if registered && whole_hour(78, faults.outage) {
            if join {
                return None;
            }
            at = at.max(UtcMillis((hour + 1) * HOUR_MS).plus(dice.below(20_000)));
        }
        let lost = registered && whole_hour(79, faults.gps_lost);
        let stale = join && frame.end < self.now;
        let time = Some(frame.end).filter(|_| !lost && !stale);
        let bytes = if crc_ok { frame.bytes.clone() } else { damaged(&frame.bytes, &mut dice) };
        let tmst = tmst(gateway, frame.end);
        let Frame { frequency, spreading_factor, .. } = **frame;
        let Signal { rssi, snr } = signal;
        let received = Received { time, tmst, frequency, spreading_factor, crc_ok, rssi, snr, bytes: &bytes };
        let (rxpk, frame) = (Rxpk::new(&received), Arc::clone(frame));
        let ordered = frame.ordered;
        Some((at, Arrival { gateway, copy: Copy { frame, time, crc_ok }, rxpk, ordered }))
    }

    fn arrived(&mut self, arrival: &Arrival) {
        let Copy { frame, crc_ok, .. } = &arrival.copy;
        if !crc_ok || arrival.gateway + 1 == self.fleet.gateways().len() {
            return;
        }
        let mote = &mut self.motes[frame.device];
        if let Some(awaiting) = mote.awaiting.as_mut().filter(|awaiting| awaiting.frame == frame.number) {
            awaiting.arrived = true;
        }
        mote.record(frame);
    }

    fn dice(&self, purpose: i64, mote: usize, at: UtcMillis) -> Dice {
        Dice::of(self.fleet.spec().seed, &[purpose, self.motes[mote].device.key(), at.0])
    }

    fn push(&mut self, at: UtcMillis, event: Event) {
        self.pushed += 1;
        self.queue.push(Reverse(Entry { at, number: self.pushed, event }));
    }
}

/// A gateway's clock at an instant, µs; each began somewhere else.
pub(super) fn tmst(gateway: usize, at: UtcMillis) -> u32 {
    (at.0 as u64).wrapping_mul(1000).wrapping_add(gateway as u64 * 1_234_567_891) as u32
}

/// Other bytes with the same length.
fn damaged(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..3 {
        let at = dice.below(bytes.len() as i64) as usize;
        bytes[at] ^= 1 << dice.below(8);
    }
    bytes
}

/// Makes up a data frame from a real one: a later counter that nobody signed, or an address of no network of ours.
fn forge(bytes: &mut [u8], why: Why, dice: &mut Dice) -> Said {
    // Type 7 addresses (NetIDs of 24 bits that nobody has, LoRaWAN 1.0.4, 6.1.1) are given to no device here.
    const NOBODY: u32 = 0xfe00_0000;
    if why == Why::ForgedAddress {
        let addr = NOBODY | (dice.next() as u32 & 0x00ff_ffff);
        bytes[1..5].copy_from_slice(&addr.to_le_bytes());
    }
    bytes[6] = bytes[6].wrapping_add(1 + dice.below(9) as u8);
    let mic = bytes.len() - 4;
    bytes[mic..].copy_from_slice(&(dice.next() as u32).to_le_bytes());
    let addr = u32::from_le_bytes([bytes[1], bytes[2], bytes[3], bytes[4]]);
    Said::Forged { dev_addr: DevAddr(addr) }
}

/// Events by time, then as they were pushed.
#[derive(Debug)]
struct Entry {
    at: UtcMillis,
    number: u64,
    event: Event,
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}
