//! Settings of the embedded listener.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use smartpole_model::{Mistake, Mistakes};

/// Settings of the embedded MQTT listener. It speaks MQTT 3.1.1 and 5 over plain TCP: inside a trusted network, or
/// behind a proxy that ends TLS.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Name of the source in messages, metrics and the ledger.
    pub name: String,
    /// Where to listen; port 0 picks a free one.
    pub address: SocketAddr,
    /// Whether poles need no password. Anyone who reaches the address can then publish.
    pub allow_anonymous: bool,
    /// File with a line `user:hash` for each user, the hash being Argon2id in PHC form (`$argon2id$v=19$…`).
    pub password_file: Option<PathBuf>,
    /// Largest packet, in bytes; a client that sends more is cut off.
    pub max_packet_bytes: u32,
    /// Most connections at a time, each about 32 KB.
    pub max_connections: u32,
    /// How long the session of a client that is away is kept, in seconds.
    pub session_expiry_s: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            name: "listener".to_owned(),
            address: (Ipv4Addr::LOCALHOST, 1883).into(),
            allow_anonymous: false,
            password_file: None,
            max_packet_bytes: 1 << 20,
            max_connections: 10_000,
            session_expiry_s: 7 * 86_400,
        }
    }
}

impl Options {
    /// All that is wrong with the settings; empty if they are right. Looks whether named files exist.
    pub fn validate(&self) -> Vec<Mistake> {
        let mut mistakes = Mistakes::default();
        mistakes.unless(!self.name.is_empty(), "name", "is empty", "name the source, for example listener");
        let someone = self.allow_anonymous || self.password_file.is_some();
        let hint = "give one, or set allow_anonymous = true if the network is trusted";
        mistakes.unless(someone, "password_file", "is missing, so nobody may connect", hint);
        mistakes.file("password_file", self.password_file.as_deref(), Path::is_file);
        let size = (1024..=15 << 20).contains(&self.max_packet_bytes);
        let message = format!("{} is not within 1024 and {}", self.max_packet_bytes, 15 << 20);
        mistakes.unless(size, "max_packet_bytes", message, "1048576 is plenty");
        mistakes.unless(self.max_connections > 0, "max_connections", "is 0", "10000 suits most");
        mistakes.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn every_mistake_is_named_with_its_remedy() {
        let options: Options = toml::from_str(
            r#"
            name = ""
            max_packet_bytes = 268435456
            max_connections = 0
            "#,
        )
        .unwrap();
        let lines: Vec<String> = options.validate().iter().map(ToString::to_string).collect();
        expect![[r#"
            name: is empty (name the source, for example listener)
            password_file: is missing, so nobody may connect (give one, or set allow_anonymous = true if the network is trusted)
            max_packet_bytes: 268435456 is not within 1024 and 15728640 (1048576 is plenty)
            max_connections: is 0 (10000 suits most)"#]]
        .assert_eq(&lines.join("\n"));
    }

    #[test]
    fn by_default_it_listens_on_loopback_and_lets_nobody_in() {
        let options = Options::default();
        assert!(options.address.ip().is_loopback() && !options.allow_anonymous);
        assert!(toml::from_str::<Options>("adress = \"0.0.0.0:1883\"").is_err());
    }
}
