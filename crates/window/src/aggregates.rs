//! What a window says of all its series.

use std::cmp::Ordering;

use smartpole_model::{PackError, PropertyNo, Reader, Series, put_u64};

use crate::{
    Aggregate,
    pack::{put_series, take_series},
};

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

    /// The series that they say something of.
    pub fn series(&self) -> impl Iterator<Item = Series> {
        self.0.iter().filter(|(_, aggregate)| !aggregate.is_blank()).map(|(series, _)| *series)
    }

    /// Both together.
    pub fn merge(&mut self, other: &Self) {
        if self.0.is_empty() {
            return self.0.clone_from(&other.0);
        }
        let mut at = 0;
        for (series, aggregate) in &other.0 {
            at += self.0[at..].iter().take_while(|(known, _)| known < series).count();
            match self.0.get_mut(at) {
                Some((known, own)) if known == series => own.merge(aggregate),
                _ => self.0.insert(at, (*series, *aggregate)),
            }
        }
    }

    /// Counts the revision that led from `former` to these for each series that it changed. One that says nothing any more stays, as
    /// its revisions tell that it did.
    pub fn count_revision(&mut self, former: &Self) {
        for (series, aggregate) in &mut self.0 {
            let known = former.get(*series).copied().unwrap_or_default();
            aggregate.revisions = known.revisions + i32::from(!aggregate.says_as(&known));
        }
        for (series, gone) in former.0.iter().filter(|(_, gone)| *gone != Aggregate::default()) {
            if self.get(*series).is_none() {
                self.entry(*series).revisions = gone.revisions + i32::from(!gone.is_blank());
            }
        }
    }

    /// Has the revisions of `other` instead of its own, those of series that it says nothing of, too.
    pub fn take_revisions(&mut self, other: &Self) {
        self.0.iter_mut().for_each(|(_, aggregate)| aggregate.revisions = 0);
        for (series, aggregate) in other.0.iter().filter(|(_, aggregate)| aggregate.revisions != 0) {
            self.entry(*series).revisions = aggregate.revisions;
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
    /// sum − count · minimum, and as remarks the excluded count, the flags (+ 65,536 if readings of both kinds count), the interpolated and the reset quarters, and then the
    /// corrected readings. If there are revisions, 0 comes first, and after n those of each series. Integers as in [`crate::Reader`].
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1 + self.0.len() * 9);
        let revised = self.0.iter().any(|(_, aggregate)| aggregate.revisions != 0);
        if revised {
            out.push(0);
        }
        put_u64(&mut out, self.0.len() as u64);
        let revisions = self.0.iter().filter(|_| revised).map(|(_, aggregate)| aggregate.revisions);
        revisions.for_each(|n| put_u64(&mut out, n.unsigned_abs().into()));
        for (series, aggregate) in &self.0 {
            put_series(&mut out, *series);
            aggregate.put(&mut out);
        }
        out
    }

    /// The aggregates that these bytes are.
    ///
    /// # Errors
    /// If they are not the bytes of aggregates, whole.
    pub fn unpack(bytes: &[u8]) -> Result<Self, PackError> {
        let mut reader = Reader::new(bytes);
        let (length, revisions) = head(&mut reader)?;
        let mut all = Vec::with_capacity(length);
        for at in 0..length {
            let (series, aggregate) = (take_series(&mut reader)?, Aggregate::take(&mut reader)?);
            all.push((series, Aggregate { revisions: revisions.get(at).copied().unwrap_or(0), ..aggregate }));
        }
        let ordered = all.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if ordered && reader.remaining() == 0 { Ok(Self(all)) } else { Err(PackError::Invalid("aggregates")) }
    }

    /// Those of some properties among the aggregates that these bytes are. What comes after them is not looked at.
    ///
    /// # Errors
    /// If the bytes up to there are not those of aggregates.
    pub fn unpack_of(bytes: &[u8], properties: &[PropertyNo]) -> Result<Self, PackError> {
        let (mut reader, last) = (Reader::new(bytes), properties.iter().max());
        let mut found = Self::default();
        let (length, revisions) = head(&mut reader)?;
        for at in 0..length {
            let series = take_series(&mut reader)?;
            match Some(&series.property).cmp(&last) {
                Ordering::Greater => break,
                _ if properties.contains(&series.property) => {
                    let revisions = revisions.get(at).copied().unwrap_or(0);
                    found.0.push((series, Aggregate { revisions, ..Aggregate::take(&mut reader)? }));
                }
                _ => Aggregate::pass(&mut reader)?,
            }
        }
        Ok(found)
    }
}

/// How many series follow, and the revisions of each if there are any.
fn head(reader: &mut Reader<'_>) -> Result<(usize, Vec<i32>), PackError> {
    let length = reader.len("aggregates")?;
    if length > 0 || reader.remaining() == 0 {
        return Ok((length, Vec::new()));
    }
    let length = reader.len("aggregates")?;
    let revisions = (0..length).map(|_| reader.num("revisions")).collect::<Result<_, _>>()?;
    Ok((length, revisions))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(property: u16) -> Series {
        Series { property: PropertyNo(property), channel: 0 }
    }

    fn of(counts: &[(u16, i64)]) -> Aggregates {
        let aggregate = |count| Aggregate { count, ..Aggregate::default() };
        Aggregates(counts.iter().map(|(property, count)| (series(*property), aggregate(*count))).collect())
    }

    fn revisions(all: &Aggregates) -> Vec<(u16, i32)> {
        all.0.iter().map(|(series, aggregate)| (series.property.0, aggregate.revisions)).collect()
    }

    #[test]
    fn a_revision_counts_for_the_series_that_it_changed_brought_or_took_away() {
        let mut once = of(&[(2, 4), (3, 1), (4, 1)]);
        once.count_revision(&of(&[(1, 3), (2, 3), (4, 1)]));
        assert_eq!(revisions(&once), [(1, 1), (2, 1), (3, 1), (4, 0)]);
        let mut twice = of(&[(2, 5), (4, 1)]);
        twice.count_revision(&once);
        assert_eq!(revisions(&twice), [(1, 1), (2, 2), (3, 2), (4, 0)]);
        assert!(twice.get(series(1)).unwrap().is_blank());
    }

    #[test]
    fn what_came_back_within_a_revision_is_as_if_nothing_had_changed_it() {
        let mut back = of(&[(1, 3)]);
        back.count_revision(&of(&[(1, 3)]));
        assert_eq!(back, of(&[(1, 3)]));
    }

    #[test]
    fn revisions_are_packed_summed_up_and_told_from_former_ones() {
        let mut revised = of(&[(1, 3), (2, 4)]);
        revised.count_revision(&of(&[(1, 2), (2, 4)]));
        assert_eq!(Aggregates::unpack(&revised.pack()), Ok(revised.clone()));
        assert_eq!(Aggregates::unpack_of(&revised.pack(), &[PropertyNo(2)]), Ok(of(&[(2, 4)])));
        let mut twice = revised.clone();
        twice.merge(&revised);
        assert_eq!(revisions(&twice), [(1, 2), (2, 0)]);
        assert_eq!(revisions(&twice.minus(&revised)), [(1, 1), (2, 0)]);
    }
}
