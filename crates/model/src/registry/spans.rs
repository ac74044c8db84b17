//! Dated facts of one thing, one after the other.

use super::{Calibration, Installation, instant::STILL};
use crate::UtcMillis;

/// What holds for a span of time.
pub(super) trait Dated {
    /// First instant.
    fn from(&self) -> UtcMillis;
    /// First instant after it.
    fn to(&mut self) -> &mut UtcMillis;
}

impl Dated for Installation {
    fn from(&self) -> UtcMillis {
        self.from
    }
    fn to(&mut self) -> &mut UtcMillis {
        &mut self.to
    }
}

impl Dated for Calibration {
    fn from(&self) -> UtcMillis {
        self.from
    }
    fn to(&mut self) -> &mut UtcMillis {
        &mut self.to
    }
}

/// Two facts at one time.
#[derive(Debug)]
pub(super) struct Overlap {
    /// Line of the one that begins first.
    pub(super) line: usize,
    /// Its end.
    pub(super) until: UtcMillis,
    /// Line of the other.
    pub(super) next_line: usize,
    /// Its begin.
    pub(super) from: UtcMillis,
}

/// Sorts facts, each with its line, by their begin. One with an open end ends where the next begins; what still overlaps is
/// handed to `report`.
pub(super) fn in_order<T: Dated>(mut facts: Vec<(T, usize)>, mut report: impl FnMut(Overlap)) -> Vec<T> {
    facts.sort_by_key(|(fact, line)| (fact.from(), *line));
    let begins: Vec<(UtcMillis, usize)> = facts.iter().skip(1).map(|(fact, line)| (fact.from(), *line)).collect();
    for ((fact, line), (from, next_line)) in facts.iter_mut().zip(begins) {
        let overlap = Overlap { line: *line, until: *fact.to(), next_line, from };
        if fact.from() == from || (overlap.until != STILL && overlap.until > from) {
            report(overlap);
        } else if overlap.until == STILL {
            *fact.to() = from;
        }
    }
    let mut facts: Vec<T> = facts.into_iter().map(|(fact, _)| fact).collect();
    facts.shrink_to_fit();
    facts
}
