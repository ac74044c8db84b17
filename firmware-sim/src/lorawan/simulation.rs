//! What happens, in virtual time: devices send, frames end, gateways pass them on, windows close.

use std::{collections::HashMap, sync::Arc};

use smartpole_model::UtcMillis;

use super::{
    air::{Air, Reception},
    attacker::{Forgery, forge},
    backhaul::{self, Arrival},
    fleet::Fleet,
    frame::{Copy, Frame, Said},
    mote::{Awaiting, Mote},
    queue::Queue,
    radio::airtime_us,
    stack::{Answered, Emitted, Window},
};
use crate::dice::Dice;

const HOUR_MS: i64 = 3_600_000;
/// RX2 after a join request, and the longest join accept in it.
const JOIN_WINDOWS_MS: i64 = 8_500;
/// RX2 after data, and a short downlink in it.
const DATA_WINDOWS_MS: i64 = 4_000;
/// One device after the other asks to join: a gateway sends one answer at a time. Whose answer meets another asks again.
const BETWEEN_JOINS_MS: i64 = 600;

/// How a fleet begins.
#[derive(Clone, Debug, Default)]
pub(super) struct Start {
    /// First DevNonce.
    pub(super) nonce: u16,
    /// Instant of each device's latest measurement known to the service, by DevEUI as text.
    pub(super) reported: HashMap<String, UtcMillis>,
    /// From when on, and how often devices that join measure then, ms.
    pub(super) live: Option<(UtcMillis, i64)>,
    /// This machine's time.
    pub(super) now: UtcMillis,
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
    Forged(Forgery),
}

/// The town's radio.
#[derive(Debug)]
pub(super) struct Simulation {
    fleet: Fleet,
    motes: Vec<Mote>,
    air: Air,
    queue: Queue<Event>,
    frames: u64,
    to: UtcMillis,
    now: UtcMillis,
}

impl Simulation {
    pub(super) fn new(fleet: &Fleet, start: &Start) -> Self {
        let spec = fleet.spec();
        let to = if start.live.is_some() { UtcMillis(i64::MAX) } else { spec.to };
        let (queue, air) = (Queue::new(), Air::default());
        let mut simulation =
            Self { fleet: fleet.clone(), motes: Vec::new(), air, queue, frames: 0, to, now: start.now };
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
        self.queue.peek().map(|(at, _)| at)
    }

    /// The join request whose answer is missing, if nothing else may happen before it is given up.
    pub(super) fn awaits(&self) -> Option<u64> {
        let (_, Event::Closed(mote, frame)) = self.queue.peek()? else { return None };
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
        let (at, event) = self.queue.pop()?;
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
            let why = Why::Forged(if dice.chance(0.5) { Forgery::Mic } else { Forgery::Address });
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
            Why::Forged(forgery) => forge(&mut bytes, forgery, &mut dice),
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
            arrivals.extend(backhaul::pass(&self.fleet, self.now, frame, reception));
        }
        let mut dice = Dice::of(seed, &[76, frame.number as i64]);
        if !arrivals.is_empty() && dice.chance(faults.unknown_gateway) {
            let signal = self.fleet.devices()[frame.device].signals[0];
            let stranger = Reception { gateway: self.fleet.gateways().len() - 1, signal, weak: false };
            arrivals.extend(backhaul::pass(&self.fleet, self.now, frame, stranger));
        }
        // Where copies differ in their time, or have none, that of the first one counts.
        let mut times = arrivals.iter().map(|(_, arrival)| arrival.copy.time);
        let first = times.next().flatten();
        let differ = !arrivals.is_empty() && (first.is_none() || times.any(|time| time != first));
        for (at, mut arrival) in arrivals {
            arrival.ordered |= differ;
            let mote = &mut self.motes[frame.device];
            mote.arrived_by = mote.arrived_by.max(at);
            self.push(at, Event::Arrived(Box::new(arrival)));
        }
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
        self.queue.push(at, event);
    }
}
