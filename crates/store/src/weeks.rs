//! Hours of poles and zones once more, a week of a property in one row: a year of hours is then read as 53 rows instead of 8,760.
//!
//! ```text
//! commit ──► an hour changes ──► its week is due, its copy is withdrawn ──► two days after its end, some with each commit: copied
//! question ──► weeks that are copied as such, all others hour by hour ──► of zones: summed up, for the next question
//! ```
//!
//! Invariants: a copy says what its hours say, or it is not there, as both change in one transaction. A week is copied or due, not both.
//! Copies are no function of the journal, and nothing but questions reads them.
//!
//! In the row of [`HOURS`]: the newest minute of receipt that changed one of the hours, signed. In the row of a property: of each hour and channel (step from the hour before · 2 + (1 if it was
//! revised), channel byte, the number of revisions if it was, aggregate). Hours are
//! counted from the week's first one; integers as in [`smartpole_model::Reader`].

use std::ops::Range;

use smartpole_model::{PackError, Reader, Series, UtcMillis, put_i64, put_u64};
use smartpole_window::{Aggregate, Aggregates};

use crate::pole_hours::HOUR_MS;

mod copy;
mod due;
mod read;

pub(crate) use copy::copy_some;
pub(crate) use due::{changed, is_due, withdraw};
pub(crate) use read::{Rollup, RollupsOf, each_rollup, each_stored};

const WEEK_MS: i64 = 7 * 24 * HOUR_MS;
/// In the place of a property: that the week is copied.
const HOURS: i64 = -1;

/// The week that holds an instant, from 1970-01-01 (UTC) on.
pub(crate) fn week_of(time: UtcMillis) -> i64 {
    time.0.div_euclid(WEEK_MS)
}

pub(crate) fn first_of(week: i64) -> UtcMillis {
    UtcMillis(week.saturating_mul(WEEK_MS))
}

/// The weeks that are in a span from their first hour to their last.
pub(crate) fn whole_weeks((from, to): (UtcMillis, UtcMillis)) -> Range<i64> {
    week_of(from.plus(WEEK_MS - 1))..week_of(to)
}

/// A row under way.
#[derive(Default)]
struct Packed {
    bytes: Vec<u8>,
    hour: u64,
}

impl Packed {
    /// The row of hours.
    fn hours(newest_minute: i64) -> Self {
        let mut packed = Self::default();
        put_i64(&mut packed.bytes, newest_minute);
        packed
    }

    fn put_aggregate(&mut self, hour: u64, channel: u8, aggregate: &Aggregate) {
        let revised = aggregate.revisions != 0;
        put_u64(&mut self.bytes, (hour - self.hour) << 1 | u64::from(revised));
        self.hour = hour;
        self.bytes.push(channel);
        if revised {
            put_u64(&mut self.bytes, aggregate.revisions.unsigned_abs().into());
        }
        aggregate.put(&mut self.bytes);
    }
}

/// Hours of a property in its row, one after the other.
struct Hours<'a> {
    reader: Reader<'a>,
    /// The hour that comes next, its channel and its revisions; none at the end.
    next: Option<(u64, u8, i32)>,
}

impl<'a> Hours<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, PackError> {
        let mut hours = Self { reader: Reader::new(bytes), next: None };
        hours.step(0)?;
        Ok(hours)
    }

    fn step(&mut self, from: u64) -> Result<(), PackError> {
        self.next = None;
        if self.reader.remaining() > 0 {
            let step = self.reader.u64()?;
            let hour = from.checked_add(step >> 1).ok_or(PackError::Invalid("hour"))?;
            let channel = self.reader.byte()?;
            let revisions = if step & 1 == 1 { self.reader.num("revisions")? } else { 0 };
            self.next = Some((hour, channel, revisions));
        }
        Ok(())
    }

    /// What an hour says; hours are asked for in order.
    fn take(&mut self, hour: u64, mut series: Series, into: &mut Aggregates) -> Result<(), PackError> {
        into.0.clear();
        while let Some((_, channel, revisions)) = self.next.filter(|(next, ..)| *next == hour) {
            series.channel = channel;
            into.0.push((series, Aggregate { revisions, ..Aggregate::take(&mut self.reader)? }));
            self.step(hour)?;
        }
        Ok(())
    }
}
