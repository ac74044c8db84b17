//! Weeks of zones as they were summed up for a question, for the next one: twenty poles' hours of a year are 175,000, and hardly a week of
//! them changes.
//!
//! A week is summed up again after any hour of any pole in it changed (`week_changed`), which the snapshot of the question tells. One that
//! is due to be copied is not kept, as it may change without a word; nor is one of which something is in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use smartpole_model::PropertyNo;
use smartpole_pipeline::Scope;

use super::{Asked, Wanted, gather::Sum};
use crate::{
    Error, Step,
    queries::Snapshot,
    weeks::{changed, first_of, is_due, week_of, whole_weeks},
};

/// Most weeks that are kept: some 8 MB.
const MOST: usize = 512;

/// What all poles of a zone come to, by first instants of hours.
pub(super) type Sums = Arc<[(i64, Sum)]>;

/// Weeks that were summed up, by what was asked; what was asked last is at the end.
#[derive(Debug, Default)]
pub(crate) struct Summed(Mutex<Vec<(Question, BTreeMap<i64, Week>)>>);

/// Whose hours of what.
#[derive(Clone, Debug, PartialEq)]
struct Question {
    parts: Vec<Scope>,
    property: PropertyNo,
    channel: Option<u8>,
}

/// A week as it was after a change.
#[derive(Clone, Debug)]
struct Week {
    /// The batch that brought the change; 0 before the first.
    changed: i64,
    sums: Sums,
}

/// Weeks of one question: those that are known, and those that are not.
pub(super) struct Asking<'a> {
    summed: &'a Summed,
    question: Question,
    /// Whole weeks of its span of which nothing is in memory.
    whole: Vec<i64>,
    changed: BTreeMap<i64, i64>,
    /// Those that are known.
    pub(super) known: BTreeMap<i64, Sums>,
}

impl<'a> Asking<'a> {
    /// None of what is not asked of the hours of a zone.
    pub(super) fn new(
        summed: &'a Summed,
        snapshot: &Snapshot,
        wanted: &Wanted,
        asked: &Asked,
    ) -> Result<Option<Self>, Error> {
        if wanted.step != Step::Hour || !matches!(wanted.scope, Scope::Zone(_)) {
            return Ok(None);
        }
        let weeks = whole_weeks(asked.span);
        let changed = changed(snapshot, &weeks)?;
        let in_memory: BTreeSet<i64> = snapshot.recent.iter().map(|block| week_of(block.quarter.start())).collect();
        let whole: Vec<i64> = weeks.filter(|week| !in_memory.contains(week)).collect();
        let parts = asked.parts.iter().chain(&asked.zone).map(|part| part.scope).collect();
        let question = Question { parts, property: wanted.property, channel: wanted.channel };
        let known = summed.known(&question, &whole, &changed);
        Ok(Some(Self { summed, question, whole, changed, known }))
    }

    /// Keeps weeks that were not known and do not change without a word; `sums` are those of all hours asked for, in order.
    pub(super) fn keep(self, snapshot: &Snapshot, sums: &[(i64, Sum)]) -> Result<(), Error> {
        let Self { summed, question, whole, changed, known } = self;
        let mut kept = Vec::new();
        for week in whole.into_iter().filter(|week| !known.contains_key(week)) {
            if !is_due(snapshot, week, &question.parts)? {
                let hours = [week, week + 1].map(|week| sums.partition_point(|(start, _)| *start < first_of(week).0));
                kept.push((week, Week { changed: batch(&changed, week), sums: sums[hours[0]..hours[1]].into() }));
            }
        }
        summed.keep(question, kept);
        Ok(())
    }
}

impl Summed {
    fn known(&self, question: &Question, whole: &[i64], changed: &BTreeMap<i64, i64>) -> BTreeMap<i64, Sums> {
        let kept = self.kept();
        let Some((_, weeks)) = kept.iter().find(|(of, _)| of == question) else { return BTreeMap::new() };
        let holds = |week: &i64| weeks.get(week).filter(|kept| kept.changed == batch(changed, *week));
        whole.iter().filter_map(|week| Some((*week, Arc::clone(&holds(week)?.sums)))).collect()
    }

    /// What was asked longest ago goes if there are too many.
    fn keep(&self, question: Question, weeks: Vec<(i64, Week)>) {
        let mut kept = self.kept();
        let at = kept.iter().position(|(of, _)| *of == question);
        let mut of = at.map(|at| kept.remove(at).1).unwrap_or_default();
        of.extend(weeks);
        kept.push((question, of));
        let mut all: usize = kept.iter().map(|(_, weeks)| weeks.len()).sum();
        while all > MOST {
            all -= kept.remove(0).1.len();
        }
    }

    fn kept(&self) -> MutexGuard<'_, Vec<(Question, BTreeMap<i64, Week>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The batch that changed a week last.
fn batch(changed: &BTreeMap<i64, i64>, week: i64) -> i64 {
    changed.get(&week).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use smartpole_model::PoleNo;

    use super::*;

    fn question(pole: u32) -> Question {
        Question { parts: vec![Scope::Pole(PoleNo(pole))], property: PropertyNo(1), channel: None }
    }

    fn weeks(of: std::ops::Range<i64>, changed: i64) -> Vec<(i64, Week)> {
        of.map(|week| (week, Week { changed, sums: Arc::new([]) })).collect()
    }

    #[test]
    fn what_was_asked_longest_ago_goes_first_and_a_changed_week_is_not_known() {
        let summed = Summed::default();
        let known = |pole, changed: &[(i64, i64)]| {
            summed.known(&question(pole), &[0, 1, 2], &changed.iter().copied().collect()).len()
        };
        summed.keep(question(1), weeks(0..2, 0));
        summed.keep(question(2), weeks(0..2, 7));
        assert_eq!((known(1, &[]), known(1, &[(1, 3)]), known(2, &[]), known(2, &[(0, 7), (1, 8)])), (2, 1, 0, 1));
        summed.keep(question(1), Vec::new());
        summed.keep(question(3), weeks(0..MOST as i64 - 2, 0));
        assert_eq!((known(1, &[]), known(2, &[(0, 7), (1, 7)]), known(3, &[])), (2, 0, 3));
    }
}
