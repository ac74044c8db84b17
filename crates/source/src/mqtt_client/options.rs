//! Settings of the MQTT client.

use std::path::{Path, PathBuf};

use smartpole_model::{Mistake, Mistakes};

/// Largest message that the journal takes, with its topic (a record is at most 16 MiB).
pub(crate) const LARGEST_PACKET: u32 = 15 << 20;

/// Version of MQTT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Protocol {
    /// MQTT 3.1.1, which every broker speaks.
    #[default]
    #[serde(rename = "3.1.1")]
    V311,
    /// MQTT 5: the broker itself keeps to the window, and names its reasons.
    #[serde(rename = "5")]
    V5,
}

/// How the broker is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// Plain TCP: inside a trusted network only.
    #[default]
    Tcp,
    /// TLS.
    Tls,
    /// WebSocket, plain.
    Ws,
    /// WebSocket over TLS.
    Wss,
}

/// Settings of one MQTT client. It keeps a persistent session at the broker, which queues messages while the service
/// is away; on Mosquitto raise `max_queued_messages` (1,000 by default, beyond it the broker drops) and set
/// `persistence true`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Name of the source in messages, metrics and the ledger.
    pub name: String,
    /// The broker's host name or address.
    pub host: String,
    /// The broker's port: commonly 1883, with TLS 8883.
    pub port: u16,
    /// `tcp`, `tls`, `ws` or `wss`.
    pub transport: Transport,
    /// Path of the WebSocket.
    pub ws_path: String,
    /// `3.1.1` or `5`.
    pub protocol: Protocol,
    /// Required, and unique at the broker: of two clients with one identifier each throws the other out. It names the
    /// persistent session, so it must stay the same from start to start.
    pub client_id: String,
    /// User name, if the broker wants one.
    pub username: Option<String>,
    /// File whose first line is the password.
    pub password_file: Option<PathBuf>,
    /// PEM file of the certificate authorities that are trusted; without it those of the system.
    pub ca_file: Option<PathBuf>,
    /// PEM file of the client's certificate, if the broker wants one.
    pub cert_file: Option<PathBuf>,
    /// PEM file of the key to `cert_file`.
    pub key_file: Option<PathBuf>,
    /// Topic filters; `$share/<group>/<filter>` shares the load between several services. A filter removed here stays
    /// in the broker's session: take a new `client_id` to be rid of it. LoRaWAN gateways that publish frames themselves (by
    /// ChirpStack's Gateway Bridge or MQTT Forwarder) are asked for by `gateway/+/event/+` or, with a region,
    /// `+/gateway/+/event/+`. They are not in the default: where ChirpStack is the network server it reads these topics itself, and
    /// its `application/…` events tell the same frames decoded.
    pub subscriptions: Vec<String>,
    /// 1: every message is acknowledged when the journal has it, and none is lost. 0: what comes while there is no
    /// room is dropped and counted. QoS 2 is not asked for: identity in the fold already makes every reading count
    /// once; a session that still holds such a subscription is served all the same.
    pub qos: u8,
    /// Seconds between signs of life, at least 5.
    pub keep_alive_s: u16,
    /// Largest packet, in bytes. With MQTT 5 the broker discards larger ones by itself, unseen. With 3.1.1 it sends
    /// them: one that blocks the session three times is let in once all the same, to be quarantined instead of
    /// stopping the source for ever.
    pub max_packet_bytes: u32,
    /// Most messages that wait for the journal; beyond, the client stops reading.
    pub window: u32,
    /// Whether LoRaWAN gateways behind this broker are answered: join accepts and acknowledgements are published to
    /// `gateway/<EUI>/command/down`. That is for gateways that have no other network server. It takes a connection of its own, with
    /// `-downlinks` behind the client identifier and by MQTT 3.1.1 whatever `protocol` says; the login must be allowed to publish.
    pub downlinks: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            name: "broker".to_owned(),
            host: "localhost".to_owned(),
            port: 1883,
            transport: Transport::Tcp,
            ws_path: "/mqtt".to_owned(),
            protocol: Protocol::V311,
            client_id: String::new(),
            username: None,
            password_file: None,
            ca_file: None,
            cert_file: None,
            key_file: None,
            subscriptions: vec!["smartpole/+/+/+/up".to_owned(), "application/+/device/+/event/+".to_owned()],
            qos: 1,
            keep_alive_s: 30,
            max_packet_bytes: 1 << 20,
            window: 20_000,
            downlinks: false,
        }
    }
}

impl Options {
    /// Identifier of the connection for downlinks.
    pub fn downlinks_id(&self) -> String {
        format!("{}-downlinks", self.client_id)
    }

    /// All that is wrong with the settings; empty if they are right. Looks whether named files exist.
    pub fn validate(&self) -> Vec<Mistake> {
        let mut mistakes = Mistakes::default();
        self.validate_connection(&mut mistakes);
        self.validate_files(&mut mistakes);
        self.validate_subscriptions(&mut mistakes);
        self.validate_limits(&mut mistakes);
        mistakes.0
    }

    fn validate_connection(&self, mistakes: &mut Mistakes) {
        let named = !self.name.is_empty();
        mistakes.unless(named, "name", "is empty", "name the source, for example broker");
        mistakes.unless(!self.host.is_empty(), "host", "is empty", "give the broker's host name or address");
        mistakes.unless(self.port != 0, "port", "is 0", "commonly 1883, with TLS 8883");
        let path = self.ws_path.starts_with('/');
        mistakes.unless(path, "ws_path", "does not start with /", "commonly /mqtt");
        let hint = "choose a name that no other client of the broker has, and keep it";
        mistakes.unless(!self.client_id.is_empty(), "client_id", "is empty", hint);
        let login = self.username.is_some() || self.password_file.is_none();
        mistakes.unless(login, "username", "is missing beside password_file", "give the user's name");
    }

    fn validate_files(&self, mistakes: &mut Mistakes) {
        let encrypted = matches!(self.transport, Transport::Tls | Transport::Wss);
        for (key, path) in [("ca_file", &self.ca_file), ("cert_file", &self.cert_file), ("key_file", &self.key_file)] {
            let used = encrypted || path.is_none();
            mistakes.unless(used, key, "has no effect without TLS", "set transport to tls or wss, or remove it");
            mistakes.file(key, path.as_deref(), Path::is_file);
        }
        mistakes.file("password_file", self.password_file.as_deref(), Path::is_file);
        let pair = self.cert_file.is_some() == self.key_file.is_some();
        mistakes.unless(pair, "cert_file", "and key_file belong together", "give both or none");
    }

    fn validate_subscriptions(&self, mistakes: &mut Mistakes) {
        let some = !self.subscriptions.is_empty();
        mistakes.unless(some, "subscriptions", "are empty", "give at least one topic filter");
        for filter in &self.subscriptions {
            let message = format!("{filter:?} is no topic filter");
            mistakes.unless(is_filter(filter), "subscriptions", message, "+ is one whole level, # the last one");
        }
        let message = format!("{} is not 0 or 1", self.qos);
        mistakes.unless(self.qos <= 1, "qos", message, "1 loses nothing");
    }

    fn validate_limits(&self, mistakes: &mut Mistakes) {
        let message = format!("{} is less than 5", self.keep_alive_s);
        mistakes.unless(self.keep_alive_s >= 5, "keep_alive_s", message, "30 is common");
        let size = (1024..=LARGEST_PACKET).contains(&self.max_packet_bytes);
        let message = format!("{} is not within 1024 and {LARGEST_PACKET}", self.max_packet_bytes);
        mistakes.unless(size, "max_packet_bytes", message, "1048576 is plenty");
        let message = format!("{} is not within 1 and 1000000", self.window);
        mistakes.unless((1..=1_000_000).contains(&self.window), "window", message, "20000 suits most");
    }
}

/// Whether it is a topic filter (MQTT 5, §4.7), maybe a shared one (§4.8.2).
fn is_filter(filter: &str) -> bool {
    let own = match filter.strip_prefix("$share/") {
        None => filter,
        Some(shared) => match shared.split_once('/') {
            Some((group, own)) if !group.is_empty() && !group.contains(['+', '#']) => own,
            _ => return false,
        },
    };
    filter.len() <= usize::from(u16::MAX) && !own.contains('\0') && rumqttc::valid_filter(own)
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
            host = ""
            port = 0
            ws_path = "mqtt"
            password_file = "/nowhere/password"
            ca_file = "/nowhere/ca.pem"
            cert_file = "/nowhere/cert.pem"
            subscriptions = ["a/+/#", "a#", "$share//a", "$share/g/+/up"]
            qos = 2
            keep_alive_s = 1
            max_packet_bytes = 0
            window = 0
            "#,
        )
        .unwrap();
        let lines: Vec<String> = options.validate().iter().map(ToString::to_string).collect();
        expect![[r#"
            name: is empty (name the source, for example broker)
            host: is empty (give the broker's host name or address)
            port: is 0 (commonly 1883, with TLS 8883)
            ws_path: does not start with / (commonly /mqtt)
            client_id: is empty (choose a name that no other client of the broker has, and keep it)
            username: is missing beside password_file (give the user's name)
            ca_file: has no effect without TLS (set transport to tls or wss, or remove it)
            ca_file: no file /nowhere/ca.pem (give the path of a readable file)
            cert_file: has no effect without TLS (set transport to tls or wss, or remove it)
            cert_file: no file /nowhere/cert.pem (give the path of a readable file)
            password_file: no file /nowhere/password (give the path of a readable file)
            cert_file: and key_file belong together (give both or none)
            subscriptions: "a#" is no topic filter (+ is one whole level, # the last one)
            subscriptions: "$share//a" is no topic filter (+ is one whole level, # the last one)
            qos: 2 is not 0 or 1 (1 loses nothing)
            keep_alive_s: 1 is less than 5 (30 is common)
            max_packet_bytes: 0 is not within 1024 and 15728640 (1048576 is plenty)
            window: 0 is not within 1 and 1000000 (20000 suits most)"#]]
        .assert_eq(&lines.join("\n"));
    }

    #[test]
    fn the_defaults_lack_only_the_client_identifier() {
        let keys: Vec<&str> = Options::default().validate().iter().map(|mistake| mistake.key).collect();
        assert_eq!(keys, ["client_id"]);
        let named = Options { client_id: "smartpole".to_owned(), ..Options::default() };
        assert_eq!(named.validate(), []);
    }

    #[test]
    fn an_unknown_key_or_protocol_is_refused() {
        assert!(toml::from_str::<Options>("client = \"a\"").is_err());
        assert!(toml::from_str::<Options>("protocol = \"4\"").is_err());
        let options: Options = toml::from_str("protocol = \"5\"\ntransport = \"wss\"").unwrap();
        assert_eq!((options.protocol, options.transport), (Protocol::V5, Transport::Wss));
    }
}
