//! Who comes through the TLS front, and what each may publish.

use std::{
    collections::HashMap,
    future::{Future, ready},
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use mqtt5::{
    broker::{AuthProvider, AuthResult, PasswordAuthProvider},
    packet::connect::ConnectPacket,
    protocol::v5::reason_codes::ReasonCode,
    topic_matches_filter,
};
use tokio_util::sync::CancellationToken;

use crate::throttle::Throttle;

/// Stands for the client's name in a filter of [`super::Options::topics`].
pub(super) const NAME: &str = "{name}";

type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The broker asks it about everybody; only whom the front has let in is known to it.
pub(super) struct Gate {
    /// By the front's address on the way to the broker.
    clients: Mutex<HashMap<SocketAddr, Client>>,
    /// How those without a certificate show who they are.
    passwords: Option<PasswordAuthProvider>,
    /// Filters of topics that a client with a certificate may publish to.
    topics: Vec<String>,
    refused: metrics::Counter,
    throttle: Mutex<Throttle>,
}

/// One connection.
struct Client {
    /// Whom its certificate names.
    name: Option<Arc<str>>,
    cut: CancellationToken,
}

impl Gate {
    pub(super) fn new(source: &str, passwords: Option<PasswordAuthProvider>, topics: Vec<String>) -> Self {
        let refused = metrics::counter!("smartpole_messages_forbidden_total", "source" => source.to_owned());
        Self { clients: Mutex::default(), passwords, topics, refused, throttle: Mutex::default() }
    }

    /// Lets a connection in, until [`Self::leave`]; the token is cancelled once it has to end.
    pub(super) fn enter(&self, address: SocketAddr, name: Option<String>) -> CancellationToken {
        let cut = CancellationToken::new();
        let client = Client { name: name.map(Into::into), cut: cut.clone() };
        self.clients().insert(address, client);
        cut
    }

    /// Forgets a connection.
    pub(super) fn leave(&self, address: SocketAddr) {
        self.clients().remove(&address);
    }

    fn clients(&self) -> MutexGuard<'_, HashMap<SocketAddr, Client>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whom the certificate of a connection names; `None` if the front does not know the connection.
    fn name(&self, address: SocketAddr) -> Option<Option<Arc<str>>> {
        self.clients().get(&address).map(|client| client.name.clone())
    }

    async fn admit(&self, connect: &ConnectPacket, address: SocketAddr) -> mqtt5::Result<AuthResult> {
        match (self.name(address), &self.passwords) {
            (None, _) => Ok(AuthResult::fail(ReasonCode::NotAuthorized)),
            (Some(Some(name)), _) => Ok(AuthResult::success_with_user(&*name)),
            (Some(None), Some(passwords)) => passwords.authenticate(connect, address).await,
            (Some(None), None) => Ok(AuthResult::success()),
        }
    }

    /// Whether a client may publish there. One without a certificate may do so anywhere.
    fn may(&self, user: Option<&str>, topic: &str) -> bool {
        let Some(name) = user.filter(|user| self.clients().values().any(|client| client.is(user))) else { return true };
        self.topics.iter().any(|filter| topic_matches_filter(topic, &filter.replace(NAME, name)))
    }

    /// Ends all connections of a client that publishes where it may not: MQTT 3.1.1 knows no refusal, and an acknowledgement would say
    /// that the message is kept (3.3.5).
    fn cut(&self, user: &str, topic: &str) {
        self.refused.increment(1);
        if self.throttle.lock().unwrap_or_else(PoisonError::into_inner).pass() {
            let topic: String = topic.chars().take(128).collect();
            tracing::warn!(client = user, topic, "is cut off: it may not publish there; see `topics` of [listener]");
        }
        for client in self.clients().values().filter(|client| client.is(user)) {
            client.cut.cancel();
        }
    }
}

impl Client {
    fn is(&self, user: &str) -> bool {
        self.name.as_deref() == Some(user)
    }
}

impl AuthProvider for Gate {
    fn authenticate<'a>(
        &'a self,
        connect: &'a ConnectPacket,
        address: SocketAddr,
    ) -> Answer<'a, mqtt5::Result<AuthResult>> {
        Box::pin(self.admit(connect, address))
    }

    fn authorize_publish<'a>(&'a self, _: &str, user: Option<&'a str>, topic: &'a str) -> Answer<'a, bool> {
        let may = self.may(user, topic);
        if !may {
            self.cut(user.unwrap_or_default(), topic);
        }
        Box::pin(ready(may))
    }

    fn authorize_subscribe<'a>(&'a self, _: &str, _: Option<&'a str>, _: &'a str) -> Answer<'a, bool> {
        Box::pin(ready(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate() -> Gate {
        Gate::new("listener", None, vec!["smartpole/+/+/{name}/up".to_owned()])
    }

    #[test]
    fn a_device_may_publish_as_itself_alone() {
        let (gate, address) = (gate(), "127.0.0.1:1".parse().unwrap());
        let cut = gate.enter(address, Some("air-1".to_owned()));
        for (topic, may) in [
            ("smartpole/castrop-rauxel/AM-01/air-1/up", true),
            ("smartpole/castrop-rauxel/AM-01/air-2/up", false),
            ("smartpole/castrop-rauxel/AM-01/air-1/up/x", false),
            ("application/1/device/0000000000000001/event/up", false),
        ] {
            assert_eq!(gate.may(Some("air-1"), topic), may, "{topic}");
        }
        assert!(!cut.is_cancelled());
        gate.cut("air-1", "x");
        assert!(cut.is_cancelled());
    }

    #[tokio::test]
    async fn whoever_did_not_come_through_the_front_is_let_in_by_nobody() {
        let (gate, address) = (gate(), "127.0.0.1:1".parse().unwrap());
        let connect = ConnectPacket::new(mqtt5::ConnectOptions::new("air-1").protocol_options);
        assert!(!gate.admit(&connect, address).await.unwrap().authenticated);
        gate.enter(address, Some("air-1".to_owned()));
        assert_eq!(gate.admit(&connect, address).await.unwrap().user_id.as_deref(), Some("air-1"));
        gate.leave(address);
        assert!(!gate.admit(&connect, address).await.unwrap().authenticated);
    }
}
