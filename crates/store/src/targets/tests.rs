use std::sync::{Arc, RwLock};

use smartpole_model::{DeviceNo, Inputs, Quarter};
use smartpole_pipeline::{Changes, Env, Fold, LoadError, LoadInputs, Restore, Scope};
use smartpole_window::Level;

use super::*;
use crate::{
    Grain, WindowKey,
    commit::tests::{changes, store},
};

fn targets(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

struct NoInputs;

impl LoadInputs for NoInputs {
    fn load(&self, _: &str) -> Result<Arc<Inputs>, LoadError> {
        Ok(Arc::default())
    }
}

/// Of a fold that has folded nothing: what is asked for here stands in the file.
fn queries(store: &Store) -> Queries {
    let fold = Fold::restore(Restore::default(), &Env { stored: store, inputs: &NoInputs }).unwrap();
    Queries::new(store, Arc::new(RwLock::new(fold)))
}

fn standing(store: &Store) -> Standing {
    queries(store).targets().unwrap().pop().unwrap()
}

fn count(store: &Store, table: &str) -> i64 {
    store.writer().query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

fn refused(reason: &str, readings: u64) -> RefusedLine {
    let (reason, detail, line) = (reason.to_owned(), "the server's words".to_owned(), "air_quality x=1".to_owned());
    RefusedLine { id: 0, at: UtcMillis(5), reason, readings, detail, line }
}

#[test]
fn without_targets_nothing_is_kept_for_any() {
    let (_dir, store) = store();
    (1..=4).for_each(|batch| store.commit(&changes(batch)).unwrap());
    assert_eq!((count(&store, "outbox"), count(&store, "batch")), (0, 3));
}

#[test]
fn batches_are_kept_until_every_target_has_them() {
    let (_dir, store) = store();
    store.set_targets(&targets(&["far", "near"])).unwrap();
    (1..=9).for_each(|batch| store.commit(&changes(batch)).unwrap());
    store.note_sent("near", &Sent { batch: 9, ..Sent::default() }).unwrap();
    store.note_sent("far", &Sent { batch: 4, ..Sent::default() }).unwrap();
    store.commit(&changes(10)).unwrap();
    let unsent = store.outbox().unwrap().next(4, u64::MAX).unwrap();
    assert_eq!(unsent.iter().map(|unsent| unsent.batch).collect::<Vec<_>>(), [5, 6, 7, 8, 9, 10]);
    assert!(unsent.iter().all(|unsent| unsent.rows == [7; 1_000] && unsent.readings == 10));
    assert_eq!(count(&store, "batch"), 6);
    assert_eq!(store.restore().unwrap().batch_rows.len(), 3, "the fold needs its own only");
    store.note_sent("far", &Sent { batch: 10, ..Sent::default() }).unwrap();
    store.commit(&changes(11)).unwrap();
    assert_eq!((count(&store, "outbox"), count(&store, "batch")), (2, 3), "near lacks two, the fold needs three");
}

#[test]
fn a_batch_names_the_windows_it_changed_and_the_inputs_in_force() {
    let (_dir, store) = store();
    store.set_targets(&targets(&["city"])).unwrap();
    store.commit(&changes(1)).unwrap();
    store.commit(&Changes { inputs: None, ..changes(2) }).unwrap();
    let unsent = store.outbox().unwrap().next(0, u64::MAX).unwrap();
    let scope = Scope::Device(DeviceNo(0));
    let block = WindowKey { scope, grain: Grain::Quarter, start: Quarter(1).start() };
    let hour = WindowKey { scope, grain: Grain::Level(Level::Hour), start: UtcMillis(0) };
    assert_eq!(unsent[0].windows, [block, hour]);
    assert_eq!(unsent.iter().map(|unsent| unsent.inputs.as_str()).collect::<Vec<_>>(), ["hash1", "hash1"]);
}

#[test]
fn as_many_batches_are_taken_as_hold_the_readings_asked_for() {
    let (_dir, store) = store();
    store.set_targets(&targets(&["city"])).unwrap();
    (1..=5).for_each(|batch| store.commit(&changes(batch)).unwrap());
    let outbox = store.outbox().unwrap();
    let batches = |after, readings| outbox.next(after, readings).unwrap().iter().map(|unsent| unsent.batch).max();
    assert_eq!((batches(0, 1), batches(0, 20), batches(3, 1_000), batches(5, 1)), (Some(1), Some(2), Some(5), None));
}

#[test]
fn every_accepted_reading_is_filtered_forwarded_refused_or_pending() {
    let (_dir, store) = store();
    store.set_targets(&targets(&["city"])).unwrap();
    (1..=5).for_each(|batch| store.commit(&changes(batch)).unwrap());
    let refused = vec![refused("too_large", 1), refused("rejected", 2), refused("rejected", 3)];
    let sent = Sent { batch: 3, filtered: 4, forwarded: 20, windows: 7, refused, settled: Some(UtcMillis(9)) };
    store.note_sent("city", &sent).unwrap();
    let found = standing(&store);
    assert!(found.balanced(), "{found:?}");
    assert_eq!((found.accepted, found.pending, found.waiting_since), (50, 20, Some(UtcMillis(4_000))));
    assert_eq!([4_500, 9_000, 3_000].map(|now| found.lag_ms(UtcMillis(now))), [500, 5_000, 0], "by the clock");
    assert_eq!(found.refused, [("rejected".to_owned(), 5, 2), ("too_large".to_owned(), 1, 1)]);
    assert_eq!(store.place("city").unwrap(), Place { batch: 3, settled: UtcMillis(9) });
    store.note_sent("city", &Sent { batch: 4, forwarded: 9, ..Sent::default() }).unwrap();
    assert!(!standing(&store).balanced(), "one of ten is not accounted for");
}

#[test]
fn a_target_that_comes_later_answers_for_what_comes_after_it() {
    let (_dir, store) = store();
    (1..=2).for_each(|batch| store.commit(&changes(batch)).unwrap());
    store.set_targets(&targets(&["city"])).unwrap();
    store.set_targets(&targets(&["city"])).unwrap();
    assert_eq!((store.place("city").unwrap().batch, standing(&store).accepted), (2, 0));
    store.commit(&changes(3)).unwrap();
    let found = standing(&store);
    assert_eq!((found.accepted, found.pending, found.since), (10, 10, UtcMillis(2_000)));
}

#[test]
fn a_target_that_is_no_longer_wanted_holds_nothing_back() {
    let (_dir, store) = store();
    store.set_targets(&targets(&["gone", "city"])).unwrap();
    (1..=3).for_each(|batch| store.commit(&changes(batch)).unwrap());
    store.note_sent("gone", &Sent { batch: 1, refused: vec![refused("rejected", 1)], ..Sent::default() }).unwrap();
    store.note_sent("city", &Sent { batch: 3, ..Sent::default() }).unwrap();
    let gone = store.set_targets(&targets(&["city"])).unwrap();
    assert_eq!(gone.iter().map(|gone| (gone.target.as_str(), gone.pending)).collect::<Vec<_>>(), [("gone", 20)]);
    store.commit(&changes(4)).unwrap();
    assert_eq!((count(&store, "outbox"), count(&store, "refused"), count(&store, "refused_line")), (1, 0, 0));
}

#[test]
fn the_newest_refused_lines_are_kept_and_the_sums_know_of_all() {
    let (_dir, store) = store();
    store.set_targets(&targets(&["city"])).unwrap();
    let many = (0..REFUSED_LINES + 10).map(|n| RefusedLine { detail: n.to_string(), ..refused("rejected", 1) });
    store.note_sent("city", &Sent { refused: many.collect(), ..Sent::default() }).unwrap();
    assert_eq!((count(&store, "refused_line"), standing(&store).refused_readings()), (REFUSED_LINES, 10_010));
    let queries = queries(&store);
    let page = queries.refused_lines("city", None, None, 2).unwrap().unwrap();
    assert_eq!(page.iter().map(|line| line.detail.as_str()).collect::<Vec<_>>(), ["10009", "10008"]);
    let next = queries.refused_lines("city", None, Some(page[1].id), 1).unwrap().unwrap();
    assert_eq!(next[0].detail, "10007");
    assert_eq!(queries.refused_lines("town", None, None, 1).unwrap(), None);
}

#[test]
fn refused_lines_of_one_reason_are_found_among_others() {
    let (_dir, store) = store();
    store.set_targets(&targets(&["city", "lab"])).unwrap();
    let lines = ["rejected", "too_large", "rejected"].map(|reason| refused(reason, 1));
    store.note_sent("city", &Sent { refused: lines.to_vec(), ..Sent::default() }).unwrap();
    store.note_sent("lab", &Sent { refused: lines.to_vec(), ..Sent::default() }).unwrap();
    let queries = queries(&store);
    let found = |reason, before| {
        let lines = queries.refused_lines("city", reason, before, 9).unwrap().unwrap();
        lines.into_iter().map(|line| (line.id, line.reason)).collect::<Vec<_>>()
    };
    let (rejected, large) = ("rejected".to_owned(), "too_large".to_owned());
    assert_eq!(found(None, None), [(3, rejected.clone()), (2, large), (1, rejected.clone())]);
    assert_eq!(found(Some("rejected"), None), [(3, rejected.clone()), (1, rejected.clone())]);
    assert_eq!(found(Some("rejected"), Some(3)), [(1, rejected)]);
    assert!(found(Some("outside_retention"), None).is_empty());
}
