//! Taking a refused group apart, until what is refused is all that is left in a group.

use super::Group;
use crate::{
    RefusedReason,
    answer::{Conflict, Words},
    part::Escaped,
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
        group.sort_by_cached_key(super::Part::time);
    }
    match &words.conflict {
        Some(conflict) => by_field_or_halves(group, conflict),
        None => halves(group),
    }
}

/// All lines are refused; whole, if that is not for a single field.
fn all_refused<'a>(group: Group<'a>, words: &Words, alone: bool) -> Apart<'a> {
    if group.iter().all(|part| part.only_field().is_some()) || words.is_about_age() {
        return Apart::Refused(group);
    }
    match (&words.conflict, words.reason) {
        (Some(conflict), _) => by_field_or_halves(group, conflict),
        (None, RefusedReason::Rejected) if !alone => Apart::Refused(group),
        (None, _) => Apart::Again(vec![group.iter().flat_map(super::Part::singly).collect()]),
    }
}

fn by_field_or_halves<'a>(group: Group<'a>, conflict: &Conflict) -> Apart<'a> {
    let alone = group.len() == 1;
    match by_field(group, conflict) {
        (taken, left) if taken.is_empty() && alone => {
            Apart::Again(vec![left.iter().flat_map(super::Part::singly).collect()])
        }
        (taken, left) if taken.is_empty() => halves(left),
        (taken, left) if left.is_empty() => halves(taken),
        (taken, left) => Apart::Again(vec![left, taken]),
    }
}

/// Parts with the conflicting field alone, and the rest of them.
pub(super) fn by_field<'a>(group: Group<'a>, conflict: &Conflict) -> (Group<'a>, Group<'a>) {
    let conflict = Escaped::from(conflict);
    let (taken, left): (Vec<_>, Vec<_>) = group.into_iter().map(|part| part.without(&conflict)).unzip();
    (taken.into_iter().flatten().collect(), left.into_iter().flatten().collect())
}

fn halves(mut group: Group<'_>) -> Apart<'_> {
    let second = group.split_off(group.len() / 2);
    Apart::Again(vec![group, second])
}
