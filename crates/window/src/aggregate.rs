//! Count, sum, minimum and maximum: what a window says of a series.

use smartpole_model::{Flag, Flags, Mean, PackError, Reader, put_i64, put_u64};

use crate::energy;

/// Stands beside the packed flags if the number of corrected readings follows.
const SOME_CORRECTED: u64 = 1 << 16;

/// The aggregate of one series over one window; also a change of it, when counts and sums may be negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aggregate {
    /// Readings that count.
    pub count: i64,
    /// Their sum at the property's resolution; for counts, what passed; of sound levels the sum of energies ([`crate::energy`]).
    pub sum: i64,
    /// The smallest; 0 for counts and where `count` is 0.
    pub min: i64,
    /// The largest; 0 for counts and where `count` is 0.
    pub max: i64,
    /// Readings kept out by their flags.
    pub excluded: i32,
    /// All remarks of its readings; [`Aggregate::remarks`] adds those of the counts.
    pub flags: Flags,
    /// Quarters of an hour in which a count was spread by time from totals further apart than that. A later total between them
    /// can take it back, so it is a number, not a flag.
    pub interpolated: i32,
    /// Quarters of an hour that a total which started again reaches into; a number for the same reason.
    pub resets: i32,
    /// Of the readings that count, how many are `corrected`: of an hour only some may be.
    pub corrected: i32,
    /// Revisions in which it changed, of a window those of all its blocks: no function of the readings, but of when they came.
    pub revisions: i32,
}

impl Aggregate {
    /// Whether it says nothing at all; that it did once, its revisions may tell.
    pub fn is_blank(&self) -> bool {
        self.says_as(&Self::default())
    }

    /// Whether both say the same, however often they were revised.
    pub fn says_as(&self, other: &Self) -> bool {
        Self { revisions: 0, ..*self } == Self { revisions: 0, ..*other }
    }

    /// Counts one level, of which the sum grows by `amount`.
    pub(crate) fn add_level(&mut self, level: i64, amount: i64) {
        self.min = if self.count == 0 { level } else { self.min.min(level) };
        self.max = if self.count == 0 { level } else { self.max.max(level) };
        self.add_count(amount);
    }

    /// Counts one reading of a count.
    pub(crate) fn add_count(&mut self, passed: i64) {
        self.count += 1;
        self.sum = self.sum.saturating_add(passed);
    }

    /// Both together. Of a change the extremes can only have widened; where they have not, see [`Aggregates::lost`].
    pub fn merge(&mut self, other: &Self) {
        if other.has_extremes() {
            let first = !self.has_extremes();
            self.min = if first { other.min } else { self.min.min(other.min) };
            self.max = if first { other.max } else { self.max.max(other.max) };
        }
        self.count += other.count;
        self.sum = self.sum.saturating_add(other.sum);
        self.excluded += other.excluded;
        self.flags = self.flags.union(other.flags);
        self.interpolated += other.interpolated;
        self.resets += other.resets;
        self.corrected += other.corrected;
        self.revisions += other.revisions;
    }

    /// Whether its sum is known. Totals tell of quarters in which nothing was read, and of some that nobody passed: a zero, not a gap.
    pub fn knows_sum(&self) -> bool {
        self.count > 0 || self.sum != 0 || self.interpolated > 0
    }

    /// All there is to remark on the window: flags of its readings, `interpolated`, `counter_reset`.
    pub fn remarks(&self) -> Flags {
        let of_counts = [(self.interpolated, Flag::Interpolated), (self.resets, Flag::CounterReset)];
        of_counts.into_iter().filter(|(n, _)| *n > 0).fold(self.flags, |flags, (_, flag)| flags.with(flag))
    }

    /// The mean in units of the property's resolution, of sound levels the level of the mean energy; `None` of no reading.
    pub fn mean(&self, mean: Mean, decimals: u8) -> Option<f64> {
        mean_of(std::iter::once(self), mean, decimals)
    }

    /// Appends it without its revisions, as in [`crate::Aggregates::pack`].
    pub fn put(&self, out: &mut Vec<u8>) {
        let remarks = self.excluded != 0 || !self.remarks().is_empty();
        put_u64(out, (self.count.unsigned_abs() << 1) | u64::from(remarks));
        put_i64(out, self.min);
        put_i64(out, self.max.wrapping_sub(self.min));
        put_i64(out, self.sum.wrapping_sub(self.min.wrapping_mul(self.count)));
        if remarks {
            put_u64(out, self.excluded.unsigned_abs().into());
            let some = i64::from(self.corrected) != self.corrected_by_flag();
            put_u64(out, u64::from(self.flags.0) | if some { SOME_CORRECTED } else { 0 });
            put_u64(out, self.interpolated.unsigned_abs().into());
            put_u64(out, self.resets.unsigned_abs().into());
            if some {
                put_u64(out, self.corrected.unsigned_abs().into());
            }
        }
    }

    /// The next one of packed bytes, without revisions.
    ///
    /// # Errors
    /// If there is none.
    pub fn take(reader: &mut Reader<'_>) -> Result<Self, PackError> {
        let head = reader.u64()?;
        let count = (head >> 1) as i64;
        let min = reader.i64()?;
        let max = min.wrapping_add(reader.i64()?);
        let sum = reader.i64()?.wrapping_add(min.wrapping_mul(count));
        let mut aggregate = Self { count, sum, min, max, ..Self::default() };
        if head & 1 == 1 {
            aggregate.excluded = reader.num("excluded")?;
            let flags = reader.u64()?;
            aggregate.flags = Flags((flags & !SOME_CORRECTED).try_into().map_err(|_| PackError::Invalid("flags"))?);
            aggregate.interpolated = reader.num("interpolated")?;
            aggregate.resets = reader.num("resets")?;
            aggregate.corrected = match flags & SOME_CORRECTED {
                0 => aggregate.corrected_by_flag().try_into().map_err(|_| PackError::Invalid("count"))?,
                _ => reader.num("corrected")?,
            };
        }
        Ok(aggregate)
    }

    pub(crate) fn pass(reader: &mut Reader<'_>) -> Result<(), PackError> {
        let has_remarks = reader.u64()? & 1 == 1;
        (0..3).try_for_each(|_| reader.pass())?;
        if has_remarks {
            reader.pass()?;
            let others = if reader.u64()? & SOME_CORRECTED == 0 { 2 } else { 3 };
            (0..others).try_for_each(|_| reader.pass())?;
        }
        Ok(())
    }

    /// How many of its readings are corrected if all are alike: the flag says whether they are.
    fn corrected_by_flag(&self) -> i64 {
        if self.flags.contains(Flag::Corrected) { self.count } else { 0 }
    }

    pub(crate) fn has_extremes(&self) -> bool {
        self.count != 0 || self.min != 0 || self.max != 0
    }

    /// What has to be merged to come from `former` to this one.
    pub(crate) fn minus(&self, former: &Self) -> Self {
        Self {
            count: self.count - former.count,
            sum: self.sum.saturating_sub(former.sum),
            excluded: self.excluded - former.excluded,
            interpolated: self.interpolated - former.interpolated,
            resets: self.resets - former.resets,
            corrected: self.corrected - former.corrected,
            revisions: self.revisions - former.revisions,
            ..*self
        }
    }
}

/// A mean of means under way: each aggregate that has any weighs alike.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Means {
    sum: f64,
    energy: i64,
    n: i64,
}

impl Means {
    /// Adds the mean of one. Sums of floats hang on the order in which they are added.
    pub fn add(&mut self, part: &Aggregate) {
        let Aggregate { count, sum, .. } = *part;
        if count > 0 {
            self.sum += sum as f64 / count as f64;
            self.energy = self.energy.saturating_add((sum.saturating_add(count / 2)) / count);
            self.n += 1;
        }
    }

    /// Their mean in units of the property's resolution; means of sound levels are made of their energies. `None` of none.
    pub fn mean(self, mean: Mean, decimals: u8) -> Option<f64> {
        match mean {
            Mean::Arithmetic => (self.n > 0).then(|| self.sum / self.n as f64),
            Mean::Energy => {
                Some(energy::mean_tenths(self.energy, self.n)? as f64 * 10f64.powi(i32::from(decimals) - 1))
            }
        }
    }
}

/// The mean of the means of those that have any, in units of the property's resolution: each weighs alike.
pub fn mean_of<'a>(parts: impl Iterator<Item = &'a Aggregate>, mean: Mean, decimals: u8) -> Option<f64> {
    let mut means = Means::default();
    parts.for_each(|part| means.add(part));
    means.mean(mean, decimals)
}
