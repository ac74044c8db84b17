//! Decoding messages again: after a codec, a mapping or the registry was mended.
//!
//! A Command orders a replay, ReplaySteps carry it out, an empty one ends it; so it goes on where it stopped, and any later fold does
//! the same. What is decoded again and is known already changes nothing. A reading that is new counts as known from the step on, with
//! the remark `replayed`; one with another value than this message gave before takes its place, and the former stays beside it.
//! The ledger moves: what a message was counted as in the hour of its receipt is taken away there, and what it is now is added.

mod ledger;
mod place;
mod stale;

use std::collections::BTreeMap;

use smartpole_model::{DeviceNo, Outcome, RawMessage, RawMessageRef, Reason, Seq, UtcMillis};
use smartpole_window::{Insert, NewRow, RowValue};

use self::{ledger::Again, stale::Said};
use crate::{
    Effect, Env, Fold, LoadError, NameKind, QuarantineRow, Replay, RevisionReason,
    active::Active,
    message::{Origin, Repeated},
    place::Place,
    understand::{Refused, Understood},
    verdicts::Verdicts,
};

/// How a Command begins that orders a replay; the rest says which messages, for those who read it.
pub const REPLAY: &str = "replay ";

impl Fold {
    /// The newest replay, under way or done.
    pub fn replay(&self) -> Option<&Replay> {
        self.replay.as_ref()
    }

    /// Whose message this is, as far as its topic, body or frame says so under the registry in force.
    pub fn whose(&self, message: &RawMessageRef<'_>) -> Option<DeviceNo> {
        match self.active.read_again(message, &self.radio.network) {
            Understood::Samples { device, .. } | Understood::Copy { device } => Some(device),
            Understood::Control { device } => device,
            Understood::Refused(refused) => refused.device,
        }
    }

    pub(crate) fn command(&mut self, seq: Seq, received_at: UtcMillis, text: &str) {
        let Some(order) = text.strip_prefix(REPLAY) else { return };
        self.end_replay();
        let replay = Replay { id: seq, ordered_at: received_at, order: order.to_owned(), ..Replay::default() };
        self.pending.replays.insert(seq, replay.clone());
        self.replay = Some(replay);
    }

    fn end_replay(&mut self) {
        if let Some(replay) = self.replay.as_mut().filter(|replay| !replay.done) {
            replay.done = true;
            self.pending.replays.insert(replay.id, replay.clone());
        }
    }

    pub(crate) fn replay_step(&mut self, seqs: &[Seq], env: &Env<'_>) -> Result<(), LoadError> {
        if seqs.is_empty() {
            self.end_replay();
            return Ok(());
        }
        let Some(mut replay) = self.replay.clone().filter(|replay| !replay.done) else { return Ok(()) };
        let revisions = self.pending.revisions.len();
        let mut stored = env.stored.quarantined(seqs)?;
        for (seq, message) in seqs.iter().zip(env.stored.messages(seqs)?) {
            let known = self.in_quarantine(*seq, &mut stored);
            match message {
                Some(message) => self.decode_again(*seq, &message, known.as_ref(), &mut replay.effect, env)?,
                None => replay.effect.missing += 1,
            }
            replay.next = replay.next.max(seq.next());
        }
        replay.effect.windows += (self.pending.revisions.len() - revisions) as u64;
        self.pending.replays.insert(replay.id, replay.clone());
        self.replay = Some(replay);
        Ok(())
    }

    fn decode_again(
        &mut self,
        seq: Seq,
        message: &RawMessage,
        known: Option<&QuarantineRow>,
        effect: &mut Effect,
        env: &Env<'_>,
    ) -> Result<(), LoadError> {
        let message = message.as_ref();
        let source = self.names.number_or_new(NameKind::Source, message.source);
        self.tally.turn_to(message.received_at, source);
        let active = std::sync::Arc::clone(&self.active);
        let (device, verdicts, outcome) = match active.read_again(&message, &self.radio.network) {
            Understood::Samples { device, profile, samples } => {
                // what gave no value before has none to put another in the place of
                let refused = known.is_some_and(|known| known.whole || known.has(Reason::ConflictingValue));
                let counted = known.is_none_or(QuarantineRow::was_understood);
                let replay = Some(Repeated { at: self.received_at, replaces: !refused, counted });
                let origin = Origin { source, received_at: message.received_at, replay };
                let verdicts = self.samples(device, &active, profile, &samples, origin, env)?;
                if known.is_none_or(|known| !known.whole) {
                    let said = Said { profile, samples: &samples, received_at: message.received_at };
                    effect.stale += self.stale(device, &active, &said, env)?;
                }
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
        // whom the ledger and the quarantine know it of stays known, also when nobody is registered under the name any more
        let device = device.or(known.and_then(|known| known.device));
        effect.messages += 1;
        effect.readings += verdicts.accepted;
        effect.replaced += verdicts.replaced;
        let again = Again { seq, source, received_at: message.received_at, device };
        self.move_outcome(&again, known, verdicts, outcome, effect);
        Ok(())
    }

    fn in_quarantine(&self, seq: Seq, stored: &mut BTreeMap<Seq, QuarantineRow>) -> Option<QuarantineRow> {
        match self.pending.quarantine.get(&seq) {
            Some(row) => Some(row.clone()),
            None if self.pending.released.contains(&seq) => None,
            None => stored.remove(&seq),
        }
    }

    /// Puts values in the place of those that the message gave before; how many.
    pub(crate) fn replace_conflicts(
        &mut self,
        no: DeviceNo,
        active: &Active,
        row: &NewRow<'_>,
        outcomes: &mut [Insert],
        env: &Env<'_>,
    ) -> Result<u64, LoadError> {
        let mut replaced: Vec<RowValue> = Vec::new();
        for (value, outcome) in row.values.iter().zip(outcomes).filter(|(_, outcome)| **outcome == Insert::Conflict) {
            *outcome = Insert::Replaced;
            replaced.push(*value);
        }
        if replaced.is_empty() {
            return Ok(0);
        }
        let (minute, sealed_to) = (row.received_at.0.div_euclid(60_000), self.sealed_to(no));
        let (batch, revisions) = (self.batch + 1, &mut self.pending.revisions);
        let mut place = Place::new(no, &mut self.devices[no.index()], active, env, batch, minute, revisions);
        (place.reason, place.sealed_to) = (RevisionReason::Replay, sealed_to);
        place.replace(row, &replaced)?;
        self.scratch.mended.append(&mut place.mended);
        self.devices[no.index()].dirty = true;
        self.touch(no);
        Ok(replaced.len() as u64)
    }
}

impl QuarantineRow {
    /// Whether what the message says is counted, as accepted, duplicate or refused.
    fn was_understood(&self) -> bool {
        !self.whole || !self.reasons.is_empty()
    }

    fn has(&self, reason: Reason) -> bool {
        self.reasons.iter().any(|(known, _)| *known == reason)
    }
}
