//! What a block comes to.

use std::{borrow::Cow, collections::BTreeSet};

use smartpole_model::{Flag, Kind, Mean, ObservedProperty, Quarter, Series, UtcMillis};

use crate::{
    Aggregate, Aggregates, Anchor, Block, Difference, Making, RowValue, Total, counter, counter::MAX_GAP_MS, energy,
    making::converted, rows::Walk,
};

/// The aggregates of a block: a function of its readings and anchors, and of what the registry says of the device.
///
/// Totals are not aggregated themselves; their differences, spread by time, are the counts of the property they feed. Where a
/// device sends both interval counts and totals of one line, the totals are the truth. Of a gas that a device tells as mass and
/// as ppb, the mass counts.
pub fn aggregate(block: &Block, making: &Making<'_>) -> Aggregates {
    Summary::of(block, making).finish(block)
}

/// What totals of a block say passed since the ones before them, and is counted nowhere, as that many cannot have passed.
pub fn left_out(block: &Block, making: &Making<'_>) -> Vec<LeftOut> {
    let summary = Summary::of(block, making);
    let (lines, power_ups) = (&summary.lines, &summary.power_ups);
    let of_line = |line: &Line| {
        let chain = Chain::new(block, line, power_ups);
        let before = chain.anchor.and_then(|anchor| anchor.before);
        let totals: Vec<Total> = before.into_iter().chain(line.own.iter().copied()).collect();
        let pairs = totals.windows(2).map(|pair| (pair[1].at, chain.difference(pair[0], pair[1], making).left_out));
        let left_out = pairs.filter(|(_, crossings)| *crossings > 0);
        left_out.map(|(at, crossings)| LeftOut { totals: line.totals, at, crossings }).collect::<Vec<_>>()
    };
    lines.iter().flat_map(of_line).collect()
}

/// A total that went on by more than can have passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The totals' series.
    pub totals: Series,
    /// When the total was read.
    pub at: UtcMillis,
    /// By how much it went on.
    pub crossings: i64,
}

/// The totals of one counter in a block, and what they count for.
struct Line {
    totals: Series,
    target: Series,
    own: Vec<Total>,
}

/// The series that a block has values of; of one that was superseded throughout it has none.
fn told(block: &Block) -> Cow<'_, [Series]> {
    if !block.flagged.iter().any(|flagged| flagged.flags.contains(Flag::Superseded)) {
        return Cow::Borrowed(&block.series);
    }
    let rows = block.rows();
    let values = rows.iter().flat_map(|row| &row.values).filter(|value| !value.is_superseded());
    let series: BTreeSet<Series> = values.map(|value| value.series).collect();
    Cow::Owned(series.into_iter().collect())
}

struct Summary<'a> {
    making: &'a Making<'a>,
    /// Series of the block itself: nothing is converted into them.
    told: Cow<'a, [Series]>,
    all: Aggregates,
    lines: Vec<Line>,
    /// When the device says it was switched on.
    power_ups: Vec<UtcMillis>,
}

impl<'a> Summary<'a> {
    /// Everything but what totals come to.
    fn of(block: &'a Block, making: &'a Making<'a>) -> Self {
        let mut summary = Self::new(block, making);
        let mut walk = Walk::new(block);
        // of one instant, whichever messages brought them
        let (mut at, mut together) = (UtcMillis(i64::MIN), Vec::new());
        while let Some(head) = walk.next_row() {
            if head.event_time != at {
                summary.add_all(at, &together);
                at = head.event_time;
                together.clear();
            }
            for value in walk.values() {
                if value.is_superseded() { summary.leave_out(value) } else { together.push(*value) }
            }
        }
        summary.add_all(at, &together);
        summary
    }

    fn new(block: &'a Block, making: &'a Making<'a>) -> Self {
        let all = Aggregates(Vec::with_capacity(block.series.len() + 2));
        let mut summary = Self { making, told: told(block), all, lines: Vec::new(), power_ups: Vec::new() };
        for anchor in &block.anchors {
            if let Some(property) = making.catalogue.get(anchor.series.property)
                && property.counts.is_some()
            {
                summary.line(property, anchor.series);
            }
        }
        summary
    }

    fn add_all(&mut self, at: UtcMillis, together: &[RowValue]) {
        if together.iter().any(|value| value.is_power_up(self.making.power_up)) {
            self.power_ups.push(at);
        }
        for value in together {
            if let Some(property) = self.making.catalogue.get(value.series.property) {
                self.add(property, self.making.counted(at, together, *value), at);
            }
        }
    }

    /// Remarks that there was a value, so that a window which had it says that it was corrected.
    fn leave_out(&mut self, value: &RowValue) {
        if let Some(property) = self.making.catalogue.get(value.series.property) {
            let aggregate = self.all.entry(self.target(property, value.series));
            aggregate.flags = aggregate.flags.with(Flag::Superseded);
            aggregate.excluded += 1;
        }
    }

    fn add(&mut self, property: &ObservedProperty, value: RowValue, at: UtcMillis) {
        let target = self.target(property, value.series);
        let aggregate = self.all.entry(target);
        aggregate.flags = aggregate.flags.union(value.flags);
        let is_excluded = value.flags.intersects(property.excluded_by);
        aggregate.corrected += i32::from(!is_excluded && value.flags.contains(Flag::Corrected));
        if is_excluded {
            aggregate.excluded += 1;
        } else if property.counts.is_some() {
            self.line(property, value.series).own.push(Total { at, value: value.value });
        } else if property.kind == Kind::IntervalCount {
            aggregate.add_count(value.value);
        } else {
            let energy = property.mean == Mean::Energy;
            aggregate.add_level(
                value.value,
                if energy { energy::of_level(value.value, property.decimals) } else { value.value },
            );
        }
        if let Some(converted) = converted(self.making.catalogue, property, value)
            && !self.told.contains(&converted.series)
            && let Some(property) = self.making.catalogue.get(converted.series.property)
        {
            self.add(property, converted, at);
        }
    }

    fn target(&self, property: &ObservedProperty, series: Series) -> Series {
        Series { property: self.making.target(property, series.channel), ..series }
    }

    fn line(&mut self, property: &ObservedProperty, totals: Series) -> &mut Line {
        let known = self.lines.iter().position(|line| line.totals == totals);
        let at = known.unwrap_or_else(|| {
            let target = self.target(property, totals);
            self.lines.push(Line { totals, target, own: Vec::new() });
            self.lines.len() - 1
        });
        &mut self.lines[at]
    }

    fn finish(mut self, block: &Block) -> Aggregates {
        for line in self.lines {
            let aggregate = self.all.entry(line.target);
            let chain = Chain::new(block, &line, &self.power_ups);
            *aggregate = chain.counted(block, self.making, *aggregate);
        }
        self.all
    }
}

/// The totals that a block's counts of one line come from.
struct Chain<'a> {
    anchor: Option<&'a Anchor>,
    own: &'a [Total],
    power_ups: &'a [UtcMillis],
}

impl<'a> Chain<'a> {
    fn new(block: &'a Block, line: &'a Line, power_ups: &'a [UtcMillis]) -> Self {
        let anchor = block.anchors.iter().find(|anchor| anchor.series == line.totals);
        Self { anchor, own: &line.own, power_ups }
    }

    /// The counts of one line: shares of the differences between consecutive totals. Of its interval counts only remarks are kept.
    fn counted(&self, block: &Block, making: &Making<'_>, interval: Aggregate) -> Aggregate {
        let mut counts = Aggregate {
            count: self.own.len() as i64,
            excluded: interval.excluded,
            flags: interval.flags,
            corrected: interval.corrected,
            ..Aggregate::default()
        };
        let (start, end) = (block.quarter.start(), block.quarter.end());
        let (before, after) = self.anchor.map_or((None, None), |anchor| (anchor.before, anchor.after));
        let chain: Vec<Total> = before.into_iter().chain(self.own.iter().copied()).chain(after).collect();
        let is_near = |pair: &&[Total]| pair[1].at.since(pair[0].at) <= MAX_GAP_MS;
        let reaches_in = |pair: &&[Total]| pair[0].at < end && start < pair[1].at;
        let mut is_known = false;
        for pair in chain.windows(2).filter(is_near).filter(reaches_in) {
            is_known = true;
            let difference = self.difference(pair[0], pair[1], making);
            let share = counter::share(difference.passed, pair[0].at, pair[1].at, start, end);
            counts.sum = counts.sum.saturating_add(share);
            counts.resets |= i32::from(difference.began_anew);
            counts.interpolated |= i32::from(pair[1].at.since(pair[0].at) > Quarter::MILLIS);
        }
        // of a total with nothing near it, as of the first one, nothing is known that is not 0
        Aggregate { count: if is_known { counts.count } else { 0 }, ..counts }
    }

    fn difference(&self, earlier: Total, later: Total, making: &Making<'_>) -> Difference {
        counter::difference(earlier, later, making.counter, self.powered_up(earlier, later))
    }

    /// Whether the device was switched on between two totals of the chain; of one beside the block its anchor says so.
    fn powered_up(&self, earlier: Total, later: Total) -> bool {
        match self.anchor {
            Some(anchor) if anchor.before == Some(earlier) => anchor.power_up_before,
            Some(anchor) if anchor.after == Some(later) => anchor.power_up_after,
            _ => self.power_ups.iter().any(|at| earlier.at < *at && *at <= later.at),
        }
    }
}
