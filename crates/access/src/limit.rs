//! How often somebody may do something.

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::{BuildHasher, Hash},
};

use smartpole_model::UtcMillis;

/// Those who are remembered at once. If so many are busy, all begin anew: against as many addresses no limit of one helps.
const MOST: usize = 65_536;
/// A minute, in microseconds.
const MINUTE: i64 = 60_000_000;

/// So many a minute for each, all of them at once if need be. It is the generic cell rate algorithm (ITU-T I.371): one number is kept for
/// each, when what was done would have been done at an even pace. Whoever is refused uses nothing up.
#[derive(Debug)]
pub struct Pace {
    /// Time that one takes, µs.
    each: i64,
    keyed: RandomState,
    /// When it would have been done, µs, by hash of who.
    done: HashMap<u64, i64>,
}

impl Pace {
    /// So many a minute; one at least.
    pub fn new(per_minute: u32) -> Self {
        Self { each: MINUTE / i64::from(per_minute.max(1)), keyed: RandomState::new(), done: HashMap::new() }
    }

    /// Whether one more is within the limit.
    ///
    /// # Errors
    /// Milliseconds until it would be.
    pub fn take(&mut self, who: impl Hash, now: UtcMillis) -> Result<(), i64> {
        let (who, now) = (self.keyed.hash_one(who), now.0.saturating_mul(1_000));
        let done = self.done.get(&who).copied().unwrap_or(now).max(now).saturating_add(self.each);
        let early = done.saturating_sub(now) - MINUTE;
        if early > 0 {
            return Err(early.div_euclid(1_000) + 1);
        }
        if self.done.len() >= MOST {
            self.forget(now);
        }
        self.done.insert(who, done);
        Ok(())
    }

    /// Forgets those who are as if new.
    fn forget(&mut self, now: i64) {
        self.done.retain(|_, done| *done > now);
        if self.done.len() > MOST / 2 {
            self.done.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_minutes_worth_may_come_at_once_and_then_one_at_a_time() {
        let mut pace = Pace::new(10);
        let taken = |pace: &mut Pace, at| (0..20).filter(|_| pace.take("a", UtcMillis(at)).is_ok()).count();
        assert_eq!(taken(&mut pace, 0), 10);
        assert!((5_990..=6_010).contains(&pace.take("a", UtcMillis(0)).unwrap_err()));
        assert_eq!((pace.take("b", UtcMillis(0)), taken(&mut pace, 5_990), taken(&mut pace, 6_000)), (Ok(()), 0, 1));
        assert_eq!(taken(&mut pace, 600_000), 10, "what was not used does not add up");
    }

    #[test]
    fn a_flood_from_many_is_remembered_in_bounded_room() {
        let mut pace = Pace::new(1);
        for who in 0..MOST + 10 {
            assert_eq!(pace.take(who, UtcMillis(0)), Ok(()));
        }
        assert!(pace.done.len() <= MOST);
    }

    proptest! {
        #[test]
        fn no_more_than_two_minutes_worth_is_within_any_minute(per_minute in 1..40_u32, waits in prop::collection::vec(0..4_000_i64, 1..300)) {
            let (mut pace, mut now, mut taken) = (Pace::new(per_minute), 0, Vec::new());
            for wait in waits {
                now += wait;
                if pace.take(0, UtcMillis(now)).is_ok() {
                    taken.push(now);
                }
            }
            for from in &taken {
                let within = taken.iter().filter(|at| (*from..*from + 60_000).contains(*at)).count();
                prop_assert!(within <= 2 * per_minute as usize);
            }
        }
    }
}
