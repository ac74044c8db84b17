//! Types of the VS133. A record's type is the channel of its item, but for dwell times, whose mean and maximum are apart.

use super::{
    Counts,
    Kind::{self, Item, Record},
    Shape,
};

pub(super) fn shape(kind: Kind) -> Option<Shape> {
    Some(match kind {
        Item(id @ (0x03 | 0x06 | 0x09 | 0x0c), 0xd2) | Record(id @ (0x03 | 0x06 | 0x09 | 0x0c)) => {
            Shape::TotalIn((id - 0x03) / 3)
        }
        Item(id @ (0x04 | 0x07 | 0x0a | 0x0d), 0xd2) | Record(id @ (0x04 | 0x07 | 0x0a | 0x0d)) => {
            Shape::TotalOut((id - 0x04) / 3)
        }
        Item(id @ (0x05 | 0x08 | 0x0b | 0x0e), 0xcc) | Record(id @ (0x05 | 0x08 | 0x0b | 0x0e)) => {
            Shape::InOut(Counts::Period, (id - 0x05) / 3)
        }
        Item(0x0f, 0xe3) | Record(0x0f) => Shape::Regions(1, 4),
        Item(0x11..=0x1c, 0xd2 | 0xcc) | Item(0x1d, 0xe3) | Record(0x11..=0x1d) => Shape::Skip(4), // children
        Item(0x10 | 0x1e, 0xe4) => Shape::Skip(5),                                                 // dwell
        Record(0x10 | 0x20 | 0x1e | 0x3c) | Item(0x50, 0xfc) => Shape::Skip(3),                    // dwell; occlusion
        _ => return None,
    })
}
