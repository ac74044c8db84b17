//! Readings that a replay gives up: they stay, count no more, and leave their place to others.

use smartpole_model::{Flag, Flags, PropertyNo, Quarter, Series, TimeSource, UtcMillis};
use smartpole_window::{Block, Insert, NewRow, Origin, RowValue};

const PM: Series = Series { property: PropertyNo(1), channel: 0 };
const START: UtcMillis = UtcMillis(1_774_731_600_000);

fn value(value: i64, flags: Flags) -> RowValue {
    RowValue { series: PM, value, flags }
}

fn superseded(of: i64) -> RowValue {
    value(of, Flags::NONE.with(Flag::Superseded))
}

fn insert(block: &mut Block, minute: i64, number: i64) -> Insert {
    let (received_at, values) = (START.plus(minute * 60_000), [value(number, Flags::NONE)]);
    let mut outcomes = Vec::new();
    block.insert(
        NewRow { event_time: START, received_at, time_source: TimeSource::Payload, values: &values },
        &mut outcomes,
    );
    outcomes[0]
}

/// What was known at a minute, of the only reading there is.
fn known(block: &Block, minute: i64) -> Option<(i64, bool)> {
    let rows = block.as_of(START.plus(minute * 60_000)).rows();
    let value = rows.first()?.values[0];
    Some((value.value, value.is_superseded()))
}

/// A reading of minute 1, given up in minute 10, in whose place another came in minute 20, which was mended in minute 30.
fn with_history() -> Block {
    let mut block = Block::new(START.quarter());
    assert_eq!(insert(&mut block, 1, 7), Insert::Added);
    assert!(block.replace(START, superseded(7), START.plus(10 * 60_000)));
    assert_eq!(insert(&mut block, 20, 7), Insert::Vacant, "whatever its value");
    assert!(block.replace(START, value(9, Flags::NONE), START.plus(20 * 60_000)));
    assert!(block.set_origin(Origin { event_time: START, series: PM, received_at: START.plus(20 * 60_000) }));
    assert!(block.replace(START, value(11, Flags::NONE), START.plus(30 * 60_000)));
    block
}

#[test]
fn as_of_any_instant_a_place_holds_what_was_known_of_it_then() {
    let block = with_history();
    let all = [1, 5, 15, 25, 35].map(|minute| known(&block, minute));
    assert_eq!(all, [None, Some((7, false)), Some((7, true)), Some((9, false)), Some((11, false))]);
}

#[test]
fn a_reading_is_of_the_message_that_took_the_place_last() {
    let block = with_history();
    let row = &block.rows()[0];
    assert_eq!(block.received_at(&row.as_new(), PM), START.plus(20 * 60_000));
    assert_eq!(insert(&mut block.clone(), 40, 11), Insert::Duplicate);
    assert_eq!(insert(&mut block.clone(), 40, 7), Insert::Conflict);
}

#[test]
fn what_replays_did_is_packed_and_a_block_without_any_packs_as_before() {
    let block = with_history();
    let bytes = block.pack();
    let unpacked = Block::unpack(START.quarter(), &bytes).unwrap();
    assert_eq!((unpacked.origins(), unpacked.superseded()), (block.origins(), block.superseded()));
    assert_eq!((bytes[0], unpacked.pack()), (3, bytes.clone()));
    let mut plain = Block::new(Quarter(START.quarter().0));
    insert(&mut plain, 1, 7);
    assert_eq!(plain.pack()[0], 2);
    for length in 0..bytes.len() {
        assert!(Block::unpack(START.quarter(), &bytes[..length]).is_err(), "cut after {length} bytes");
    }
}
