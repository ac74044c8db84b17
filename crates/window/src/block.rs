//! The unit of storage: what one device measured in one quarter of an hour, packed.

use smartpole_model::{Flags, Quarter, Series, TimeSource, UtcMillis, put_i64, put_u64};

use crate::{
    Row, RowValue, Total,
    replays::Replays,
    rows::{Head, Walk},
    shape::Shape,
};

/// Readings of one device in one quarter of an hour, in event order, and the totals just outside it.
///
/// In memory it is packed as on disk (see [`Block::pack`]), so that a fleet's open blocks cost little; a row that comes in order is
/// appended in place, any other way in unpacks and packs again.
#[derive(Clone, Debug)]
pub struct Block {
    pub(crate) quarter: Quarter,
    pub(crate) series: Vec<Series>,
    pub(crate) shapes: Vec<Shape>,
    pub(crate) anchors: Vec<Anchor>,
    pub(crate) row_count: u32,
    pub(crate) packed: Vec<u8>,
    pub(crate) flagged: Vec<Flagged>,
    /// What replays did to its readings; a box, as hardly any block has some.
    pub(crate) replays: Option<Box<Replays>>,
    pub(crate) last: Last,
}

/// Flags of one value; most values have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flagged {
    pub(crate) row: u32,
    pub(crate) position: u16,
    pub(crate) flags: Flags,
}

/// What the next row's differences refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Last {
    /// Milliseconds from the quarter's start.
    pub(crate) offset: i64,
    pub(crate) step: i64,
    pub(crate) lag: i64,
    /// By series index.
    pub(crate) values: Vec<i64>,
}

/// The totals of a counter next before and next after a block, within [`crate::MAX_GAP_MS`]: with them the block knows its own counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The total's series.
    pub series: Series,
    /// The nearest total before the block's own, if a difference from it reaches into the block.
    pub before: Option<Total>,
    /// The nearest total after the block's own, if a difference to it begins in or before the block.
    pub after: Option<Total>,
    /// Whether the device was switched on after `before`, at the latest at the total that follows it.
    pub power_up_before: bool,
    /// Whether the device was switched on after the total that `after` follows, at the latest at `after`.
    pub power_up_after: bool,
}

/// A row to insert, or one that is shown.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "fields as in Row")]
pub struct NewRow<'a> {
    pub event_time: UtcMillis,
    pub received_at: UtcMillis,
    pub time_source: TimeSource,
    pub values: &'a [RowValue],
}

/// What became of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insert {
    /// It is new.
    Added,
    /// Its identity was there with the same value.
    Duplicate,
    /// Its identity was there with another value.
    Conflict,
    /// Its identity was there with a value that is superseded, in whose place it may be put ([`Block::replace`]).
    Vacant,
    /// It was there with another value, in whose place it was put ([`Block::replace`]).
    Replaced,
}

/// Most bytes that are reserved ahead: a block that is longer holds what its device does not tell each quarter.
const MOST_ROOM: usize = 1_024;

impl Block {
    /// An empty block.
    pub fn new(quarter: Quarter) -> Self {
        Self {
            quarter,
            series: Vec::new(),
            shapes: Vec::new(),
            anchors: Vec::new(),
            row_count: 0,
            packed: Vec::new(),
            flagged: Vec::new(),
            replays: None,
            last: Last::default(),
        }
    }

    /// An empty block after `former` of the same device, with room for as many bytes: blocks of a device are about as long as each other,
    /// and one that grows in steps is copied in each and leaves a fleet's memory full of holes.
    pub fn after(former: &Self, quarter: Quarter) -> Self {
        let mut block = Self::new(quarter);
        block.packed.reserve_exact(former.packed.len().min(MOST_ROOM));
        block
    }

    /// The quarter it is of.
    pub fn quarter(&self) -> Quarter {
        self.quarter
    }

    /// Rows in it; a block may hold anchors without rows.
    pub fn row_count(&self) -> u32 {
        self.row_count
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.row_count == 0 && self.anchors.is_empty()
    }

    /// Totals next to it, by series.
    pub fn anchors(&self) -> &[Anchor] {
        &self.anchors
    }

    /// All rows in event order; rows of one instant in order of arrival.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::with_capacity(self.row_count as usize);
        self.each_row(|NewRow { event_time, received_at, time_source, values }| {
            rows.push(Row { event_time, received_at, time_source, values: values.to_vec() });
        });
        rows
    }

    /// Shows all rows in event order, without a copy of each.
    pub fn each_row(&self, mut show: impl FnMut(NewRow<'_>)) {
        let mut walk = Walk::new(self);
        while let Some(Head { event_time, received_at, time_source }) = walk.next_row() {
            show(NewRow { event_time, received_at, time_source, values: walk.values() });
        }
    }

    /// Adds a row; `outcomes` receives one entry a value, in order. Values that are not new change nothing.
    pub fn insert(&mut self, row: NewRow<'_>, outcomes: &mut Vec<Insert>) {
        self.compare(row, outcomes);
        self.add(row, outcomes);
    }

    /// Adds what [`Block::compare`] said is new of a row.
    pub fn add(&mut self, row: NewRow<'_>, outcomes: &[Insert]) {
        if self.is_newest(row.event_time) {
            return self.append_added(row, outcomes);
        }
        let values = &added(row.values, outcomes);
        if !values.is_empty() {
            self.put_between(NewRow { values, ..row });
        }
    }

    fn is_newest(&self, event_time: UtcMillis) -> bool {
        self.row_count == 0 || event_time.since(self.quarter.start()) > self.last.offset
    }

    /// What would become of a row that is inserted; `outcomes` as in [`Block::insert`].
    pub fn compare(&self, row: NewRow<'_>, outcomes: &mut Vec<Insert>) {
        outcomes.clear();
        outcomes.extend((0..row.values.len()).map(|at| repeated(&row.values[..at], row.values[at])));
        if self.is_newest(row.event_time) {
            return;
        }
        self.each_row(|known| {
            for known in known.values.iter().filter(|_| known.event_time == row.event_time) {
                for (outcome, new) in outcomes.iter_mut().zip(row.values) {
                    if *outcome == Insert::Added && new.series == known.series {
                        *outcome = beside(known, new.value);
                    }
                }
            }
        });
    }

    /// Packs anew with a row after those of its instant.
    fn put_between(&mut self, row: NewRow<'_>) {
        let mut block = Self::new(self.quarter);
        block.packed.reserve_exact(self.packed.len() + 16 + 4 * row.values.len());
        let mut new = Some(row);
        self.each_row(|known| {
            if let Some(new) = new.take_if(|new| new.event_time < known.event_time) {
                block.append(new);
            }
            block.append(known);
        });
        new.into_iter().for_each(|new| block.append(new));
        (block.anchors, block.replays) = (std::mem::take(&mut self.anchors), self.replays.take());
        *self = block;
    }

    /// Sets the total before or after the block's own for a series; `false` if it was so already.
    pub fn set_anchor(&mut self, series: Series, change: impl FnOnce(&mut Anchor)) -> bool {
        let at = self.anchors.partition_point(|anchor| anchor.series < series);
        let known = self.anchors.get(at).filter(|anchor| anchor.series == series).copied();
        let none = Anchor { series, before: None, after: None, power_up_before: false, power_up_after: false };
        let former = known.unwrap_or(none);
        let mut anchor = former;
        change(&mut anchor);
        if anchor == former {
            return false;
        }
        let keep = anchor.before.is_some() || anchor.after.is_some();
        match (known, keep) {
            (Some(_), true) => self.anchors[at] = anchor,
            (Some(_), false) => drop(self.anchors.remove(at)),
            (None, _) => self.anchors.insert(at, anchor),
        }
        true
    }

    pub(crate) fn from_rows(quarter: Quarter, anchors: Vec<Anchor>, rows: &[Row]) -> Self {
        let mut block = Self { anchors, ..Self::new(quarter) };
        for row in rows {
            let Row { event_time, received_at, time_source, ref values } = *row;
            block.append(NewRow { event_time, received_at, time_source, values });
        }
        block
    }

    fn append_added(&mut self, row: NewRow<'_>, outcomes: &[Insert]) {
        if outcomes.iter().all(|outcome| *outcome == Insert::Added) {
            self.append(row);
        } else {
            let values = &added(row.values, outcomes);
            self.append(NewRow { values, ..row });
        }
    }

    fn append(&mut self, row: NewRow<'_>) {
        let shape = self.shape_of(row.time_source, row.values);
        let offset = row.event_time.since(self.quarter.start());
        let step = offset - self.last.offset;
        let lag = row.received_at.since(row.event_time);
        put_u64(&mut self.packed, shape as u64);
        put_i64(&mut self.packed, step - self.last.step);
        put_i64(&mut self.packed, lag.wrapping_sub(self.last.lag));
        for (position, value) in row.values.iter().enumerate() {
            let former = &mut self.last.values[usize::from(self.shapes[shape].members[position])];
            put_i64(&mut self.packed, value.value.wrapping_sub(*former));
            *former = value.value;
            if !value.flags.is_empty() {
                self.flagged.push(Flagged { row: self.row_count, position: position as u16, flags: value.flags });
            }
        }
        self.last = Last { offset, step, lag, values: std::mem::take(&mut self.last.values) };
        self.row_count += 1;
    }
}

/// A series that stands twice in one row counts once.
fn repeated(earlier: &[RowValue], value: RowValue) -> Insert {
    match earlier.iter().find(|known| known.series == value.series) {
        None => Insert::Added,
        Some(known) if known.value == value.value => Insert::Duplicate,
        Some(_) => Insert::Conflict,
    }
}

/// What becomes of a value whose identity is there.
fn beside(known: &RowValue, new: i64) -> Insert {
    match known {
        known if known.is_superseded() => Insert::Vacant,
        known if known.value == new => Insert::Duplicate,
        _ => Insert::Conflict,
    }
}

fn added(values: &[RowValue], outcomes: &[Insert]) -> Vec<RowValue> {
    let new = values.iter().zip(outcomes).filter(|(_, outcome)| **outcome == Insert::Added);
    new.map(|(value, _)| *value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_room_for_what_the_one_before_it_held_but_not_for_what_is_out_of_the_ordinary() {
        let room_after = |length| {
            let former = Block { packed: vec![0; length], ..Block::new(Quarter(0)) };
            Block::after(&former, Quarter(1)).packed.capacity()
        };
        assert!((200..MOST_ROOM).contains(&room_after(200)));
        assert!(room_after(100_000) < 100_000);
    }
}
