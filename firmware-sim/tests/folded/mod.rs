//! A fold in memory, and what it says in the words of the truth.

use std::{collections::BTreeMap, sync::Arc};

use firmware_sim::{Outcomes, Verdicts, Window};
use smartpole_model::{DeviceNo, Inputs, Outcome, Quarter, Reason, Verdict};
use smartpole_pipeline::{Changes, Entry, Fold, LoadError, LoadInputs, NameKind, StoredBlock, StoredBlocks};
use smartpole_window::Aggregates;

/// One registry for ever.
pub struct OneRegistry(pub Arc<Inputs>);

impl LoadInputs for OneRegistry {
    fn load(&self, _hash: &str) -> Result<Arc<Inputs>, LoadError> {
        Ok(Arc::clone(&self.0))
    }
}

/// Blocks as the store would have them.
#[derive(Default)]
pub struct Blocks(BTreeMap<(DeviceNo, Quarter), StoredBlock>);

impl StoredBlocks for Blocks {
    fn load(&self, device: DeviceNo, quarter: Quarter) -> Result<Option<StoredBlock>, LoadError> {
        Ok(self.0.get(&(device, quarter)).cloned())
    }
}

impl Blocks {
    pub fn commit(&mut self, changes: Changes) {
        for row in changes.blocks {
            let (revision, revised_minute) = (row.revision, row.revised_minute);
            let stored = StoredBlock {
                revision,
                revised_minute,
                closed_minute: row.closed_minute,
                aggregates: row.aggregates,
                rows: row.rows,
            };
            self.0.insert((row.device, row.quarter), stored);
        }
    }
}

/// All windows that the fold holds or has stored.
pub fn windows(inputs: &Inputs, fold: &Fold, blocks: &Blocks) -> Vec<Window> {
    let mut all = BTreeMap::new();
    for ((device, quarter), block) in &blocks.0 {
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
