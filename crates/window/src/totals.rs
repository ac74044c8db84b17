//! Totals across blocks: a new total changes every block between its neighbours in event order.

use smartpole_model::{Quarter, Series, UtcMillis};

use crate::{Anchor, Block, Row, RowValue, Total, counter::MAX_GAP_MS};

/// The blocks of one device, wherever they are (open, changed in this batch, stored).
pub trait Blocks {
    /// The block of a quarter, if there is one.
    fn get(&mut self, quarter: Quarter) -> Option<&Block>;

    /// Applies `change` to the block of a quarter, made if absent; the block counts as changed if it returns `true`.
    fn update(&mut self, quarter: Quarter, change: &mut dyn FnMut(&mut Block) -> bool);

    /// Whether a value takes part (is not excluded by its flags).
    fn counts(&self, value: &RowValue) -> bool;

    /// Whether the device says that it was switched on after `after`, at the latest at `up_to`.
    fn powered_up(&mut self, after: UtcMillis, up_to: UtcMillis) -> bool;
}

/// Tells the blocks around a total that was just inserted about it. `newest` is the newest total of the series before this one.
pub fn link_total(blocks: &mut impl Blocks, series: Series, total: Total, newest: Option<Total>) {
    let in_order = newest.is_none_or(|newest| newest.at < total.at);
    let (before, after) = if in_order {
        (newest, None)
    } else {
        (neighbour(blocks, series, total.at, Side::Before), neighbour(blocks, series, total.at, Side::After))
    };
    if let Some(before) = before {
        link(blocks, series, before, total);
    }
    if let Some(after) = after {
        link(blocks, series, total, after);
    }
}

/// Tells the blocks around `at` of the totals there: one of that instant has another number, counts now or counts no longer. Gives the
/// total before and the one there is now.
pub fn relink_total(blocks: &mut impl Blocks, series: Series, at: UtcMillis) -> (Option<Total>, Option<Total>) {
    let home = blocks.get(at.quarter()).cloned();
    let own = home.and_then(|block| own_totals(blocks, &block, series).into_iter().find(|own| own.at == at));
    let (before, after) = (neighbour(blocks, series, at, Side::Before), neighbour(blocks, series, at, Side::After));
    let (first, last) = (before.map_or(at, |before| before.at), after.map_or(at, |after| after.at));
    if own.is_none() && (before.is_none() || after.is_none() || !within_gap(first, last)) {
        unlink(blocks, series, first.quarter(), last.quarter());
    }
    for (earlier, later) in [(before, own.or(after)), (own, after)] {
        if let Some((earlier, later)) = earlier.zip(later) {
            link(blocks, series, earlier, later);
        }
    }
    (before, own)
}

/// Tells the blocks between the totals around `at` that the device says it was switched on then, or no longer says so.
pub fn link_power_up(blocks: &mut impl Blocks, series: Series, at: UtcMillis) {
    // a total of that instant was read after the power-up
    let just_before = at.plus(-1);
    if let Some(before) = neighbour(blocks, series, at, Side::Before)
        && let Some(after) = neighbour(blocks, series, just_before, Side::After)
    {
        link(blocks, series, before, after);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

/// The next total on one side, at most [`MAX_GAP_MS`] away.
fn neighbour(blocks: &mut impl Blocks, series: Series, at: UtcMillis, side: Side) -> Option<Total> {
    let home = at.quarter();
    let step = if side == Side::Before { -1 } else { 1 };
    let furthest = (MAX_GAP_MS / Quarter::MILLIS) as i32;
    (0..=furthest).find_map(|distance| {
        let block = blocks.get(Quarter(home.0 + step * distance))?.clone();
        let own = own_totals(blocks, &block, series);
        let anchor = block.anchors().iter().find(|anchor| anchor.series == series);
        match side {
            Side::Before => own.iter().rev().find(|known| known.at < at).copied().or_else(|| anchor?.before),
            Side::After => own.iter().find(|known| known.at > at).copied().or_else(|| anchor?.after),
        }
    })
}

fn own_totals(blocks: &impl Blocks, block: &Block, series: Series) -> Vec<Total> {
    let total = |row: &Row| {
        let value = row.values.iter().find(|value| value.series == series && blocks.counts(value))?;
        Some(Total { at: row.event_time, value: value.value })
    };
    block.rows().iter().filter_map(total).collect()
}

/// Makes `earlier` and `later` neighbours in every block from the one to the other.
fn link(blocks: &mut impl Blocks, series: Series, earlier: Total, later: Total) {
    let (first, last) = (earlier.at.quarter(), later.at.quarter());
    if first == last {
        return;
    }
    let near = within_gap(earlier.at, later.at);
    let powered_up = near && blocks.powered_up(earlier.at, later.at);
    let is_before =
        |anchor: &mut Anchor| (anchor.before, anchor.power_up_before) = (near.then_some(earlier), powered_up);
    let is_after = |anchor: &mut Anchor| (anchor.after, anchor.power_up_after) = (near.then_some(later), powered_up);
    blocks.update(first, &mut |block| block.set_anchor(series, is_after));
    if near {
        for between in first.0 + 1..last.0 {
            blocks.update(Quarter(between), &mut |block| {
                block.set_anchor(series, |anchor| {
                    is_before(anchor);
                    is_after(anchor);
                })
            });
        }
    }
    blocks.update(last, &mut |block| block.set_anchor(series, is_before));
}

/// Takes from every block from `first` to `last` that there is a total in one of the others.
fn unlink(blocks: &mut impl Blocks, series: Series, first: Quarter, last: Quarter) {
    for quarter in (first.0..=last.0).map(Quarter) {
        if blocks.get(quarter).is_some() {
            blocks.update(quarter, &mut |block| {
                block.set_anchor(series, |anchor| {
                    if quarter > first {
                        (anchor.before, anchor.power_up_before) = (None, false);
                    }
                    if quarter < last {
                        (anchor.after, anchor.power_up_after) = (None, false);
                    }
                })
            });
        }
    }
}

fn within_gap(earlier: UtcMillis, later: UtcMillis) -> bool {
    later.since(earlier) <= MAX_GAP_MS
}
