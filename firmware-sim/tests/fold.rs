//! The truth equals what the service's fold makes of the same messages.

use std::{collections::BTreeMap, sync::Arc};

use firmware_sim::{Faults, Fleet, Outcomes, Path, Spec, Transmission, Truth, Verdicts, Window, synthetic};
use proptest::prelude::*;
use smartpole_model::{DeviceNo, Inputs, Outcome, Quarter, RawMessageRef, Reason, RecordRef, Seq, UtcMillis, Verdict};
use smartpole_pipeline::{
    Changes, Entry, Env, Fold, LoadError, LoadInputs, NameKind, Restore, StoredBlock, StoredBlocks,
};
use smartpole_window::Aggregates;

struct OneRegistry(Arc<Inputs>);

impl LoadInputs for OneRegistry {
    fn load(&self, _hash: &str) -> Result<Arc<Inputs>, LoadError> {
        Ok(Arc::clone(&self.0))
    }
}

/// Blocks as the store would have them.
#[derive(Default)]
struct Blocks(BTreeMap<(DeviceNo, Quarter), StoredBlock>);

impl StoredBlocks for Blocks {
    fn load(&self, device: DeviceNo, quarter: Quarter) -> Result<Option<StoredBlock>, LoadError> {
        Ok(self.0.get(&(device, quarter)).cloned())
    }
}

impl Blocks {
    fn commit(&mut self, changes: Changes) {
        for row in changes.blocks {
            let (revision, revised_minute) = (row.revision, row.revised_minute);
            let stored = StoredBlock { revision, revised_minute, aggregates: row.aggregates, rows: row.rows };
            self.0.insert((row.device, row.quarter), stored);
        }
    }
}

/// When the service receives what was sent.
#[derive(Clone, Copy, Debug)]
enum Receipt {
    AsSent,
    /// All at once afterwards, as a history is filled in.
    Afterwards,
}

/// Folds the messages in batches of 500.
fn folded(inputs: &Arc<Inputs>, path: Path, receipt: Receipt, spec: &Spec, sent: &[Transmission]) -> (Fold, Blocks) {
    let (registry, mut blocks) = (OneRegistry(Arc::clone(inputs)), Blocks::default());
    let mut fold =
        Fold::restore(Restore::default(), &Env { stored: &blocks, inputs: &registry }).expect("an empty state");
    let begin = RecordRef::Inputs { received_at: spec.from, hash: "registry" };
    fold.apply(Seq(1), &begin, false, &Env { stored: &blocks, inputs: &registry }).expect("inputs");
    for (batch, transmissions) in sent.chunks(500).enumerate() {
        for (index, transmission) in transmissions.iter().enumerate() {
            let seq = Seq((batch * 500 + index + 2) as u64);
            let message = RawMessageRef {
                source: "broker",
                topic: &transmission.topic,
                payload: &transmission.payload,
                received_at: match receipt {
                    Receipt::AsSent => transmission.at,
                    Receipt::Afterwards => spec.to.plus(seq.0 as i64),
                },
                principal: "",
                peer: "",
                qos: 1,
                retained: transmission.retain() && path == Path::Direct,
            };
            let env = Env { stored: &blocks, inputs: &registry };
            fold.apply(seq, &RecordRef::Message(message), false, &env).expect("the store can be read");
        }
        blocks.commit(fold.take_changes());
        fold.committed();
    }
    (fold, blocks)
}

fn windows(inputs: &Inputs, fold: &Fold, blocks: &Blocks) -> Vec<Window> {
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

fn outcomes(fold: &Fold) -> Outcomes {
    let count = |outcome| fold.ledger().get(Entry::Message(outcome));
    Outcomes {
        uplink: count(Outcome::Uplink),
        duplicate: count(Outcome::Duplicate),
        control: count(Outcome::Control),
        quarantined: reasons(|reason| count(Outcome::Quarantined(reason))),
    }
}

fn verdicts(fold: &Fold) -> Verdicts {
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_fold_makes_of_a_faulty_fleet_what_the_truth_says(
        seed: u64,
        rate in 0.0..0.2f64,
        step_s in prop::sample::select(vec![60u32, 300, 600, 3600]),
        path in prop::sample::select(vec![Path::Direct, Path::Broker]),
        receipt in prop::sample::select(vec![Receipt::AsSent, Receipt::Afterwards]),
    ) {
        let inputs = Arc::new(Inputs::parse(&synthetic(2, 1)).expect("a synthetic registry is valid"));
        let from: UtcMillis = "2026-10-24T12:00:00Z".parse().expect("a time");
        let to = from.plus(i64::from(step_s) * 400 * 1000);
        let spec = Spec { step_s: Some(step_s), faults: Faults::all(rate), ..Spec::new(seed, from, to) };
        let sent: Vec<_> = Fleet::new(&inputs, spec.clone()).transmissions().collect();
        let truth = Truth::of(&inputs, path, &sent);
        let (fold, blocks) = folded(&inputs, path, receipt, &spec, &sent);
        prop_assert_eq!(outcomes(&fold), truth.messages);
        prop_assert_eq!(verdicts(&fold), truth.readings);
        let folded = windows(&inputs, &fold, &blocks);
        for (folded, truth) in folded.iter().zip(&truth.windows) {
            prop_assert_eq!(folded, truth);
        }
        prop_assert_eq!(folded.len(), truth.windows.len());
    }
}
