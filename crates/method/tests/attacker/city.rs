//! Counts of a city, and what is shown of them.

use smartpole_method::public::Figure;

use Count::{One, Sum};

/// Counts of a city: a step, or what it is the sum of.
#[derive(Clone, Debug)]
pub(crate) enum Count {
    One(i64),
    Sum(Vec<Count>),
}

impl Count {
    pub(crate) fn exact(&self) -> i64 {
        match self {
            One(count) => *count,
            Sum(parts) => parts.iter().map(Count::exact).sum(),
        }
    }

    /// Publishes all of it: every figure, parts first.
    fn publish(&self, shown: &mut Vec<i64>) -> Figure {
        let figure = match self {
            One(count) => Figure::of(*count),
            Sum(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| part.publish(shown)).collect();
                Figure::of_parts(&parts).expect("a sum has parts")
            }
        };
        shown.push(figure.shown());
        figure
    }

    pub(crate) fn shown(&self) -> Vec<i64> {
        let mut shown = Vec::new();
        self.publish(&mut shown);
        shown
    }

    /// Every exact count, in the order of [`Count::shown`].
    pub(crate) fn all(&self, into: &mut Vec<i64>) {
        if let Sum(parts) = self {
            parts.iter().for_each(|part| part.all(into));
        }
        into.push(self.exact());
    }
}
