//! Taking a refused group apart, until what is refused is all that is left in a group.

use super::Group;
use crate::{
    RefusedReason,
    answer::{Column, Conflict, Words},
    part::{Escaped, Part},
};

/// What becomes of a refused group.
#[derive(Debug)]
pub(super) enum Apart<'a> {
    /// All of it is refused.
    Refused(Group<'a>),
    /// It is sent again in these groups, in this order.
    Again(Vec<Group<'a>>),
}

pub(super) fn take_apart<'a>(mut group: Group<'a>, words: &Words) -> Apart<'a> {
    let alone = group.len() == 1;
    if alone || words.dropped == Some(group.len()) {
        return all_refused(group, words, alone);
    }
    if words.reason != RefusedReason::Rejected {
        // Lines are old together, and a field has one type in each shard, which is a span of time.
        group.sort_by_cached_key(Part::time);
    }
    match (&words.conflict, words.dropped) {
        (Some(conflict), _) => by_field_or_halves(group, conflict),
        // The oldest are out of retention, and all of them are counted.
        (None, Some(oldest)) if words.is_about_age() => split(group, oldest),
        (None, _) => halves(group),
    }
}

/// The conflict of a column that is named with a line of the group: InfluxDB 3 does not say of which table it is.
pub(super) fn conflict_of(group: &[Part<'_>], column: Option<&Column>) -> Option<Conflict> {
    let Column { line, name } = column?;
    Some(Conflict { measurement: group.get(*line)?.measurement(), field: name.clone() })
}

/// All lines are refused; whole, if that is not for a single field.
fn all_refused<'a>(group: Group<'a>, words: &Words, alone: bool) -> Apart<'a> {
    if group.iter().all(|part| part.only_field().is_some()) || words.is_about_age() {
        return Apart::Refused(group);
    }
    match (&words.conflict, words.reason) {
        (Some(conflict), _) => by_field_or_halves(group, conflict),
        (None, RefusedReason::Rejected) if !alone => Apart::Refused(group),
        (None, _) => Apart::Again(vec![singly(&group)]),
    }
}

fn by_field_or_halves<'a>(group: Group<'a>, conflict: &Conflict) -> Apart<'a> {
    let alone = group.len() == 1;
    match by_field(group, conflict) {
        (taken, left) if !taken.is_empty() && !left.is_empty() => Apart::Again(vec![left, taken]),
        (taken, left) if alone => Apart::Again(vec![singly(&[taken, left].concat())]),
        (taken, left) if taken.is_empty() => halves(left),
        (taken, _) => halves_by_day(taken),
    }
}

fn singly<'a>(group: &[Part<'a>]) -> Group<'a> {
    group.iter().flat_map(Part::singly).collect()
}

/// Parts with the conflicting field alone, and the rest of them.
pub(super) fn by_field<'a>(group: Group<'a>, conflict: &Conflict) -> (Group<'a>, Group<'a>) {
    let conflict = Escaped::from(conflict);
    let (taken, left): (Vec<_>, Vec<_>) = group.into_iter().map(|part| part.without(&conflict)).unzip();
    (taken.into_iter().flatten().collect(), left.into_iter().flatten().collect())
}

fn halves(group: Group<'_>) -> Apart<'_> {
    let middle = group.len() / 2;
    split(group, middle)
}

/// Halves of a group in order of time, parted where a day begins if one does: so do shards, and in each all conflict or none.
fn halves_by_day(group: Group<'_>) -> Apart<'_> {
    let middle = group.len() / 2;
    let day = |part: &Part<'_>| part.time().div_euclid(86_400_000);
    let of_middle = day(&group[middle]);
    let begins = group.partition_point(|part| day(part) < of_middle);
    let ends = group.partition_point(|part| day(part) <= of_middle);
    let inner = [begins, ends].into_iter().filter(|at| (1..group.len()).contains(at));
    let nearest = inner.min_by_key(|at| at.abs_diff(middle)).unwrap_or(middle);
    split(group, nearest)
}

/// Two groups of at least one, of a group of at least two.
fn split(mut group: Group<'_>, at: usize) -> Apart<'_> {
    let second = group.split_off(at.clamp(1, group.len() - 1));
    Apart::Again(vec![group, second])
}
