//! Who tries passwords too often.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
};

use smartpole_model::UtcMillis;

use crate::{Pace, secret::Secret};

/// Logins a minute from one address, right or wrong.
const LOGINS: u32 = 10;
/// Wrong passwords after which the next one has to wait.
const PATIENCE: u32 = 5;
const MINUTE_MS: i64 = 60_000;
/// Longest wait.
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// After so long without a wrong password all is forgotten.
const DAY_MS: i64 = 24 * HOUR_MS;
/// Pairs of account and network that are remembered.
const MOST: usize = 4_096;

/// An account, as it was named, and the network from which it is tried.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Door {
    /// A hash, so that what somebody typed is not kept.
    name: [u8; 32],
    network: IpAddr,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    n: u32,
    last: UtcMillis,
    /// Until before when the next attempt is refused unseen.
    until: UtcMillis,
}

/// All that is remembered. A lock is of an account and a network, so that nobody can lock somebody else out from elsewhere.
#[derive(Debug)]
pub(crate) struct Doors {
    logins: Pace,
    failures: HashMap<Door, Failures>,
}

impl Default for Doors {
    fn default() -> Self {
        Self { logins: Pace::new(LOGINS), failures: HashMap::new() }
    }
}

impl Door {
    pub(crate) fn new(name: &str, address: IpAddr) -> Self {
        Self { name: Secret::hash(&name.trim().to_lowercase()), network: network(address) }
    }
}

/// What one household or company has: a /24 of IPv4, a /56 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4((u32::from(v4) & 0xffff_ff00).into()),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) >> 72 << 72)),
    }
}

impl Doors {
    /// Counts a login of an address.
    ///
    /// # Errors
    /// When the next one is allowed.
    pub(crate) fn knock(&mut self, address: IpAddr, now: UtcMillis) -> Result<(), UtcMillis> {
        self.logins.take(address.to_canonical(), now).map_err(|wait| now.plus(wait))
    }

    /// Until when a door stays shut, if it is.
    pub(crate) fn shut(&self, door: &Door, now: UtcMillis) -> Option<UtcMillis> {
        self.failures.get(door).map(|failures| failures.until).filter(|until| *until > now)
    }

    /// A password was wrong.
    pub(crate) fn failed(&mut self, door: Door, now: UtcMillis) {
        let former = self.failures.get(&door).filter(|failures| now.since(failures.last) < DAY_MS);
        let n = former.map_or(0, |failures| failures.n).saturating_add(1);
        let wait = n.checked_sub(PATIENCE).map_or(0, |more| HOUR_MS.min(MINUTE_MS << more.min(6)));
        if self.failures.len() >= MOST && !self.failures.contains_key(&door) {
            self.forget_one();
        }
        self.failures.insert(door, Failures { n, last: now, until: now.plus(wait) });
    }

    /// A password was right.
    pub(crate) fn opened(&mut self, door: &Door) {
        self.failures.remove(door);
    }

    /// The one that is quiet for longest makes room. Looking for it takes less than hashing the password did.
    fn forget_one(&mut self) {
        let oldest = self.failures.iter().min_by_key(|(_, failures)| failures.last).map(|(door, _)| door.clone());
        oldest.map(|door| self.failures.remove(&door));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn door(name: &str, address: &str) -> Door {
        Door::new(name, address.parse().unwrap())
    }

    #[test]
    fn five_wrong_passwords_shut_the_door_for_a_minute_which_doubles_up_to_an_hour() {
        let (mut doors, mut now) = (Doors::default(), UtcMillis(0));
        let mut waits = Vec::new();
        for _ in 0..13 {
            doors.failed(door("Eva", "192.0.2.1"), now);
            let until = doors.shut(&door("eva ", "192.0.2.77"), now).unwrap_or(now);
            waits.push(until.since(now) / MINUTE_MS);
            now = until;
        }
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(doors.shut(&door("eva", "198.51.100.1"), UtcMillis(0)), None, "elsewhere the door is open");
        assert_eq!(doors.shut(&door("max", "192.0.2.1"), UtcMillis(0)), None, "and so are other doors");
        doors.failed(door("eva", "192.0.2.1"), now.plus(DAY_MS));
        assert_eq!(doors.shut(&door("eva", "192.0.2.1"), now.plus(DAY_MS)), None, "after a day all is forgotten");
    }

    #[test]
    fn the_right_password_makes_good_for_wrong_ones() {
        let (mut doors, now) = (Doors::default(), UtcMillis(0));
        for _ in 0..4 {
            doors.failed(door("eva", "2001:db8::1"), now);
        }
        doors.opened(&door("eva", "2001:db8:0:ff::2"));
        doors.failed(door("eva", "2001:db8::1"), now);
        assert_eq!(doors.shut(&door("eva", "2001:db8::1"), now), None);
    }

    #[test]
    fn many_doors_are_remembered_in_bounded_room_the_newest_of_them() {
        let mut doors = Doors::default();
        for n in 0..MOST as i64 + 100 {
            doors.failed(door(&n.to_string(), "192.0.2.1"), UtcMillis(n));
        }
        assert_eq!(doors.failures.len(), MOST);
        assert!(!doors.failures.contains_key(&door("0", "192.0.2.1")));
    }

    #[test]
    fn an_address_may_log_in_ten_times_a_minute() {
        let (mut doors, address) = (Doors::default(), "192.0.2.1".parse().unwrap());
        let knocks = (0..12).map(|_| doors.knock(address, UtcMillis(0)).is_ok()).filter(|is_ok| *is_ok).count();
        assert_eq!(knocks, 10);
        assert!(doors.knock("::ffff:192.0.2.1".parse().unwrap(), UtcMillis(0)).is_err(), "written otherwise");
    }

    proptest! {
        #[test]
        fn within_a_day_no_more_than_a_few_dozen_passwords_are_looked_at(waits in prop::collection::vec(0..2 * HOUR_MS, 1..400)) {
            let (mut doors, mut now, mut looked_at) = (Doors::default(), UtcMillis(0), 0);
            for wait in waits {
                now = now.plus(wait);
                if now.0 >= DAY_MS {
                    break;
                }
                if doors.shut(&door("eva", "192.0.2.1"), now).is_none() {
                    looked_at += 1;
                    doors.failed(door("eva", "192.0.2.1"), now);
                }
            }
            prop_assert!(looked_at <= 36, "{}", looked_at);
        }
    }
}
