//! Walking through blocks in the order of time, from memory and file together.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::ops::ControlFlow;

use common::{DEVICES, HOUR, MEASURED, Readings, START, Square, number, two_days};
use smartpole_model::{DeviceNo, Quarter, UtcMillis};
use smartpole_pipeline::NameKind;
use smartpole_store::{Visited, Walk, WantedBlocks};

const END: i64 = START + 48 * HOUR;

fn devices(square: &Square) -> Vec<DeviceNo> {
    DEVICES.map(|id| DeviceNo(square.number(NameKind::Device, id))).into()
}

fn wanted<'a>(devices: &'a [DeviceNo], newest_first: bool) -> WantedBlocks<'a> {
    WantedBlocks {
        devices,
        is_wanted: &|_, _| true,
        from: UtcMillis(i64::MIN),
        to: UtcMillis(i64::MAX),
        newest_first,
        sealed: false,
        most: usize::MAX,
    }
}

/// The quarters visited, and the readings found in them.
fn walked(square: &Square, wanted: &WantedBlocks<'_>) -> (Vec<Quarter>, Readings, Walk) {
    let (mut quarters, mut found) = (Vec::new(), Readings::new());
    let walk = square.queries.walk(wanted, |quarter, blocks| {
        quarters.push(quarter);
        for (device, block) in blocks {
            let device = devices(square).iter().position(|known| known == device).unwrap();
            let Visited::Kept(block) = block else { unreachable!("sealed blocks are not wanted: {block:?}") };
            for row in block.rows() {
                for value in row.values {
                    let property = MEASURED.into_iter().find(|id| number(id) == value.series.property).unwrap();
                    found.insert((device, property, row.event_time.0), value.value);
                }
            }
        }
        ControlFlow::Continue(())
    });
    (quarters, found, walk.unwrap())
}

#[test]
fn a_walk_meets_every_reading_once_in_either_direction() {
    for seed in 0..3 {
        let (square, readings) = two_days(seed);
        let devices = devices(&square);
        let (forwards, found, walk) = walked(&square, &wanted(&devices, false));
        assert_eq!(found, readings, "{seed}");
        assert!(forwards.is_sorted() && !walk.cut, "{seed}");
        let (mut backwards, found, _) = walked(&square, &wanted(&devices, true));
        assert_eq!(found, readings, "{seed}");
        backwards.reverse();
        assert_eq!(backwards, forwards, "{seed}");
    }
}

#[test]
fn a_walk_keeps_to_its_span_and_to_the_blocks_that_are_wanted() {
    let (square, readings) = two_days(2);
    let devices = devices(&square);
    let (from, to) = (START + 5 * HOUR, START + 6 * HOUR);
    let only = |device: DeviceNo, _: Quarter| device == devices[1];
    for newest_first in [false, true] {
        let span = WantedBlocks {
            is_wanted: &only,
            from: UtcMillis(from),
            to: UtcMillis(to),
            ..wanted(&devices, newest_first)
        };
        let expected: Readings = readings
            .iter()
            .filter(|((device, _, at), _)| *device == 1 && (from..to).contains(at))
            .map(|(key, value)| (*key, *value))
            .collect();
        assert_eq!(walked(&square, &span).1, expected);
        let nowhere = WantedBlocks { to: UtcMillis(from), ..span };
        assert_eq!(walked(&square, &nowhere).0, []);
    }
    assert!(walked(&square, &wanted(&[], false)).0.is_empty());
}

#[test]
fn a_walk_ends_when_it_looked_for_too_many_blocks_and_leaps_over_quarters_without_any() {
    let mut square = Square::new();
    square.run("d1", START, START + HOUR, &[("pm2_5", 10)]);
    square.run("d1", END, END + HOUR, &[("pm2_5", 10)]);
    square.commit();
    let devices = [DeviceNo(square.number(NameKind::Device, "d1"))];
    let (quarters, _, walk) = walked(&square, &wanted(&devices, false));
    assert_eq!((quarters.len(), walk.cut), (8, false));
    assert!(walk.looked_for <= 20, "{walk:?}");
    let (quarters, _, walk) = walked(&square, &WantedBlocks { most: 4, ..wanted(&devices, true) });
    assert_eq!((quarters.len(), walk), (2, Walk { looked_for: 4, cut: true }));
}
