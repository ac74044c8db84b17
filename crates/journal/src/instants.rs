//! When records are said to have been received: never before the one before, and no two messages of a topic at the same instant, as a
//! message without a time of its own has no other identity.

use std::{
    collections::{HashSet, hash_map::RandomState},
    hash::BuildHasher,
};

use smartpole_model::{Record, UtcMillis};

/// Messages are put off until this much after the newest time of a record, in milliseconds: a thousand of a topic at once.
const MOST_MS: i64 = 1_000;

/// The instants of records, one after the other.
#[derive(Debug)]
pub(crate) struct Instants {
    /// That of the record before.
    floor: UtcMillis,
    /// The newest of those that records came with.
    newest: UtcMillis,
    /// Hashes of the topics that have a message at the floor; two topics with one hash only put each other off.
    taken: HashSet<u64>,
    /// Whether that is known; after a restart it is not, and all have.
    is_known: bool,
    hasher: RandomState,
}

impl Instants {
    /// After a record of that instant.
    pub(crate) fn after(floor: UtcMillis) -> Self {
        Self { floor, newest: floor, taken: HashSet::new(), is_known: false, hasher: RandomState::new() }
    }

    /// Of the newest record.
    pub(crate) fn floor(&self) -> UtcMillis {
        self.floor
    }

    /// Of the next record.
    pub(crate) fn next(&mut self, record: &Record) -> UtcMillis {
        if let Some(own) = record.received_at() {
            self.newest = self.newest.max(own);
            self.rise(own);
        }
        if let Record::Message(message) = record {
            let topic = self.hasher.hash_one(&message.topic);
            let is_taken = !self.is_known || self.taken.contains(&topic);
            if is_taken && self.floor.since(self.newest) < MOST_MS {
                self.rise(self.floor.plus(1));
            }
            self.taken.insert(topic);
        }
        self.floor
    }

    fn rise(&mut self, to: UtcMillis) {
        if to > self.floor {
            (self.floor, self.is_known) = (to, true);
            self.taken.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use smartpole_model::RawMessage;

    use super::*;

    fn message(topic: &str, received_at: i64) -> Record {
        let (topic, received_at) = (topic.to_owned(), UtcMillis(received_at));
        Record::Message(RawMessage { topic, received_at, ..RawMessage::default() })
    }

    fn instants(instants: &mut Instants, messages: &[(&str, i64)]) -> Vec<i64> {
        messages.iter().map(|(topic, at)| instants.next(&message(topic, *at)).0).collect()
    }

    #[test]
    fn messages_of_a_topic_have_instants_of_their_own_and_none_goes_back() {
        let mut new = Instants::after(UtcMillis(0));
        let burst = [("a", 50), ("b", 50), ("a", 50), ("b", 50), ("c", 50), ("a", 51), ("a", 60), ("b", 40)];
        assert_eq!(instants(&mut new, &burst), [50, 50, 51, 51, 51, 52, 60, 60]);
    }

    #[test]
    fn after_a_restart_nobody_knows_who_had_the_last_instant() {
        assert_eq!(instants(&mut Instants::after(UtcMillis(50)), &[("a", 50), ("b", 50), ("b", 50)]), [51, 51, 52]);
        assert_eq!(instants(&mut Instants::after(UtcMillis(50)), &[("a", 51)]), [51]);
    }

    #[test]
    fn a_burst_puts_nobody_off_by_more_than_a_second() {
        let mut new = Instants::after(UtcMillis(0));
        let burst = instants(&mut new, &[("a", 50); 2_000]);
        assert_eq!((burst[999], burst[1_000], burst[1_999]), (1_049, 1_050, 1_050));
        assert_eq!(instants(&mut new, &[("a", 1_060), ("a", 1_060)]), [1_060, 1_061]);
    }
}
