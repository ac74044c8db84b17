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
//! In the row of [`HOURS`]: the newest minute of receipt that changed one of the hours, signed; then of each hour (step from the hour before,
//! revisions). In the row of a property: of each hour and channel (step from the hour before, channel byte, aggregate). Hours are
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
/// In the place of a property: which hours there are.
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

    fn step_to(&mut self, hour: u64) {
        put_u64(&mut self.bytes, hour - self.hour);
        self.hour = hour;
    }

    fn put_revisions(&mut self, hour: u64, revisions: u32) {
        self.step_to(hour);
        put_u64(&mut self.bytes, revisions.into());
    }

    fn put_aggregate(&mut self, hour: u64, channel: u8, aggregate: &Aggregate) {
        self.step_to(hour);
        self.bytes.push(channel);
        aggregate.put(&mut self.bytes);
    }
}

/// Hours of a property in its row, one after the other.
struct Hours<'a> {
    reader: Reader<'a>,
    /// The hour that comes next, and its channel; none at the end.
    next: Option<(u64, u8)>,
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
            let hour = from.checked_add(self.reader.u64()?).ok_or(PackError::Invalid("hour"))?;
            self.next = Some((hour, self.reader.byte()?));
        }
        Ok(())
    }

    /// What an hour says; hours are asked for in order.
    fn take(&mut self, hour: u64, mut series: Series, into: &mut Aggregates) -> Result<(), PackError> {
        into.0.clear();
        while let Some((_, channel)) = self.next.filter(|(next, _)| *next == hour) {
            series.channel = channel;
            into.0.push((series, Aggregate::take(&mut self.reader)?));
            self.step(hour)?;
        }
        Ok(())
    }
}
