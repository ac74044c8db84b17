//! Readings that a message gave before and gives no longer: of another instant, or of another property. They stay, and count no more.

use std::collections::BTreeSet;

use smartpole_codec::Sample;
use smartpole_model::{DeviceNo, Flag, Profile, Quarter, RawMessage, Seq, Series, UtcMillis};
use smartpole_validate::{Times, event_time};
use smartpole_window::{Block, Blocks, Row};

use super::{Read, Superseded};
use crate::{Env, Fold, LoadError, NameKind, RevisionReason, active::Active, understand::Understood};

/// What a message says.
struct Said<'a> {
    profile: &'a Profile,
    samples: &'a [Sample],
    received_at: UtcMillis,
}

impl Said<'_> {
    /// The clocks of a sample.
    fn times(&self, sample: &Sample) -> Times {
        let Sample { time: payload, gateway_time: gateway, network_time: network, .. } = *sample;
        Times { payload, gateway, network, received_at: self.received_at }
    }

    /// Each reading that it gives now.
    fn readings(&self, active: &Active) -> Vec<(UtcMillis, Series)> {
        let of = |sample: &Sample| {
            let at = event_time(&self.times(sample), self.profile, &active.inputs.settings).ok()?.0;
            Some(sample.values.iter().map(|value| (at, value.series)).collect::<Vec<_>>())
        };
        self.samples.iter().filter_map(of).flatten().collect()
    }

    /// All instants that it tells, one of which its readings are of, whatever the profile.
    fn instants(&self) -> Vec<UtcMillis> {
        let times = self.samples.iter().map(|sample| self.times(sample));
        let told = times.flat_map(|times| [times.payload, times.gateway, times.network]).flatten();
        told.chain([self.received_at]).collect()
    }
}

/// Records on each side of a message that are asked whether they were received in the same millisecond.
const BESIDE: u64 = 64;
/// Records behind those that are read along with them: the next message is one of them, as a rule.
const AHEAD: u64 = 384;

/// Messages around those of a step, as far as they were asked for.
#[derive(Default)]
pub(super) struct Around {
    first: u64,
    messages: Vec<Option<RawMessage>>,
}

impl Around {
    /// The other messages around one, of records before `at`.
    fn others(&mut self, seq: Seq, at: Seq, env: &Env<'_>) -> Result<impl Iterator<Item = &RawMessage>, LoadError> {
        let (from, to) = (seq.0.saturating_sub(BESIDE).max(1), (seq.0 + BESIDE).min(at.0.saturating_sub(1)));
        if from < self.first || self.first + self.messages.len() as u64 <= to {
            let seqs: Vec<Seq> = (from..(to + AHEAD).min(at.0)).map(Seq).collect();
            (self.first, self.messages) = (from, env.stored.messages(&seqs)?);
        }
        let numbered = (self.first..).zip(&self.messages);
        let others = numbered.filter(move |(of, _)| (from..=to).contains(of) && *of != seq.0);
        Ok(others.filter_map(|(_, message)| message.as_ref()))
    }
}

impl Fold {
    /// Supersedes the readings of a message's receipt, at the instants it tells, that it does not give. A message that was registered as
    /// another device's before has nothing to supersede here, and one that is not understood any more supersedes nothing.
    pub(super) fn supersede(
        &mut self,
        read: &mut Read<'_>,
        around: &mut Around,
        active: &Active,
        env: &Env<'_>,
    ) -> Result<(), LoadError> {
        let Understood::Samples { device: no, profile, ref samples } = read.understood else { return Ok(()) };
        if read.known.as_ref().is_some_and(|known| known.whole) {
            return Ok(()); // it gave nothing
        }
        let said = Said { profile, samples, received_at: read.message.received_at };
        let mut rows = self.rows_of(no, active, &said, env)?;
        let given = said.readings(active);
        let at = |of: &[(UtcMillis, Series)], row: &Row| of.iter().any(|(time, _)| *time == row.event_time);
        if read.is_frame && read.known.is_none() {
            if !rows.is_empty() && !rows.iter().any(|row| at(&given, row)) {
                let others = around.others(read.seq, self.at, env)?;
                let theirs = self.said_by(others, no, active, said.received_at);
                rows.retain(|row| !at(&theirs, row));
            }
            if rows.is_empty() {
                // what gave nothing and was not refused was another gateway's copy, whose own time must not make it count
                read.understood = Understood::Copy { device: no };
                return Ok(());
            }
        }
        rows.iter_mut().for_each(|row| row.values.retain(|value| !value.is_superseded()));
        retain_others(&mut rows, &given);
        if !rows.is_empty() {
            // they may be of another message of the device that came in the same millisecond, by another topic
            let others = around.others(read.seq, self.at, env)?;
            retain_others(&mut rows, &self.said_by(others, no, active, said.received_at));
        }
        if !rows.is_empty() && self.any_past(no, &rows, &given) {
            read.superseded = Superseded::Expired;
            return Ok(());
        }
        let superseded = self.mark(no, active, rows, env)?;
        read.superseded = Superseded::Readings(superseded);
        let source = self.names.number_or_new(NameKind::Source, read.message.source);
        self.tell_mended(no, source);
        Ok(())
    }

    /// Marks values as superseded; how many.
    fn mark(&mut self, no: DeviceNo, active: &Active, rows: Vec<Row>, env: &Env<'_>) -> Result<u64, LoadError> {
        let mut superseded = 0;
        for mut row in rows {
            row.received_at = self.received_at;
            row.values.iter_mut().for_each(|value| value.flags = value.flags.with(Flag::Superseded));
            self.put_in_place(no, active, (&row.as_new(), RevisionReason::Replay), None, env)?;
            superseded += row.values.len() as u64;
        }
        Ok(superseded)
    }

    /// Whether any of the readings that are to go, or of those that are given now, is past its retention.
    fn any_past(&self, no: DeviceNo, rows: &[Row], given: &[(UtcMillis, Series)]) -> bool {
        let former = rows.iter().flat_map(|row| row.values.iter().map(|value| (row.event_time, value.series)));
        let all: Vec<(UtcMillis, Series)> = former.chain(given.iter().copied()).collect();
        let properties = || all.iter().map(|(_, series)| series.property);
        all.iter().any(|(at, _)| self.is_past(no, properties(), *at, self.received_at))
    }

    /// The rows at the instants that a message tells, of the readings of its receipt.
    fn rows_of(
        &mut self,
        no: DeviceNo,
        active: &Active,
        said: &Said<'_>,
        env: &Env<'_>,
    ) -> Result<Vec<Row>, LoadError> {
        let instants = said.instants();
        let quarters: BTreeSet<Quarter> = instants.iter().map(|at| at.quarter()).collect();
        self.with_place(no, active, env, |place| {
            let mut rows = Vec::new();
            for quarter in quarters {
                let Some(block) = place.get(quarter) else { continue };
                let told = block.rows().into_iter().filter(|row| instants.contains(&row.event_time));
                let of_message = told.map(|row| of_receipt(block, row, said.received_at));
                rows.extend(of_message.filter(|row| !row.values.is_empty()));
            }
            Ok(rows)
        })
    }

    /// What those of the messages give that are the device's and were received then.
    fn said_by<'a>(
        &self,
        messages: impl Iterator<Item = &'a RawMessage>,
        no: DeviceNo,
        active: &Active,
        received_at: UtcMillis,
    ) -> Vec<(UtcMillis, Series)> {
        let mut readings = Vec::new();
        for message in messages.filter(|message| message.received_at == received_at) {
            if let Understood::Samples { device, profile, samples } =
                active.read_again(&message.as_ref(), &self.radio.network).understood
                && device == no
            {
                readings.extend(Said { profile, samples: &samples, received_at }.readings(active));
            }
        }
        readings
    }
}

/// What of a row came with a message received then.
fn of_receipt(block: &Block, mut row: Row, received_at: UtcMillis) -> Row {
    let head = Row { values: Vec::new(), ..row.clone() };
    row.values.retain(|value| block.received_at(&head.as_new(), value.series) == received_at);
    row
}

fn retain_others(rows: &mut Vec<Row>, given: &[(UtcMillis, Series)]) {
    for row in rows.iter_mut() {
        row.values.retain(|value| !given.contains(&(row.event_time, value.series)));
    }
    rows.retain(|row| !row.values.is_empty());
}
