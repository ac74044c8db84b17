//! Settings of the embedded listener.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use smartpole_model::{Mistake, Mistakes};

/// Settings of the embedded MQTT listener. It speaks MQTT 3.1.1 and 5, over TLS if it has a certificate.
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
    /// Its certificate in PEM, and those between it and its authority. With it the listener speaks TLS alone. Files that change are read
    /// anew.
    pub cert_file: Option<PathBuf>,
    /// The private key of `cert_file`, in PEM.
    pub key_file: Option<PathBuf>,
    /// Authorities in PEM. With it each pole has to show a certificate of theirs, and is the device that its first DNS name
    /// (subject alternative name) says.
    pub client_ca_file: Option<PathBuf>,
    /// Where a pole with a certificate may publish; `{name}` is that name. One that publishes elsewhere is cut off.
    pub topics: Vec<String>,
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
            cert_file: None,
            key_file: None,
            client_ca_file: None,
            topics: vec!["smartpole/+/+/{name}/up".to_owned()],
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
        let someone = self.allow_anonymous || self.password_file.is_some() || self.client_ca_file.is_some();
        let hint = "give one or client_ca_file, or set allow_anonymous = true if the network is trusted";
        mistakes.unless(someone, "password_file", "is missing, so nobody may connect", hint);
        for (key, file) in [
            ("password_file", &self.password_file),
            ("cert_file", &self.cert_file),
            ("key_file", &self.key_file),
            ("client_ca_file", &self.client_ca_file),
        ] {
            mistakes.file(key, file.as_deref(), Path::is_file);
        }
        self.validate_tls(&mut mistakes);
        let size = (1024..=15 << 20).contains(&self.max_packet_bytes);
        let message = format!("{} is not within 1024 and {}", self.max_packet_bytes, 15 << 20);
        mistakes.unless(size, "max_packet_bytes", message, "1048576 is plenty");
        mistakes.unless(self.max_connections > 0, "max_connections", "is 0", "10000 suits most");
        mistakes.0
    }
}

impl Options {
    fn validate_tls(&self, mistakes: &mut Mistakes) {
        let has_cert = self.cert_file.is_some();
        mistakes.unless(
            !has_cert || self.key_file.is_some(),
            "key_file",
            "is missing beside cert_file",
            "give its key",
        );
        let needs = self.key_file.is_some() || self.client_ca_file.is_some();
        let hint = "give the listener's certificate, or remove key_file and client_ca_file";
        mistakes.unless(has_cert || !needs, "cert_file", "is missing", hint);
        let mixed = self.client_ca_file.is_some() && (self.allow_anonymous || self.password_file.is_some());
        let hint = "poles show a certificate: remove password_file and allow_anonymous, or client_ca_file";
        mistakes.unless(!mixed, "client_ca_file", "leaves no way for passwords", hint);
        let hint = "write filters like \"smartpole/+/+/{name}/up\"; \"#\" stands for all";
        mistakes.unless(!self.topics.is_empty(), "topics", "is empty, so nobody may publish", hint);
    }

    /// The files of TLS, if it speaks TLS.
    pub fn tls(&self) -> Option<smartpole_tls::Files> {
        let (cert, key) = (self.cert_file.clone()?, self.key_file.clone()?);
        Some(smartpole_tls::Files { cert, key, client_ca: self.client_ca_file.clone() })
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
            password_file: is missing, so nobody may connect (give one or client_ca_file, or set allow_anonymous = true if the network is trusted)
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
