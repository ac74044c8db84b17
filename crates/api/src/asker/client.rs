//! Where a request comes from, as far as that is believed.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::{Extensions, HeaderMap};
use ipnet::IpNet;

/// Headers by which a proxy says whom it asks for. Whoever comes by one is never known by address, whatever the proxy's own is.
const PASSED_ON: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/// The address that a connection came from; the accept loop puts it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// The request came over TLS to this service itself; the accept loop puts it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Secure;

/// Which addresses are more than addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Networks {
    /// Networks whose machines are operators.
    pub operators: Vec<IpNet>,
    /// Proxies that are believed when they say for whom they ask, and whether by https.
    pub proxies: Vec<IpNet>,
    /// Whether the service's own machine is an operator.
    pub local_operators: bool,
}

impl Default for Networks {
    fn default() -> Self {
        Self { operators: Vec::new(), proxies: Vec::new(), local_operators: true }
    }
}

/// Where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Client {
    /// Of whoever asks, or of the proxy that is not believed.
    pub(crate) address: IpAddr,
    /// Whether it came by https, to this service or to a proxy that is believed.
    pub(crate) is_secure: bool,
    /// Whether it came from this machine, not passed on by anybody.
    pub(crate) is_here: bool,
    /// Whether it is an operator by its address.
    pub(crate) is_operator: bool,
}

impl Networks {
    pub(crate) fn client(&self, extensions: &Extensions, headers: &HeaderMap) -> Client {
        let Some(Peer(peer)) = extensions.get().copied() else {
            return Client {
                address: Ipv6Addr::UNSPECIFIED.into(),
                is_secure: false,
                is_here: false,
                is_operator: false,
            };
        };
        let peer = peer.to_canonical();
        let is_direct = !PASSED_ON.into_iter().any(|name| headers.contains_key(name));
        let is_believed = contains(&self.proxies, &peer);
        let is_here = is_direct && peer.is_loopback();
        let is_operator = is_direct && contains(&self.operators, &peer) || is_here && self.local_operators;
        let address = if is_believed { self.asked_for(headers).unwrap_or(peer) } else { peer };
        let is_secure = extensions.get::<Secure>().is_some() || is_believed && is_secure(headers);
        Client { address, is_secure, is_here, is_operator }
    }

    /// Whom a proxy asks for: each one adds whom it heard at the end, so the last one that is no proxy of ours.
    fn asked_for(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let lines: Vec<&str> =
            headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
        let named = lines.iter().rev().flat_map(|line| line.rsplit(','));
        let addresses =
            named.map_while(|name| name.trim().parse::<IpAddr>().ok()).map(|address| address.to_canonical());
        let mut last = None;
        for address in addresses {
            last = Some(address);
            if !contains(&self.proxies, &address) {
                break;
            }
        }
        last
    }
}

fn contains(networks: &[IpNet], address: &IpAddr) -> bool {
    networks.iter().any(|network| network.contains(address))
}

/// By what the last proxy says, which is the one that is believed.
fn is_secure(headers: &HeaderMap) -> bool {
    let last = headers.get_all("x-forwarded-proto").iter().next_back().and_then(|line| line.to_str().ok());
    last.and_then(|line| line.rsplit(',').next()).is_some_and(|proto| proto.trim().eq_ignore_ascii_case("https"))
}

impl Client {
    /// What limits are counted by: an address of IPv4, a /64 of IPv6, of which one machine may use all addresses.
    pub(crate) fn counted(&self) -> IpAddr {
        match self.address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
            v4 => v4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(networks: &Networks, peer: &str, headers: &[(&'static str, &str)]) -> Client {
        let mut extensions = Extensions::new();
        extensions.insert(Peer(peer.parse().unwrap()));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        networks.client(&extensions, &map)
    }

    #[test]
    fn this_machine_and_the_named_networks_are_operators_and_nobody_else() {
        let named = Networks { operators: vec!["10.0.0.0/8".parse().unwrap()], ..Networks::default() };
        let closed = Networks { local_operators: false, ..named.clone() };
        for (address, alone, with, without) in [
            ("127.0.0.1", true, true, false),
            ("::1", true, true, false),
            ("::ffff:127.0.0.1", true, true, false),
            ("10.255.0.1", false, true, true),
            ("::ffff:10.0.0.1", false, true, true),
            ("11.0.0.1", false, false, false),
            ("192.168.1.4", false, false, false),
        ] {
            let is = |networks: &Networks| client(networks, address, &[]).is_operator;
            assert_eq!((is(&Networks::default()), is(&named), is(&closed)), (alone, with, without), "{address}");
        }
    }

    #[test]
    fn whom_a_proxy_asks_for_is_no_operator_and_so_is_one_without_an_address() {
        let networks = Networks { operators: vec!["10.0.0.0/8".parse().unwrap()], ..Networks::default() };
        for name in PASSED_ON {
            for peer in ["127.0.0.1", "10.1.2.3"] {
                assert!(!client(&networks, peer, &[(name, "127.0.0.1")]).is_operator, "{name} {peer}");
            }
        }
        assert!(!networks.client(&Extensions::new(), &HeaderMap::new()).is_operator);
    }

    #[test]
    fn a_proxy_is_believed_if_it_is_named_and_only_what_it_added_itself() {
        let networks = Networks {
            proxies: vec!["127.0.0.1/32".parse().unwrap(), "10.9.0.0/16".parse().unwrap()],
            ..Networks::default()
        };
        let of = |peer: &str, forwarded: &[&str], proto: &str| {
            let mut headers: Vec<_> = forwarded.iter().map(|line| ("x-forwarded-for", *line)).collect();
            headers.push(("x-forwarded-proto", proto));
            let Client { address, is_secure, .. } = client(&networks, peer, &headers);
            (address.to_string(), is_secure)
        };
        let is = |address: &str, is_secure| (address.to_owned(), is_secure);
        assert_eq!(of("127.0.0.1", &["203.0.113.7"], "https"), is("203.0.113.7", true));
        assert_eq!(of("127.0.0.1", &["1.1.1.1, 203.0.113.7"], "https, http"), is("203.0.113.7", false));
        assert_eq!(of("127.0.0.1", &["1.1.1.1", "203.0.113.7, 10.9.1.1"], "HTTPS"), is("203.0.113.7", true));
        assert_eq!(of("127.0.0.1", &["nonsense"], "https"), is("127.0.0.1", true));
        assert_eq!(of("192.0.2.9", &["203.0.113.7"], "https"), is("192.0.2.9", false));
    }

    #[test]
    fn limits_count_a_network_of_ipv6_as_one() {
        let counted = |peer: &str| client(&Networks::default(), peer, &[]).counted().to_string();
        assert_eq!(counted("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(counted("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
