//! Days that are over: their figures stay, so they are made once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use smartpole_method::calendar::{Span, date_and_hour, day};
use smartpole_model::{PropertyNo, Quarter, UtcMillis};
use smartpole_store::{Queries, WantedFrozen};

use super::{Day, forests::Forests, tree::NodeNo};
use crate::problem::Problem;

/// Most days that are remembered: of all zones of a town more than a year, about 5 KiB each.
const MOST: usize = 10_000;

/// Remembered days, and since when trees are what they are; clones are the same one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Days(Arc<Mutex<Known>>, pub(super) Forests);

#[derive(Debug, Default)]
struct Known {
    /// Hash of the inputs that they were made by.
    inputs: String,
    days: HashMap<(NodeNo, UtcMillis), Arc<Day>>,
}

/// A leaf of the tree that these inputs make.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaf<'a> {
    pub(super) inputs: &'a str,
    pub(super) node: NodeNo,
    pub(super) poles: &'a [usize],
    pub(super) properties: [PropertyNo; 2],
    pub(super) by_direction: bool,
}

/// The days that hold an instant of a span, in order.
pub(super) fn days_of(span: Span) -> Vec<Span> {
    let around = |time: UtcMillis| day(date_and_hour(time).0);
    std::iter::successors(Some(around(span.from)), |before| Some(around(before.to)))
        .take_while(|day| day.from < span.to)
        .collect()
}

impl Days {
    /// Days of a leaf, one for each span; those that are not remembered are read, all at once.
    pub(super) fn get(&self, queries: &Queries, leaf: Leaf<'_>, spans: &[Span]) -> Result<Vec<Arc<Day>>, Problem> {
        let known: Vec<Option<Arc<Day>>> = spans.iter().map(|span| self.known(leaf, span.from)).collect();
        let missing = |(span, known): (&Span, &Option<Arc<Day>>)| known.is_none().then_some(*span);
        let mut missing = spans.iter().zip(&known).filter_map(missing);
        let Some(first) = missing.next() else { return Ok(known.into_iter().flatten().collect()) };
        let last = missing.next_back().unwrap_or(first);
        let Leaf { poles, properties, by_direction, .. } = leaf;
        let (from, to): (Quarter, Quarter) = (first.from.quarter(), last.to.quarter());
        let frozen = queries.frozen(&WantedFrozen { poles, properties, from, to })?;
        let read = |(span, known): (&Span, Option<Arc<Day>>)| {
            known.unwrap_or_else(|| self.remember(leaf, *span, Arc::new(Day::of(*span, &frozen, by_direction))))
        };
        Ok(spans.iter().zip(known).map(read).collect())
    }

    fn known(&self, leaf: Leaf<'_>, from: UtcMillis) -> Option<Arc<Day>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_by_same = known.inputs == leaf.inputs;
        known.days.get(&(leaf.node, from)).filter(|_| is_by_same).map(Arc::clone)
    }

    fn remember(&self, leaf: Leaf<'_>, span: Span, day: Arc<Day>) -> Arc<Day> {
        if day.is_over() {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if known.inputs != leaf.inputs || known.days.len() >= MOST {
                known.inputs = leaf.inputs.to_owned();
                known.days.clear();
            }
            known.days.insert((leaf.node, span.from), Arc::clone(&day));
        }
        day
    }
}
