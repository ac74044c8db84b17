//! Months of blocks in bounded pieces, from memory and file together.

mod common;

use std::ops::ControlFlow;

use common::{DEVICES, HOUR, MEASURED, MOVED, Readings, START, Square, number, two_days};
use smartpole_model::{DeviceNo, Quarter, UtcMillis};
use smartpole_pipeline::{NameKind, Scope};
use smartpole_store::{Piece, PieceStart, Visited};

const BEGIN: PieceStart = PieceStart { quarter: Quarter(0), device: DeviceNo(0) };

fn quarter(at: i64) -> Quarter {
    UtcMillis(at).quarter()
}

/// The readings of all pieces of at most `most` blocks, and where each block was met, in order.
fn taken(square: &Square, scope: Option<Scope>, as_of: Option<i64>, most: usize) -> (Readings, Vec<PieceStart>) {
    let (mut found, mut met, mut next) = (Readings::new(), Vec::new(), Some(BEGIN));
    while let Some(from) = next {
        let piece = Piece { scope, from, end: quarter(START + 200 * HOUR), as_of: as_of.map(UtcMillis), sealed: true };
        let mut blocks = 0;
        let visited = square.queries.piece(piece, |device, visited, _| {
            let Visited::Kept(block) = visited else { unreachable!("nothing is sealed here: {visited:?}") };
            met.push(PieceStart { quarter: block.quarter(), device });
            let index = DEVICES
                .iter()
                .position(|id| square.number(NameKind::Device, id) == device.0)
                .expect("a device of the square");
            for row in block.rows() {
                for value in row.values {
                    let property = MEASURED
                        .into_iter()
                        .find(|id| number(id) == value.series.property)
                        .expect("one that it measures");
                    found.insert((index, property, row.event_time.0), value.value);
                }
            }
            blocks += 1;
            if blocks == most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        next = visited.expect("the file can be read");
        assert!(next.is_none_or(|next| next > from), "{next:?} after {from:?}");
    }
    (found, met)
}

#[test]
fn pieces_of_any_size_meet_every_reading_once_and_in_order() {
    for (seed, most) in [(0, 1), (1, 2), (2, 7), (0, usize::MAX)] {
        let (square, readings) = two_days(seed);
        let (found, met) = taken(&square, None, None, most);
        assert_eq!(found, readings, "{seed}, {most}");
        assert!(met.is_sorted() && met.windows(2).all(|pair| pair[0] != pair[1]), "{seed}, {most}");
    }
}

#[test]
fn pieces_meet_all_that_is_in_memory_however_much_it_is() {
    let mut square = Square::new();
    for at in (START..START + 175 * HOUR).step_by(HOUR as usize / 4) {
        for device in ["d1", "d2"] {
            square.report(device, at, at, &[("pm2_5", 1)]);
        }
    }
    for most in [300, usize::MAX] {
        let (_, met) = taken(&square, None, None, most);
        assert!(met.is_sorted() && met.windows(2).all(|pair| pair[0] != pair[1]), "{most}");
        assert_eq!(met.len(), 2 * 4 * 175, "{most}");
    }
}

#[test]
fn a_device_belongs_to_a_pole_while_it_stands_there() {
    let mut square = Square::new();
    square.run("d1", MOVED - HOUR, MOVED + HOUR, &[("pm2_5", 10)]);
    square.commit();
    for (pole, quarters) in [("P1", MOVED - HOUR..MOVED), ("P3", MOVED..MOVED + HOUR), ("P2", MOVED..MOVED)] {
        let (_, met) = taken(&square, Some(square.pole(pole)), None, 3);
        let met: Vec<Quarter> = met.iter().map(|met| met.quarter).collect();
        assert_eq!(
            met,
            (quarter(quarters.start).0..quarter(quarters.end).0).map(Quarter).collect::<Vec<_>>(),
            "{pole}"
        );
    }
}

#[test]
fn as_of_a_minute_there_is_what_had_been_received_before() {
    let mut square = Square::new();
    square.report("d2", START, START, &[("pm2_5", 1)]);
    square.report("d2", START + 60_000, START + 10 * HOUR, &[("pm2_5", 2)]);
    square.commit();
    let known = |as_of: Option<i64>| taken(&square, None, as_of, 5).0.into_values().collect::<Vec<_>>();
    assert_eq!(known(Some(START + 10 * HOUR)), [1]);
    assert_eq!(known(Some(START + 10 * HOUR + 60_000)), [1, 2]);
    assert_eq!(known(None), [1, 2]);
}
