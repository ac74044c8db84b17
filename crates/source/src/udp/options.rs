//! Settings of the UDP server.

use std::net::{Ipv4Addr, SocketAddr};

use ipnet::IpNet;

use smartpole_model::{Mistake, Mistakes};

/// Most of anything a second that makes sense.
const FASTEST: u32 = 1_000_000;

/// Settings of the server for LoRaWAN gateways that run Semtech's UDP packet forwarder. The protocol has no login: whoever
/// reaches the address can send frames in the name of any gateway, and forged frames fail their signature only later. So let
/// only the gateways' networks in, by `allow` or by a firewall.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Name of the source in messages, metrics and the ledger.
    pub name: String,
    /// Where to listen; port 0 picks a free one.
    pub address: SocketAddr,
    /// Networks that may send, such as `10.0.0.0/8`; none means all.
    pub allow: Vec<IpNet>,
    /// Datagrams a second from one address (of IPv6 from one /64) that name a known gateway; for ten seconds' worth of them there
    /// is credit. What is beyond is dropped and counted.
    pub known_per_s: u32,
    /// Datagrams a second from all others together; with 0 they are not heard at all. Theirs are journalled and quarantined, so
    /// this bounds what strangers can fill the disk with.
    pub unknown_per_s: u32,
    /// Most messages that wait for the journal; beyond, datagrams are dropped and counted.
    pub window: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            name: "udp".to_owned(),
            address: (Ipv4Addr::UNSPECIFIED, 1700).into(),
            allow: Vec::new(),
            known_per_s: 200,
            unknown_per_s: 20,
            window: 20_000,
        }
    }
}

impl Options {
    /// All that is wrong with the settings; empty if they are right.
    pub fn validate(&self) -> Vec<Mistake> {
        let mut mistakes = Mistakes::default();
        mistakes.unless(!self.name.is_empty(), "name", "is empty", "name the source, for example udp");
        let message = format!("{} is not within 1 and {FASTEST}", self.known_per_s);
        mistakes.unless((1..=FASTEST).contains(&self.known_per_s), "known_per_s", message, "200 suits most");
        let message = format!("{} is more than {FASTEST}", self.unknown_per_s);
        mistakes.unless(self.unknown_per_s <= FASTEST, "unknown_per_s", message, "20 suits most");
        let message = format!("{} is not within 1 and 1000000", self.window);
        mistakes.unless((1..=1_000_000).contains(&self.window), "window", message, "20000 suits most");
        mistakes.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn every_mistake_is_named_with_its_remedy() {
        let text = "name = \"\"\nknown_per_s = 0\nunknown_per_s = 2000000\nwindow = 0";
        let options: Options = toml::from_str(text).unwrap();
        let lines: Vec<String> = options.validate().iter().map(ToString::to_string).collect();
        expect![[r#"
            name: is empty (name the source, for example udp)
            known_per_s: 0 is not within 1 and 1000000 (200 suits most)
            unknown_per_s: 2000000 is more than 1000000 (20 suits most)
            window: 0 is not within 1 and 1000000 (20000 suits most)"#]]
        .assert_eq(&lines.join("\n"));
    }

    #[test]
    fn the_defaults_are_sound_and_networks_are_written_with_their_length() {
        assert_eq!(Options::default().validate(), []);
        let options: Options = toml::from_str("allow = [\"10.0.0.0/8\", \"fd00::/8\"]\nunknown_per_s = 0").unwrap();
        assert_eq!((options.allow.len(), options.validate()), (2, vec![]));
        assert!(toml::from_str::<Options>("allow = [\"10.0.0.1\"]").is_err());
        assert!(toml::from_str::<Options>("adress = \"0.0.0.0:1700\"").is_err());
    }
}
