//! The store beside a plain recomputation: a fleet with faults is folded into a real file, reopened again and again.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, RwLock},
};

use firmware_sim::{Faults, Fleet, Path as Way, Spec, Transmission, Truth, synthetic};
use smartpole_model::{
    DeviceNo, Inputs, PropertyNo, RawMessageRef, Reason, RecordRef, Seq, UtcMillis, ZoneNo, registry::CountRule,
};
use smartpole_pipeline::{Env, Fold, LoadError, LoadInputs, NameKind, Scope};
use smartpole_store::{Error, Queries, State, Step, Store, Wanted};

const HOUR_MS: i64 = 3_600_000;

struct OneRegistry(Arc<Inputs>);

impl LoadInputs for OneRegistry {
    fn load(&self, _: &str) -> Result<Arc<Inputs>, LoadError> {
        Ok(Arc::clone(&self.0))
    }
}

/// A day and a half over the night in which the clocks change, with everything going wrong now and then.
struct Town {
    inputs: Arc<Inputs>,
    spec: Spec,
    sent: Vec<Transmission>,
}

fn town() -> Town {
    let inputs = Arc::new(Inputs::parse(&synthetic(6, 7)).unwrap());
    let from: UtcMillis = "2026-10-24T12:00:00Z".parse().unwrap();
    let spec = Spec { faults: Faults::all(0.03), ..Spec::new(7, from, from.plus(36 * HOUR_MS)) };
    let sent: Vec<_> = Fleet::new(&inputs, spec.clone()).transmissions().collect();
    Town { inputs, spec, sent }
}

/// Folds into `dir`, committing each 97 messages, reopening after each 5th batch and losing the batch under way then.
fn fold(town: &Town, dir: &Path) -> (Store, Fold) {
    let library = OneRegistry(Arc::clone(&town.inputs));
    let reopen = || {
        let store = Store::open(dir).unwrap();
        let restore = store.restore().unwrap();
        let fold = Fold::restore(restore, &Env { stored: &store, inputs: &library }).unwrap();
        (store, fold)
    };
    let (mut store, mut fold) = reopen();
    let mut batches = 0;
    loop {
        let from = fold.position().0.0;
        for seq in from + 1..=from + 97 {
            let env = Env { stored: &store, inputs: &library };
            let Some(record) = record(town, seq) else { break };
            fold.apply(Seq(seq), &record, false, &env).unwrap();
        }
        let changes = fold.take_changes();
        batches += 1;
        if batches % 5 == 0 {
            drop((store, fold));
            (store, fold) = reopen();
            continue;
        }
        if changes.cursor.0 == from {
            return (store, fold);
        }
        store.commit(&changes).unwrap();
        fold.committed();
    }
}

fn record(town: &Town, seq: u64) -> Option<RecordRef<'_>> {
    if seq == 1 {
        return Some(RecordRef::Inputs { received_at: town.spec.from, hash: "registry" });
    }
    let sent = town.sent.get(seq as usize - 2)?;
    Some(RecordRef::Message(RawMessageRef {
        source: "broker",
        topic: &sent.topic,
        payload: &sent.payload,
        received_at: sent.at,
        principal: "",
        peer: "",
        qos: 1,
        retained: sent.retain(),
    }))
}

fn wanted(scope: Scope, property: PropertyNo, step: Step, town: &Town) -> Wanted {
    let (from, to) = (town.spec.from.plus(-48 * HOUR_MS), town.spec.to.plus(48 * HOUR_MS));
    Wanted { scope, property, channel: None, from, to, step, as_of: None }
}

#[test]
fn windows_equal_the_truth_however_often_the_process_was_killed() {
    let (town, dir) = (town(), tempfile::tempdir().unwrap());
    let (store, fold) = fold(&town, dir.path());
    let truth = Truth::of(&town.inputs, Way::Direct, &town.sent);
    let queries = Queries::new(&store, Arc::new(RwLock::new(fold)));
    let mut expected: BTreeMap<(String, String), BTreeMap<i64, (i64, i64)>> = BTreeMap::new();
    for window in &truth.windows {
        let key = (window.device.clone(), window.property.clone());
        expected.entry(key).or_default().insert(window.start.0, (window.count, window.sum));
    }
    assert!(expected.len() > 50, "{} series", expected.len());
    for ((device, property), windows) in &expected {
        let scope = Scope::Device(device_no(&queries, device));
        let property = town.inputs.registry.properties.by_id(property).unwrap();
        let ask = |step| queries.windows(&wanted(scope, property.number, step, &town)).unwrap();
        let quarters = ask(Step::Quarter).into_iter().map(|window| (window.start.0, window.aggregate));
        let said = quarters.filter(|(_, all)| (all.count, all.sum) != (0, 0));
        let said: BTreeMap<i64, (i64, i64)> = said.map(|(start, all)| (start, (all.count, all.sum))).collect();
        assert_eq!(&said, windows, "{device} {}", property.id);
        for step in [Step::Hour, Step::Day] {
            for whole in ask(step) {
                let parts = windows.range(whole.start.0..whole.end.0);
                let sum = parts.fold((0, 0), |sum, (_, part)| (sum.0 + part.0, sum.1 + part.1));
                assert_eq!((whole.aggregate.count, whole.aggregate.sum), sum, "{device} {} {step:?}", property.id);
            }
        }
    }
}

fn device_no(queries: &Queries, id: &str) -> DeviceNo {
    DeviceNo(queries.number(NameKind::Device, id).unwrap())
}

#[test]
fn a_zone_sums_its_counters_and_weighs_its_poles_alike_over_a_day_of_25_hours() {
    let (town, dir) = (town(), tempfile::tempdir().unwrap());
    let (store, fold) = fold(&town, dir.path());
    let queries = Queries::new(&store, Arc::new(RwLock::new(fold)));
    let registry = &town.inputs.registry;
    let zone = registry.zones.iter().find(|zone| zone.count != CountRule::None).unwrap();
    let scope = Scope::Zone(ZoneNo(queries.number(NameKind::Zone, &zone.id).unwrap()));
    let people = registry.properties.by_id("people_in").unwrap().number;
    let days = queries.windows(&wanted(scope, people, Step::Day, &town)).unwrap();
    let long = days.iter().find(|day| day.start.to_string() == "2026-10-24T22:00:00Z").unwrap();
    assert_eq!(long.end.since(long.start), 25 * HOUR_MS);
    let inside = |device: &&smartpole_model::Device| zone.poles.contains(&device.installations[0].pole);
    let of_device = |device: &smartpole_model::Device| {
        let scope = Scope::Device(device_no(&queries, &device.id));
        let days = queries.windows(&wanted(scope, people, Step::Day, &town)).unwrap();
        days.iter().find(|day| day.start == long.start).map_or(0, |day| day.aggregate.sum)
    };
    let sum: i64 = registry.devices.iter().filter(inside).map(of_device).sum();
    assert_eq!(long.aggregate.sum, sum);
    assert!(sum > 0);

    let pm = registry.properties.by_id("pm2_5").unwrap().number;
    let of_zone = queries.windows(&wanted(scope, pm, Step::Hour, &town)).unwrap();
    let hour = of_zone.iter().find(|hour| hour.state != State::Open).unwrap();
    let means = zone.poles.iter().filter_map(|pole| {
        let number = queries.number(NameKind::Pole, &registry.poles[*pole].id)?;
        let hours =
            queries.windows(&wanted(Scope::Pole(smartpole_model::PoleNo(number)), pm, Step::Hour, &town)).unwrap();
        hours.iter().find(|known| known.start == hour.start)?.mean
    });
    let means: Vec<f64> = means.collect();
    let mean = means.iter().sum::<f64>() / means.len() as f64;
    assert!((hour.mean.unwrap() - mean).abs() < 1e-9);
}

#[test]
fn a_block_under_way_is_seen_once() {
    let (town, dir) = (town(), tempfile::tempdir().unwrap());
    let library = OneRegistry(Arc::clone(&town.inputs));
    let store = Store::open(dir.path()).unwrap();
    let env = Env { stored: &store, inputs: &library };
    let mut fold = Fold::restore(store.restore().unwrap(), &env).unwrap();
    for seq in 1..=400 {
        fold.apply(Seq(seq), &record(&town, seq).unwrap(), false, &env).unwrap();
    }
    let fold = Arc::new(RwLock::new(fold));
    let queries = Queries::new(&store, Arc::clone(&fold));
    let pm = town.inputs.registry.properties.by_id("pm2_5").unwrap().number;
    let pole = Scope::Pole(smartpole_model::PoleNo(0));
    let ask = || {
        let hours = queries.windows(&wanted(pole, pm, Step::Hour, &town)).unwrap();
        hours.iter().map(|hour| (hour.start, hour.aggregate)).collect::<Vec<_>>()
    };
    let before = ask();
    assert!(!before.is_empty());
    let changes = fold.write().unwrap().take_changes();
    assert_eq!(ask(), before, "taken");
    store.commit(&changes).unwrap();
    assert_eq!(ask(), before, "committed, and the fold does not know yet");
    fold.write().unwrap().committed();
    assert_eq!(ask(), before, "known to be committed");
}

#[test]
fn quarantine_is_told_by_reason_newest_first() {
    let (town, dir) = (town(), tempfile::tempdir().unwrap());
    let (store, fold) = fold(&town, dir.path());
    let queries = Queries::new(&store, Arc::new(RwLock::new(fold)));
    let all = queries.quarantine(None, None, 10_000).unwrap();
    assert!(all.is_sorted_by(|newer, older| newer.seq > older.seq));
    let garbage = queries.quarantine(Some(Reason::DecodeFailed), None, 10_000).unwrap();
    assert!(!garbage.is_empty() && garbage.iter().all(|row| row.reason == Reason::DecodeFailed));
    let rest = queries.quarantine(None, Some(all[4].seq), 3).unwrap();
    assert_eq!(rest, all[5..8]);
}

#[test]
fn a_file_of_a_newer_program_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    drop(Store::open(dir.path()).unwrap());
    let file = rusqlite::Connection::open(dir.path().join("city.db")).unwrap();
    file.pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(Store::open(dir.path()), Err(Error::Newer { found: 99, .. })));
}

#[test]
fn quarantined_messages_outlive_the_journal_within_a_budget_and_the_oldest_go_first() {
    let (town, dir) = (town(), tempfile::tempdir().unwrap());
    let (store, fold) = fold(&town, dir.path());
    let end = fold.position().0;
    let queries = Queries::new(&store, Arc::new(RwLock::new(fold)));
    let waiting = store.quarantined_before(end).unwrap();
    assert!(waiting.len() > 4 && waiting.is_sorted());
    let large = |seq: &Seq| {
        let (topic, payload) = (format!("topic/{}", seq.0), vec![7; 20 << 20]);
        (*seq, smartpole_model::RawMessage { topic, payload, ..Default::default() })
    };
    let evicted = store.keep_quarantined(waiting[..4].iter().map(large)).unwrap();
    assert_eq!(evicted, 1, "three of 20 MiB fit into 64 MiB");
    assert_eq!(queries.quarantined(waiting[0]).unwrap(), None);
    assert_eq!(queries.quarantined(waiting[3]).unwrap().unwrap().0, format!("topic/{}", waiting[3].0));
    assert_eq!(store.quarantined_before(end).unwrap(), waiting[4..], "the rest waits for its segments");
}
