//! Count, sum, minimum and maximum: what a window says.

use smartpole_model::{
    Catalogue, Flag, Flags, Kind, ObservedProperty, PackError, PropertyNo, Quarter, Reader, Series, put_i64, put_u64,
    registry::Counter,
};

use crate::{
    Anchor, Block, Total, counter,
    counter::MAX_GAP_MS,
    pack::{put_series, take_series},
    rows::Walk,
};

/// The aggregate of one series over one window; also a change of it, when counts and sums may be negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aggregate {
    /// Readings that count.
    pub count: i64,
    /// Their sum at the property's resolution; for counts, what passed.
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
}

impl Aggregate {
    /// Counts one reading.
    fn add(&mut self, value: i64, is_count: bool) {
        if !is_count {
            self.min = if self.count == 0 { value } else { self.min.min(value) };
            self.max = if self.count == 0 { value } else { self.max.max(value) };
        }
        self.count += 1;
        self.sum = self.sum.saturating_add(value);
    }

    /// Both together. Of a change the extremes can only have widened, as readings are only ever added to a block.
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
    }

    /// All there is to remark on the window: flags of its readings, `interpolated`, `counter_reset`.
    pub fn remarks(&self) -> Flags {
        let of_counts = [(self.interpolated, Flag::Interpolated), (self.resets, Flag::CounterReset)];
        of_counts.into_iter().filter(|(n, _)| *n > 0).fold(self.flags, |flags, (_, flag)| flags.with(flag))
    }

    fn has_extremes(&self) -> bool {
        self.count != 0 || self.min != 0 || self.max != 0
    }

    /// What has to be merged to come from `former` to this one.
    fn minus(&self, former: &Self) -> Self {
        Self {
            count: self.count - former.count,
            sum: self.sum.saturating_sub(former.sum),
            excluded: self.excluded - former.excluded,
            interpolated: self.interpolated - former.interpolated,
            resets: self.resets - former.resets,
            ..*self
        }
    }
}

/// Aggregates of several series, ordered by series.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aggregates(pub Vec<(Series, Aggregate)>);

impl Aggregates {
    /// The aggregate of a series.
    pub fn get(&self, series: Series) -> Option<&Aggregate> {
        let at = self.0.binary_search_by_key(&series, |(series, _)| *series).ok()?;
        Some(&self.0[at].1)
    }

    /// The aggregate of a series, made if absent.
    pub fn entry(&mut self, series: Series) -> &mut Aggregate {
        let at = match self.0.binary_search_by_key(&series, |(series, _)| *series) {
            Ok(at) => at,
            Err(at) => {
                self.0.insert(at, (series, Aggregate::default()));
                at
            }
        };
        &mut self.0[at].1
    }

    /// Both together.
    pub fn merge(&mut self, other: &Self) {
        for (series, aggregate) in &other.0 {
            self.entry(*series).merge(aggregate);
        }
    }

    /// What has to be merged to come from `former` to these; series without a change are left out.
    #[must_use]
    pub fn minus(&self, former: &Self) -> Self {
        let mut change = Self(Vec::with_capacity(self.0.len()));
        for (series, aggregate) in &self.0 {
            match former.get(*series) {
                Some(same) if same == aggregate => {}
                Some(known) => change.0.push((*series, aggregate.minus(known))),
                None => change.0.push((*series, *aggregate)),
            }
        }
        for (series, gone) in former.0.iter().filter(|(series, _)| self.get(*series).is_none()) {
            change.entry(*series).merge(&Aggregate::default().minus(gone));
        }
        change
    }

    /// Packed: n, then for each series property, channel byte, count · 2 + (1 if remarks follow), minimum, maximum − minimum,
    /// sum − count · minimum, and as remarks the excluded count, the flags, the interpolated and the reset quarters. Integers as in [`crate::Reader`].
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1 + self.0.len() * 9);
        put_u64(&mut out, self.0.len() as u64);
        for (series, aggregate) in &self.0 {
            let remarks = aggregate.excluded != 0 || !aggregate.remarks().is_empty();
            put_series(&mut out, *series);
            put_u64(&mut out, (aggregate.count.unsigned_abs() << 1) | u64::from(remarks));
            put_i64(&mut out, aggregate.min);
            put_i64(&mut out, aggregate.max.wrapping_sub(aggregate.min));
            put_i64(&mut out, aggregate.sum.wrapping_sub(aggregate.min.wrapping_mul(aggregate.count)));
            if remarks {
                put_u64(&mut out, aggregate.excluded.unsigned_abs().into());
                put_u64(&mut out, u64::from(aggregate.flags.0));
                put_u64(&mut out, aggregate.interpolated.unsigned_abs().into());
                put_u64(&mut out, aggregate.resets.unsigned_abs().into());
            }
        }
        out
    }

    /// The aggregates that these bytes are.
    ///
    /// # Errors
    /// If they are not the bytes of aggregates, whole.
    pub fn unpack(bytes: &[u8]) -> Result<Self, PackError> {
        let mut reader = Reader::new(bytes);
        let length = reader.len("aggregates")?;
        let mut all = Vec::with_capacity(length);
        for _ in 0..length {
            all.push(take_aggregate(&mut reader)?);
        }
        let ordered = all.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if ordered && reader.remaining() == 0 { Ok(Self(all)) } else { Err(PackError::Invalid("aggregates")) }
    }
}

fn take_aggregate(reader: &mut Reader<'_>) -> Result<(Series, Aggregate), PackError> {
    let series = take_series(reader)?;
    let head = reader.u64()?;
    let count = (head >> 1) as i64;
    let min = reader.i64()?;
    let max = min.wrapping_add(reader.i64()?);
    let sum = reader.i64()?.wrapping_add(min.wrapping_mul(count));
    let mut aggregate = Aggregate { count, sum, min, max, ..Aggregate::default() };
    if head & 1 == 1 {
        aggregate.excluded = reader.num("excluded")?;
        aggregate.flags = Flags(reader.num("flags")?);
        aggregate.interpolated = reader.num("interpolated")?;
        aggregate.resets = reader.num("resets")?;
    }
    Ok((series, aggregate))
}

/// The aggregates of a block: a function of its readings and anchors alone.
///
/// Totals are not aggregated themselves; their differences, spread by time, are the counts of the property they feed. Where a
/// device sends both interval counts and totals of one line, the totals are the truth.
pub fn aggregate(block: &Block, catalogue: &Catalogue, counter: Counter) -> Aggregates {
    let mut all = Aggregates(Vec::with_capacity(block.series.len() + 2));
    let mut totals: Vec<(Series, PropertyNo, Vec<Total>)> = Vec::new();
    for anchor in &block.anchors {
        if let Some(fed) = fed_by(catalogue, anchor.series) {
            totals.push((anchor.series, fed, Vec::new()));
        }
    }
    let mut walk = Walk::new(block);
    while let Some(head) = walk.next_row() {
        for value in walk.values() {
            let Some(property) = catalogue.get(value.series.property) else { continue };
            let target = Series { property: property.counts.unwrap_or(property.number), ..value.series };
            let aggregate = all.entry(target);
            aggregate.flags = aggregate.flags.union(value.flags);
            if value.flags.intersects(property.excluded_by) {
                aggregate.excluded += 1;
            } else if let Some(fed) = property.counts {
                let total = Total { at: head.event_time, value: value.value };
                totals_of(&mut totals, value.series, fed).push(total);
            } else {
                aggregate.add(value.value, is_count(property));
            }
        }
    }
    for (series, fed, own) in totals {
        let anchor = block.anchors.iter().find(|anchor| anchor.series == series);
        let target = all.entry(Series { property: fed, ..series });
        *target = counted(block, anchor, &own, counter, *target);
    }
    all
}

/// The counts of one line: shares of the differences between consecutive totals.
fn counted(block: &Block, anchor: Option<&Anchor>, own: &[Total], counter: Counter, interval: Aggregate) -> Aggregate {
    let mut counts = Aggregate {
        count: own.len() as i64,
        excluded: interval.excluded,
        flags: interval.flags,
        ..Aggregate::default()
    };
    let (start, end) = (block.quarter.start(), block.quarter.end());
    let (before, after) = anchor.map_or((None, None), |anchor| (anchor.before, anchor.after));
    let chain: Vec<Total> = before.into_iter().chain(own.iter().copied()).chain(after).collect();
    for pair in chain.windows(2).filter(|pair| pair[1].at.since(pair[0].at) <= MAX_GAP_MS) {
        let (difference, reset) = counter::difference(pair[0], pair[1], counter);
        let share = counter::share(difference, pair[0].at, pair[1].at, start, end);
        counts.sum = counts.sum.saturating_add(share);
        counts.resets |= i32::from(reset);
        counts.interpolated |= i32::from(pair[1].at.since(pair[0].at) > Quarter::MILLIS);
    }
    counts
}

fn totals_of(totals: &mut Vec<(Series, PropertyNo, Vec<Total>)>, series: Series, fed: PropertyNo) -> &mut Vec<Total> {
    let known = totals.iter().position(|(known, ..)| *known == series);
    let at = known.unwrap_or_else(|| {
        totals.push((series, fed, Vec::new()));
        totals.len() - 1
    });
    &mut totals[at].2
}

fn fed_by(catalogue: &Catalogue, series: Series) -> Option<PropertyNo> {
    catalogue.get(series.property)?.counts
}

fn is_count(property: &ObservedProperty) -> bool {
    property.kind == Kind::IntervalCount
}
