//! One message: what it says, and what becomes of it and of each of its readings.

use smartpole_codec::Sample;
use smartpole_model::{DeviceNo, Flag, Flags, Outcome, Profile, RawMessageRef, Reason, Seq, TimeSource, UtcMillis};
use smartpole_validate::{Times, event_time};
use smartpole_window::{Insert, NewRow, RowValue};

use crate::{
    Entry, Env, Fold, LoadError, NameKind, QuarantineRow, RevisionReason,
    active::Active,
    understand::{Refused, Understood},
    verdicts::Verdicts,
};

/// Where a sample comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    /// Number of the source.
    pub(crate) source: u32,
    /// When the message was received: what its times are held against.
    pub(crate) received_at: UtcMillis,
    /// If it is decoded again.
    pub(crate) replay: Option<Repeated>,
}

/// What a replay knows of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Repeated {
    /// When it is decoded again.
    pub(crate) at: UtcMillis,
    /// Whether it may replace readings: those that the message gave before.
    pub(crate) replaces: bool,
    /// Whether its readings are in the ledger.
    pub(crate) counted: bool,
}

impl Origin {
    /// Since when the readings are known.
    pub(crate) fn known_at(&self) -> UtcMillis {
        self.replay.map_or(self.received_at, |replay| replay.at)
    }

    /// When the message was received, if that is not when its readings became known.
    pub(crate) fn of_replay(&self) -> Option<UtcMillis> {
        self.replay.map(|_| self.received_at)
    }
}

/// When and by whose clock a sample was measured.
#[derive(Clone, Copy)]
struct Instant {
    event_time: UtcMillis,
    time_source: TimeSource,
    flags: Flags,
}

impl Fold {
    /// Folds one message. `broken` says that folding it failed before by a fault of ours.
    pub(crate) fn message(
        &mut self,
        seq: Seq,
        message: RawMessageRef<'_>,
        broken: bool,
        env: &Env<'_>,
    ) -> Result<(), LoadError> {
        let source = self.names.number_or_new(NameKind::Source, message.source);
        self.began.get_or_insert(message.received_at.utc_hour());
        self.tally.turn_to(message.received_at, source);
        self.tally.add(Entry::Journalled, 1);
        let active = std::sync::Arc::clone(&self.active);
        let (device, verdicts, outcome) = match self.understood(seq, &active, &message, broken) {
            Understood::Samples { device, profile, samples } => {
                let origin = Origin { source, received_at: message.received_at, replay: None };
                let verdicts = self.samples(device, &active, profile, &samples, origin, env)?;
                let outcome = verdicts.outcome();
                (Some(device), verdicts, outcome)
            }
            Understood::Control { device } => (device, Verdicts::default(), Outcome::Control),
            Understood::Copy { device } => (Some(device), Verdicts::default(), Outcome::Duplicate),
            Understood::Refused(Refused { device, reason, detail }) => {
                let verdicts = Verdicts { first: Some((reason, detail)), ..Verdicts::default() };
                (device, verdicts, Outcome::Quarantined(reason))
            }
        };
        self.settle(seq, &message, source, device, verdicts, outcome);
        Ok(())
    }

    /// What a message says; what its frame does to its session is noted.
    fn understood<'a>(
        &mut self,
        seq: Seq,
        active: &'a Active,
        message: &RawMessageRef<'_>,
        broken: bool,
    ) -> Understood<'a> {
        if let Some((_, listened)) = self.radio.listened.pop_front_if(|(heard, _)| *heard == seq) {
            return active.understand_heard(listened, message.received_at);
        }
        if broken {
            return Understood::Refused(Refused::new(None, Reason::FoldFailed, "folding it failed"));
        }
        let (understood, event) = active.understand(message, &self.radio.network);
        if let Some((hearing, receptions)) = event {
            self.radio.network.note(&hearing, &receptions, message.received_at);
        }
        understood
    }

    /// Writes a message's outcome and its readings' verdicts into the ledger.
    fn settle(
        &mut self,
        seq: Seq,
        message: &RawMessageRef<'_>,
        source: u32,
        device: Option<DeviceNo>,
        verdicts: Verdicts,
        outcome: Outcome,
    ) {
        self.tally.add(Entry::Message(outcome), 1);
        self.tally.add(Entry::Decoded, verdicts.decoded);
        let list = verdicts.list();
        for (verdict, n) in &list {
            self.tally.add(Entry::Reading(*verdict), *n);
        }
        if let Some(no) = device {
            self.touch(no);
            let device = &mut self.devices[no.index()];
            device.counted = true;
            let finished = device.today.count(message.received_at.utc_day(), no, outcome, &list);
            self.pending.finished_days.extend(finished);
        }
        if let Some((reason, detail)) = verdicts.first {
            let received_at = message.received_at;
            let readings = verdicts.quarantined.iter().map(|(_, n)| *n as u32).sum();
            let (whole, reasons) = (matches!(outcome, Outcome::Quarantined(_)), verdicts.quarantined);
            let row = QuarantineRow { seq, received_at, source, device, reason, detail, readings, whole, reasons };
            self.pending.quarantine.insert(seq, row);
        }
    }

    pub(crate) fn samples(
        &mut self,
        device: DeviceNo,
        active: &Active,
        profile: &Profile,
        samples: &[Sample],
        origin: Origin,
        env: &Env<'_>,
    ) -> Result<Verdicts, LoadError> {
        let mut verdicts = Verdicts::default();
        for sample in &*active.sensed(profile, samples) {
            verdicts.decoded += (sample.values.len() + sample.faults.len()) as u64;
            for fault in &sample.faults {
                verdicts.quarantine(fault.reason, 1, || fault.name.clone());
            }
            let times = Times {
                payload: sample.time,
                gateway: sample.gateway_time,
                network: sample.network_time,
                received_at: origin.received_at,
            };
            match event_time(&times, profile, &active.inputs.settings) {
                Err(reason) => {
                    let claimed = || sample.time.map_or_else(String::new, |time| format!("event time {time}"));
                    verdicts.quarantine(reason, sample.values.len() as u64, claimed);
                }
                // of a row without values a restart would know nothing
                Ok(_) if sample.values.is_empty() => {}
                Ok((event_time, time_source, flags)) => {
                    let instant = Instant { event_time, time_source, flags };
                    self.sample(device, active, sample, instant, origin, env, &mut verdicts)?;
                }
            }
        }
        self.advance(device);
        Ok(verdicts)
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "one sample, its message and where its verdicts go; a struct would only rename them"
    )]
    fn sample(
        &mut self,
        device: DeviceNo,
        active: &Active,
        sample: &Sample,
        instant: Instant,
        origin: Origin,
        env: &Env<'_>,
        verdicts: &mut Verdicts,
    ) -> Result<(), LoadError> {
        let mut scratch = std::mem::take(&mut self.scratch);
        let series = sample.values.iter().map(|value| (value.series, value.value));
        active.rules.flags(&active.inputs.registry.properties, series.clone(), &mut scratch.flags);
        scratch.values.clear();
        let flagged = series.zip(&scratch.flags);
        let common = if origin.replay.is_some() { instant.flags.with(Flag::Replayed) } else { instant.flags };
        let with_common =
            |((series, value), flags): (_, &Flags)| RowValue { series, value, flags: flags.union(common) };
        scratch.values.extend(flagged.map(with_common));
        let Instant { event_time, time_source, .. } = instant;
        let head = NewRow { event_time, received_at: origin.known_at(), time_source, values: &[] };
        let (rules, stride) = active.rules_at(device, event_time);
        let judged = self.devices[device.index()].judge_newest(active, rules, event_time, &mut scratch.values);
        let row = NewRow { values: &scratch.values, ..head };
        let placed = self.place_of(device, active, (&row, judged), origin.replay, &mut scratch.outcomes, env)?;
        if origin.replay.is_some() || scratch.outcomes.contains(&Insert::Vacant) {
            verdicts.replaced +=
                self.take_places(device, active, &row, (&origin, &mut verdicts.taken), &mut scratch.outcomes, env)?;
        }
        for (value, outcome) in scratch.values.iter().zip(&scratch.outcomes) {
            match outcome {
                Insert::Added | Insert::Vacant | Insert::Replaced => {}
                Insert::Duplicate => verdicts.duplicate += 1,
                Insert::Conflict => verdicts.quarantine(Reason::ConflictingValue, 1, || active.describe(value)),
            }
        }
        for of in [Insert::Vacant, Insert::Added] {
            if !scratch.outcomes.contains(&of) {
                continue;
            }
            let both = scratch.values.iter().zip(&scratch.outcomes);
            scratch.accepted.clear();
            scratch.accepted.extend(both.filter(|(_, outcome)| **outcome == of).map(|(value, _)| *value));
            verdicts.accepted += scratch.accepted.len() as u64;
            let row = NewRow { values: &scratch.accepted, ..head };
            self.accept(device, active, row, &origin, placed);
            if of == Insert::Added {
                self.bring(device, row, &origin, placed);
                self.devices[device.index()].note_history(active, rules, stride, &row);
            } // else it was brought as what took the place of another
        }
        self.tell_mended(device, origin.source);
        scratch.mended = std::mem::take(&mut self.scratch.mended);
        self.scratch = scratch;
        Ok(())
    }

    /// Puts a row into its block, unless a replay brings it and whether it was there cannot be told any more: it was accepted once.
    fn place_of(
        &mut self,
        device: DeviceNo,
        active: &Active,
        (row, judged): (&NewRow<'_>, bool),
        replay: Option<Repeated>,
        outcomes: &mut Vec<Insert>,
        env: &Env<'_>,
    ) -> Result<Entry, LoadError> {
        if replay.is_some_and(|replay| replay.counted) && self.is_expired(device, row) {
            outcomes.clear();
            outcomes.resize(row.values.len(), Insert::Duplicate);
            return Ok(Entry::Expired);
        }
        let reason = if replay.is_some() { RevisionReason::Replay } else { RevisionReason::Late };
        self.place(device, active, (row, judged, reason), outcomes, env)
    }
}

impl Active {
    fn describe(&self, value: &RowValue) -> String {
        let (property, channel) = (self.inputs.registry.properties.get(value.series.property), value.series.channel);
        property.map_or_else(String::new, |property| {
            format!("{}/{channel} is known with another value than {}", property.id, property.decimal(value.value))
        })
    }
}
