//! A fold in memory, and what it says in the words of the truth.

use std::{collections::BTreeMap, sync::Arc};

use firmware_sim::{Outcomes, Verdicts, Window};
use smartpole_model::{DeviceNo, Inputs, Outcome, Quarter, RawMessage, RawMessageRef, Reason, RecordRef, Seq, Verdict};
use smartpole_pipeline::{
    Changes, Effect, Entry, Env, Fold, LoadError, LoadInputs, NameKind, QuarantineRow, REPLAY, StoredBlock,
    StoredBlocks,
};
use smartpole_window::Aggregates;

/// One registry for ever.
pub struct OneRegistry(pub Arc<Inputs>);

impl LoadInputs for OneRegistry {
    fn load(&self, _hash: &str) -> Result<Arc<Inputs>, LoadError> {
        Ok(Arc::clone(&self.0))
    }
}

/// What store and journal would have.
#[derive(Default)]
pub struct Kept {
    blocks: BTreeMap<(DeviceNo, Quarter), StoredBlock>,
    messages: BTreeMap<Seq, RawMessage>,
    quarantine: BTreeMap<Seq, QuarantineRow>,
}

impl StoredBlocks for Kept {
    fn load(&self, device: DeviceNo, quarter: Quarter) -> Result<Option<StoredBlock>, LoadError> {
        Ok(self.blocks.get(&(device, quarter)).cloned())
    }

    fn messages(&self, seqs: &[Seq]) -> Result<Vec<Option<RawMessage>>, LoadError> {
        Ok(seqs.iter().map(|seq| self.messages.get(seq).cloned()).collect())
    }

    fn quarantined(&self, seqs: &[Seq]) -> Result<BTreeMap<Seq, QuarantineRow>, LoadError> {
        Ok(seqs.iter().filter_map(|seq| Some((*seq, self.quarantine.get(seq)?.clone()))).collect())
    }
}

impl Kept {
    pub fn journal(&mut self, seq: Seq, message: &RawMessageRef<'_>) {
        self.messages.insert(seq, message.to_message());
    }

    pub fn commit(&mut self, changes: Changes) {
        self.quarantine.extend(changes.quarantine.into_iter().map(|row| (row.seq, row)));
        changes.released.iter().for_each(|seq| drop(self.quarantine.remove(seq)));
        let formers = changes.revisions.into_iter().map(|row| ((row.device, row.quarter), row.former));
        let mut formers: BTreeMap<_, _> = formers.collect(); // of several of a block the newest
        for row in changes.blocks {
            let (revision, revised_minute, key) = (row.revision, row.revised_minute, (row.device, row.quarter));
            let known = || self.blocks.get(&key).and_then(|block| block.former.clone());
            let stored = StoredBlock {
                revision,
                revised_minute,
                closed_minute: row.closed_minute,
                aggregates: row.aggregates,
                former: formers.remove(&key).or_else(known),
                rows: row.rows,
            };
            self.blocks.insert(key, stored);
        }
    }
}

/// Replays all messages; what that changed.
pub fn replay_all(fold: &mut Fold, kept: &mut Kept, inputs: &Arc<Inputs>) -> Effect {
    let seqs: Vec<Seq> = kept.messages.keys().copied().collect();
    let now = fold.position().1;
    let text = format!("{REPLAY}all");
    let order = [RecordRef::Command { received_at: now, text: &text }];
    let steps = seqs.chunks(500).map(<[Seq]>::to_vec).chain([Vec::new()]);
    let steps = steps.map(|seqs| RecordRef::ReplayStep { seqs });
    let (mut seq, library) = (fold.position().0, OneRegistry(Arc::clone(inputs)));
    for record in order.into_iter().chain(steps) {
        seq = seq.next();
        fold.apply(seq, &record, false, &Env { stored: kept, inputs: &library }).expect("the store can be read");
        kept.commit(fold.take_changes());
        fold.committed();
    }
    fold.replay().expect("a replay").effect
}

/// All windows that the fold holds or has stored.
pub fn windows(inputs: &Inputs, fold: &Fold, kept: &Kept) -> Vec<Window> {
    let mut all = BTreeMap::new();
    for ((device, quarter), block) in &kept.blocks {
        let id = fold.name(NameKind::Device, device.0).expect("a named device");
        let index = inputs.registry.device_index(id).expect("a registered device");
        all.insert((index, *quarter), Aggregates::unpack(&block.aggregates).expect("packed by the fold"));
    }
    for (index, device) in inputs.registry.devices.iter().enumerate() {
        let Some(number) = fold.device_no(&device.id) else { continue };
        for recent in fold.recent(number, Quarter(i32::MIN), Quarter(i32::MAX)) {
            all.insert((index, recent.quarter), recent.aggregates);
        }
    }
    let mut windows = Vec::new();
    for ((index, quarter), aggregates) in all {
        for (series, aggregate) in aggregates.0 {
            if (aggregate.count, aggregate.sum) == (0, 0) {
                continue;
            }
            windows.push(Window {
                device: inputs.registry.devices[index].id.clone(),
                start: quarter.start(),
                property: inputs.registry.properties.get(series.property).expect("a known property").id.clone(),
                channel: series.channel,
                count: aggregate.count,
                sum: aggregate.sum,
                min: aggregate.min,
                max: aggregate.max,
            });
        }
    }
    windows
}

/// Messages by outcome.
pub fn outcomes(fold: &Fold) -> Outcomes {
    let count = |outcome| fold.ledger().get(Entry::Message(outcome));
    Outcomes {
        uplink: count(Outcome::Uplink),
        duplicate: count(Outcome::Duplicate),
        control: count(Outcome::Control),
        quarantined: reasons(|reason| count(Outcome::Quarantined(reason))),
    }
}

/// Readings by verdict.
pub fn verdicts(fold: &Fold) -> Verdicts {
    let count = |verdict| fold.ledger().get(Entry::Reading(verdict));
    Verdicts {
        accepted: count(Verdict::Accepted),
        duplicate: count(Verdict::Duplicate),
        quarantined: reasons(|reason| count(Verdict::Quarantined(reason))),
    }
}

fn reasons(count: impl Fn(Reason) -> u64) -> BTreeMap<Reason, u64> {
    Reason::ALL.into_iter().map(|reason| (reason, count(reason))).filter(|(_, n)| *n > 0).collect()
}
