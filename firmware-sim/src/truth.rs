//! What must become of what was sent: the rules of the service once more, as a batch over all transmissions, written to be
//! obvious. It shares no code with the service but the model's words.
//!
//! - A reading's identity is device, property, channel and event time. Of several the first in sending order is accepted; the
//!   same value again is a duplicate, another one is `conflicting_value`.
//! - A message is an uplink if a reading of it is accepted, a duplicate if all are duplicates, else it is quarantined for the
//!   reason of its first quarantined reading.
//! - Windows are quarters of an hour by event time, see [`windows`].
//!
//! The order of sending counts within a device only, as connections overtake each other. A reading is in the future if it was
//! when it was sent; the faults of the fleet leave nothing between that and the time at which a history is received, if the
//! run ends in the past.

mod lorawan;
mod message;
mod quality;
mod sensors;
mod windows;

use std::{borrow::Borrow, collections::BTreeMap};

use serde::Serialize;
use smartpole_model::{Inputs, Outcome, Reason, Series, UtcMillis, Verdict};

use crate::Transmission;
pub use lorawan::LorawanTruth;
use message::Sample;
pub use windows::Window;

/// How messages reach the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// Straight to its own listener, which sees the retain flag and quarantines the message.
    Direct,
    /// Through a broker, which delivers what is published to those who are subscribed without the flag (MQTT 3.1.1, 3.3.1.3).
    Broker,
}

/// Messages by outcome. Their sum is the number of messages sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcomes {
    /// They brought a reading that counts.
    pub uplink: u64,
    /// All their readings were known.
    pub duplicate: u64,
    /// No measurements; poles send none of these.
    pub control: u64,
    /// Nothing of them counts, by reason.
    pub quarantined: BTreeMap<Reason, u64>,
}

/// Readings by verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdicts {
    /// They count.
    pub accepted: u64,
    /// They were known.
    pub duplicate: u64,
    /// They do not count, by reason.
    pub quarantined: BTreeMap<Reason, u64>,
}

/// What must become of what was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Truth {
    /// Messages sent.
    pub sent: u64,
    /// All messages.
    pub messages: Outcomes,
    /// Messages by the device their topic names, registered or not.
    pub devices: BTreeMap<String, Outcomes>,
    /// All readings of messages that could be read.
    pub readings: Verdicts,
    /// All windows that hold anything, by device, start, property and channel.
    pub windows: Vec<Window>,
}

/// Accepted readings by device, series and event time.
type Accepted = BTreeMap<(usize, Series, UtcMillis), i64>;

impl Truth {
    /// The truth about these transmissions, given in sending order (of each device).
    pub fn of<T: Borrow<Transmission>>(inputs: &Inputs, path: Path, sent: impl IntoIterator<Item = T>) -> Self {
        let mut truth = Self::default();
        let mut accepted = Accepted::new();
        for transmission in sent {
            let transmission = transmission.borrow();
            let outcome = truth.message(inputs, path, transmission, &mut accepted);
            truth.sent += 1;
            truth.messages.add(outcome);
            truth.devices.entry(device_of(&transmission.topic).to_owned()).or_default().add(outcome);
        }
        truth.windows = windows::of(&inputs.registry, &accepted);
        truth
    }

    fn message(&mut self, inputs: &Inputs, path: Path, sent: &Transmission, accepted: &mut Accepted) -> Outcome {
        if sent.retain() && path == Path::Direct {
            return Outcome::Quarantined(Reason::Retained);
        }
        let Some(device) = inputs.registry.device_index(device_of(&sent.topic)) else {
            return Outcome::Quarantined(Reason::UnknownDevice);
        };
        let samples = match message::read(&inputs.registry.properties, &sent.payload) {
            Ok(samples) => samples,
            Err(reason) => return Outcome::Quarantined(reason),
        };
        let verdicts: Vec<Verdict> =
            samples.iter().flat_map(|sample| judge(inputs, sent.at, device, sample, accepted)).collect();
        verdicts.iter().for_each(|verdict| self.readings.add(*verdict));
        outcome_of(&verdicts)
    }
}

/// The verdicts on a sample's readings; what is accepted is noted.
fn judge(inputs: &Inputs, sent: UtcMillis, device: usize, sample: &Sample, accepted: &mut Accepted) -> Vec<Verdict> {
    let wrong_time = wrong_time(inputs, sent, sample.time);
    let mut verdict = |reading: &Result<(Series, i64), Reason>| {
        let (series, value) = match (reading, wrong_time) {
            (Err(reason), _) | (Ok(_), Some(reason)) => return Verdict::Quarantined(*reason),
            (Ok(reading), None) => *reading,
        };
        match accepted.get(&(device, series, sample.time)) {
            Some(known) if *known == value => Verdict::Duplicate,
            Some(_) => Verdict::Quarantined(Reason::ConflictingValue),
            None => {
                accepted.insert((device, series, sample.time), value);
                Verdict::Accepted
            }
        }
    };
    sample.readings.iter().map(&mut verdict).collect()
}

fn wrong_time(inputs: &Inputs, sent: UtcMillis, event: UtcMillis) -> Option<&'static Reason> {
    let settings = &inputs.settings;
    if event < settings.epoch {
        Some(&Reason::TimeBeforeEpoch)
    } else if event > sent.plus(i64::from(settings.future_drift_s) * 1000) {
        Some(&Reason::TimeInFuture)
    } else {
        None
    }
}

fn outcome_of(verdicts: &[Verdict]) -> Outcome {
    if verdicts.contains(&Verdict::Accepted) {
        return Outcome::Uplink;
    }
    let reason = verdicts.iter().find_map(|verdict| match verdict {
        Verdict::Quarantined(reason) => Some(*reason),
        Verdict::Accepted | Verdict::Duplicate => None,
    });
    reason.map_or(Outcome::Duplicate, Outcome::Quarantined)
}

/// The last but one level of a topic.
fn device_of(topic: &str) -> &str {
    topic.rsplit('/').nth(1).unwrap_or_default()
}

impl Outcomes {
    fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Uplink => self.uplink += 1,
            Outcome::Control => self.control += 1,
            Outcome::Duplicate => self.duplicate += 1,
            Outcome::Quarantined(reason) => *self.quarantined.entry(reason).or_default() += 1,
        }
    }

    /// How many there are of each.
    fn list(&self) -> BTreeMap<Outcome, u64> {
        let known =
            [(Outcome::Uplink, self.uplink), (Outcome::Duplicate, self.duplicate), (Outcome::Control, self.control)];
        known
            .into_iter()
            .chain(self.quarantined.iter().map(|(reason, n)| (Outcome::Quarantined(*reason), *n)))
            .collect()
    }

    /// All of them.
    pub fn sum(&self) -> u64 {
        self.uplink + self.duplicate + self.control + self.quarantined.values().sum::<u64>()
    }
}

impl Verdicts {
    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Accepted => self.accepted += 1,
            Verdict::Duplicate => self.duplicate += 1,
            Verdict::Quarantined(reason) => *self.quarantined.entry(reason).or_default() += 1,
        }
    }

    /// All of them.
    pub fn sum(&self) -> u64 {
        self.accepted + self.duplicate + self.quarantined.values().sum::<u64>()
    }
}
