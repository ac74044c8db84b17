//! Types of the VS121. A record's regions come in fours.

use super::{
    Counts,
    Kind::{self, Item, Record},
    Shape,
};

pub(super) fn shape(kind: Kind) -> Option<Shape> {
    Some(match kind {
        Item(0x04, 0xc9) | Record(0x01) => Shape::People,
        Item(0x05, 0xcc) | Record(0x02) => Shape::InOut(Counts::Period, 0),
        Item(0x06, 0xcd) | Record(0x03) => Shape::Skip(1), // most people since the last message
        Item(0x07, 0xd5) => Shape::Regions(1, 8),
        Item(0x08, 0xd5) => Shape::Regions(9, 8),
        Record(four @ 0x04..=0x07) => Shape::Regions((four - 0x04) * 4 + 1, 4),
        Item(0x09..=0x0c, 0xda) => Shape::Skip(8), // flows between sides
        Record(0x08..=0x0f | 0x12) | Item(0x10, 0xf7) => Shape::Skip(4), // flows; a line's
        Item(0x0d, 0xcc) | Record(0x10) => Shape::InOut(Counts::Total, 0),
        Item(0x0e, 0xe4) | Record(0x11) => Shape::Skip(5), // dwell
        Item(0x0f, 0x85) => Shape::Time,
        _ => return None,
    })
}
