//! How far a device's own clock is from ours.

use smartpole_model::{DeviceNo, Quarter, TimeSource};

use crate::{Error, Queries};

/// Newest instants that are looked at: an odd number, so that the median is one of them.
const INSTANTS: usize = 31;
/// Quarters of an hour that are looked through for them: seven days.
const QUARTERS: i32 = 7 * 96;

/// Whose clock gives a device's event times, and how far its own is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Whose clock gave its newest event time.
    pub source: TimeSource,
    /// Median of receipt − event time in milliseconds, over the newest instants with the payload's own time: positive for a
    /// clock that is slow, or a way that takes long. None without any.
    pub offset_ms: Option<i64>,
    /// Over how many instants.
    pub n: usize,
}

impl Queries {
    /// The clock of a device, by its newest 31 instants with a payload's time within the seven days up to its newest reading. Of a
    /// median, a few messages that waited somewhere change little. None before its first reading.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn clock(&self, device: DeviceNo) -> Result<Option<Clock>, Error> {
        let (newest, snapshot) = self.snapshot(|fold| {
            let newest = fold.latest(device).iter().max_by_key(|latest| latest.event_time);
            let newest = newest.map(|latest| (latest.event_time.quarter(), latest.time_source));
            let last = newest.map_or(0, |(quarter, _)| quarter.0);
            let (from, to) = (Quarter(last.saturating_sub(QUARTERS)), Quarter(last.saturating_add(1)));
            (newest, vec![device], from, to)
        })?;
        let Some((last, source)) = newest else {
            self.done(snapshot);
            return Ok(None);
        };
        let mut delays = Vec::with_capacity(INSTANTS);
        for quarter in (last.0.saturating_sub(QUARTERS)..=last.0).rev().map(Quarter) {
            if delays.len() >= INSTANTS {
                break;
            }
            let rows = snapshot.block(quarter, device)?.map_or_else(Vec::new, |block| block.rows());
            let own = rows.iter().rev().filter(|row| row.time_source == TimeSource::Payload);
            delays.extend(own.map(|row| row.received_at.since(row.event_time)).take(INSTANTS - delays.len()));
        }
        self.done(snapshot);
        let n = delays.len();
        Ok(Some(Clock { source, offset_ms: median(delays), n }))
    }
}

/// The middle one; of an even number the mean of both, rounded half away from zero.
fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    let upper = *values.get(values.len() / 2)?;
    let lower = *values.get((values.len() - 1) / 2)?;
    let sum = i128::from(lower) + i128::from(upper);
    i64::try_from((sum + sum.signum()) / 2).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle_or_the_mean_of_both() {
        assert_eq!(median(Vec::new()), None);
        assert_eq!(median(vec![7]), Some(7));
        assert_eq!(median(vec![1_000, 3, 2]), Some(3));
        assert_eq!(median(vec![4, 1]), Some(3));
        assert_eq!(median(vec![-4, -1]), Some(-3));
        assert_eq!(median(vec![i64::MAX, i64::MAX]), Some(i64::MAX));
    }
}
