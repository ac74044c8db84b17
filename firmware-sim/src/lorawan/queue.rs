//! What will happen, by time; at the same time in the order in which it was planned.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
};

use smartpole_model::UtcMillis;

/// Events to come.
#[derive(Debug)]
pub(super) struct Queue<E> {
    heap: BinaryHeap<Reverse<Entry<E>>>,
    planned: u64,
}

impl<E> Queue<E> {
    pub(super) fn new() -> Self {
        Self { heap: BinaryHeap::new(), planned: 0 }
    }

    pub(super) fn push(&mut self, at: UtcMillis, event: E) {
        self.planned += 1;
        self.heap.push(Reverse(Entry { at, number: self.planned, event }));
    }

    pub(super) fn peek(&self) -> Option<(UtcMillis, &E)> {
        self.heap.peek().map(|Reverse(entry)| (entry.at, &entry.event))
    }

    pub(super) fn pop(&mut self) -> Option<(UtcMillis, E)> {
        self.heap.pop().map(|Reverse(entry)| (entry.at, entry.event))
    }
}

#[derive(Debug)]
struct Entry<E> {
    at: UtcMillis,
    number: u64,
    event: E,
}

impl<E> Ord for Entry<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<E> Eq for Entry<E> {}
