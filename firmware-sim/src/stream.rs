//! One device's messages, in sending order, with all that goes wrong.
//!
//! Each measurement pushes what it sends, now or later, onto a heap ordered by sending time; faults only choose other times,
//! more copies or other bytes. A message leaves the heap when no later measurement can be sent before it.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    sync::Arc,
};

use smartpole_model::{Decimal, UtcMillis};

use crate::{
    Faults, Fleet, Kind, SimDevice, Transmission,
    calendar::local_time_before,
    dice::{Dice, wave},
    footfall::Way,
    garbage,
    payload::{self, Said, SaidValue},
    sensor::Sensor,
};

const HOUR_MS: i64 = 3_600_000;
/// Samples of one message after an outage.
const SAMPLES_PER_MESSAGE: usize = 6;
/// 2100-01-01
const CENTURY: UtcMillis = UtcMillis(4_102_444_800_000);

/// What one device sends, in sending order.
#[derive(Debug)]
pub struct DeviceStream {
    fleet: Fleet,
    device: SimDevice,
    index: usize,
    sensor: Sensor,
    faults: Faults,
    /// When it measures next.
    next: UtcMillis,
    pending: BinaryHeap<Reverse<Pending>>,
    sequence: u64,
    /// The network is gone until then.
    outage_until: UtcMillis,
    /// Samples that wait for the network.
    kept: Vec<Said>,
    /// Values that the sensor repeats, and for how many messages more.
    stuck: Option<(Vec<i64>, i64)>,
    /// Added to totals, by wraps and resets; in and out.
    offsets: [i64; 2],
    drifts: bool,
}

/// A transmission, ordered by time and then by who was pushed first.
#[derive(Debug)]
struct Pending(u64, Transmission);

impl DeviceStream {
    pub(crate) fn new(fleet: Fleet, index: usize) -> Self {
        let device = fleet.devices()[index].clone();
        let spec = fleet.spec().clone();
        let interval = device.equipment.interval_ms;
        let behind = (spec.from.0 - device.phase_ms).rem_euclid(interval);
        let next = spec.from.plus(if behind == 0 { 0 } else { interval - behind });
        let mut dice = Dice::of(spec.seed, &[40, device.key]);
        let mut stream = Self {
            sensor: fleet.sensor(&device),
            faults: spec.faults,
            drifts: dice.chance(spec.faults.drift),
            pending: BinaryHeap::new(),
            sequence: 0,
            outage_until: UtcMillis(i64::MIN),
            kept: Vec::new(),
            stuck: None,
            offsets: [0; 2],
            fleet,
            device,
            index,
            next,
        };
        if dice.chance(spec.faults.wrap) {
            stream.zero_at(UtcMillis(spec.from.0 / 2 + spec.to.0 / 2));
        }
        stream
    }

    /// Shifts the totals so that they are 0 at that instant.
    fn zero_at(&mut self, time: UtcMillis) {
        for way in [Way::In, Way::Out] {
            self.offsets[way as usize] = -self.sensor.total(way, time);
        }
    }

    /// One measurement and what follows from it.
    fn measure(&mut self) {
        let time = self.next;
        self.next = time.plus(self.device.equipment.interval_ms);
        let mut dice = Dice::of(self.fleet.spec().seed, &[41, self.device.key, time.0]);
        let switched_on = self.resets(time);
        let values = self.values(time, &mut dice);
        let mut said = self.said(time, &values, &mut dice);
        if switched_on {
            let value = Decimal { mantissa: 1, decimals: 0 };
            said.values.push(SaidValue { property: "power_up".into(), value });
        }
        if dice.chance(self.faults.delay) && time >= self.outage_until {
            self.outage_until = time.plus(HOUR_MS + dice.below(7 * HOUR_MS));
        }
        let sent = time.plus(200 + dice.below(1500));
        if time < self.outage_until {
            self.kept.push(said);
            return;
        }
        self.send_kept(sent, &mut dice);
        if !dice.chance(self.faults.loss) {
            self.send(sent, &[said], &mut dice);
        }
    }

    /// Sends what waited for the network, oldest first.
    fn send_kept(&mut self, sent: UtcMillis, dice: &mut Dice) {
        let kept = std::mem::take(&mut self.kept);
        for samples in kept.chunks(SAMPLES_PER_MESSAGE) {
            self.send(sent, samples, dice);
        }
    }

    /// Resets that are not a matter of chance alone: daily by the clock, and when it is switched on; whether it was.
    fn resets(&mut self, time: UtcMillis) -> bool {
        let nightly = self.device.equipment.resets_at.map(|minute| local_time_before(minute, time));
        if let Some(night) = nightly.filter(|night| time.since(*night) < self.device.equipment.interval_ms) {
            self.zero_at(night);
        }
        // dice of their own: without this fault all else is as it was
        let mut dice = Dice::of(self.fleet.spec().seed, &[43, self.device.key, time.0]);
        let switched_on = dice.chance(self.faults.power_cycle);
        if switched_on {
            self.zero_at(time.plus(-dice.below(60_000)));
        }
        switched_on
    }

    /// The sensor's integers, totals wrapped.
    fn values(&mut self, time: UtcMillis, dice: &mut Dice) -> Vec<i64> {
        if dice.chance(self.faults.reset) {
            for way in [Way::In, Way::Out] {
                self.offsets[way as usize] = -self.sensor.total(way, time.plus(-dice.below(60_000)));
            }
        }
        let mut values = self.sensor.measure(time, self.device.equipment.interval_ms);
        for (measured, value) in self.device.equipment.measured.iter().zip(&mut values) {
            if let Some(way) = measured.total() {
                *value = (*value + self.offsets[way as usize]).rem_euclid(self.device.equipment.wrap);
            }
        }
        if dice.chance(self.faults.stuck) && self.stuck.is_none() {
            self.stuck = Some((values.clone(), 6 + dice.below(25)));
        }
        match self.stuck.take() {
            Some((same, more)) if more > 0 => {
                self.stuck = Some((same.clone(), more - 1));
                same
            }
            _ => values,
        }
    }

    /// The values as they are said, with the device's time and its sensor's faults.
    fn said(&self, time: UtcMillis, values: &[i64], dice: &mut Dice) -> Said {
        let measured = &self.device.equipment.measured;
        let mut said: Vec<SaidValue> =
            measured.iter().zip(values).map(|(measured, value)| measured.said(*value)).collect();
        let victim = dice.below(said.len() as i64) as usize;
        let property = &measured[victim].property;
        if !measured[victim].is_counter() && dice.chance(self.faults.out_of_range) {
            said[victim].value.mantissa = property.max + 1 + dice.below(100);
        }
        if let Some(sentinel) = property.sentinels.first().filter(|_| dice.chance(self.faults.sentinel)) {
            said[victim].value.mantissa = *sentinel;
        }
        if dice.chance(self.faults.unknown_property) {
            // In front: a message is quarantined for its first reading's reason, and decoders meet this one first.
            said.insert(
                0,
                SaidValue { property: "flux_capacity".into(), value: Decimal { mantissa: 121, decimals: 2 } },
            );
        }
        Said { time: self.clock(time, dice), values: said }
    }

    /// What the device's clock shows.
    fn clock(&self, time: UtcMillis, dice: &mut Dice) -> UtcMillis {
        if dice.chance(self.faults.epoch) {
            return UtcMillis(dice.below(30 * 24 * HOUR_MS));
        }
        if dice.chance(self.faults.future) {
            return CENTURY.plus(dice.below(30 * 24 * HOUR_MS));
        }
        // Off and back again within 23 days: slow enough that time never runs backwards.
        let drift = if self.drifts { 100_000.0 * wave(time.0 as f64 / (23.0 * 24.0 * HOUR_MS as f64)) } else { 0.0 };
        time.plus(drift as i64)
    }

    /// Sends a message, and whatever else is sent along with it by mistake.
    fn send(&mut self, sent: UtcMillis, samples: &[Said], dice: &mut Dice) {
        let faults = self.faults;
        let payload = payload::encode(self.device.json, samples);
        let overtaken =
            if dice.chance(faults.reorder) { self.device.equipment.interval_ms * (1 + dice.below(3)) } else { 0 };
        let at = sent.plus(overtaken);
        self.push(at, Kind::Data, payload.clone());
        if dice.chance(faults.duplicate) {
            self.push(at.plus(dice.below(3000)), Kind::Duplicate, payload.clone());
        }
        if dice.chance(faults.redelivery) {
            self.push(at.plus(dice.below(6 * HOUR_MS)), Kind::Redelivery, payload.clone());
        }
        if dice.chance(faults.conflict) {
            let payload = payload::encode(self.device.json, &contradicted(samples));
            self.push(at.plus(1 + dice.below(HOUR_MS)), Kind::Conflict, payload);
        }
        if dice.chance(faults.retained) {
            let later = at.plus(1 + dice.below(HOUR_MS));
            (0..3).for_each(|_| self.push(later, Kind::Retained, payload.clone()));
        }
        if dice.chance(faults.garbage) {
            self.push(at, Kind::Garbage, garbage::bytes(&payload, dice));
        }
        if dice.chance(faults.unknown_device) {
            self.push(at, Kind::UnknownDevice, payload);
        }
    }

    fn push(&mut self, at: UtcMillis, kind: Kind, payload: Vec<u8>) {
        let topic = match kind {
            Kind::UnknownDevice => self.fleet.ghost_topic(&self.device),
            _ => Arc::clone(&self.device.topic),
        };
        let transmission = Transmission { at, device: self.index, topic, payload, kind };
        self.pending.push(Reverse(Pending(self.sequence, transmission)));
        self.sequence += 1;
    }
}

/// The samples with another last value each.
fn contradicted(samples: &[Said]) -> Vec<Said> {
    let mut samples = samples.to_vec();
    for value in samples.iter_mut().filter_map(|said| said.values.last_mut()) {
        value.value.mantissa += 1;
    }
    samples
}

impl Iterator for DeviceStream {
    type Item = Transmission;

    fn next(&mut self) -> Option<Transmission> {
        let to = self.fleet.spec().to;
        while self.next < to && self.pending.peek().is_none_or(|Reverse(first)| first.1.at > self.next) {
            self.measure();
        }
        if self.next >= to && !self.kept.is_empty() {
            let mut dice = Dice::of(self.fleet.spec().seed, &[42, self.device.key]);
            self.send_kept(self.outage_until, &mut dice);
        }
        self.pending.pop().map(|Reverse(Pending(_, transmission))| transmission)
    }
}

impl Ord for Pending {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.1.at, self.0).cmp(&(other.1.at, other.0))
    }
}

impl PartialOrd for Pending {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Pending {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Pending {}
