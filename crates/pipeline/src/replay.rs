//! Decoding messages again: after a codec, a mapping or the registry was mended.
//!
//! A Command orders a replay, ReplaySteps carry it out, an empty one ends it; so it goes on where it stopped, and any later fold does
//! the same. What is decoded again and is known already changes nothing. A reading that is new counts as known from the step on, with
//! the remark `replayed`; one with another value than this message gave before takes its place, and the former stays beside it. What it
//! gave before and gives no longer is superseded: it stays, and counts no more.
//! The ledger moves: what a message was counted as in the hour of its receipt is taken away there, and what it is now is added.

mod ledger;
mod place;
mod places;
mod supersede;

use std::collections::BTreeMap;

use smartpole_model::{DeviceNo, Outcome, RawMessageRef, Reason, Seq, UtcMillis};

use self::{ledger::Again, supersede::Around};
use crate::{
    Effect, Env, Fold, LoadError, NameKind, QuarantineRow, Replay,
    active::Active,
    message::{Origin, Repeated},
    understand::{ReadAgain, Refused, Understood},
    verdicts::Verdicts,
};

/// How a Command begins that orders a replay; the rest says which messages, for those who read it.
pub const REPLAY: &str = "replay ";

/// A message that is decoded again.
struct Read<'a> {
    seq: Seq,
    message: RawMessageRef<'a>,
    /// What the quarantine says of it.
    known: Option<QuarantineRow>,
    understood: Understood<'a>,
    is_frame: bool,
    superseded: Superseded,
}

/// What became of readings that a message gave before and gives no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Superseded {
    /// So many are superseded.
    Readings(u64),
    /// One of them is past its retention, or what would take its place: the message stays as it is.
    Expired,
}

impl Fold {
    /// The newest replay, under way or done.
    pub fn replay(&self) -> Option<&Replay> {
        self.replay.as_ref()
    }

    /// Whose message this is, as far as its topic, body or frame says so under the registry in force.
    pub fn whose(&self, message: &RawMessageRef<'_>) -> Option<DeviceNo> {
        match self.active.read_again(message, &self.radio.network).understood {
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
        let active = std::sync::Arc::clone(&self.active);
        let mut stored = env.stored.quarantined(seqs)?;
        let (mut again, messages) = (Vec::with_capacity(seqs.len()), env.stored.messages(seqs)?);
        for (seq, message) in seqs.iter().zip(&messages) {
            replay.next = replay.next.max(seq.next());
            let Some(message) = message.as_ref() else {
                replay.effect.missing += 1;
                continue;
            };
            let message = message.as_ref();
            let known = self.in_quarantine(*seq, &mut stored);
            let ReadAgain { understood, is_frame } = active.read_again(&message, &self.radio.network);
            let refused = known.as_ref().filter(|known| stays_refused(known, &understood)).map(Refused::again);
            let understood = refused.map_or(understood, Understood::Refused);
            again.push(Read { seq: *seq, message, known, understood, is_frame, superseded: Superseded::Readings(0) });
        }
        // first, so that readings that changed places among messages find theirs free
        let mut around = Around::default();
        for read in &mut again {
            self.supersede(read, &mut around, &active, env)?;
        }
        for read in again {
            self.decode_again(read, &active, &mut replay.effect, env)?;
        }
        replay.effect.windows += (self.pending.revisions.len() - revisions) as u64;
        self.pending.replays.insert(replay.id, replay.clone());
        self.replay = Some(replay);
        Ok(())
    }

    fn decode_again(
        &mut self,
        read: Read<'_>,
        active: &Active,
        effect: &mut Effect,
        env: &Env<'_>,
    ) -> Result<(), LoadError> {
        let Read { seq, message, known, understood, superseded, .. } = read;
        let known = known.as_ref();
        effect.messages += 1;
        let Superseded::Readings(superseded) = superseded else {
            effect.expired += 1;
            return Ok(());
        };
        let source = self.names.number_or_new(NameKind::Source, message.source);
        self.tally.turn_to(message.received_at, source);
        let (device, mut verdicts, outcome) = match understood {
            Understood::Samples { device, profile, samples } => {
                // what gave no value before has none to put another in the place of
                let refused = known.is_some_and(|known| known.whole || known.has(Reason::ConflictingValue));
                let counted = known.is_none_or(QuarantineRow::was_understood);
                let replay = Some(Repeated { at: self.received_at, replaces: !refused, counted });
                let origin = Origin { source, received_at: message.received_at, replay };
                let verdicts = self.samples(device, active, profile, &samples, origin, env)?;
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
        verdicts.superseded = superseded;
        // whom the ledger and the quarantine know it of stays known, also when nobody is registered under the name any more
        let device = device.or(known.and_then(|known| known.device));
        effect.readings += verdicts.accepted;
        effect.replaced += verdicts.replaced;
        effect.superseded += verdicts.superseded;
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
}

/// Whether a frame stays refused: what guards a session against old frames is not walked around by reading one once more, and of a
/// session that is gone nothing is known any more.
fn stays_refused(known: &QuarantineRow, now: &Understood<'_>) -> bool {
    let of_nobody = |reason| matches!(reason, Reason::UnknownDevAddr | Reason::WrongMic);
    let unrecognised = matches!(now, Understood::Refused(refused) if of_nobody(refused.reason));
    let guarded = matches!(known.reason, Reason::FCntTooOld | Reason::FCntReset | Reason::DevNonceUsed);
    known.whole && (guarded || (unrecognised && of_nobody(known.reason)))
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
