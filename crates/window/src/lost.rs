//! Extremes and remarks that a part of a window had and has no more: whether the window lost them too hangs on its other parts.

use smartpole_model::{Flags, PropertyNo, Series};

use crate::{Aggregate, Aggregates};

/// What parts of a window had and have no more, by series. Counts and sums are not in it: they are merged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lost(Vec<(Series, Gone)>);

/// The least and the greatest integer are never struck out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Gone {
    min: Option<i64>,
    max: Option<i64>,
    flags: Flags,
}

impl Aggregates {
    /// What they had when they were `former`: a late reading can show that an earlier one was stuck, a new calibration moves all.
    pub fn lost(&self, former: &Self) -> Lost {
        let gone = |(series, former): &(Series, Aggregate)| {
            let gone = Gone::of(self.get(*series), former);
            (gone != Gone::default()).then_some((*series, gone))
        };
        Lost(former.0.iter().filter_map(gone).collect())
    }
}

impl Lost {
    /// Whether it is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// That of properties that are wanted.
    #[must_use]
    pub fn of(&self, is_wanted: impl Fn(PropertyNo) -> bool) -> Self {
        Self(self.0.iter().filter(|(series, _)| is_wanted(series.property)).copied().collect())
    }

    /// Both together, of two parts.
    pub fn merge(&mut self, other: &Self) {
        for (series, gone) in &other.0 {
            match self.0.binary_search_by_key(series, |(known, _)| *known) {
                Ok(at) => self.0[at].1.merge(gone),
                Err(at) => self.0.insert(at, (*series, *gone)),
            }
        }
    }

    /// What a window may have lost by it that its parts' gains are merged into: where other parts go further, nothing.
    #[must_use]
    pub fn within(&self, window: &Aggregates) -> Self {
        let within = |(series, gone): &(Series, Gone)| {
            let gone = window.get(*series).map_or(*gone, |window| gone.within(window));
            (gone != Gone::default()).then_some((*series, gone))
        };
        Self(self.0.iter().filter_map(within).collect())
    }

    /// Strikes out what a part still has of the window. What is left when all parts were looked at is gone from it.
    pub fn strike(&mut self, part: &Aggregates, window: &Aggregates) {
        self.0.retain_mut(|(series, gone)| {
            if let Some((part, window)) = part.get(*series).zip(window.get(*series)) {
                gone.strike(part, window);
            }
            *gone != Gone::default()
        });
    }
}

impl Gone {
    fn of(now: Option<&Aggregate>, former: &Aggregate) -> Self {
        let all = Self { min: Some(i64::MIN), max: Some(i64::MAX), flags: former.flags };
        let Some(now) = now else { return all };
        let flags = Flags(former.flags.0 & !now.flags.0);
        // a change whose extremes are 0 may look like one that has none
        let is_zero = |aggregate: &Aggregate| aggregate.min == 0 && aggregate.max == 0;
        match () {
            () if !former.has_extremes() => Self { flags, ..Self::default() },
            () if !now.has_extremes() || is_zero(now) && !is_zero(former) => Self { flags, ..all },
            () => Self {
                min: (now.min > former.min).then_some(former.min),
                max: (now.max < former.max).then_some(former.max),
                flags,
            },
        }
    }

    fn merge(&mut self, other: &Self) {
        self.min = self.min.into_iter().chain(other.min).min();
        self.max = self.max.max(other.max);
        self.flags = self.flags.union(other.flags);
    }

    fn within(&self, window: &Aggregate) -> Self {
        Self {
            min: self.min.filter(|min| *min <= window.min),
            max: self.max.filter(|max| *max >= window.max),
            flags: Flags(self.flags.0 & window.flags.0),
        }
    }

    fn strike(&mut self, part: &Aggregate, window: &Aggregate) {
        if part.has_extremes() {
            self.min = self.min.filter(|min| *min == i64::MIN || part.min != window.min);
            self.max = self.max.filter(|max| *max == i64::MAX || part.max != window.max);
        }
        self.flags = Flags(self.flags.0 & !part.flags.0);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use smartpole_model::Flag;

    use super::*;

    fn part() -> impl Strategy<Value = Aggregates> {
        let flags =
            prop::sample::select(vec![Flags::NONE, Flags::NONE.with(Flag::Stuck), Flags::NONE.with(Flag::Spike)]);
        let aggregate = (0i64..3, -2i64..3, 0i64..3, flags).prop_map(|(count, min, span, flags)| match count {
            0 => Aggregate { excluded: 1, flags, ..Aggregate::default() },
            _ => Aggregate { count, sum: min * count, min, max: min + span, flags, ..Aggregate::default() },
        });
        let series = |n| Series { property: PropertyNo(n), channel: 0 };
        prop::collection::btree_map((0u16..3).prop_map(series), aggregate, 0..3)
            .prop_map(|all| Aggregates(all.into_iter().collect()))
    }

    fn sum(parts: &[Aggregates]) -> Aggregates {
        let mut sum = Aggregates::default();
        parts.iter().for_each(|part| sum.merge(part));
        sum
    }

    proptest! {
        /// Batch by batch parts change: the window with what it gains is the sum of all parts, unless something is left unstruck.
        #[test]
        fn what_is_struck_out_is_not_lost(
            mut parts in prop::collection::vec(part(), 1..6),
            batches in prop::collection::vec(prop::collection::vec((0usize..6, part()), 1..4), 1..4),
        ) {
            let mut window = sum(&parts);
            for changes in batches {
                let (mut gain, mut lost) = (Aggregates::default(), Lost::default());
                for (at, now) in changes {
                    let at = at % parts.len();
                    gain.merge(&now.minus(&parts[at]));
                    lost.merge(&now.lost(&parts[at]));
                    parts[at] = now;
                }
                window.merge(&gain);
                let mut left = lost.within(&window);
                parts.iter().for_each(|part| left.strike(part, &window));
                if !left.is_empty() {
                    window = sum(&parts);
                }
                prop_assert_eq!(&window, &sum(&parts));
            }
        }
    }
}
