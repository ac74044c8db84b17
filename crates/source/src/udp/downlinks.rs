//! Where gateways can be reached, and sending to them.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU16, Ordering},
    },
};

use smartpole_model::Eui;
use tokio::{
    net::UdpSocket,
    time::{Duration, Instant},
};

use crate::NotSent;

/// How long the way to a gateway stays open after a PULL_DATA, which comes every few seconds: longer than most NATs keep theirs.
const REACHABLE: Duration = Duration::from_secs(60);

/// Sends to gateways that pulled; clones are the same one.
#[derive(Clone, Debug)]
pub struct Downlinks {
    pub(super) socket: Arc<UdpSocket>,
    gateways: Arc<Mutex<Addresses>>,
    next_token: Arc<AtomicU16>,
}

impl Downlinks {
    pub(super) fn new(socket: Arc<UdpSocket>) -> Self {
        Self { socket, gateways: Arc::default(), next_token: Arc::default() }
    }

    /// Sends a gateway the datagram (PULL_RESP) made of a token, at the address that its newest PULL_DATA came from, and gives the
    /// token, which its TX_ACK will bear. Nobody can tell whether it arrives.
    ///
    /// # Errors
    /// [`NotSent::NeverPulled`], [`NotSent::Stale`], [`NotSent::Io`].
    pub async fn send(&self, gateway: Eui, datagram: impl FnOnce([u8; 2]) -> Vec<u8>) -> Result<[u8; 2], NotSent> {
        let address = self.addresses().of(gateway, Instant::now())?;
        let token = self.next_token.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let sent = self.socket.send_to(&datagram(token), address).await;
        sent.map(|_| token).map_err(NotSent::Io)
    }

    pub(super) fn addresses(&self) -> MutexGuard<'_, Addresses> {
        self.gateways.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a datagram.
    pub(super) async fn answer(&self, answer: &Answer) -> io::Result<()> {
        self.socket.send_to(&answer.bytes, answer.peer).await.map(drop)
    }
}

/// An acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) peer: SocketAddr,
    pub(super) bytes: [u8; 4],
}

/// The newest address of each gateway.
#[derive(Debug, Default)]
pub(super) struct Addresses(HashMap<Eui, Pulled>);

#[derive(Clone, Copy, Debug)]
struct Pulled {
    address: SocketAddr,
    at: Instant,
}

impl Addresses {
    /// Remembers where a known gateway pulls from, and gives its former address if that was another. Gateways that are no longer
    /// `known` are forgotten when a new one comes, so there are never more than the registry had at once.
    pub(super) fn pulled(
        &mut self,
        gateway: Eui,
        address: SocketAddr,
        at: Instant,
        known: &dyn Fn(Eui) -> bool,
    ) -> Option<SocketAddr> {
        if !self.0.contains_key(&gateway) {
            self.0.retain(|gateway, _| known(*gateway));
        }
        let former = self.0.insert(gateway, Pulled { address, at })?.address;
        (former != address).then_some(former)
    }

    fn of(&self, gateway: Eui, now: Instant) -> Result<SocketAddr, NotSent> {
        let Pulled { address, at } = self.0.get(&gateway).ok_or(NotSent::NeverPulled)?;
        if now.duration_since(*at) > REACHABLE { Err(NotSent::Stale) } else { Ok(*address) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_is_reached_at_its_newest_address_for_a_minute() {
        let (mut addresses, start) = (Addresses::default(), Instant::now());
        let [home, moved] = ["10.0.0.1:1", "10.0.0.1:2"].map(|address| address.parse::<SocketAddr>().unwrap());
        let all = |_| true;
        assert!(matches!(addresses.of(Eui(1), start), Err(NotSent::NeverPulled)));
        assert_eq!(addresses.pulled(Eui(1), home, start, &all), None);
        assert_eq!(addresses.pulled(Eui(1), home, start, &all), None);
        assert_eq!(addresses.pulled(Eui(1), moved, start, &all), Some(home));
        assert_eq!(addresses.of(Eui(1), start + REACHABLE).unwrap(), moved);
        let late = start + REACHABLE + Duration::from_millis(1);
        assert!(matches!(addresses.of(Eui(1), late), Err(NotSent::Stale)));
    }

    #[test]
    fn gateways_that_left_the_registry_are_forgotten() {
        let (mut addresses, now) = (Addresses::default(), Instant::now());
        let address: SocketAddr = "10.0.0.1:1".parse().unwrap();
        for number in 0..1_000 {
            addresses.pulled(Eui(number), address, now, &|gateway| gateway.0 + 10 > number);
        }
        assert_eq!(addresses.0.len(), 10);
    }
}
