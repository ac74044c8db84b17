//! What is kept, read in order: every reading once, and windows as they are asked for.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::collections::BTreeMap;

use common::{DEVICES, HOUR, MEASURED, Readings, START, Square, two_days};
use smartpole_model::{Quarter, UtcMillis};
use smartpole_store::{Grain, KeptValue, KeptWindow, Step, Wanted, Window};
use smartpole_window::Level;

const ALL: (UtcMillis, UtcMillis) = (UtcMillis(START - 72 * HOUR), UtcMillis(START + 300 * HOUR));

#[test]
fn every_reading_is_kept_once_wherever_it_is() {
    for seed in 0..6 {
        let (square, readings) = two_days(seed);
        let mut kept = Readings::new();
        let (first, last) = square.queries.quarters().unwrap().unwrap();
        let each = |device, row: smartpole_window::Row| {
            let index = DEVICES.iter().position(|id| square.device(id) == smartpole_pipeline::Scope::Device(device));
            for value in row.values {
                let property = MEASURED[usize::from(value.series.property.0) - 1];
                let former = kept.insert((index.unwrap(), property, row.event_time.0), value.value);
                assert_eq!(former, None, "seed {seed}: twice");
            }
        };
        square.queries.each_row(first..Quarter(last.0 + 1), each).unwrap();
        assert_eq!(kept, readings, "seed {seed}");
    }
}

/// Two days of which every block is closed and committed.
fn settled(seed: u64) -> Square {
    let (mut square, _) = two_days(3 * seed);
    for device in DEVICES {
        square.report(device, START + 100 * HOUR, START + 100 * HOUR, &[("temperature", 1)]);
    }
    square.commit();
    square
}

fn all(square: &Square) -> Vec<KeptWindow> {
    let mut windows = square.queries.kept_windows().unwrap();
    let keys = Grain::ALL.map(|grain| windows.keys(grain, ALL.0, ALL.1).unwrap()).concat();
    windows.get(&keys).unwrap()
}

/// The window as it is told when it is asked for.
fn asked(square: &Square, window: &KeptWindow, value: &KeptValue) -> Window {
    let step = match window.key.grain {
        Grain::Quarter => Step::Quarter,
        Grain::Level(Level::Hour) => Step::Hour,
        Grain::Level(_) => Step::Day,
    };
    let (from, to) = (window.key.start, window.key.start.plus(1));
    let wanted =
        Wanted { scope: window.key.scope, property: value.series.property, channel: None, from, to, step, as_of: None };
    square.queries.windows(&wanted).unwrap()[0]
}

#[test]
fn kept_windows_say_what_is_told_when_they_are_asked_for() {
    for seed in 0..3 {
        let square = settled(seed);
        let windows = all(&square);
        let mut grains: BTreeMap<Grain, usize> = BTreeMap::new();
        for window in &windows {
            *grains.entry(window.key.grain).or_default() += 1;
            for value in &window.values {
                let Window { end, aggregate, mean, expected, state, revision, .. } = asked(&square, window, value);
                assert_eq!((value.aggregate, value.expected, value.mean), (aggregate, expected, mean), "{window:?}");
                let revisions = value.aggregate.revisions.unsigned_abs();
                assert_eq!((window.key.end(), value.state, revisions), (end, state, revision), "{window:?}");
            }
        }
        assert!(grains.len() == 4 && windows.len() > 500, "{grains:?}");
    }
}

#[test]
fn a_window_that_is_not_there_is_left_out() {
    let square = settled(1);
    let mut windows = square.queries.kept_windows().unwrap();
    let mut keys = windows.keys(Grain::Quarter, ALL.0, ALL.1).unwrap();
    let there = keys.len();
    keys.push(smartpole_store::WindowKey { start: UtcMillis(0), ..keys[0] });
    keys.push(smartpole_store::WindowKey { scope: square.zone("markt"), ..keys[0] });
    assert_eq!(windows.get(&keys).unwrap().len(), there);
}

#[test]
fn nothing_is_kept_of_a_new_store() {
    let square = Square::new();
    assert_eq!(square.queries.quarters().unwrap(), None);
    assert!(all(&square).is_empty());
}
