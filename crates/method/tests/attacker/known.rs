//! What can be found out from figures.

use smartpole_method::public::ROUNDED_TO;

use super::city::Count::{self, One, Sum};

/// What the attacker knows of a sum, and of its parts. He is written by the words of the rule, not by its code.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) low: i64,
    pub(crate) high: i64,
    parts: Vec<Known>,
}

/// How far beyond the figure of a step its count is searched for: beyond the next multiple.
const FAR: i64 = 7;

/// From figures alone, parts first; `like` gives the shape of the city only.
pub(crate) fn know(like: &Count, figures: &mut impl Iterator<Item = i64>) -> Known {
    let parts: Vec<_> = match like {
        One(_) => Vec::new(),
        Sum(parts) => parts.iter().map(|part| know(part, figures)).collect(),
    };
    let figure = figures.next().expect("a figure each");
    let (low, high) = match like {
        One(_) => (0, figure + FAR),
        Sum(_) => (parts.iter().map(|part| part.low).sum(), parts.iter().map(|part| part.high).sum()),
    };
    let multiples = || (low..=high).filter(|n| n % ROUNDED_TO == 0);
    let nearest = |exact: i64| multiples().min_by_key(|n| (n - exact).abs()).expect("a multiple");
    let mut fitting = (low..=high).filter(|exact| nearest(*exact) == figure);
    let low = fitting.next().expect("the true count");
    Known { low, high: fitting.next_back().unwrap_or(low), parts }
}

impl Known {
    /// The place of each count, in the order of figures.
    pub(crate) fn nodes<'a>(&'a self, into: &mut Vec<&'a Known>) {
        self.parts.iter().for_each(|part| part.nodes(into));
        into.push(self);
    }

    /// The interval of this sum if `target` within it is `value`; `None` if that cannot be.
    pub(crate) fn if_fixed(&self, target: &Known, value: i64) -> Option<(i64, i64)> {
        let (mut low, mut high) = (self.low, self.high);
        if std::ptr::eq(self, target) {
            (low, high) = (low.max(value), high.min(value));
        }
        if !self.parts.is_empty() {
            let parts: Option<Vec<_>> = self.parts.iter().map(|part| part.if_fixed(target, value)).collect();
            let parts = parts?;
            low = low.max(parts.iter().map(|part| part.0).sum());
            high = high.min(parts.iter().map(|part| part.1).sum());
        }
        (low <= high).then_some((low, high))
    }

    /// A city in which this sum is `sum` and `target` is `value`.
    pub(crate) fn city(&self, sum: i64, target: &Known, value: i64) -> Count {
        if self.parts.is_empty() {
            return One(sum);
        }
        let ranges: Vec<_> = self.parts.iter().map(|part| part.if_fixed(target, value).expect("possible")).collect();
        let mut left = sum - ranges.iter().map(|range| range.0).sum::<i64>();
        let mut fill = |(low, high): (i64, i64)| {
            let more = left.min(high - low);
            left -= more;
            low + more
        };
        let city = |(part, range): (&Known, _)| part.city(fill(range), target, value);
        Sum(self.parts.iter().zip(ranges).map(city).collect())
    }
}
