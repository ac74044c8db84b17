//! How much is heard of whom. It stands before the journal, as anybody can send a datagram.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
};

use ipnet::IpNet;
use tokio::time::{Duration, Instant};

use super::Options;

/// Most addresses with a bucket of their own.
const MOST_PEERS: usize = 4_096;
/// How long an address that says nothing keeps its bucket. Gateways pull every few seconds, so theirs stay.
const IDLE: Duration = Duration::from_secs(60);
/// Buckets are looked through for idle ones this often at most.
const SWEEP: Duration = Duration::from_secs(1);
/// What a full bucket lets through at once, in time at its rate.
const CREDIT: Duration = Duration::from_secs(10);

/// Why a datagram is not heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// Its address is in none of the networks allowed.
    #[error("the address is in none of the networks of `allow`")]
    Network,
    /// Its address sends too much in the name of known gateways.
    #[error("the address sends more than `known_per_s`")]
    KnownRate,
    /// Strangers together send too much.
    #[error("unknown gateways together send more than `unknown_per_s`")]
    UnknownRate,
}

/// A token bucket, by the instant at which it is full again.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    full_at: Instant,
}

impl Bucket {
    /// Takes a token out, if there is one; `cost` is how long it takes to come back.
    fn take(&mut self, cost: Option<Duration>, now: Instant) -> bool {
        let Some(cost) = cost else { return false };
        let full_at = self.full_at.max(now) + cost;
        let passes = full_at.duration_since(now) <= CREDIT;
        if passes {
            self.full_at = full_at;
        }
        passes
    }
}

/// Who may send how much. Bounded: a bucket for each of some thousand addresses, and one for all others.
#[derive(Debug)]
pub(super) struct Limits {
    allow: Vec<IpNet>,
    known: Option<Duration>,
    unknown: Option<Duration>,
    peers: Peers,
    strangers: Bucket,
}

impl Limits {
    pub(super) fn new(options: &Options, now: Instant) -> Self {
        let cost = |per_s: u32| Duration::from_secs(1).checked_div(per_s);
        Self {
            allow: options.allow.clone(),
            known: cost(options.known_per_s),
            unknown: cost(options.unknown_per_s),
            peers: Peers { buckets: HashMap::new(), swept: now },
            strangers: Bucket { full_at: now },
        }
    }

    /// Whether an address may send at all.
    pub(super) fn allow(&self, peer: IpAddr) -> Result<(), Refusal> {
        let peer = peer.to_canonical();
        let allowed = self.allow.is_empty() || self.allow.iter().any(|network| network.contains(&peer));
        if allowed { Ok(()) } else { Err(Refusal::Network) }
    }

    /// Whether a datagram that names a `known` gateway, or none, is heard; it counts then.
    pub(super) fn admit(&mut self, peer: IpAddr, known: bool, now: Instant) -> Result<(), Refusal> {
        let own = if known { self.peers.bucket(peer, now) } else { None };
        let (passes, refusal) = match own {
            Some(bucket) => (bucket.take(self.known, now), Refusal::KnownRate),
            None => (self.strangers.take(self.unknown, now), Refusal::UnknownRate),
        };
        if passes { Ok(()) } else { Err(refusal) }
    }
}

/// Buckets of addresses.
#[derive(Debug)]
struct Peers {
    buckets: HashMap<IpAddr, Bucket>,
    swept: Instant,
}

impl Peers {
    /// The bucket of an address. There is none while too many addresses have one: who came first goes on undisturbed, and
    /// whoever makes addresses up gains nothing by it.
    fn bucket(&mut self, peer: IpAddr, now: Instant) -> Option<&mut Bucket> {
        let peer = subscriber(peer);
        if self.buckets.len() >= MOST_PEERS && now.duration_since(self.swept) >= SWEEP {
            self.buckets.retain(|_, bucket| bucket.full_at + IDLE > now);
            self.swept = now;
        }
        if self.buckets.len() >= MOST_PEERS {
            return self.buckets.get_mut(&peer);
        }
        Some(self.buckets.entry(peer).or_insert(Bucket { full_at: now }))
    }
}

/// What one subscriber has of addresses: in IPv6 commonly a /64, of which it can use any.
fn subscriber(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const GATEWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));

    fn limits(known_per_s: u32, unknown_per_s: u32) -> (Limits, Instant) {
        let now = Instant::now();
        (Limits::new(&Options { known_per_s, unknown_per_s, ..Options::default() }, now), now)
    }

    fn spoofed(number: usize) -> IpAddr {
        Ipv4Addr::from_bits(0xC000_0000 + number as u32).into()
    }

    /// How many of `sent` datagrams pass.
    fn passed(limits: &mut Limits, sent: usize, peer: impl Fn(usize) -> IpAddr, known: bool, now: Instant) -> usize {
        (0..sent).filter(|number| limits.admit(peer(*number), known, now).is_ok()).count()
    }

    #[test]
    fn an_address_has_ten_seconds_of_credit_and_then_its_rate() {
        let (mut limits, start) = limits(200, 20);
        assert_eq!(passed(&mut limits, 5_000, |_| GATEWAY, true, start), 2_000);
        assert_eq!(limits.admit(GATEWAY, true, start), Err(Refusal::KnownRate));
        assert_eq!(passed(&mut limits, 5_000, |_| GATEWAY, true, start + Duration::from_secs(1)), 200);
        assert_eq!(passed(&mut limits, 5_000, |_| GATEWAY, true, start + Duration::from_secs(3_600)), 2_000);
    }

    #[test]
    fn strangers_share_one_rate_whatever_their_addresses_and_take_nothing_from_gateways() {
        let (mut limits, start) = limits(200, 20);
        assert_eq!(passed(&mut limits, 100_000, spoofed, false, start), 200);
        assert_eq!(limits.admit(GATEWAY, false, start), Err(Refusal::UnknownRate));
        assert_eq!(limits.admit(GATEWAY, true, start), Ok(()));
        assert!(limits.peers.buckets.len() <= 1);
    }

    #[test]
    fn a_rate_of_zero_hears_nobody() {
        let (mut limits, start) = limits(200, 0);
        assert_eq!(passed(&mut limits, 100, spoofed, false, start + CREDIT), 0);
    }

    #[test]
    fn a_flood_from_many_addresses_is_bounded_in_memory_and_leaves_gateways_that_were_there_alone() {
        let (mut limits, start) = limits(200, 20);
        assert_eq!(limits.admit(GATEWAY, true, start), Ok(()));
        for second in 1..=120 {
            let now = start + Duration::from_secs(second);
            let through = passed(&mut limits, 10_000, |number| spoofed(second as usize * 10_000 + number), true, now);
            assert!(through <= MOST_PEERS + 200, "{through} datagrams of addresses made up pass in second {second}");
            assert_eq!(limits.admit(GATEWAY, true, now), Ok(()));
            assert!(limits.peers.buckets.len() <= MOST_PEERS);
        }
        let later = start + Duration::from_secs(120) + IDLE + SWEEP;
        assert_eq!(limits.admit(spoofed(0), true, later), Ok(()));
        assert_eq!(limits.peers.buckets.len(), 1, "idle addresses are forgotten");
    }

    #[test]
    fn only_allowed_networks_are_heard() {
        let options = Options { allow: vec!["10.0.0.0/8".parse().unwrap()], ..Options::default() };
        let limits = Limits::new(&options, Instant::now());
        assert_eq!(limits.allow(GATEWAY), Ok(()));
        assert_eq!(limits.allow("::ffff:10.1.2.3".parse().unwrap()), Ok(()));
        assert_eq!(limits.allow(spoofed(0)), Err(Refusal::Network));
        assert_eq!(limits.allow("fd00::1".parse().unwrap()), Err(Refusal::Network));
    }

    #[test]
    fn addresses_of_one_subscriber_share_a_bucket() {
        let same = |a: &str, b: &str| subscriber(a.parse().unwrap()) == subscriber(b.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:1") && same("::ffff:10.0.0.1", "10.0.0.1"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1") && !same("10.0.0.1", "10.0.0.2"));
    }
}
