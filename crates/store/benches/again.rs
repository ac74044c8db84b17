//! Decoding everything again, and folding beside and comparing: what `smartpole replay --all` and `smartpole ledger verify` do, of an
//! hour of 10,000 devices, protobuf, all rules on.
//!
//! `cargo bench -p smartpole-store --bench again`. Printed are messages for each second of the thread's CPU. Steps of a replay
//! have 500 messages, as the service's have; appending them to the journal is not in it, as another thread does that.

mod common;

use std::{cell::RefCell, collections::BTreeMap};

use common::{
    BATCH, DEVICES, Dice, Failure, Library, MINUTES, cpu, fill, fold_all, inputs_record, journal, topic, uplink,
};
use firmware_sim::synthetic;
use smartpole_journal::{Journal, Reader};
use smartpole_model::{DeviceNo, Inputs, Quarter, RawMessage, RecordRef, Seq};
use smartpole_pipeline::{Env, Fold, LoadError, LoadInputs, QuarantineRow, REPLAY, Restore, StoredBlock, StoredBlocks};
use smartpole_store::{Scratch, Store, compare};

const MESSAGES: u64 = (DEVICES * MINUTES) as u64;
/// Messages of a replay's step, and of a verification's commit.
const STEP: u64 = 500;
const COMMIT: usize = 50_000;

fn main() -> Result<(), Failure> {
    let library = Library::of(Inputs::parse(&synthetic(DEVICES as usize / 2, 1)).map_err(|_| "registry")?);
    let inputs = library.load("h")?;
    let dir = tempfile::tempdir()?;
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let messages = |at: i64, index: usize| [(topic(&inputs, index), uplink(at - 300 - dice.around(200), &mut dice))];
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(fill(&dir.path().join("journal"), messages))?;
    let (store, journal) = (Store::open(dir.path())?, journal(dir.path())?);
    let (fold, steps, _) = fold_all(&journal, &store, &library)?;
    report("folded", steps.all());
    verify(&journal, &store, &library)?;
    replay(&journal, fold, &store, &library)
}

fn report(what: &str, seconds: f64) {
    println!("{what:12} {:>7.0} messages/s of CPU", MESSAGES as f64 / seconds);
}

fn verify(journal: &Journal, store: &Store, library: &Library) -> Result<(), Failure> {
    let (beside, mut reader) = (tempfile::tempdir()?, journal.reader(Seq(1)));
    let start = cpu();
    let scratch = Scratch::begin(beside.path(), store, &Restore::default(), None, library)?;
    let (mut fold, env) = (scratch.fold(library)?, Env { stored: &scratch, inputs: library });
    fold.apply(Seq(0), &inputs_record(), false, &env)?;
    while fold.position().0 < Seq(MESSAGES) {
        let batch = reader.next_batch(COMMIT, 64 << 20)?;
        fold.apply_all(&batch.iter().collect::<Result<Vec<_>, _>>()?, |_| false, &env, |_| {})?;
        scratch.commit(&fold.take_changes())?;
        fold.committed();
    }
    let folded = cpu() - start;
    let compared = compare(&store.view()?, &scratch, &fold, library, |difference| println!("{difference}"))?;
    report("verified", cpu() - start);
    println!("             of it {folded:.1} s folding; {compared:?}");
    Ok(())
}

fn replay(journal: &Journal, mut fold: Fold, store: &Store, library: &Library) -> Result<(), Failure> {
    let kept = Kept { store, reader: RefCell::new(journal.reader(Seq(1))) };
    let env = Env { stored: &kept, inputs: library };
    let (start, mut seq, received_at) = (cpu(), Seq(MESSAGES + 1), fold.position().1);
    fold.apply(seq, &RecordRef::Command { received_at, text: REPLAY }, false, &env)?;
    for first in (1..=MESSAGES).step_by(STEP as usize) {
        seq = seq.next();
        let seqs = (first..first + STEP).map(Seq).collect();
        fold.apply(seq, &RecordRef::ReplayStep { seqs }, false, &env)?;
        if (first - 1 + STEP).is_multiple_of(BATCH as u64) {
            store.commit(&fold.take_changes())?;
            fold.committed();
        }
    }
    report("decoded again", cpu() - start);
    println!("             {:?}", fold.replay().map(|replay| replay.effect));
    Ok(())
}

/// The store, and messages in the order of the journal.
struct Kept<'a> {
    store: &'a Store,
    reader: RefCell<Reader>,
}

impl StoredBlocks for Kept<'_> {
    fn load(&self, device: DeviceNo, quarter: Quarter) -> Result<Option<StoredBlock>, LoadError> {
        self.store.load(device, quarter)
    }

    fn messages(&self, seqs: &[Seq]) -> Result<Vec<Option<RawMessage>>, LoadError> {
        let failed = |error: smartpole_journal::Error| LoadError(Box::new(error));
        let mut found = Vec::new();
        while found.len() < seqs.len() {
            let batch = self.reader.borrow_mut().next_batch(seqs.len() - found.len(), 1 << 20).map_err(failed)?;
            for record in batch.iter() {
                let RecordRef::Message(message) = record.map_err(failed)?.1 else { continue };
                found.push(Some(message.to_message()));
            }
        }
        Ok(found)
    }

    fn quarantined(&self, seqs: &[Seq]) -> Result<BTreeMap<Seq, QuarantineRow>, LoadError> {
        self.store.quarantined(seqs)
    }
}
