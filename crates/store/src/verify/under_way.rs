//! What a restart goes on with: states of devices, and readings of blocks that are open yet.
//!
//! Rows of `device` and `batch` end where a commit came, so they are compared by what the fold makes of them.

use std::collections::{BTreeMap, BTreeSet};

use smartpole_model::{DeviceNo, Quarter};
use smartpole_pipeline::{AcceptedRow, DeviceRow, Env, Fold, LoadInputs, Restore, accepted_rows};

use super::{Difference, View, view::said, words, words::Words};
use crate::Error;

/// Compares the state that is stored, restored, with that of `fold`.
pub(super) fn compare(
    view: &View,
    fold: &Fold,
    inputs: &dyn LoadInputs,
    report: &mut impl FnMut(Difference),
) -> Result<(), Error> {
    let restored =
        view.restore.clone().and_then(|restore| Fold::restore(restore, &Env { stored: view, inputs }).map_err(said));
    let stored = match restored {
        Ok(restored) => restored,
        Err(error) => {
            let key = "the state that a restart goes on with".to_owned();
            let folded = Some("a readable one".to_owned());
            report(Difference { table: STATE, key, stored: Some(format!("unreadable: {error}")), folded });
            return Ok(());
        }
    };
    let (is, must) = (stored.snapshot(), fold.snapshot());
    let words = Words(fold);
    devices(&words, (&stored, &is), (fold, &must), report);
    open(&words, &is, &must, report);
    Ok(())
}

const STATE: &str = "state";

fn devices(words: &Words<'_>, is: (&Fold, &Restore), must: (&Fold, &Restore), report: &mut impl FnMut(Difference)) {
    let by_number = |restore: &Restore| -> BTreeMap<DeviceNo, DeviceRow> {
        restore.devices.iter().map(|row| (row.device, row.clone())).collect()
    };
    let (stored, folded) = (by_number(is.1), by_number(must.1));
    for no in stored.keys().chain(folded.keys()).copied().collect::<BTreeSet<_>>() {
        let (kept, made) = (stored.get(&no), folded.get(&no));
        if kept != made {
            let key = words.device(i64::from(no.0));
            let text = |row: Option<&DeviceRow>, fold: &Fold| row.map(|row| device(row, fold));
            report(Difference { table: STATE, key, stored: text(kept, is.0), folded: text(made, must.0) });
        }
    }
}

fn device(row: &DeviceRow, fold: &Fold) -> String {
    let received = fold.last_received_at(row.device).map_or("never".to_owned(), |time| time.to_string());
    let closed = words::quarter(i64::from(row.last_closed.0));
    let digest = row.state.iter().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)));
    format!("last received {received}, closed up to {closed}, {} bytes with checksum {digest:08x}", row.state.len())
}

type Open = BTreeMap<(Quarter, DeviceNo), Vec<AcceptedRow>>;

fn open(words: &Words<'_>, is: &Restore, must: &Restore, report: &mut impl FnMut(Difference)) {
    let (stored, folded) = (open_rows(is), open_rows(must));
    for key in stored.keys().chain(folded.keys()).copied().collect::<BTreeSet<_>>() {
        let (kept, made) = (stored.get(&key), folded.get(&key));
        if kept == made {
            continue;
        }
        let at = kept.into_iter().flatten().zip(made.into_iter().flatten()).take_while(|(kept, made)| kept == made);
        let at = at.count();
        let text = |rows: Option<&Vec<AcceptedRow>>| {
            rows.map(|rows| match rows.get(at) {
                Some(row) => words.reading(row.event_time, &row.values),
                None => format!("{at} rows"),
            })
        };
        let key = format!("open {}", words.block(&[key.0.0.into(), i64::from(key.1.0).into()]));
        report(Difference { table: STATE, key, stored: text(kept), folded: text(made) });
    }
}

fn open_rows(restore: &Restore) -> Open {
    let mut open = Open::new();
    // a snapshot of this moment, which is whole
    let rows = restore.batch_rows.iter().flat_map(|(_, bytes)| accepted_rows(bytes).unwrap_or_default());
    for row in rows {
        open.entry((row.event_time.quarter(), row.device)).or_default().push(row);
    }
    open
}
