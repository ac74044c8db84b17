//! What the UDP server counts for `/metrics`, each by the name of the source alone.

use metrics::Counter;

use super::limits::Refusal;
use crate::counters::Counters;

/// Counters of one server, from zero with the process.
pub(super) struct Counts {
    /// Messages, each frame of a datagram by itself.
    pub(super) messages: Counters,
    /// PULL_DATA of gateways that the registry does not know.
    pub(super) unknown_pulls: Counter,
    /// Gateways that pulled from another address than before.
    pub(super) moves: Counter,
    network: Counter,
    known_rate: Counter,
    unknown_rate: Counter,
}

impl Counts {
    pub(super) fn new(source: &str) -> Self {
        let counter = |name| metrics::counter!(name, "source" => source.to_owned());
        let refused = |reason| metrics::counter!("smartpole_udp_refused_total", "source" => source.to_owned(), "reason" => reason);
        Self {
            messages: Counters::new(source),
            unknown_pulls: counter("smartpole_udp_unknown_pulls_total"),
            moves: counter("smartpole_udp_gateway_moves_total"),
            network: refused("network"),
            known_rate: refused("known_rate"),
            unknown_rate: refused("unknown_rate"),
        }
    }

    /// Datagrams that were not heard.
    pub(super) fn refused(&self, refusal: Refusal) -> &Counter {
        match refusal {
            Refusal::Network => &self.network,
            Refusal::KnownRate => &self.known_rate,
            Refusal::UnknownRate => &self.unknown_rate,
        }
    }
}
