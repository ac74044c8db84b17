//! What a message said of one instant, inside a block.

use smartpole_model::{Flag, Flags, PackError, PropertyNo, Quarter, Reader, Series, TimeSource, UtcMillis};

use crate::{
    Block, NewRow,
    block::{Flagged, Last},
    shape::Shape,
};

/// One value of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowValue {
    /// What was measured.
    pub series: Series,
    /// The value at the property's resolution.
    pub value: i64,
    /// Remarks.
    pub flags: Flags,
}

/// Values that are none, so that nothing is compared with them.
const NO_VALUE: Flags = Flags(1 << Flag::OutOfRange as u16 | 1 << Flag::Sentinel as u16 | 1 << Flag::Superseded as u16);

impl RowValue {
    /// Whether it is a value at all: neither a word for "none" nor out of its valid range nor superseded.
    pub fn is_comparable(&self) -> bool {
        !self.flags.intersects(NO_VALUE)
    }

    /// Whether its message gives it no longer: its place is free.
    pub fn is_superseded(&self) -> bool {
        self.flags.contains(Flag::Superseded)
    }

    /// Whether it says that the device was switched on; `power_up` is the property by which devices do.
    pub fn is_power_up(&self, power_up: Option<PropertyNo>) -> bool {
        power_up == Some(self.series.property) && self.value > 0 && self.is_comparable()
    }
}

/// The values that one message brought for one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// When they were measured.
    pub event_time: UtcMillis,
    /// When we had them.
    pub received_at: UtcMillis,
    /// Whose clock `event_time` is.
    pub time_source: TimeSource,
    /// Never empty; no series twice.
    pub values: Vec<RowValue>,
}

impl Row {
    /// The row as one to insert.
    pub fn as_new(&self) -> NewRow<'_> {
        let Self { event_time, received_at, time_source, ref values } = *self;
        NewRow { event_time, received_at, time_source, values }
    }
}

/// The head of a row met on a [`Walk`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) event_time: UtcMillis,
    pub(crate) received_at: UtcMillis,
    pub(crate) time_source: TimeSource,
}

/// Goes through a block's packed rows without allocating for each.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    block: &'a Block,
    packed: Reader<'a>,
    flagged: std::slice::Iter<'a, Flagged>,
    pub(crate) last: Last,
    row: u32,
    current: Vec<RowValue>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(block: &'a Block) -> Self {
        let last = Last { values: vec![0; block.series.len()], ..Last::default() };
        let packed = Reader::new(&block.packed);
        Self {
            block,
            packed,
            flagged: block.flagged.iter(),
            last,
            row: 0,
            current: Vec::with_capacity(block.series.len()),
        }
    }

    /// The next row, or `None` at the end. A [`Block`] holds only rows that were appended or checked by unpacking.
    pub(crate) fn next_row(&mut self) -> Option<Head> {
        self.try_next().expect("a block's rows were checked when they came in")
    }

    pub(crate) fn try_next(&mut self) -> Result<Option<Head>, PackError> {
        if self.row == self.block.row_count {
            return if self.packed.remaining() == 0 { Ok(None) } else { Err(PackError::Invalid("rows")) };
        }
        let shape = self.block.shapes.get(self.packed.num::<usize>("shape")?).ok_or(PackError::Invalid("shape"))?;
        let head = self.head(shape)?;
        self.current.clear();
        for member in &shape.members {
            let index = usize::from(*member);
            let former = self.last.values.get_mut(index).ok_or(PackError::Invalid("series"))?;
            *former = former.wrapping_add(self.packed.i64()?);
            self.current.push(RowValue { series: self.block.series[index], value: *former, flags: Flags::NONE });
        }
        self.take_flags()?;
        self.row += 1;
        Ok(Some(head))
    }

    /// The values of the row met last.
    pub(crate) fn values(&self) -> &[RowValue] {
        &self.current
    }

    fn head(&mut self, shape: &Shape) -> Result<Head, PackError> {
        let step = self.packed.i64()?.wrapping_add(self.last.step);
        let offset = self.last.offset.wrapping_add(step);
        if !(0..Quarter::MILLIS).contains(&offset) || (self.row > 0 && step < 0) {
            return Err(PackError::Invalid("event time"));
        }
        let lag = self.packed.i64()?.wrapping_add(self.last.lag);
        self.last = Last { offset, step, lag, values: std::mem::take(&mut self.last.values) };
        let event_time = self.block.quarter.start().plus(offset);
        Ok(Head { event_time, received_at: event_time.plus(lag), time_source: shape.time_source })
    }

    fn take_flags(&mut self) -> Result<(), PackError> {
        while let Some(flagged) = self.flagged.as_slice().first().filter(|flagged| flagged.row == self.row) {
            let position = usize::from(flagged.position);
            self.current.get_mut(position).ok_or(PackError::Invalid("flags"))?.flags = flagged.flags;
            self.flagged.next();
        }
        Ok(())
    }
}
