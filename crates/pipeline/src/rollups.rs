//! What hours and days gain by the blocks of a batch.

use std::collections::BTreeMap;

use smartpole_model::{Quarter, UtcMillis};
use smartpole_window::{Aggregates, Level, Lost};

use crate::{Anew, BlockRow, RollupDelta, Scope, active::Active};

/// Level, first instant and scope of an hour or a day.
pub(crate) type RollupKey = (Level, i64, Scope);

/// Gains of hours and days while a batch is put together.
#[derive(Debug, Default)]
pub(crate) struct Rollups(BTreeMap<RollupKey, Gain>);

#[derive(Debug, Default)]
struct Gain {
    aggregates: Aggregates,
    anew: Option<Made>,
    minute: i64,
}

/// Why an hour or a day is made anew. Of what it is made is asked when the batch is complete, as another registry may come before.
#[derive(Debug)]
enum Made {
    /// Blocks lost these.
    Lost(Lost),
    /// Blocks came to it or left it.
    Whole,
}

/// What a block brings.
pub(crate) struct Settled<'a> {
    pub(crate) row: &'a BlockRow,
    pub(crate) gain: &'a Aggregates,
    /// Whether it was revised, if only for a while: another batch may end in between.
    pub(crate) revised: bool,
    /// What it had and has no more.
    pub(crate) lost: Lost,
    /// Older blocks are gone: what holds one of them cannot be made anew, and keeps its extremes.
    pub(crate) kept_from: Quarter,
}

impl Rollups {
    pub(crate) fn add(&mut self, active: &Active, settled: &Settled<'_>) {
        let Settled { row, gain, revised, .. } = *settled;
        if gain.0.is_empty() && !revised {
            return;
        }
        let start = row.quarter.start();
        let is_air = |property| active.is_air(property);
        let (air, other): (Vec<_>, Vec<_>) = gain.0.iter().copied().partition(|(series, _)| is_air(series.property));
        let (air, other) = (Aggregates(air), Aggregates(other));
        let lost = [settled.lost.clone(), settled.lost.of(is_air), settled.lost.of(|property| !is_air(property))];
        let parts = [(Level::Hour, gain), (Level::CetDay, &air), (Level::Day, &other)];
        let parts = parts.map(|(level, part)| (level, level.start(start).0, part));
        for scope in active.scopes(row.device, row.quarter) {
            for ((level, start, part), lost) in parts.iter().zip(&lost) {
                if !part.0.is_empty() || revised {
                    self.merge(settled, (*level, *start, scope), (part, lost));
                }
            }
        }
    }

    fn merge(&mut self, settled: &Settled<'_>, key: RollupKey, (part, lost): (&Aggregates, &Lost)) {
        let gain = self.0.entry(key).or_default();
        gain.aggregates.merge(part);
        gain.minute = gain.minute.max(settled.row.closed_minute).max(settled.row.revised_minute);
        if !lost.is_empty()
            && UtcMillis(key.1).quarter() >= settled.kept_from
            && let Made::Lost(known) = gain.anew.get_or_insert_with(|| Made::Lost(Lost::default()))
        {
            known.merge(lost);
        }
    }

    /// Has an hour or a day made anew; of `moved` it gains the revisions, which are its own, beside those of its blocks.
    pub(crate) fn renew(&mut self, key: RollupKey, (moved, minute): (&Aggregates, i64), kept_from: Quarter) {
        if UtcMillis(key.1).quarter() >= kept_from {
            let gain = self.0.entry(key).or_default();
            gain.anew = Some(Made::Whole);
            gain.aggregates.merge(moved);
            gain.minute = gain.minute.max(minute);
        }
    }

    pub(crate) fn rows(self, active: &Active) -> Vec<RollupDelta> {
        let row = |((level, start, scope), Gain { aggregates, anew, minute })| {
            let start = UtcMillis(start);
            let made = |made| {
                let lost = if let Made::Lost(lost) = made { Some(lost) } else { None };
                Anew { parts: active.parts(level, start, scope), lost }
            };
            RollupDelta { minute, level, start, scope, aggregates, anew: anew.map(made) }
        };
        self.0.into_iter().map(row).collect()
    }
}
