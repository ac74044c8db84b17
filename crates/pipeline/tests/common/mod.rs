//! A store in memory, a small registry and messages to fold.
#![allow(missing_docs, dead_code, unused_imports, unreachable_pub, clippy::unwrap_used, reason = "helpers of tests")]

mod memory;
mod records;
mod registry;

use std::{cell::RefCell, rc::Rc};

pub use memory::{Memory, windows};
pub use records::{as_ref, bytes, gateway, heard, inputs, join, message, tick, uplink};
pub use registry::{Library, RULES, files, library};
use smartpole_model::{DeviceNo, Record, Seq};
use smartpole_pipeline::{Env, Fold, Scope};

pub const MINUTE: i64 = 60_000;
/// 2026-03-28T21:00:00Z: the night before the clocks change, so that days of 23 hours are in it.
pub const START: i64 = 1_774_731_600_000;

/// Folds records in batches of `size`; after the batches that `kill` names the fold is thrown away, uncommitted changes with it.
pub fn fold(records: &[Record], size: usize, kill: impl Fn(usize) -> bool) -> Memory {
    fold_on(Memory::default(), records, size, kill)
}

pub fn fold_on(memory: Memory, records: &[Record], size: usize, kill: impl Fn(usize) -> bool) -> Memory {
    fold_with(memory, records, size, kill, |_, _| {})
}

/// As [`fold_on`]; `seen` is shown the fold after each commit, and what was committed.
pub fn fold_with(
    memory: Memory,
    records: &[Record],
    size: usize,
    kill: impl Fn(usize) -> bool,
    mut seen: impl FnMut(&Fold, &Memory),
) -> Memory {
    let library = library();
    let memory = RefCell::new(Memory { journal: Rc::new(records.to_vec()), ..memory });
    let mut fold = memory.borrow().restored(&library);
    let mut steps = 0;
    loop {
        let from = fold.position().0.0 as usize;
        let batch = &records[from.min(records.len())..(from + size).min(records.len())];
        if batch.is_empty() {
            return memory.into_inner();
        }
        let numbered = batch.iter().zip(from as u64 + 1..).map(|(record, seq)| (Seq(seq), as_ref(record)));
        let records: Vec<_> = numbered.collect();
        let committed = memory.borrow();
        let env = Env { stored: &*committed, inputs: &library };
        fold.apply_all(&records, |_| false, &env, |_| {}).unwrap();
        drop(committed);
        steps += 1;
        let changes = fold.take_changes();
        if kill(steps) {
            fold = memory.borrow().restored(&library);
            continue;
        }
        memory.borrow_mut().commit(changes);
        fold.committed();
        seen(&fold, &memory.borrow());
        if kill(steps + 1_000_000) {
            fold = memory.borrow().restored(&library);
        }
    }
}

pub fn device_scope(number: u32) -> Scope {
    Scope::Device(DeviceNo(number))
}
