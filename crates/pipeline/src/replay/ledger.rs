//! What a replay moves in the ledger: what a message was counted as is taken away, and what it is now is added.

use smartpole_model::{DeviceNo, Outcome, Reason, Seq, UtcMillis, Verdict};

use crate::{Effect, Entry, Fold, LedgerMove, QuarantineRow, verdicts::Verdicts};

/// A message decoded again.
pub(super) struct Again {
    pub(super) seq: Seq,
    pub(super) source: u32,
    pub(super) received_at: UtcMillis,
    pub(super) device: Option<DeviceNo>,
}

/// What the ledger has to say of a message once it was decoded again.
struct Moved<'a> {
    /// What the quarantine said of it.
    known: Option<&'a QuarantineRow>,
    verdicts: &'a Verdicts,
    outcome: Outcome,
}

impl Moved<'_> {
    /// Duplicates that are new: readings of a message that was understood before are counted already, as accepted or as duplicates.
    fn duplicate(&self) -> i64 {
        let was_understood = self.known.is_none_or(QuarantineRow::was_understood);
        if was_understood { 0 } else { self.verdicts.duplicate as i64 }
    }

    /// Readings that are refused for a reason now, and how many more those are than before.
    fn refused(&self, reason: Reason) -> (i64, i64) {
        let of = |reasons: &[(Reason, u64)]| {
            reasons.iter().find(|(known, _)| *known == reason).map_or(0, |(_, n)| *n as i64)
        };
        let now = of(&self.verdicts.quarantined);
        (now, now - self.known.map_or(0, |row| of(&row.reasons)))
    }

    /// What the message was before, if it was refused as a whole and has another outcome now.
    fn former_outcome(&self) -> Option<Outcome> {
        let former = self.known.filter(|row| row.whole).map(|row| Outcome::Quarantined(row.reason));
        former.filter(|former| *former != self.outcome)
    }

    /// How much each entry gains or loses.
    fn changes(&self) -> Vec<(Entry, i64)> {
        let accepted = (Entry::Reading(Verdict::Accepted), self.verdicts.accepted as i64);
        let mut readings = vec![accepted, (Entry::Reading(Verdict::Duplicate), self.duplicate())];
        let refused = |reason| (Entry::Reading(Verdict::Quarantined(reason)), self.refused(reason).1);
        readings.extend(Reason::ALL.map(refused));
        let decoded = readings.iter().map(|(_, n)| n).sum();
        let former =
            self.former_outcome().map(|former| [(Entry::Message(former), -1), (Entry::Message(self.outcome), 1)]);
        let Verdicts { replaced, superseded, .. } = *self.verdicts;
        let others =
            [(Entry::Decoded, decoded), (Entry::Replaced, replaced as i64), (Entry::Superseded, superseded as i64)];
        readings.into_iter().chain(others).chain(former.into_iter().flatten()).filter(|(_, n)| *n != 0).collect()
    }

    /// All of it, for a device that the message was not known to be of.
    fn all_of_device(&self) -> Vec<(Entry, i64)> {
        let refused = |reason| (Entry::Reading(Verdict::Quarantined(reason)), self.refused(reason).0);
        let message =
            [(Entry::Message(self.outcome), 1), (Entry::Reading(Verdict::Accepted), self.verdicts.accepted as i64)];
        let duplicate = (Entry::Reading(Verdict::Duplicate), self.duplicate());
        let all = Reason::ALL.map(refused).into_iter().chain(message).chain([duplicate]);
        all.filter(|(_, n)| *n != 0).collect()
    }
}

impl Fold {
    /// Moves what the ledger says of a message.
    pub(super) fn move_outcome(
        &mut self,
        again: &Again,
        known: Option<&QuarantineRow>,
        verdicts: Verdicts,
        outcome: Outcome,
        effect: &mut Effect,
    ) {
        let moved = Moved { known, verdicts: &verdicts, outcome };
        let is_refused = matches!(outcome, Outcome::Quarantined(_));
        effect.conflicts += moved.refused(Reason::ConflictingValue).1.max(0).unsigned_abs();
        effect.recovered += u64::from(moved.former_outcome().is_some() && !is_refused);
        // in the ledger by device a message counts once its device is known
        let was_of = known.map_or(again.device, |row| row.device);
        let changes = moved.changes();
        changes.iter().for_each(|(entry, n)| self.tally.shift(*entry, *n));
        if let Some(device) = again.device {
            let of_device = if was_of == again.device { changes } else { moved.all_of_device() };
            of_device.into_iter().for_each(|(entry, n)| self.move_of_device(again, device, entry, n));
        }
        let was_whole = known.is_some_and(|row| row.whole);
        self.move_row(again, known, verdicts, was_whole && is_refused);
    }

    fn move_of_device(&mut self, again: &Again, device: DeviceNo, entry: Entry, n: i64) {
        if !matches!(entry, Entry::Message(_) | Entry::Reading(_)) {
            return; // the ledger by device holds these only
        }
        let day = again.received_at.utc_day();
        let state = &mut self.devices[device.index()];
        if day == self.received_at.utc_day() {
            // that the device has not spoken today: its next message goes on with this row
            self.pending.finished_days.extend(state.today.turn_to(day, device));
        }
        if state.today.shift(day, entry, n) {
            state.counted = true;
            self.touch(device);
        } else {
            self.pending.ledger_moves.push(LedgerMove { day, device, entry: entry.number(), n });
        }
    }

    /// Changes the quarantine's row, if there was one or is one now.
    fn move_row(&mut self, again: &Again, known: Option<&QuarantineRow>, verdicts: Verdicts, whole: bool) {
        let Verdicts { quarantined: reasons, first, .. } = verdicts;
        let &Again { seq, source, received_at, device } = again;
        let was_refused = known.is_some();
        let row = first.filter(|_| was_refused || !reasons.is_empty()).map(|(reason, detail)| {
            let readings = reasons.iter().map(|(_, n)| *n as u32).sum();
            QuarantineRow { seq, received_at, source, device, reason, detail, readings, whole, reasons }
        });
        match row {
            Some(row) if Some(&row) == known => {}
            Some(row) => {
                self.pending.released.remove(&seq);
                self.pending.quarantine.insert(seq, row);
            }
            None if was_refused => {
                self.pending.quarantine.remove(&seq);
                self.pending.released.insert(seq);
            }
            None => {}
        }
    }
}
